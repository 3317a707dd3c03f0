import functools


def trace(label):
    print("making", label)

    def decorate(function):
        print("decorating", function.__name__, "with", label)

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            print(f"{label}:", end=" ")
            return function(*args, **kwargs)

        return wrapper

    return decorate


@trace("outer")
@trace("inner")
def add(a, b):
    "adds"
    return a + b


print(add(1, 2), add.__name__, add.__doc__, add.__wrapped__.__wrapped__(3, 4))


@lambda cls: setattr(cls, "extra", 1) or cls
class Decorated:
    pass


print(Decorated.extra)


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(100), fib.cache_info())


@functools.singledispatch
def show(x):
    return f"object {x}"


@show.register
def _(x: int | float):
    return f"number {x}"


@show.register(list)
def _(x):
    return f"list of {len(x)}"


print(show("a"), show(1), show(2.5), show([1]))


@functools.total_ordering
class Version:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


print(Version(1) <= Version(2), Version(2) > Version(3), functools.partial(pow, 2)(10), functools.reduce(lambda a, b: a * b, range(1, 6)))
buttons = [lambda f: f]


@buttons[0]
@(x := buttons[0])
def late():
    return "late"


print(late())
