import datetime

name, width, value = "Krait", 10, 3.14159
print(f"{name!r} {name:>{width}} {name!s:*^{width}} {value:.2f} {value:{width}.{1 + 1}e}|")
print(f"{name=} {value = :.1f} {1 + 1=} {name = !s} {'nested ' + f'{name!a}'}")
print(f"{{literal}} {'quote\'s'} {"same" + "quotes"} {[x for x in range(3)]} {(lambda: 1)()}")
print(f"""{
    name  # a comment
} over {
    value:.0f} lines""")
print(f"{1234567.891:,.2f} {1234567:_} {255:#x} {255:08b} {0.25:%} {'é':a>3} {-5:+d} {5:+d} {1e10:g} {True:d}")
print(f"{datetime.date(2026, 11, 21):%A %d.%m.%y}", rf"raw \n {name}\t", f"a" "b" f"{1}", f"{'a' if name else 'b'}")
print(f"{12:{'0'}{'>'}{5}}", f"{ {'a': 1}['a'] }", f"{name[0]}{name[-1]:->5}", f"{3!r:>4}", f"{None}", f"{...}")


class Formatted:
    def __format__(self, spec):
        return f"<{spec}>"

    def __repr__(self):
        return "repr"

    def __str__(self):
        return "str"


f = Formatted()
print(f"{f} {f:spec} {f!r} {f!s} {f!r:>6} {f=} {f=!s} {f=:x}")
for spec, value in (("d", 1.5), ("x", "s"), (",b", 1), ("z", 2), ("010s", "a"), (".2", 5), ("=5", "a"), ("", [])):
    try:
        print(repr(format(value, spec)))
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
for source in ("f'{'", "f'{}'", "f'{a!x}'", "f'}'", "f'{a b}'", "f'{lambda: 1}'"):
    try:
        compile(source, "s", "eval")
    except SyntaxError as error:
        print(source, "->", error.msg)
