"""Repeating bytes makes a new object, also when nothing or one byte comes out; only exact bytes times one are themselves."""


class Own(bytes):
    pass


empty, one, own = b"", bytes([97]), Own(b"a")
zero = len(empty)
print((one * zero) is empty, (one * -1) is empty, (empty * 3) is empty, one * 1 is one, type(own * 1), own * 1 is own)
print(one * 5, b"abc" * 4, b"ab" * zero, own * 3, Own() * 2, own * zero)
for bytes_, n in (b"ab", 1 << 62), (b"ab", (1 << 63) - 1), (b"a", (1 << 63) - 1), (b"a", (1 << 63) - 40):
    try:
        print(len(bytes_ * n))
    except (OverflowError, MemoryError) as error:
        print(type(error).__name__, error)
