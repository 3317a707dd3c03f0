"""The function that evaluates annotations is named after the one it belongs to."""


def f(x: int):
    def nested() -> None:
        pass
    return nested


class Outer:
    x: int

    def method(self, x: int):
        pass

    class Inner[T]:
        y: T

        def method[U](self, x: T) -> U:
            pass


for owner in (f, f(1), Outer, Outer.method, Outer.Inner, Outer.Inner.method):
    function = owner.__annotate__
    print(function.__qualname__, function.__name__, function.__code__.co_qualname)
f.__qualname__ = "renamed"
print(f.__annotate__.__qualname__)
