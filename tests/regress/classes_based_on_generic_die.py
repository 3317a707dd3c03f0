"""Instances of a class that has `typing.Generic` among its bases release the class; cycles through it are found."""

import gc
import sys
import weakref
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Plain(Generic[T]):
    pass


class New[U]:
    pass


class Slotted(Generic[T]):
    __slots__ = ("a", "__weakref__")


class Derived(New[int]):
    pass


class Proto(Protocol[T]):
    pass


class Concrete(Proto[int]):
    pass


for cls in Plain, New, Slotted, Derived, Concrete:
    before = sys.getrefcount(cls)
    kept = [cls() for _ in range(100)]
    cls(), cls()
    print(cls.__name__, sys.getrefcount(cls) - before, end=" ")
    del kept
    print(sys.getrefcount(cls) - before)


def cycle():
    class Node(Generic[T]):
        pass

    Node.instance = Node()
    Node.instance.me = Node.instance
    return weakref.ref(Node)


dead = [cycle() for _ in range(3)]
gc.collect()
print([ref() for ref in dead])
