# The cache of formats has texts and bytes side by side: -bb makes it an error to compare them.
import struct

for _ in range(2):
    print(struct.calcsize(b"!d"), struct.calcsize("!d"))
    print(repr(struct.pack(b"<h", 1)), repr(struct.pack("<h", 1)), struct.unpack(b"<h", b"\1\0"))
print(struct.Struct(b"i").format, struct.Struct("i").format)
for bad in b"\xff", "\xff":
    try:
        struct.calcsize(bad)
    except (struct.error, UnicodeEncodeError) as e:
        print(type(e).__name__, e)
