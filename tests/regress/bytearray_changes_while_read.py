# hex() read the bytes of a bytearray that the separator's __len__ had given back.


class Separator(str):
    def __len__(self):
        target.clear()
        return 1


class Text:
    def __str__(self):
        return "x"

    def __bytes__(self):
        target.extend(b"y" * 100)
        return b"x"


class View:
    def __buffer__(self, flags):
        pieces.clear()
        return memoryview(b"x")


target = bytearray(b"a" * 100)
for action in (
    lambda: target.hex(Separator(":")),
    lambda: target.__class__(b"%b" * 3) % (b"a", b"b", b"c"),
):
    try:
        print(action())
    except Exception as error:
        print(repr(error))
target = bytearray(b"%b")
try:
    print(target % Text())
except Exception as error:
    print(repr(error))
pieces = [b"a", View(), b"c"]
for joiner in b"-", bytearray(b"-"):
    pieces = [b"a", View(), b"c"]
    try:
        print(joiner.join(pieces))
    except Exception as error:
        print(repr(error))

grown = bytearray()


def bytes_seen():
    for i in range(4):
        yield i
        print(list(grown))


grown.__init__(bytes_seen())
