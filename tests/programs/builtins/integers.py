print(2**100, -7 // 2, -7 % 3, divmod(-7, 2), 7 // -2, pow(3, -1, 7), pow(2, 1000, 97), (-2) ** 3, 2**-1, ~5, -5 >> 1, 1 << 70)
print(int("0x1f", 16), int("0b11", 0), int(" 42_000 "), int(-3.9), int("٣"), int(b"12"), int("z", 36), int.from_bytes(b"\x01\x02", "little"))
print((258).to_bytes(2), (-1).to_bytes(2, signed=True), (10).bit_length(), (255).bit_count(), (3).as_integer_ratio(), (6).is_integer())
print(hex(-255), oct(8), bin(5), f"{10**20:,}", (1).real, (5).__index__(), round(1250, -2), round(-15, -1), abs(-3), True + True)
big = 12345678901234567890123456789
print(big * big, big // 987654321, big % 1000007, big & 0xFFFFFFFFFF, big | 1 << 100, big ^ big >> 3, -big >> 5, hash(2**61 - 1), hash(-1))
print(sum(10**k for k in range(0, 60, 7)), len(str(3**5000)), str(7**77), int(str(7**77)) == 7**77)
for expression in ("1 // 0", "1 % 0", "1 << -1", "int('x')", "int('1', 99)", "int([])", "pow(2, -1, 4)", "(300).to_bytes(1)", "(-1).to_bytes(1)",
                   "int('9' * 5000)", "1 + 'a'", "5()", "int('12', 2)", "int(float('inf'))", "int(float('nan'))", "0 ** -1", "int.from_bytes(5)"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)


class Int(int):
    def __add__(self, other):
        return Int(int(self) * 10 + other)

    def __repr__(self):
        return f"Int({int(self)})"


print(Int(4) + 2, 2 + Int(4), Int(3) * 2, type(Int(3) * 2).__name__, isinstance(True, int), bool(Int(0)))
