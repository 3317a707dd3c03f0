"""Calls that leave parameters to their defaults, which have a shortcut."""


def f(a, b=2, c=3):
    return a, b, c


def show(call):
    try:
        print(call())
    except TypeError as e:
        print("TypeError:", e)


for _ in range(20):
    results = [f(1), f(1, 5), f(1, 5, 6)]
print(results)
show(lambda: f())
show(lambda: f(1, 2, 3, 4))
f.__defaults__ = (7,)
show(lambda: f(1))
show(lambda: f(1, 2))
f.__defaults__ = (6, 7, 8, 9)
show(lambda: f())
show(lambda: f(1))
f.__defaults__ = None
show(lambda: f(1))
show(lambda: f(1, 2, 3))
f.__defaults__ = ()
show(lambda: f(1, 2))


def only(a=[]):
    a.append(1)
    return len(a)


print(only(), only(), only([]))


def cells(a, b=1):
    def inner(c=b, d=None):
        nonlocal a
        a = (a, c, d)
        return a

    return inner


g = cells(0)
print(g(), g(2), g(3, 4))


class C:
    def __init__(self, x, y=10):
        self.sum = x + y

    def method(self, z=5):
        return self.sum + z

    __getitem__ = lambda self, key, extra="e": (key, extra)


for _ in range(20):
    c = C(1)
print(c.sum, c.method(), c.method(1), C(1, 2).sum, c["k"], sorted([3, 1], key=lambda v, s=-1: s * v))


def generator(n=3):
    yield from range(n)


print(list(generator()), list(generator(1)))


def replaces(x=object()):
    replaces.__defaults__ = ("new",)
    return type(x).__name__


print(replaces(), replaces())


def keyword_only(a, b=2, *, c=3):
    return a, b, c


print(keyword_only(1), keyword_only(1, c=5))
