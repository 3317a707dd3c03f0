import sys

sys.setrecursionlimit(10**9)


class Repr:
    def __repr__(self):
        return repr(self)


class Attribute:
    def __getattr__(self, name):
        return getattr(self, name)


for action in (lambda: repr(Repr()), lambda: Attribute().x):
    try:
        action()
    except RecursionError:
        print("RecursionError")

nested = ()
for _ in range(200_000):
    nested = (nested,)
del nested
print("released")
