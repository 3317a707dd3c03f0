# A descriptor that answers a special method's look-up with AttributeError: for some operations the method is missing then, for others
# the error goes on.
import operator
import os
import sys


class Missing:
    def __init__(self, name):
        self.name = name

    def __get__(self, instance, owner):
        raise AttributeError("no " + self.name)


uses = {
    "__eq__": lambda o: o == 1, "__ne__": lambda o: o != 1, "__lt__": lambda o: o < 1,
    "__add__": lambda o: o + 1, "__radd__": lambda o: 1 + o, "__len__": len, "__getitem__": lambda o: o[0],
    "__contains__": lambda o: 1 in o, "__iter__": iter, "__next__": next, "__hash__": hash, "__bool__": bool,
    "__call__": lambda o: o(), "__str__": str, "__index__": operator.index, "__int__": int, "__float__": float,
    "__neg__": lambda o: -o, "__format__": format, "__bytes__": bytes, "__reversed__": reversed, "__dir__": dir,
    "__sizeof__": sys.getsizeof, "__buffer__": memoryview, "__pow__": lambda o: o**2,
    "__setitem__": lambda o: operator.setitem(o, 1, 2), "__iadd__": lambda o: operator.iadd(o, 1),
    "__complex__": complex, "__length_hint__": operator.length_hint, "__getattr__": lambda o: o.x,
    "__setattr__": lambda o: setattr(o, "x", 1), "__divmod__": lambda o: divmod(o, 1),
}
for name, use in uses.items():
    instance = type("C", (), {name: Missing(name)})()
    try:
        print(name, use(instance))
    except Exception as error:
        print(name, type(error).__name__, error)
print(None.__ne__(None), None.__eq__(None), None.__eq__(1), None.__ne__(1), None.__lt__(None))
