# Integer division in a context of the greatest precision does not make the power of ten that bounds the quotient.
import _pydecimal as decimal

with decimal.localcontext() as ctx:
    ctx.prec = decimal.MAX_PREC
    ctx.Emax = decimal.MAX_EMAX
    ctx.Emin = decimal.MIN_EMIN
    print(decimal.Decimal(10**50) // 1, divmod(decimal.Decimal(7), 2), decimal.Decimal(7).remainder_near(4))
for prec in 1, 2, 3:
    with decimal.localcontext() as ctx:
        ctx.prec = prec
        for q in 9, 10, 99, 100, 999, 1000:
            try:
                print(prec, q, decimal.Decimal(q) // 1, decimal.Decimal(q).remainder_near(1))
            except decimal.InvalidOperation as e:
                print(prec, q, e)
