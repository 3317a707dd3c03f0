# Texts of wrong calls, and what errors know of the attribute they are about.
import codecs
import collections
import types


def show(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


module = types.ModuleType("mod")
show(lambda: module())
module.mod = lambda: None
show(lambda: module())
module.mod = 3
show(lambda: module())


class Odd(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return str.__hash__(self) ^ 3


show(lambda: min(0, default=1, key=2, foo=3))
show(lambda: min(0, foo=3))
show(lambda: sorted([], a=1, b=2, c=3))
show(lambda: ImportError(0, name=1, path=2, name_from=3, foo=3))
show(lambda: ImportError(namez=1))
show(lambda: AttributeError(1, nam=1))
show(lambda: print(0, 1, **{Odd("foo"): ","}))
show(lambda: round(1.75, **{Odd("foo"): 1}))
show(lambda: ImportError(**{Odd("foo"): 1}))
show(lambda: types.SimpleNamespace(**{1: 2}))
show(lambda: types.SimpleNamespace({1: 2}))
show(lambda: sum([1.0, 10**100, 1.0, -10**100]))
show(lambda: sum([1.0, 10**400]))
show(lambda: sum([1.0j, 10**100, 1.0, -10**100]))


def clearing():
    separator.clear()
    yield b"A"
    yield b"B"


separator = bytearray(b",")
show(lambda: separator.join(clearing()))


class Killer:
    def __init__(self, value):
        pass

    def __del__(self):
        items[:] = range(20)

    def __lt__(self, other):
        return id(self) < id(other)


items = list(range(10))
show(lambda: items.sort(key=Killer))

show(lambda: "[\udc80\ud800\udfff]".encode("utf-8", "surrogateescape"))
show(lambda: "[\udc80\u0100]".encode("ascii", "surrogateescape"))
show(lambda: "[\udc80\u0100\u0101]".encode("latin-1", "surrogateescape"))
codecs.register_error("tests.replacing", lambda exc: ("\U0001f40d", exc.end))
for encoding in "utf-8", "utf-16", "utf-32-be", "latin-1":
    show(lambda: "[\udc80]".encode(encoding, "tests.replacing"))


class NoText(UnicodeEncodeError):
    def __init__(self):
        super().__init__("ascii", "", 0, 1, "bad")
        self.object = []


for handler in "replace", "ignore", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape":
    show(lambda: codecs.lookup_error(handler)(NoText()))

ordered = collections.OrderedDict([("a", 1), ("b", 2)])
ordered.move_to_end("a")
print(list(type("C", (), ordered).__dict__)[:2])


class Raising:
    def __getattr__(self, name):
        raise AttributeError(23)


instance = Raising()
for get in (lambda: instance.foo, lambda: getattr(instance, "foo"), lambda: instance.foo()):
    try:
        get()
    except AttributeError as error:
        print(error.name, error.obj is instance)


def unbound():
    print(x)
    x = 1


try:
    unbound()
except UnboundLocalError as error:
    print(error, error.name)

for builtins in types.MappingProxyType({}), {}:
    show(lambda: exec("import foo.bar", {"__builtins__": builtins}))
    show(lambda: eval("x.__reduce__()", {"__builtins__": builtins, "x": iter([1, 2])}))
show(lambda: eval("x.__reduce__()", {"__builtins__": {"iter": 4}, "x": iter([1, 2])}))
