assert False, "never"
if __debug__:
    print("debug")
else:
    print("optimised")


def f():
    "doc"


print(f.__doc__)
