# What proxies offer: no hash, `bytes()` and `reversed()` only for objects that cannot be called, `**=`.
import weakref


class Thing:
    def __ipow__(self, other):
        return ("ipow", other)

    def __bytes__(self):
        return b"bytes"

    def __reversed__(self):
        return iter("reversed")


class Called(Thing):
    def __call__(self):
        return "called"


for cls in Thing, Called:
    thing = cls()
    proxy = weakref.proxy(thing)
    kind = type(proxy)
    print(kind.__name__, kind.__hash__, "__bytes__" in kind.__dict__, "__reversed__" in kind.__dict__)
    for attempt in hash, bytes, lambda p: list(reversed(p)):
        try:
            print(attempt(proxy))
        except TypeError as error:
            print("TypeError:", error)
    try:
        proxy **= 2
        print(proxy)
    except TypeError as error:
        print("TypeError:", error)
