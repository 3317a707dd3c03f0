# A comparison during an insertion that empties the dict and refills it with strings.
class Key:
    def __init__(self, act): self.act = act
    def __hash__(self): return hash("a")
    def __eq__(self, other):
        if self.act is not None:
            act, self.act = self.act, None
            act()
        return self is other

for size in (1, 5, 20, 100):
    for how in ("set", "setdefault", "update"):
        d = {"a": 1}
        d.update({str(i): i for i in range(size)})
        def act():
            d.clear()
            for i in range(size // 2 + 1):
                d["s%d" % i] = i
        k = Key(act)
        if how == "set": d[k] = "v"
        elif how == "setdefault": d.setdefault(k, "v")
        else: d.update({k: "v"})
        for i in range(200):
            d["x%d" % i] = i
        assert d[k] == "v" and d["x7"] == 7, (size, how)
        assert len(list(d)) == len(d)
        d.pop(k)
        c = d.copy(); c[3.5] = 1; assert c[3.5] == 1
print("ok")
