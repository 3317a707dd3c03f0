# Widths and precisions that do not fit C's types, or memory.


def show(form, args):
    for form in form, form.encode():
        try:
            print(repr(form), form % args)
        except Exception as error:
            print(repr(form), repr(error))


MOST = 2**63
for form, args in [
    ("%.*d", (MOST - 1, 1)), ("%.*d", (2147483647, 1)), ("%.*d", (-MOST - 1, 1)), ("%.*d", (-3, 1)),
    ("%.*f", (2147483648, 1.0)), ("%.*x", (2147483645, 1)), ("%.*c", (2147483648, "s")),
    ("%*d", (MOST, 1)), ("%*d", (-MOST, 1)), ("%*d", (-MOST - 1, 1)),
    ("%9223372036854775808d", 1), ("%9223372036854775807d", 1), ("%9223372036854775807f", 1.0),
    ("%.2147483647d", 1), ("%.2147483648d", 1), ("%.2147483648s", "a"), ("%.2147483647f", 1.0),
    ("%.2147483640e", 1.0), ("%.2147483647g", 1.0), ("%*d", ("x", 1)), ("%.*d", ("x", 1)), ("%*d", ()),
]:
    show(form, args)
for spec in [
    "70368744177664", ".2147483647f", ".1000000000g",
    "9223372036854775807", "9223372036854775808", ".9223372036854775808", ".2147483646e",
]:
    for value in 1, 1.0, 1j, "a":
        try:
            print(spec, format(value, spec))
        except Exception as error:
            print(spec, repr(error))
