"""Events, positions and errors of pyexpat."""
from xml.parsers import expat

DOCUMENT = b"""<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE root [
<!ELEMENT root (a|(b,c)+)*>
<!ATTLIST root kind (x|y) "x" id ID #REQUIRED>
<!ENTITY word "w<b>o</b>rd&#33;">
<!NOTATION gif SYSTEM "viewer">
<!ENTITY pic SYSTEM "pic.gif" NDATA gif>
]>
<root id=" 1 " t="a&#9;b
c &lt;">\xe9 &word;<![CDATA[<&>]]><?go  now?><!--c--><p:e xmlns:p="u" p:q="1"/></root>
"""


def watch(parser, *names):
    for name in names:
        def handler(*args, name=name):
            print(parser.CurrentLineNumber, parser.CurrentColumnNumber, parser.CurrentByteIndex, name, args)
            return 1
        setattr(parser, name, handler)


EVENTS = [name for name in sorted(dir(expat.XMLParserType)) if name.endswith("Handler")]
for separator in None, "!":
    for step in len(DOCUMENT), 1:
        parser = expat.ParserCreate(namespace_separator=separator)
        parser.buffer_text = True
        watch(parser, *(name for name in EVENTS if "Default" not in name))
        for at in range(0, len(DOCUMENT), step):
            parser.Parse(DOCUMENT[at:at + step], False)
        parser.Parse(b"", True)

parser = expat.ParserCreate()
watch(parser, "DefaultHandlerExpand")
parser.Parse(DOCUMENT, True)

BAD = [b"", b"<", b"<a", b"<a>", b"<a></b>", b"<a b='1' b='2'/>", b"<a>&x;</a>", b"<a>&#0;</a>", b"<a>]]></a>", b"<a/>b",
       b"<a><?xml version='1.0'?></a>", b"<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", b"<a>\xff</a>", b"<a><![CDATA[",
       b"<?xml version='1.0' encoding='utf-16'?><a/>", b"<?xml encoding='x'?><a/>", b"<a b=c/>", b"<a b='<'/>", b"text",
       b"<!DOCTYPE a [<!ENTITY e '</a><a>'>]><a>&e;</a>", b"<a>\x01</a>", b"<!-- -- -->", b"<a\n\n  $/>", "<a>é</a".encode(),
       "<é>\n</è>".encode("utf-16"), b"<x:y/>", b"<a xmlns:xml='u'/>", b"<a xmlns:p=''/>", b"<!DOCTYPE a [<!ELEMENT a (b|c,d)>]><a/>"]
for document in BAD:
    for separator in None, " ":
        try:
            expat.ParserCreate(namespace_separator=separator).Parse(document, True)
            print(document, "fine")
        except expat.ExpatError as error:
            print(document, error, error.code, error.lineno, error.offset)
