b = b"spam\x00\xff"
print(b, b[0], b[1:3], bytes([65, 66]), bytes(3), b.hex(), b.hex(":", 2), bytes.fromhex("01 ff"), b"a" + b"b", b"ab" * 2, b"p" in b, 112 in b)
a = bytearray(b"hello")
a[0] = 72
a[1:3] = b"EEE"
a += b"!"
a.append(63)
a.extend([33])
del a[-1]
a.insert(0, 42)
print(a, a.pop(), a.find(b"o"), a.upper(), a.replace(b"E", b"e"), a.split(b"l"), bytes(a), len(a))
a.reverse()
print(a, a.remove(33), a, b"a,b".split(b","), b" x ".strip(), b"%d %s %a" % (1, b"x", "é"), b"abc".decode(), b"\xc3\xa9".decode(), b"-".join([b"a", b"b"]))
m = memoryview(bytearray(b"abcdef"))
m[1:3] = b"XY"
print(m.tobytes(), m[2], m[::2].tolist(), m.readonly, m.nbytes, m.shape, m.cast("H").tolist(), m[1:4].hex(), m == b"aXYdef")
n = memoryview(b"12345678").cast("I", shape=[2, 1]) if False else memoryview(b"12345678").cast("I")
print(n.format, n.itemsize, len(n), n.tolist())
owner = bytearray(b"xyz")
view = memoryview(owner)
for expression in ("owner.append(1)", "bytes([256])", "bytes('a')", "bytes(-1)", "b'a' + 'b'", "b'abc'[9]", "b'\\xff'.decode()", "bytes.fromhex('0g')", "bytearray(b'a').index(b'z')",
                   "memoryview('a')", "b'%s' % 'x'", "view[5]", "b'a'.join(['x'])", "bytes([1, 'a'])", "b'a' < 'a'", "bytes('é', 'ascii')"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
view.release()
owner.append(1)
print(owner, hash(b"a") == hash(memoryview(b"a")), b"ab" == bytearray(b"ab"), {b"k": 1}[b"k"])
