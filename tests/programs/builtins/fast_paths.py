"""Lists, tuples, dicts, numbers and exceptions where their fast paths end."""
import random


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


def show(text, make):
    try:
        print(text, make())
    except Exception as error:
        print(text, type(error).__name__, error)


def assign(target, start, stop, value):
    target[start:stop] = value
    return target


numbers = list(range(10))
for start in (None, 0, 3, -3, 100, -100, 2**70, -2**70, True):
    for stop in (None, 0, 7, -1, 100, -100, 2**70, -2**70):
        assert numbers[start:stop] == [*numbers.__getitem__(slice(start, stop))]
        assert tuple(numbers)[start:stop] == tuple(numbers[start:stop])
        assert "0123456789"[start:stop] == "".join(map(str, numbers[start:stop]))
        for value in ([], [1], (1, 2), list(range(20)), "ab"):
            copy = numbers[:]
            copy[start:stop] = value
            other = numbers[:]
            other.__setitem__(slice(start, stop), list(value))
            assert copy == other, (start, stop, value)
show("float bound", lambda: numbers[1.5:])
show("assign an int", lambda: assign([1], 0, 1, 5))
own = [1, 2, 3]
own[1:2] = own
print(own)
own.extend(own)
print(own)
own += tuple(own)
print(len(own), own[::5], own[::-7])
print([1, 2] * 3, [1] * 0, [] * 5, [1] + [2], [] + [])
drop = [Loud(i) for i in range(4)]
drop[1:3] = []
print("cut")
drop[:] = (1, 2)
print("done")
pair = (Loud("a"), Loud("b"))
del pair

# Sorting.
rng = random.Random(5)
for size in (0, 1, 2, 31, 32, 33, 100, 1000):
    data = [rng.randrange(50) for _ in range(size)]
    tagged = [(n, i) for i, n in enumerate(data)]
    assert sorted(data) == [n for n, _ in sorted(tagged)]
    assert sorted(tagged, key=lambda t: t[0]) == sorted(tagged)
    down = sorted(tagged, key=lambda t: t[0], reverse=True)
    assert down == sorted(tagged, key=lambda t: (-t[0], t[1]))
    assert sorted(map(str, data)) == sorted(map(str, data), key=lambda s: s)
    assert sorted(float(n) for n in data) == data.__class__(sorted(data))
    mixed = [n if n % 2 else float(n) for n in data]
    assert sorted(mixed) == sorted(data)
    assert sorted([(str(n), n) for n in data]) == sorted([(str(n), n) for n in data], key=lambda t: (t[0], t[1]))
print(sorted([(1, "b"), (1, "a"), (0, "c")]), sorted([(), (1,), ()]), sorted([(1, 2), (1,)]))
nan = float("nan")
print(sorted([(nan, 2), (nan, 1)]), sorted([(2.0, 1), (1.0, 5), (2.0, 0)]))
print(sorted([10**20, 5, -10**20, 7]))
show("unordered", lambda: sorted([(1, {}), (1, {})]))
show("mixed", lambda: sorted([3, "a", 1]))


class Fussy:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        if self.n == 40:
            raise ZeroDivisionError("forty")
        return self.n < other.n


fussy = [Fussy(n) for n in rng.sample(range(60), 60)]
show("raises", fussy.sort)
print(sorted(f.n for f in fussy) == list(range(60)))
show("key raises", lambda: numbers.sort(key=lambda n: 1 / (n - 5)))
print(numbers)
grower = [3, 2, 1]
show("grows", lambda: grower.sort(key=lambda n: grower.append(n) or n))
print(sorted(grower))

# Dicts of ints that are not the same objects, and of what equals them.
table = {n: n for n in range(2000)}
print(all(table[int(str(n))] == n for n in range(2000)), table[5.0], table[True], 7.0 in table, -1 in table)
table[-1] = "minus one"
print(table[-1], table[-1.0], hash(-1), len(table))
show("missing", lambda: table[10**9])
show("unhashable", lambda: table[[]])
for n in range(0, 2000, 3):
    del table[n]
for n in range(5000, 9000):
    table[n] = n
print(len(table), sum(v for v in table.values() if isinstance(v, int)))

# Numbers whose memory is used again.
def chain(a, b):
    return (a * b + a - b) * (a + b) - a * b + 1000


print([chain(a, b) for a, b in [(1, 2), (300, 400), (-300, 400), (30000, 40000), (0, 0), (1 << 29, 3)]])
big, small = 1000, 256
kept = big + 1
copy = kept
print((kept + 1) - 1, kept is copy, kept, (big + 256) - big is small, big - 1005 == -5)
print(int("12"), int("-0"), int(" 7 "), int("1_000"), int("9" * 18), int("9" * 19), int("\u0665"))
for text in ("", "-", "+", "1 2", "0x1", "--1"):
    show(repr(text), lambda: int(text))
print(int(x := "5"), int("11", 2), int("z", base=36), int(), int(3.7), f"{1.5:.3f}|{12:>6}|{-7:06d}|{3:é^5}")
show("int of three", lambda: int(1, 2, 3))
print(ValueError("a", 1).args, KeyError().args, repr(Exception(1)), RuntimeError(*"ab"))
show("exception keywords", lambda: ValueError(a=1))
