# Decimal.__format__ with a locale's facts given, with `N`, and with wrong arguments.
import warnings
from decimal import Decimal


def show(*args):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result = Decimal(args[0]).__format__(*args[1:])
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
        print(args, repr(result), [f"{w.category.__name__}: {w.message}" for w in seen])


def facts(point, groups, separator):
    return {"decimal_point": point, "grouping": "".join(map(chr, groups)), "thousands_sep": separator}


en, fr, ru, odd = facts(".", [3, 3, 0], ","), facts(",", [127], ""), facts(",", [3, 3, 0], " "), facts("&", [1, 4, 2, 127], "\xb4")
for locale in en, fr, ru, odd:
    for value in "12.7", "123456789", "-1234567890.25", "1e9", "0", "NaN", "Infinity":
        show(value, "n", locale)
        show(value, "030n", locale)
        show(value, ",.1f", locale)
for spec in "n", "N", "010.3N", "N>10.3", "N>10.3n", "N>10.3N", ">Nf", "10Nf", "Nx", "é>20", "é>20n", "20N", ".0N", ",n", ",N", "_N", "_n":
    show("6.62607015e-34", spec)
    show("1234567.5", spec)
for bad in [facts(",", [255, 255, 0], ","), facts("xxxxx", [3, 3, 0], ","), facts(".", [3, 3, 0], "yyyyy"), {}, {"decimal_point": 1},
            {"decimal_point": ".", "grouping": 3}, {"grouping": "\x03"}, {"thousands_sep": ";"}, {"thousands_sep": "\udc80"},
            facts(",", [127, 3], "."), facts("", [3], ","), facts(".", [3], ""), facts("٫", [3], "٬"), facts(".", [200], ","), {1: 2}, {"decimal_point": ","}]:
    show("123456.789", "n", bad)
    show("123456.789", "f", bad)
show(1, "=10.10", [], 9)
show(1, "=10.10", 9)
show(1, [])
show(1, "<>=10.10")
show(1, "=%d.1" % (2**63 - 1))
show(1, "n", None)
show(1, b"n")
show(1, "=10.10", [])
show(1, "", 9)
