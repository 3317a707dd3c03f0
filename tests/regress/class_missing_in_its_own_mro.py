"""A class that its own `mro()` leaves out is no subclass of itself, which `super` and so `__init_subclass__` find out."""


class Other:
    pass


class Meta(type):
    def mro(cls):
        del Meta.mro
        return (Other,)


try:

    class Victim(metaclass=Meta):
        pass

    print(Victim.__mro__)
except TypeError as error:
    print(error)
