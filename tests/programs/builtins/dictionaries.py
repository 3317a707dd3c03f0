d = {"b": 2, "a": 1}
d["c"] = 3
d.update({"d": 4}, e=5); d |= {"f": 6}
print(d, d.get("x"), d.get("x", 0), d.pop("b"), d.pop("b", None), d.setdefault("g", []), d.popitem(), list(d), len(d), "a" in d)
print(d.keys() & {"a", "z"}, sorted(d.items()), list(reversed(d)), dict([("k", 1)], z=2), dict.fromkeys("ab", 0), {**d, "a": 9} | {"q": 1})
view = d.keys(); d["new"] = 1; print(view, len(view), d.items() >= {("new", 1)}, d.values(), d == dict(reversed(d.items())))
del d["new"]; d["new"] = 2; print(list(d)[-1], {1: "a", 1.0: "b", True: "c"}, {(1, 2): 3}[1, 2])


class Missing(dict):
    def __missing__(self, key):
        return f"no {key}"


print(Missing(a=1)["a"], Missing()["z"], Missing().get("z"))


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self.n == other.n

    def __repr__(self):
        return f"K{self.n}"


k = {Key(i): i for i in range(5)}
del k[Key(2)]
k[Key(3)] = "three"
print(k, Key(4) in k, Key(9) in k)
r = {}; r["self"] = r; print(r)
for expression in ("{}['k']", "{}[1, 2]", "{[]: 1}", "{}.pop('k')", "{}.popitem()", "dict(5)", "dict([1])", "dict(['abc'])", "{} + {}", "hash({})", "{1: 1}.update(5)", "{}.get()",
                   "{'a': 1} | [('b', 2)]", "dict(a=1, **{'a': 2})", "{}.fromkeys(5)"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
grow = {}
for i in range(2000):
    grow[i] = i
    if i % 3 == 0:
        del grow[i]
print(len(grow), sum(grow), list(grow)[:5], grow.pop(1), next(iter(grow)))
try:
    for key in grow:
        del grow[key]
except RuntimeError as error:
    print(error)
