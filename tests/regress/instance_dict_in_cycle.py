"""The dict of an instance is seen by the collector, also when it outlives the instance or serves another one."""
import gc
import weakref


class Node:
    pass


class Watched(dict):
    pass


def cycle_through_dict():
    node = Node()
    namespace = node.__dict__
    namespace["me"] = namespace
    namespace["probe"] = probe = Watched()
    return weakref.ref(probe)


probe = cycle_through_dict()
gc.collect()
print("collected:", probe() is None)
print("tracked:", gc.is_tracked(Node().__dict__))

first = Node()
first.attr = "whatever"
second = Node()
second.__dict__ = first.__dict__
second.ref = {"circular": first, "data": 42}
del first
gc.collect()
print(second.ref["data"], second.attr)


class Text(str):
    pass


one = Node()
one.name = 1
two = Node()
two.__dict__[Text("name")] = 2
print(type(list(two.__dict__)[0]).__name__, two.name)

used = {i: i for i in range(20)}


class Reused(dict):
    def __new__(cls):
        return used


print(len(Reused.fromkeys({"a", "b"})), len(Reused.fromkeys({"c": 1})))

items = {f"k{i}": i for i in range(1000)}
for i in range(1, 1000):
    del items[f"k{i}"]
backwards = reversed(items)
items.clear()
items["k0"] = 0
print(list(backwards))
