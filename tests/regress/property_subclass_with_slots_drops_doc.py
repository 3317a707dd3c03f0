"""A subclass of `property` whose instances have no room for a docstring drops a given one and fails on a getter's."""


class Slotted(property):
    __slots__ = ("other",)


def getter(self):
    """Text."""


print(Slotted(doc="given").__doc__, Slotted(getter, doc="given").__doc__)
try:
    Slotted(getter)
except AttributeError as error:
    print(error)
