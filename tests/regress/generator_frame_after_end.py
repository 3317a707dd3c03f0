"""A generator that has ended, or was closed before it began, holds nothing: no arguments, no caller."""


class Probe:
    def __del__(self):
        print("released")


def generator(argument):
    yield


g = generator(Probe())
g.close()
print("closed")

g = generator(1)
frame = g.gi_frame
next(g)
print(frame.f_back)
next(g, None)
print(frame.f_back)


class Wrong(Exception):
    def __new__(cls, *args):
        return cls


g = generator(1)
try:
    g.throw(Wrong)
except TypeError as e:
    print(str(e).partition(" at ")[0][:40])
print(list(g))
