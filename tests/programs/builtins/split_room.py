# How much room the lists of pieces have, and classes called with every kind of argument.
import sys

pieces = [
    "".split(), "abc".split(","), "a b".split(), "a,b".split(","), "a,b".split(",", 1), "a,b,c,d".rsplit(",", 2), "aXXb".split("XX"),
    "a b c".split(None, 1), "a b".rsplit(), b"a b".split(), b"a,b".split(b",", 3), b"".split(), "éa b".split(),
    bytearray(b"a b").rsplit(), "a b c d e f g h i j k l m n".split(), ("a " * 20).split(), "a,,b,".split(","), ",".rsplit(","),
]
for found in pieces:
    print(found, sys.getsizeof(found))


class Point:
    def __init__(self, *args, x=1, **rest):
        self.seen = args, x, rest


class Meta(type):
    def __call__(cls, *args, **kwargs):
        return "meta", args, kwargs


class Called(metaclass=Meta):
    pass


class Bound:
    class Init:
        def __get__(self, instance, owner):
            return lambda *args, **kwargs: instance.log.append((args, kwargs))

    log = []
    __init__ = Init()


class Wrong:
    def __init__(self, x=0):
        return x


class Plain:
    pass


print(Point(1, 2, x=3, y=4).seen)
print(Point(*range(14), z=1).seen)
print(Called(1, a=2))
Bound(1, k=2)
print(Bound.log)
for call in (lambda: Wrong(x=3), lambda: Plain(x=1), lambda: Point.__init__(), lambda: Wrong(y=1), lambda: Wrong(1, x=2)):
    try:
        print(call())
    except TypeError as error:
        print(error)
Point.__init__ = lambda self, **k: setattr(self, "seen", k)
print(Point(q=1).seen)
del Point.__init__
try:
    Point(q=1)
except TypeError as error:
    print(error)
print(max([3, 1.5, 7]), min("b", "a"), max([2.0, float("nan"), 3.0]), max([(1, 2), (1, 3)]), min([[2], [1]], key=lambda v: -v[0]))
for found in (
    "ab".split("abc"), "ab".split("é"), "ab".split("\u1234"), "é".split("a"), "a,b".split(",", 0), " abc ".split(None, 0), "ab".rsplit("\u1234"),
    "a,b".split(",", 20), b"a".splitlines(), b"a\nb\nc".splitlines(True), bytearray(b"").splitlines(), ("a," * 12).split(","),
):
    print(found, sys.getsizeof(found))
