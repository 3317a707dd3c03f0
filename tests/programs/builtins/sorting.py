"""Sorting: the very comparisons CPython makes, and the order that plain keys come out in."""

import hashlib
import random


class X:
    log = []
    def __init__(s, v): s.v = v
    def __lt__(s, o):
        X.log.append((s.v, o.v)); return s.v < o.v
    def __repr__(s): return repr(s.v)
def run(data, **k):
    X.log.clear()
    l = [X(v) for v in data]
    l.sort(**k)
    h = hashlib.md5(repr((X.log, l)).encode()).hexdigest()
    return len(X.log), h
rnd = random.Random(5)
for n in (0, 1, 2, 5, 31, 64, 65, 129, 500, 1024):
    cases = {
      "random": [rnd.random() for _ in range(n)],
      "few": [rnd.randrange(4) for _ in range(n)],
      "asc": list(range(n)),
      "desc": list(range(n,0,-1)),
      "desceq": sorted([rnd.randrange(max(n//3,1)) for _ in range(n)], reverse=True),
      "alleq": [1]*n,
      "asc+few": list(range(n))+[rnd.randrange(n+1) for _ in range(5)],
      "saw": [i%17 for i in range(n)],
      "organ": list(range(n//2))+list(range(n//2,0,-1)),
      "two": sorted(rnd.random() for _ in range(n//3))+sorted(rnd.random() for _ in range(n)),
      "two2": sorted(rnd.random() for _ in range(n))+sorted(rnd.random() for _ in range(n//3)),
      "nan": [rnd.choice([rnd.random(), float('nan')]) for _ in range(n)],
      "blocks": sum((sorted(rnd.random() for _ in range(rnd.randrange(20))) for _ in range(n//100)), []),
    }
    for name, data in cases.items():
        for k in ({}, {"reverse": True}, {"key": lambda x: x}):
            print(n, name, list(k), *run(data, **k))
        f = list(data); f.sort(); print(hashlib.md5(repr(f).encode()).hexdigest())
        f = [(v, i) for i, v in enumerate(data)]; f.sort(); print(hashlib.md5(repr(f).encode()).hexdigest())
        f = list(data); f.sort(key=lambda v: (v, str(v)), reverse=True); print(hashlib.md5(repr(f).encode()).hexdigest())
words = ["", "a", "a\0", "ab", "é", "ÿ", "Ā", "\U0001F600", "\uffff", "aaaaaaaa", "aaaaaaaab", "aaaaaaaa\0", "abc", "abcd"]
for _ in range(20):
    w = ["".join(rnd.choice("ab\0é") for _ in range(rnd.randrange(12))) for _ in range(50)] + rnd.sample(words, 6)
    print(sorted(w) , sorted(w, key=str.lower, reverse=True))
    z = [rnd.choice([rnd.randrange(-2**70, 2**70), rnd.randrange(-9, 9), rnd.randrange(-2**62, 2**62), -2**63, 2**63-1, 2**63]) for _ in range(40)]
    print(sorted(z), sorted(z, key=lambda v: -v), sorted(v for v in z if -2**63 <= v < 2**63))
    z = [rnd.choice([0.0, -0.0, rnd.uniform(-5, 5), float('inf'), -float('inf'), 5e-324, -5e-324]) for _ in range(40)]
    print(sorted(z), sorted(z, reverse=True))
class Bad(Exception): pass
class E:
    def __init__(s, v): s.v = v
    def __lt__(s, o):
        E.n -= 1
        if E.n < 0: raise Bad
        return s.v < o.v
for limit in range(0, 2500, 137):
    E.n = limit
    l = [E(rnd.random()) for _ in range(300)]
    try: l.sort()
    except Bad: pass
    print(limit, hashlib.md5(repr([e.v for e in l]).encode()).hexdigest())


# Tuples, whose items decide one after the other; equal ones keep their order.
class T(tuple):
    pass


COLUMNS = [
    lambda: rnd.randrange(4),
    lambda: rnd.randrange(-(2**63), 2**63),
    lambda: rnd.choice(["a", "ab", "abcdefghi", "abcdefghij", "é", "\u1234", ""]),
    lambda: rnd.choice([0.0, -0.0, 1.5, -2.5, float("inf")]),
    lambda: rnd.choice([1, 1.0, 0, -0.0, 2**53, 2.0**53, 2**53 + 1, 2**70]),
    lambda: rnd.choice([True, False]),
    lambda: rnd.choice([None]),
    lambda: float("nan"),
    lambda: rnd.choice([(), (1,), (1, 2), ("x",)][:3]),
    lambda: rnd.choice([b"", b"a", b"b"]),
]
for count in (2, 60, 700):
    for _ in range(12):
        chosen = [rnd.choice(COLUMNS) for _ in range(rnd.randrange(1, 4))]
        items = [tuple(column() for column in chosen) for _ in range(count)]
        if rnd.random() < 0.5:
            items = [item[: rnd.randrange(len(item) + 1)] for item in items]
        if rnd.random() < 0.3:
            items.sort(key=repr)
            items[5:9] = items[1:4]
        for arguments in ({}, {"reverse": True}, {"key": lambda item: item[::-1]}):
            try:
                result = sorted(items, **arguments)
                places = {id(item): i for i, item in enumerate(items)}
                print(hashlib.md5(repr([(places[id(item)], item) for item in result]).encode()).hexdigest())
            except TypeError as error:
                print(error)
print(sorted([(1, 2), (1,), (), (1, 1), (0, 9, 9)]), sorted([(2, "b"), (2, "a"), (1, None), (0, 1j)]))
for items in ([(1, None), (1, None), (0, 1)], [(1, None), (1, 2)], [(1, "a"), (1, 2)], [(1,), [1]], [(1, 2j), (1, 2j), (1, 3j)]):
    try:
        print(sorted(items))
    except TypeError as error:
        print(error)
same = [(i, i) for i in range(3000)]
print(sorted(same) == same, sorted(same[::-1]) == same, sorted([T(t) for t in same[::-1]]) == same)
deep = tuple(range(100000))
print([len(t) for t in sorted([deep + (i,) for i in (3, 1, 2)] + [deep, deep[:5]])], sorted([deep + (i,) for i in (3, 1, 2)])[0][-1])
numbers = [rnd.choice((i, float(i), i + 0.5, -i)) for i in range(500)]
rnd.shuffle(numbers)
print(hashlib.md5(repr(sorted(numbers)).encode()).hexdigest(), hashlib.md5(repr(sorted(numbers, reverse=True)).encode()).hexdigest())
