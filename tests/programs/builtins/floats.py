import math

print(0.1 + 0.2, 1e16, 1e15, 123456789012345680.0, 1e-5, 0.0001, 5e-324, 1.7976931348623157e308, 1e309, -1e309, float("nan"), -0.0)
print(1.5 // 0.4, -1.5 % 0.4, divmod(7.5, -2), 2.5**0.5, (-8.0) ** (1 / 3), round(2.5), round(3.5), round(2.675, 2), round(-0.5), round(1e20, -3))
print((0.5).as_integer_ratio(), (1.1).hex(), float.fromhex("0x1.8p1"), (3.0).is_integer(), float(" 1_0.5e2 "), float("-inf"), float("1e-400"))
print("%.3f %5.1e %g %r %s" % (3.14159, 12345.678, 1e-10, 0.1, 2.0), "%.0f" % 0.5, "%.0f" % 1.5, "%#.0f" % 1, format(1e6, ","), format(0.00001, "g"))
print(math.fsum([0.1] * 10), sum([0.1] * 10), math.isclose(0.1 + 0.2, 0.3), math.sqrt(2), math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5))
print(hash(1.0) == hash(1), hash(0.5), hash(float("inf")), 1.0 == 1, 2**53 == 2.0**53, min(1.0, 1), max(1, 1.0))
print(1j * 1j, (1 + 2j) / (3 - 4j), abs(3 + 4j), (1 + 2j).conjugate(), complex("1-2j"), repr(-0j), complex(1, -0.0), 2j**2, (1 + 2j) == 1)
for expression in ("1.0 / 0", "1.0 // 0", "1.0 % 0", "float('x')", "float([])", "10.0 ** 400", "(-1.0) ** 0.5", "round(float('nan'))", "1j / 0",
                   "1j // 1", "complex('1+')", "math.sqrt(-1)", "math.log(0)", "float.fromhex('z')", "1e400 - 1e400", "int('1.5')", "0.0 ** -1"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
