"""Sums and products of short decimals, which have shortcuts, and of long ones."""

from decimal import *

values = [Decimal(t) for t in (
    "0", "-0", "0E+5", "-0E-7", "1", "-1", "1.50", "9999999999999999999", "-9999999999999999999", "10000000000000000000",
    "18446744073709551615", "12345678901234567890.123", "1E-10", "1E+18", "1E+19", "-1E+20", "5E-27", "7E+27", "0.1", "-0.1")]
with localcontext() as context:
    for prec in (1, 5, 19, 28, 38, 50):
        for rounding in (ROUND_HALF_EVEN, ROUND_FLOOR, ROUND_UP):
            context.prec, context.rounding = prec, rounding
            context.clear_flags()
            texts = []
            for a in values:
                for b in values:
                    texts += [str(a + b), str(a - b), str(a * b)]
            flags = [f.__name__ for f in context.flags if context.flags[f]]
            print(prec, rounding, hash_of := sum(int.from_bytes(t.encode()) for t in texts) % 1000000007, sorted(flags))
    context.prec, context.rounding = 28, ROUND_HALF_EVEN
    for a in values[:9]:
        print(*[a + b for b in values[:9]], *[a * b for b in values[:6]])
    context.Emin, context.Emax = -20, 20
    context.clamp = 1
    for a, b in (("1E+20", "1"), ("9E+20", "9E+20"), ("1E-20", "1E-3"), ("0E-30", "1E-20")):
        for operation in ("__add__", "__mul__"):
            try:
                print(a, b, operation, getattr(Decimal(a), operation)(Decimal(b)))
            except DecimalException as e:
                print(a, b, operation, type(e).__name__)
with localcontext(Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)):
    for digits in (100, 1000, 3000, 20000):
        a, b = Decimal("9" * digits), Decimal("123456789" * (digits // 9))
        product = a * b
        print(digits, product == b.scaleb(digits) - b, str(product)[:20], product % 1000007, product // b == a)
    product = Decimal(1)
    for i in range(1, 300):
        product *= i
    import math
    print(int(product) == math.factorial(299))
print(*[Decimal(3) * n + 1 for n in (5, -5, 10**18, 10**25)], sum([Decimal("0.10")] * 10))
