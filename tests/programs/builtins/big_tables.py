"""Dicts and sets so big that what comes next is fetched ahead, and what changes them while they are walked."""

import random

random.seed(11)
N = 5000
KINDS = {
    "ints": [random.getrandbits(60) for _ in range(N)],
    "floats": [random.random() for _ in range(N)],
    "strings": [f"k{random.getrandbits(40)}" for _ in range(N)],
    "tuples": [(random.getrandbits(20), str(i)) for i in range(N)],
    "mixed": [random.choice((i, str(i), i + 0.25, (i,))) for i in range(N)],
}

for name, keys in KINDS.items():
    shuffled = random.sample(keys, N)
    s, t = set(keys), set(shuffled[: N // 2] + [None, "other"])
    print(name, len(s), s == set(shuffled), s.issubset(t), t < s, len(s & t), len(s - t), len(t - s), len(s ^ t), len(s | t))
    few = set(shuffled[:5]) | {b"?"}
    print(len(s - few), len(few - s), s.isdisjoint(few), s.isdisjoint({b"?"}), len(s.difference(shuffled[:7])))
    u = set(s)
    u -= t
    u ^= few
    u |= set(shuffled[:100])
    print(len(u), len(u.copy()), sum(k in u for k in keys), sorted(map(str, u))[:2])
    few.difference_update(s)
    print(few)
    d = dict.fromkeys(keys, 0)
    e = dict(zip(shuffled, keys))
    f = dict([(k, k) for k in shuffled])
    print(list(d) == list(dict.fromkeys(keys)), len(e), f == {k: k for k in keys}, d == dict.fromkeys(shuffled, 0), d == f)
    print(list(f)[:1] == shuffled[:1], len(d | e), (d | e) == e, dict(f) == f.copy() == f)
    for k in shuffled[: N - 10]:
        del f[k]
    print(len(f), list(f) == shuffled[N - 10 :], f == {k: k for k in shuffled[N - 10 :]})


class Key:
    """Compares by code, which may change the container that is asked."""

    meddle = None

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        if Key.meddle is not None:
            Key.meddle()
        return isinstance(other, Key) and self.value == other.value


def shrink(container):
    def meddle():
        Key.meddle = None
        container.clear()

    Key.meddle = meddle


for operation in (
    lambda s, t: s & t,
    lambda s, t: s - t,
    lambda s, t: s | t,
    lambda s, t: s ^ t,
    lambda s, t: s <= t,
    lambda s, t: s == t,
    lambda s, t: s.isdisjoint(t),
    lambda s, t: s.difference_update(t),
    lambda s, t: s.symmetric_difference_update(t),
    lambda s, t: s.update(t),
):
    for cleared in range(2):
        pair = {Key(i) for i in range(2000)}, {Key(i) for i in range(1000, 3000)}
        shrink(pair[cleared])
        try:
            result = operation(*pair)
        except RuntimeError as error:
            result = error
        Key.meddle = None
        print(len(result) if isinstance(result, set) else result, *map(len, pair), end="; ")
    print()

for cleared in range(2):
    pair = {Key(i): i for i in range(2000)}, {Key(i): i for i in range(2000)}
    shrink(pair[cleared])
    try:
        print(pair[0] == pair[1], end=" ")
    except RuntimeError as error:
        print(error, end=" ")
    Key.meddle = None
    print(*map(len, pair))


def endless():
    yield 1
    while True:
        yield 7


print({7, 8}.isdisjoint(endless()), {2}.isdisjoint({1: 2}), frozenset("ab").isdisjoint("cb"))


class Fails:
    def __hash__(self):
        return 7

    def __eq__(self, other):
        raise ValueError("no")


for function in (set.isdisjoint, set.issubset, set.union, set.__and__, set.__sub__, set.__xor__, set.__eq__):
    try:
        print(function.__name__, function({7, 9}, {Fails(), 1}))
    except ValueError as error:
        print(function.__name__, error)

big = dict.fromkeys(range(3000))
try:
    for k in big:
        del big[k]
except RuntimeError as error:
    print(error, len(big))
try:
    for k in big:
        del big[k]
        big[-k] = k
except RuntimeError as error:
    print(error, len(big))
sets = set(range(3000))
try:
    for k in sets:
        sets.add(-k - 1)
except RuntimeError as error:
    print(error, len(sets))
