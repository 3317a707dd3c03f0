class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name.upper()

    def __exit__(self, kind, error, traceback):
        print("exit", self.name, kind and kind.__name__, error, traceback is not None)
        return self.swallow


with Manager("a") as a, Manager("b"):
    print("body", a)
with (
    Manager("c", swallow=True) as c,
    Manager("d"),
):
    raise ValueError("lost")
print("after", c)


def early():
    with Manager("e"):
        for i in range(5):
            with Manager(f"loop{i}"):
                if i == 0:
                    continue
                if i == 1:
                    break
        return "returned"


print(early())


class Bare:
    pass


for statement in ("with Bare(): pass", "with 5 as x: pass"):
    try:
        exec(statement)
    except TypeError as error:
        print(error)


class FailsOnExit(Manager):
    def __exit__(self, *details):
        raise KeyError("exit")


try:
    with FailsOnExit("f"):
        1 / 0
except KeyError as error:
    print(error, repr(error.__context__))

with Manager("t") as (x, *rest), Manager("u") as [y]:
    print(x, rest, y)

from contextlib import ExitStack, contextmanager, suppress, closing, nullcontext


@contextmanager
def managed():
    print("setup")
    try:
        yield 42
    except LookupError as error:
        print("handled", repr(error))
    finally:
        print("teardown")


with managed() as value, suppress(ZeroDivisionError):
    1 / 0
with managed():
    {}["k"]
with ExitStack() as stack:
    for name in "xy":
        stack.enter_context(Manager(name))
    stack.callback(print, "callback", 1)
