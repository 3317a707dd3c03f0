"""The marshal format: all types and versions, references, and data that is wrong."""
import io
import marshal

VALUES = [
    None, True, ..., StopIteration, 0, -1, 2**31, -(2**31), 2**70, -(2**15), 1.5, -0.0, float("inf"), 1e-300, 2j, "", "ascii",
    "ünïcode", "\udc80", b"", b"bytes", bytearray(b"array"), (), (1,), (1, (2, "x")), [], [1, [2]], {}, {"a": {"b": None}},
    {1}, frozenset({2}), tuple(range(300)), "x" * 300, slice(1, None, [2]),
]
for value in VALUES:
    encoded = []
    for version in range(marshal.version + 1):
        try:
            data = marshal.dumps(value, version)
            again = marshal.loads(data)
            encoded.append(data.hex() if len(data) < 40 else f"{len(data)} bytes")
            if again != value and type(value) is not bytearray or repr(again) != repr(value) and type(value) is not bytearray:
                print("differs", value, again)
        except ValueError as error:
            encoded.append(str(error))
    print(repr(value)[:40], *dict.fromkeys(encoded))

shared = ["shared"]
back = marshal.loads(marshal.dumps((shared, shared)))
print(back, back[0] is back[1])
loop = []
loop.append((loop,))
back = marshal.loads(marshal.dumps(loop))
print(back[0][0] is back)
loop = ([],)
loop[0].append(loop)
back = marshal.loads(marshal.dumps(loop))
print(back[0][0] is back)

code = compile("def f(a, /, *b): return lambda: (a, b, 1 in {2, 3})\nf(1)", "source", "exec")
for version in range(marshal.version + 1):
    print(marshal.loads(marshal.dumps(code, version)) == code, end=" ")
print()

file = io.BytesIO()
for value in (1, "two", [3]):
    marshal.dump(value, file)
file.seek(0)
print([marshal.load(file) for _ in range(3)])

WRONG = [
    b"", b"x", b"i", b"i\1\0\0", b"(\xff\xff\xff\xff", b"[\1\0\0\0", b"r\0\0\0\0", b"s\x10\0\0\0abc", b"l\1\0\0\0\xff\xff",
    b"l\1\0\0\0\0\0", b"u\1\0\0\0\xff", b"f\3abc", b"c", b"<\1\0\0\0[\0\0\0\0", b"{0", b"{N", b"(\2\0\0\0N0", b"[" + b"\1\0\0\0[" * 3000,
    b"\xbe\1\0\0\0r\0\0\0\0", b"\xbaNr\0\0\0\0N", b"\xdb\1\0\0\0r\0\0\0\0",
]
for data in WRONG:
    try:
        print(data[:12], marshal.loads(data))
    except (EOFError, ValueError, TypeError) as error:
        print(data[:12], type(error).__name__, error)
for action in (
    lambda: marshal.dumps(object()),
    lambda: marshal.dumps([1, object()]),
    lambda: marshal.dumps(code, allow_code=False),
    lambda: marshal.loads(marshal.dumps(code), allow_code=False),
    lambda: marshal.load("text"),
    lambda: marshal.load(io.StringIO("text")),
    lambda: marshal.load(io.BytesIO(b"s\xff\xff\xff\x7fshort")),
    lambda: marshal.loads("text"),
):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)
