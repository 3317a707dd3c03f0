"""Cycles, finalisers, weak references and what the collector tells of them."""
import gc
import weakref

gc.collect()


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self

    def __del__(self):
        print("del", self.name, reference() is None)


def callback(reference):
    print("callback", reference() is None)


node = Node("a")
reference = weakref.ref(node)
watched = weakref.ref(node, callback)
del node
print(gc.collect(), gc.collect())


class Phoenix:
    def __del__(self):
        alive.append(self)


alive = []
bird = Phoenix()
bird.me = bird
del bird
gc.collect()
print(len(alive), gc.is_finalized(alive[0]))
alive.clear()
gc.collect()
print(len(alive))


def pair(a, b):
    return (a, b)


print(gc.is_tracked({}), gc.is_tracked([]), gc.is_tracked(pair(1, 2)), gc.is_tracked(pair([], 2)), gc.is_tracked(int))
nested = pair(1, pair(2, 3))
gc.collect()
print(gc.is_tracked(nested))

phases = []
gc.callbacks.append(lambda phase, info: phases.append((phase, info["generation"])))
gc.collect(0), gc.collect(1), gc.collect()
gc.callbacks.clear()
print(phases)

inner = []
outer = [inner, 5]
print(gc.get_referents(outer) == [inner, 5] or gc.get_referents(outer) == [5, inner])
print([r is outer for r in gc.get_referrers(inner) if isinstance(r, list)])

gc.set_debug(gc.DEBUG_SAVEALL)
loop = []
loop.append(loop)
del loop
gc.collect()
gc.set_debug(0)
print(gc.garbage == [] or len(gc.garbage), type(gc.garbage[-1]))
gc.garbage.clear()

for action in (
    lambda: gc.collect(3),
    lambda: gc.collect("x"),
    lambda: gc.set_threshold(),
    lambda: gc.get_objects(3),
    lambda: gc.get_objects("x"),
):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, error)
print(gc.get_threshold())
gc.set_threshold(500, 5)
print(gc.get_threshold())
