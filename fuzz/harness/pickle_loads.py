import _pickle, array, collections, datetime, decimal, fractions, functools, pickle, uuid

ALLOWED = {
    ("builtins", name): value for name, value in vars(__import__("builtins")).items()
    if isinstance(value, type) and name not in ("type", "bytearray", "bytes")
}
for module in array, collections, datetime, decimal, fractions, uuid:
    for name in dir(module):
        value = getattr(module, name)
        if isinstance(value, type):
            ALLOWED[module.__name__, name] = value


class Plain:
    pass


class Slotted:
    __slots__ = ("a", "b")


class Stateful:
    def __setstate__(self, state):
        self.state = state


class Unpickler(_pickle.Unpickler):
    def find_class(self, module, name):
        # Nothing that touches the machine or only asks for memory.
        if module == "__main__":
            return {"Plain": Plain, "Slotted": Slotted, "Stateful": Stateful}.get(name, Plain)
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        raise pickle.UnpicklingError(name)

    def persistent_load(self, pid):
        return pid


def load(data):
    return Unpickler(io.BytesIO(data)).load()


def write(value):
    for protocol in 0, 2, 5:
        _pickle.dumps(value, protocol)
    repr(value)


def check(data):
    value = guarded(load, data)
    if value is not None:
        guarded(write, value)
