"""Attributes, types, functions and deaths."""

import copy
import functools
import gc
import operator
import weakref

from evil import Evil, EvilStr, callback, evils, tick
from harness import cases, section
from mappings import DICT_DEEDS


@section
def functions(this):
    class Box:
        def __init__(self):
            self.partial = functools.partial(callback, Evil(1), a=Evil(2))
            self.cached = functools.lru_cache(maxsize=3)(lambda *a, **k: callback(*a))
            self.endless = functools.lru_cache(maxsize=None)(lambda *a, **k: callback(*a))
            self.f = eval("lambda a, b=Evil(), *c, d=Evil(), **e: (tick(), a, b, c, d, e)", globals())

    deeds = {
        "setstate": lambda c: c.partial.__setstate__((callback, (Evil(5),), {}, None)),
        "cache_clear": lambda c: (c.cached.cache_clear(), c.endless.cache_clear()),
        "recurse": lambda c: (c.cached(Evil(7)), c.endless(Evil(7)), c.partial()),
        "defaults": lambda c: (setattr(c.f, "__defaults__", ()), setattr(c.f, "__kwdefaults__", {})),
        "code": lambda c: setattr(c.f, "__code__", (lambda a, b=1, *c, d=2, **e: 7).__code__),
        "drop": lambda c: c.__dict__.clear(),
        "dict": lambda c: c.partial.__dict__.update({"x": 1}),
    }
    operations = {
        "partial": lambda c: c.partial(Evil(3), b=Evil(4)),
        "partial repr": lambda c: repr(c.partial),
        "partial pickle": lambda c: c.partial.__reduce__(),
        "partial of partial": lambda c: functools.partial(c.partial, Evil(4), a=1)(Evil(5)),
        "placeholder": lambda c: functools.partial(callback, functools.Placeholder, 1)(Evil(4)),
        "cached": lambda c: [c.cached(Evil(n)) for n in range(8)],
        "cached kw": lambda c: [c.cached(Evil(n), k=Evil(n)) for n in range(8)],
        "cached again": lambda c: [c.cached(Evil(n % 2)) for n in range(8)],
        "endless": lambda c: [c.endless(Evil(n % 4)) for n in range(8)],
        "call": lambda c: c.f(1),
        "call kw": lambda c: c.f(a=Evil(), **{EvilStr("z"): 1}),
        "call wrong": lambda c: c.f(1, a=2, **{EvilStr("b"): 1}),
        "cmp_to_key": lambda c: sorted(evils(), key=functools.cmp_to_key(lambda a, b: (tick(), Evil(1))[1])),
        "key less": lambda c: functools.cmp_to_key(lambda a, b: Evil(1))(1) < functools.cmp_to_key(callback)(2),
        "reduce": lambda c: functools.reduce(callback, Evil(), Evil()),
        "singledispatch": lambda c: functools.singledispatch(callback)(Evil()),
        "methodcaller": lambda c: operator.methodcaller("__getitem__", Evil())(Evil()),
        "attrgetter": lambda c: operator.attrgetter("partial.func", "f.__name__")(c),
        "itemgetter": lambda c: operator.itemgetter(Evil(), Evil())(Evil()),
        "wraps": lambda c: functools.wraps(c.f)(c.partial),
        "total": lambda c: functools.total_ordering(type("T", (), {"__lt__": callback, "__eq__": callback}))() >= 1,
    }
    cases(this, Box, deeds, operations)


@section
def own_dicts(this):
    """An object that only its attributes keep alive, seen through its `__dict__`."""

    class Thing:
        pass

    def make():
        thing = Thing()
        thing.a, thing.me, thing.b = Evil(1), thing, Evil(2)
        return thing.__dict__

    deeds = dict(DICT_DEEDS)
    deeds["another"] = lambda c: [setattr(c["me"], "__dict__", {})] if "me" in c else None
    deeds["collect"] = lambda c: gc.collect()
    operations = {
        "clear": lambda c: c.clear(),
        "pop": lambda c: (c.pop("me", None), c.update(z=1)),
        "replace": lambda c: c.update(me=1, a=2, b=3),
        "delete": lambda c: [c.__delitem__(name) for name in ("me", "a", "b")],
        "popitem": lambda c: [c.popitem() for _ in range(3)],
        "other dict": lambda c: setattr(c["me"], "__dict__", {}),
        "class": lambda c: setattr(c["me"], "__class__", type("Other", (), {})),
        "del dict": lambda c: delattr(c["me"], "__dict__"),
        "init": lambda c: c.__init__({"me": 1}, a=2),
        "or": lambda c: operator.ior(c, {"me": 1, "a": 2}),
        "collect": lambda c: (c.update(x=[c]), gc.collect()),
    }
    cases(this, make, deeds, operations)


@section
def attributes(this):
    def make():
        class Meta(type):
            def __getattribute__(cls, name):
                tick()
                return type.__getattribute__(cls, name)

            def __instancecheck__(cls, x):
                tick()
                return False

            def mro(cls):
                tick()
                return type.mro(cls)

        class Descriptor:
            def __get__(self, obj, cls=None):
                tick()
                return 1

            def __set__(self, obj, value):
                tick()

            def __delete__(self, obj):
                tick()

            def __set_name__(self, owner, name):
                tick()

        class Base(metaclass=Meta):
            d = Descriptor()

            def __getattr__(self, name):
                tick()
                raise AttributeError(name)

            def __getattribute__(self, name):
                tick()
                return object.__getattribute__(self, name)

            def __setattr__(self, name, value):
                tick()
                object.__setattr__(self, name, value)

            def method(self):
                return tick()

            @property
            def p(self):
                tick()
                return self

            @classmethod
            def c(cls):
                tick()

        class Derived(Base):
            pass

        self = Derived()
        self.x = Evil()
        self.y = Evil()
        self.__class__.other = Descriptor()
        return self

    class Another:
        pass

    deeds = {
        "class": lambda c: setattr(c, "__class__", type("B", (type(c),), {})),
        "dict": lambda c: object.__setattr__(c, "__dict__", {}),
        "dict clear": lambda c: object.__getattribute__(c, "__dict__").clear(),
        "dict grow": lambda c: object.__getattribute__(c, "__dict__").update((f"k{n}", Evil(n)) for n in range(40)),
        "del descriptor": lambda c: type.__delattr__(type(c).__mro__[1], "d"),
        "bases": lambda c: setattr(type(c), "__bases__", (type("N", (), {}),)),
        "method": lambda c: type.__setattr__(type(c), "method", 1),
        "getattr": lambda c: type.__delattr__(type(c).__mro__[1], "__getattr__"),
        "getattribute": lambda c: type.__delattr__(type(c).__mro__[1], "__getattribute__"),
        "collect": lambda c: gc.collect(),
    }
    operations = {
        "d": lambda c: c.d,
        "d set": lambda c: setattr(c, "d", 1),
        "d del": lambda c: delattr(c, "d"),
        "x": lambda c: c.x,
        "x set": lambda c: setattr(c, "x", Evil(2)),
        "x evil": lambda c: getattr(c, EvilStr("x")),
        "missing": lambda c: c.missing,
        "method": lambda c: c.method(),
        "property": lambda c: c.p.p,
        "classmethod": lambda c: c.c(),
        "class attribute": lambda c: type(c).d,
        "super": lambda c: super(type(c), c).d,
        "super method": lambda c: super(type(c), c).method(),
        "isinstance": lambda c: isinstance(Evil(), type(c)),
        "subclass": lambda c: type("S", (type(c),), {"q": type(c).__mro__[1].__dict__["d"]}),
        "dir": dir,
        "vars": lambda c: [tick() for _ in vars(c)],
        "loop": lambda c: [(c.x, c.y, c.method(), c.d, setattr(c, "x", Evil(n))) for n in range(20)],
        "del all": lambda c: [delattr(c, name) for name in ("x", "y")],
        "copy": copy.copy,
        "pickle": lambda c: c.__reduce_ex__(2),
        "hasattr": lambda c: hasattr(c, "zzz"),
        "match": lambda c: match_object(c),
    }
    cases(this, make, deeds, operations)


def match_object(c):
    match c:
        case Evil(value=1):
            return 1
        case object(x=1, y=2, d=3):
            return 2


@section
def type_machinery(this):
    """`__set_name__`, `__init_subclass__`, `mro`, `__prepare__` and friends that change the class being made."""

    def build():
        space = {}

        class Names:
            def __set_name__(self, owner, name):
                tick()
                space["owner"] = owner

        class Meta(type):
            def __prepare__(name, bases, **kw):
                tick()
                return {}

            def mro(cls):
                tick()
                space["owner"] = cls
                return type.mro(cls)

            def __call__(cls, *args):
                tick()
                return type.__call__(cls, *args)

        class Base(metaclass=Meta):
            def __init_subclass__(cls, **kw):
                tick()

            def __new__(cls, *args):
                tick()
                return object.__new__(cls)

            def __init__(self, *args):
                tick()

        space.update(names=Names, meta=Meta, base=Base)
        return space

    deeds = {
        "clear": lambda c: c.clear(),
        "delete attributes": lambda c: [type.__delattr__(c["owner"], n) for n in ("a", "b", "c") if n in c["owner"].__dict__],
        "add attributes": lambda c: [setattr(c["owner"], f"n{n}", n) for n in range(40)],
        "bases": lambda c: setattr(c["owner"], "__bases__", (type("Z", (c["base"],), {}),)),
        "collect": lambda c: gc.collect(),
        "new": lambda c: setattr(c["base"], "__new__", object.__new__),
        "init": lambda c: type.__delattr__(c["base"], "__init__"),
    }
    operations = {
        "make": lambda c: c["meta"]("X", (c["base"],), {"a": c["names"](), "b": c["names"](), "c": c["names"]()}),
        "call": lambda c: c["base"](Evil(), Evil()),
        "slots": lambda c: c["meta"]("X", (c["base"],), {"__slots__": Evil(), "a": c["names"]()}),
        "slots text": lambda c: c["meta"]("X", (), {"__slots__": [EvilStr("a"), EvilStr("b")]}),
        "qualname": lambda c: c["meta"]("X", (), {"__qualname__": EvilStr("b"), "__classcell__": 1}),
        "bases tuple": lambda c: type("X", tuple(type("B", (), {"__mro_entries__": callback})() for _ in range(3)), {}),
        "union": lambda c: (c["base"] | None) == Evil(),
        "hash union": lambda c: hash(c["base"] | list[Evil()] | Evil),
        "alias": lambda c: list[Evil(), Evil()][Evil()],
    }
    cases(this, build, deeds, operations)


@section
def deaths(this):
    """`__del__` and weak-reference callbacks that touch what is dying."""

    class Node:
        def __init__(self, home):
            self.home = home
            self.child = Evil()

        def __del__(self):
            tick()
            self.home.append(self)
            self.home.pop()

    def make():
        home = []
        home.extend(Node(home) for _ in range(5))
        home.append(weakref.ref(home[0], callback))
        home.append(weakref.WeakSet(home[:3]))
        home.append(weakref.WeakKeyDictionary({x: 1 for x in home[:3]}))
        home.append(weakref.WeakValueDictionary({n: x for n, x in enumerate(home[:3])}))
        home.append(weakref.proxy(home[1], callback))
        home.append(weakref.finalize(home[2], callback))
        return home

    deeds = {
        "clear": lambda c: c.clear(),
        "collect": lambda c: gc.collect(),
        "grow": lambda c: c.extend(evils(100)),
        "new refs": lambda c: c.extend([weakref.ref(x, callback) for x in c if isinstance(x, Node)]),
        "pop": lambda c: c.pop(0),
    }
    operations = {
        "clear": lambda c: c.clear(),
        "delete": lambda c: c.__delitem__(slice(0, 3)),
        "assign": lambda c: c.__setitem__(slice(0, 3), []),
        "assign one": lambda c: c.__setitem__(0, None),
        "pop": lambda c: [c.pop(0) for _ in range(3)],
        "cycle": lambda c: ([setattr(x, "me", x) for x in c if isinstance(x, Node)], c.clear(), gc.collect()),
        "weak set": lambda c: (list(c[6]), c.__delitem__(0), len(c[6]), list(c[6])),
        "weak keys": lambda c: (c[7].keyrefs(), c.__delitem__(0), list(c[7].items())),
        "weak values": lambda c: (c[8].valuerefs(), c.__delitem__(0), list(c[8].items())),
        "proxy": lambda c: (c[9].child, c.pop(1), c[8].child),
        "compare": lambda c: c == c[:],
        "collect": lambda c: gc.collect(),
        "referrers": lambda c: gc.get_referrers(c[0]),
        "refs": lambda c: weakref.getweakrefs(c[0]),
        "ref equal": lambda c: weakref.ref(c[0]) == weakref.ref(c[1]),
        "ref hash": lambda c: hash(c[5]),
    }
    cases(this, make, deeds, operations)
