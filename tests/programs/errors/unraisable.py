class Bad:
    def __del__(self):
        raise ValueError("in del")


def make():
    Bad()
    print("after")


make()


def generator():
    try:
        yield
    finally:
        raise KeyError("in close")


g = generator()
next(g)
import sys
sys.unraisablehook = lambda info: print("hook:", repr(info.exc_value), info.err_msg)
del g
Bad()
