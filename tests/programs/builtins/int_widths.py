# Every operator on ints around the widths of digits and machine words, in one checksum per operator.
import operator

values = [0, 1, 2, 3, 7, 255, 256, 257, 1000003]
for bits in (29, 30, 31, 32, 59, 60, 61, 62, 63, 64, 65, 89, 90, 91, 119, 120, 121, 127, 128, 149, 150, 151, 180, 480, 500):
    values += [(1 << bits) - 1, 1 << bits, (1 << bits) + 1, (0x123456789ABCDEF0FEDCBA9876543210F << bits) >> 100]
values += [-v for v in values]

MODULUS = (1 << 61) - 1


def checksum(function, rights):
    total = 0
    for a in values:
        for b in rights:
            try:
                result = function(a, b)
            except (ZeroDivisionError, OverflowError) as error:
                result = sum(map(ord, str(error)))
            if isinstance(result, tuple):
                result = result[0] * 3 + result[1]
            total = (total * 31 + int(result) * 7 + int(result).bit_length()) % MODULUS
    return total


for name in ("add", "sub", "mul", "floordiv", "mod", "and_", "or_", "xor", "lt", "le", "eq"):
    print(name, checksum(getattr(operator, name), values))
print("divmod", checksum(divmod, values))
shifts = [0, 1, 29, 30, 31, 59, 60, 61, 62, 63, 64, 65, 90, 119, 120, 121, 127, 128, 129, 1000]
print("lshift", checksum(operator.lshift, shifts))
print("rshift", checksum(operator.rshift, shifts))
print("unary", checksum(lambda a, b: hash(a) + ~a * 3 + -a + abs(a), [0]))
for signed in (False, True):
    for order in ("little", "big"):
        total = 0
        for length in range(12):
            for v in values:
                try:
                    data = v.to_bytes(length, order, signed=signed)
                except OverflowError as error:
                    total = (total * 31 + len(str(error))) % MODULUS
                    continue
                assert int.from_bytes(data, order, signed=signed) == v, (v, length, order, signed)
                total = (total * 31 + sum(data) + len(data)) % MODULUS
        print("bytes", order, signed, total)
        print([int.from_bytes(bytes([200, 1, 2, 3, 4, 5, 6, 7, 129])[:n], order, signed=signed) for n in range(10)])
