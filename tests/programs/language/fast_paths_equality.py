"""Equality of tuples, ints and floats, which has shortcuts: order and number of comparisons, identity, recursion, overriding."""

from collections import namedtuple

log = []


class Noisy:
    def __init__(self, name, equal=True):
        self.name, self.equal = name, equal

    def __eq__(self, other):
        log.append((self.name, getattr(other, "name", other)))
        return self.equal

    __hash__ = None


def show(label, f):
    log.clear()
    try:
        result = f()
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(label, result, log)


a, b, c = Noisy("a"), Noisy("b", False), Noisy("c")
show("first to last", lambda: (a, c) == (c, a))
show("stops", lambda: (b, a) == (c, a))
show("not equal", lambda: (b, a) != (c, a))
show("items before lengths", lambda: (a,) == (c, b))
show("in a list", lambda: (a, 1) in [(b, 2), (c, 1)])
show("identical", lambda: (b,) == (b,))
show("raises", lambda: (1, Raises()) == (1, 2))
nan = float("nan")
print((nan,) == (nan,), (nan,) == (float("nan"),), nan in [nan], float("nan") in [nan], {nan: 1}.get(nan), {nan: 1}.get(float("nan")))
print((0.0,) == (-0.0,), {0.0: "zero"}[-0.0], {1: "int"}[1.0], 1.5 in {1.5}, (1.5, 2) in {(1.5, 2)})


class Raises:
    def __eq__(self, other):
        raise ValueError("no")


show("raises", lambda: (1, Raises()) == (1, 2))
Point = namedtuple("Point", "x y")
print(Point(1, 2) == (1, 2), (1, 2) == Point(1, 2), Point(1, 2) == Point(1, 2), Point(1, 2) != Point(1, 3))
print({Point(1, 2): "p"}[1, 2], {(1, 2): "t"}[Point(1, 2)], Point(1, 2) in {Point(1, 2)})


class Own(tuple):
    def __eq__(self, other):
        log.append("own")
        return NotImplemented

    __hash__ = tuple.__hash__


show("own", lambda: Own((1,)) == Own((1,)))
show("own and tuple", lambda: ((1,) == Own((1,)), Own((1,)) == (1,)))
Own.__eq__ = tuple.__eq__
show("own again", lambda: Own((1,)) == Own((1,)))


class Odd:
    def __eq__(self, other):
        return []


show("truth of a result", lambda: ((Odd(),) == (1,), (Odd(),) != (1,)))
deep, deeper = (), ()
for _ in range(200_000):
    deep, deeper = (deep,), (deeper,)
try:
    deep == deeper
except RecursionError as e:
    print("RecursionError", str(e).split(" (")[0])
while deep:
    deep, deeper = deep[0], deeper[0]

# Ints of one, two and three digits, as keys and as elements.
numbers = [s * n + d for n in (0, 1, 2**30, 2**31, 2**59, 2**60, 2**61, 2**64, 2**90) for s in (1, -1) for d in (-1, 0, 1)]
table = {n: str(n) for n in numbers}
print(all(table[n + 0] == str(n) for n in numbers), len(table) == len(set(numbers)))
print(all((n in set(numbers)) and (n, n) in {(m, m) for m in numbers} for n in numbers))
print([hash(n) == hash(float(n)) for n in (2**30, -2**30, 2**59, -2**60, 2**61, 2**61 - 1)])
print([hash(n) for n in (-1, -2, 2**30, -(2**30) - 5, 2**60 - 1, 1 - 2**60, 2**61 - 1, 2**61, -(2**61))])
print(2**40 == 2**40 + 1, 2**40 == -(2**40), [2**40].index(2**40), True == 1, {True: 1}[1], 2**40 in [-(2**40), 2**40])
