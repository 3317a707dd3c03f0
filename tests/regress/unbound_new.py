# `super().__new__` called on a class whose `__new__` was assigned as a plain function; `Generic` without `__new__` of its own.
from typing import Generic, Protocol, TypeVar


class Base:
    pass


def plain_new(cls, value):
    made = object.__new__(cls)
    made.value = value
    return made


Base.__new__ = plain_new


class Meta(type):
    pass


class Derived(Base, metaclass=Meta):
    def __new__(cls, value):
        return super().__new__(cls, value)


for _ in range(20):
    made = Derived(3)
print(made.value)


class Function:
    made = plain_new

    @classmethod
    def make(cls):
        return cls


class Child(Function):
    @classmethod
    def make(cls):
        return super().made(cls, 5).value


print([Child.make() for _ in range(20)][-1])

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, value):
        self.value = value


class P(Protocol):
    a: int


class C(P):
    pass


def init(self, a):
    self.a = a


C.__init__ = init
print(Box(1).value, Box[int](2).value, C(3).a)
print("__new__" in Generic.__dict__, Box.__new__ is object.__new__, type(Generic()).__name__)
try:
    Generic(1)
except TypeError as e:
    print(e)
