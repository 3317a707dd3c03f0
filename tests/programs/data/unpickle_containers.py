"""Containers of all sizes through pickle, and pickles that misuse the stack."""

import pickle

values = [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], list(range(2500)), {}, {"a": 1}, {i: str(i) for i in range(2500)},
          {1, 2}, frozenset("ab"), ["ä", "日本", "\udc80", "", "x"], {"k": ((1,), [2, {"n": None}])}]
shared = [1]
values.append([shared, shared, (shared,)])
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    print(protocol, [pickle.loads(pickle.dumps(v, protocol)) == v for v in values].count(False))
back = pickle.loads(pickle.dumps(values[-1]))
print(back[0] is back[1] is back[2][0])
loop = []
loop.append(loop)
print((got := pickle.loads(pickle.dumps(loop)))[0] is got)


class D(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, ("set", value))


class L(list):
    def extend(self, items):
        print("extend", items)
        super().extend(items)


print(pickle.loads(pickle.dumps(D(a=1))), pickle.loads(pickle.dumps(L([1, 2]))))


class Key:
    def __hash__(self):
        print("hash")
        return 1

    def __eq__(self, other):
        return True


print(len(pickle.loads(pickle.dumps({Key(): 1}))))
for data in (b"(e.", b"]e.", b"](a.", b"a.", b"}(K\x01u.", b"}K\x01s.", b"u.", b"s.", b"\x85.", b"K\x01\x86.", b"(K\x01\x87.", b"](K\x01e.", b"N(K\x01e.",
             b"}(K\x01K\x02u.", b"](K\x01K\x02\x86e.", b"\x8f(K\x01\x90.", b"\x90.", b"t.", b"(t.", b"}(]K\x01u."):
    try:
        print(data, pickle.loads(data))
    except Exception as e:
        print(data, type(e).__name__, e)
