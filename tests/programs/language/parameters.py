"""Every kind of parameter and argument."""
import inspect


def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


print(f(1, d=4))
print(f(1, 2, 3, 4, 5, d=6, x=7, a=8))
print(f(*[1, 2], *(3, 4), **{"d": 5}, **{"z": 6}))
print(inspect.signature(f), f.__defaults__, f.__kwdefaults__)

for call in ("f()", "f(1)", "f(1, d=1, **{'d': 2})", "f(b=1, d=1)", "(lambda x, /: x)(x=1)", "(lambda *, k: k)(1)",
             "(lambda a, b: 0)(1, 2, 3)", "(lambda a, b=1: 0)()", "(lambda: 0)(**{1: 2})", "(lambda: 0)(*5)", "f(1, d=1, **3)",
             "(lambda a, b, c: 0)()", "(lambda *, x, y: 0)()", "(lambda alpha: 0)(alhpa=1)"):
    try:
        print(call, "->", eval(call))
    except TypeError as error:
        print(call, "->", error)


def defaults(items=[]):
    items.append(len(items))
    return items


defaults()
print(defaults(), defaults([9]))
print((lambda *a, **k: (a, k))(*"ab", *range(2), x=1, **dict(y=2)))


def annotated(x: int, *rest: str, key: float = 1.5) -> bool:
    return True


print(annotated.__annotations__)
