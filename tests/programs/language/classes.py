class Meta(type):
    def __prepare__(name, bases, **options):
        print("prepare", name, [b.__name__ for b in bases], options)
        return {"prepared": True}

    def __new__(cls, name, bases, namespace, **options):
        namespace.setdefault("tag", options.get("tag"))
        return super().__new__(cls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kwargs):
        made = super().__call__(*args, **kwargs)
        made.via = "meta"
        return made

    def __instancecheck__(cls, value):
        return value == "magic" or super().__instancecheck__(value)


class Base(metaclass=Meta, tag="b"):
    def __init_subclass__(cls, /, colour=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.colour = colour


try:
    class Child(Base, colour="red"):
        pass
except TypeError as error:
    print(error)

print(Base.tag, Base.prepared, Base().via, Child.colour, isinstance("magic", Base), type(Child))


class A:
    def who(self):
        return ["A"]


class B(A):
    def who(self):
        return ["B"] + super().who()


class C(A):
    def who(self):
        return ["C"] + super().who()


class D(B, C):
    def who(self):
        return ["D"] + super().who()


print(D().who(), [c.__name__ for c in D.__mro__])
try:
    class E(A, B):
        pass
except TypeError as error:
    print(error)


class Generic:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item!r}]"

    def __mro_entries__(self, bases):
        return (A,)


print(Generic[int], Generic["x", 1])


class F(Generic()):
    pass


print(F.__bases__, F.__orig_bases__[0].__class__.__name__)


class Slotted:
    __slots__ = ("x", "__private", "__weakref__")

    def __init__(self):
        self.x = 1
        self.__private = 2


s = Slotted()
print(s.x, s._Slotted__private, hasattr(s, "__dict__"))
for statement in ("s.y = 1", "del s.x; s.x", "object().a = 1", "int.a = 1"):
    try:
        exec(statement)
    except (AttributeError, TypeError) as error:
        print(statement, "->", type(error).__name__, error)


class Named:
    class Nested:
        def method(self): ...


print(Named.Nested.method.__qualname__, Named.Nested.__qualname__, Named.__module__, type("Made", (A,), {"z": 1}).z)
