import gc
import weakref


class Thing:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)

    def method(self):
        return self.name


a = Thing("a")
r = weakref.ref(a, lambda ref: print("callback", ref() is None))
p = weakref.proxy(a)
finalizer = weakref.finalize(a, print, "finalized", 1)
print(r() is a, p.name, weakref.getweakrefcount(a) >= 2, finalizer.alive)
method = weakref.WeakMethod(a.method)
print(method()())
del a
print(r(), method(), finalizer.alive)
try:
    p.name
except ReferenceError as error:
    print(error)
values, keys = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary()
b = Thing("b")
values["b"], keys[b] = b, 1
print(len(values), len(keys))
del b
print(len(values), len(keys))
x, y = Thing("x"), Thing("y")
x.other, y.other = y, x
watch = weakref.ref(x)
del x, y
print("cycle alive", watch() is not None)
print(gc.collect() > 0, watch())
for bad in (5, "s", (), None):
    try:
        weakref.ref(bad)
    except TypeError as error:
        print(error)
t = Thing("rebound")
t = Thing("second")
print("end")


class Resurrect:
    def __del__(self):
        global saved
        saved = self


Resurrect()
print(type(saved).__name__)
