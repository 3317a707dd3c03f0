"""An `mro()` that assigns other bases and then fails: the class lets go of the base that both assignments replaced."""

import gc
import weakref

armed = False


class Meta(type):
    def mro(cls):
        global armed
        if armed and cls.__name__ == "Victim":
            armed = False
            cls.__bases__ = (Second,)
            raise RuntimeError("no")
        return type.mro(cls)


def make():
    global First, Second, armed

    class Old(metaclass=Meta):
        pass

    class First(Old):
        pass

    class Second(Old):
        pass

    class Victim(Old):
        pass

    armed = True
    try:
        Victim.__bases__ = (First,)
    except RuntimeError as error:
        print(error, Victim.__bases__ == (Second,))
    First = None
    Second = None
    return [weakref.ref(c) for c in (Old, Victim)]


dead = make()
gc.collect()
print([ref() for ref in dead])
