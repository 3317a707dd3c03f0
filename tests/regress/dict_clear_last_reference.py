# An object that only its own attributes keep alive dies while its `__dict__` is emptied, and its inline values with it.
import gc


class Thing:
    pass


class Loud:
    def __init__(self, name, seen=None):
        self.name = name
        self.seen = seen

    def __del__(self):
        print(self.name, "dies", self.seen() if self.seen else "")


for attributes in ["me"], ["a", "me"], ["me", "a", "b"], ["a", "b", "me", "c"]:
    thing = Thing()
    for name in attributes:
        setattr(thing, name, thing if name == "me" else Loud(name))
    d = thing.__dict__
    del thing
    d.clear()
    fill = [bytearray(n) for n in range(16, 512, 8)]
    d["new"] = 1
    print(d)
    del d, fill

# A value that looks at the dict as it dies finds it empty, and what it puts there stays.
thing = Thing()
d = thing.__dict__
thing.a = Loud("a", lambda: d.setdefault("late", len(d)))
thing.b = Loud("b")
d.clear()
print(d, vars(thing) is d, sorted(d.items()))
thing.late = 5
print(d)

# The same for the assignment of another `__dict__`.
thing = Thing()
thing.a = Loud("a", lambda: setattr(thing, "x", 1) or sorted(thing.__dict__))
thing.b = Loud("b")
thing.__dict__ = {"c": 3}
print(sorted(thing.__dict__))
