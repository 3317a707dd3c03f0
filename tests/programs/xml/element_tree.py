"""Elements, tree builder and parser of _elementtree."""
import copy
import io
import pickle
import xml.etree.ElementTree as ET

root = ET.fromstring("<r a='1'>x<b>y<c/>z</b>w<n:d xmlns:n='u' n:k='v'/>&lt;</r>")
print(ET.tostring(root), list(root.itertext()), [e.tag for e in root.iter()])
print(root.find("b").text, root.find("b/c").tail, root.findtext("q", "none"), root.find("{u}d").attrib, root.findall("{*}d"))
print([(e, x.tag) for e, x in ET.iterparse(io.BytesIO(b"<a><b/><c><d/></c></a>"), ("start", "end"))])
print(list(ET.iterparse(io.BytesIO(b"<a xmlns:p='u'><?q r?><!--s--></a>"), ("start-ns", "end-ns", "comment", "pi")))[:1])
twin = pickle.loads(pickle.dumps(root))
print(ET.tostring(twin) == ET.tostring(root), ET.tostring(copy.deepcopy(root)) == ET.tostring(root))
e = ET.Element("e", {"k": "v"}, extra="1")
e.extend(ET.Element(t) for t in "abcd")
e[1:3] = [ET.Element("x")]
del e[0]
e.insert(-1, ET.SubElement(e, "y", z="2"))
print(ET.tostring(e), len(e), e[-1].tag, e.get("k"), e.get("q"), e.items(), e.keys())
for action in (lambda: e.append(1), lambda: e.remove(ET.Element("q")), lambda: e["a"], lambda: e[9], lambda: ET.Element(),
               lambda: setattr(e, "attrib", 1), lambda: e.__setitem__(0, 1), lambda: ET.fromstring("<a>&b;</a>"),
               lambda: ET.XMLParser().feed(1), lambda: ET.XMLParser.__new__(ET.XMLParser).feed("")):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)


class Target:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: print(name, args)


parser = ET.XMLParser(target=Target())
parser.feed("<!DOCTYPE a PUBLIC 'p' 's'><a xmlns='u' k='&#233;'>t<!--c--><?p i?></a>")
parser.close()
deep = ET.Element("deep")
node = deep
for _ in range(100_000):
    node = ET.SubElement(node, "d")
print(sum(1 for _ in deep.iter()))
del node, deep
