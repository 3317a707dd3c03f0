# A finalizer that assigns __class__ left the old class with too few references.


class Plain:
    pass


class Slotted:
    __slots__ = ("a", "__dict__", "__weakref__")


class Turns:
    def __del__(self):
        self.__class__ = Plain


class SlottedTurns(Slotted):
    def __del__(self):
        try:
            self.__class__ = Slotted
        except TypeError as error:
            print(error)


for _ in range(3):
    many = [Turns() for _ in range(100)]
    del many
one = SlottedTurns()
one.a = [1]
del one
print(type(Turns()).__name__)
