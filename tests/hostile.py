#!/usr/bin/env python3
"""Objects that change, empty or drop what is being worked on, from every special method and callback the built-in types call.

    tests/hostile.py [SECTION ...]

Each case makes a container, fills it with `Evil` objects and calls one operation; the n-th special method that the operation
calls does something to the container first. What comes of it does not matter (an exception of any kind is fine), only that the
process lives: run it with a checking build (`tests/README.md`), which ends at the first wrong use of memory. One line is
written for each section: a digest of the outcomes, to be compared with CPython's where wanted (`-v` writes every outcome).
"""

import _thread
import array
import bisect
import collections
import contextlib
import copy
import csv
import decimal
import functools
import gc
import heapq
import io
import itertools
import json
import operator
import pickle
import re
import sqlite3
import struct
import sys
import weakref
import zlib

VERBOSE = "-v" in sys.argv
sys.setrecursionlimit(300)
sys.unraisablehook = lambda _: None


class Trap:
    """Runs `deed` at the n-th tick."""

    def __init__(self):
        self.left = 0
        self.deed = None

    def set(self, n, deed):
        self.left, self.deed = n, deed

    def tick(self):
        if self.left:
            self.left -= 1
            if not self.left and self.deed is not None:
                deed, self.deed = self.deed, None
                deed()
                # Takes the memory that became free.
                self.filler = [bytearray(n) for n in range(16, 513, 16)]


trap = Trap()
tick = trap.tick


class Evil:
    def __init__(self, value=0):
        self.value = value

    def __eq__(self, other):
        tick()
        return self.value == getattr(other, "value", other)

    def __lt__(self, other):
        tick()
        return self.value < getattr(other, "value", 0)

    def __gt__(self, other):
        tick()
        return self.value > getattr(other, "value", 0)

    def __hash__(self):
        tick()
        return hash(self.value) & 3

    def __index__(self):
        tick()
        return self.value & 7

    def __int__(self):
        tick()
        return self.value

    def __float__(self):
        tick()
        return float(self.value)

    def __complex__(self):
        tick()
        return complex(self.value)

    def __bool__(self):
        tick()
        return True

    def __len__(self):
        tick()
        return 3

    def __length_hint__(self):
        tick()
        return 3

    def __getitem__(self, key):
        tick()
        if isinstance(key, int) and key > 5:
            raise IndexError
        return Evil(1)

    def __iter__(self):
        tick()
        for n in range(4):
            tick()
            yield Evil(n)

    def keys(self):
        tick()
        return [Evil(n) for n in range(4)]

    def __contains__(self, x):
        tick()
        return False

    def __repr__(self):
        tick()
        return "evil"

    def __str__(self):
        tick()
        return "evil"

    def __bytes__(self):
        tick()
        return b"evil"

    def __format__(self, spec):
        tick()
        return "evil"

    def __fspath__(self):
        tick()
        return "/nonexistent/evil"

    def __call__(self, *args):
        tick()
        return Evil(len(args))

    def __add__(self, other):
        tick()
        return Evil(self.value + 1)

    __radd__ = __sub__ = __mul__ = __rmul__ = __or__ = __ror__ = __and__ = __rand__ = __mod__ = __rmod__ = __add__

    def __reduce_ex__(self, protocol):
        tick()
        return Evil, (self.value,)

    def __copy__(self):
        tick()
        return Evil(self.value)

    def __deepcopy__(self, memo):
        tick()
        return Evil(self.value)

    def __del__(self):
        tick()

    def __enter__(self):
        tick()
        return self

    def __exit__(self, *args):
        tick()


class EvilBuffer:
    """A buffer whose export does the deed."""

    def __init__(self, data=b"12345678"):
        self.data = bytearray(data)

    def __buffer__(self, flags):
        tick()
        return memoryview(self.data)

    def __release_buffer__(self, view):
        tick()


class EvilStr(str):
    def __eq__(self, other):
        tick()
        return str.__eq__(self, other)

    def __hash__(self):
        tick()
        return str.__hash__(self)

    def __str__(self):
        tick()
        return "evil"

    def __del__(self):
        tick()


class EvilInt(int):
    def __index__(self):
        tick()
        return 3

    def __eq__(self, other):
        tick()
        return int.__eq__(self, other)

    def __hash__(self):
        tick()
        return int.__hash__(self)

    def __lt__(self, other):
        tick()
        return int.__lt__(self, other)

    def __del__(self):
        tick()


def callback(*args):
    tick()
    return args[0] if args else None


def evils(n=5):
    return [Evil(k) for k in range(n)]


class Section:
    def __init__(self, name):
        self.name = name
        self.digest = 0
        self.cases = 0

    def note(self, what):
        self.cases += 1
        self.digest = zlib.crc32(what.encode("utf-8", "replace"), self.digest)
        if VERBOSE:
            print("   ", what)


def outcome(operation, *args):
    try:
        result = operation(*args)
    except RecursionError:
        return "RecursionError"
    except BaseException as error:
        return type(error).__name__
    finally:
        trap.set(0, None)
    return type(result).__name__


def cases(section, make, deeds, operations, most=6):
    """Every operation with every deed at every tick it makes."""
    for operation_name, operation in operations.items():
        for deed_name, deed in deeds.items():
            for n in range(1, most + 1):
                container = make()
                trap.set(n, lambda: deed(container))
                what = outcome(operation, container)
                section.note(f"{section.name} {operation_name} {deed_name} {n}: {what}")
                with contextlib.suppress(BaseException):
                    # Whatever it is now, it must be whole.
                    trap.set(0, None)
                    repr(container), list(container), len(container)
                del container
    trap.filler = None


SECTIONS = []


def section(function):
    def run():
        this = Section(function.__name__)
        with contextlib.suppress(RecursionError):
            function(this)
        gc.collect()
        print(f"{this.name}: {this.cases} cases, {this.digest:08x}", flush=True)

    SECTIONS.append((function.__name__, run))
    return run


def consume(iterator):
    return collections.deque(iterator, maxlen=0)


def all_of(iterable):
    for _ in iterable:
        tick()


LIST_DEEDS = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: c.extend(evils(50)),
    "shrink": lambda c: c.__delitem__(slice(1, None)),
    "replace": lambda c: c.__setitem__(slice(None), evils(2)),
    "pop": lambda c: c.pop(),
    "insert": lambda c: c.insert(0, Evil()),
    "reverse": lambda c: c.reverse(),
    "sort": lambda c: c.sort(key=id),
    "init": lambda c: c.__init__(evils(3)),
}


@section
def lists(this):
    operations = {
        "index": lambda c: c.index(Evil(99)),
        "count": lambda c: c.count(Evil(99)),
        "remove": lambda c: c.remove(Evil(4)),
        "contains": lambda c: Evil(99) in c,
        "equal": lambda c: c == evils(),
        "less": lambda c: c < evils(),
        "sort": lambda c: c.sort(),
        "sort key": lambda c: c.sort(key=callback),
        "sort key evil": lambda c: c.sort(key=lambda x: (tick(), -x.value)),
        "sort reverse": lambda c: c.sort(reverse=Evil(1)),
        "sorted": lambda c: sorted(c, key=callback),
        "min": min,
        "max": lambda c: max(c, key=callback),
        "sum": lambda c: sum(c, Evil()),
        "any": any,
        "all": all,
        "repr": repr,
        "extend self": lambda c: c.extend(c),
        "extend evil": lambda c: c.extend(Evil()),
        "extend map": lambda c: c.extend(itertools.islice(map(callback, c), 20)),
        "iadd": lambda c: operator.iadd(c, Evil()),
        "slice set": lambda c: c.__setitem__(slice(Evil(1), Evil(3)), Evil()),
        "slice set step": lambda c: c.__setitem__(slice(Evil(0), Evil(5), Evil(2)), evils(3)),
        "slice get": lambda c: c[Evil(0) : Evil(4)],
        "slice del": lambda c: c.__delitem__(slice(Evil(0), Evil(4))),
        "slice del step": lambda c: c.__delitem__(slice(Evil(0), Evil(4), Evil(2))),
        "get": lambda c: c[Evil(3)],
        "set": lambda c: c.__setitem__(Evil(3), 1),
        "del": lambda c: c.__delitem__(Evil(3)),
        "pop": lambda c: c.pop(Evil(2)),
        "insert": lambda c: c.insert(Evil(2), 1),
        "mul": lambda c: c * Evil(2),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "clear": lambda c: c.clear(),
        "init": lambda c: c.__init__(Evil()),
        "reversed": lambda c: all_of(reversed(c)),
        "iterate": all_of,
        "unpack": lambda c: [*c, *Evil()],
        "star": lambda c: (lambda *a: tick())(*c, *Evil()),
        "assign": lambda c: setattr(Evil(), "a", c) or [tick() for c[Evil(0)] in evils()],
        "tuple": lambda c: tuple(map(callback, c)),
        "join": lambda c: "".join(c),
        "join map": lambda c: "".join(map(str, c)),
        "bytes join": lambda c: b"".join(c),
        "bytes": lambda c: bytes(c),
        "bytearray": lambda c: bytearray(c),
        "bytearray extend": lambda c: bytearray().extend(c),
        "dict": dict,
        "fromkeys": dict.fromkeys,
        "set": set,
        "frozenset": frozenset,
        "zip": lambda c: consume(zip(c, map(callback, c))),
        "filter": lambda c: consume(filter(callback, c)),
        "enumerate": lambda c: all_of(enumerate(c)),
        "heapify": heapq.heapify,
        "heappush": lambda c: heapq.heappush(c, Evil(-1)),
        "heappop": heapq.heappop,
        "heapreplace": lambda c: heapq.heapreplace(c, Evil(7)),
        "heappushpop": lambda c: heapq.heappushpop(c, Evil(7)),
        "heapify_max": heapq.heapify_max,
        "heappop_max": heapq.heappop_max,
        "heappush_max": lambda c: heapq.heappush_max(c, Evil(9)),
        "nlargest": lambda c: heapq.nlargest(3, c, key=callback),
        "bisect": lambda c: bisect.bisect(c, Evil(3)),
        "bisect key": lambda c: bisect.bisect_left(c, Evil(3), key=callback),
        "insort": lambda c: bisect.insort(c, Evil(3)),
        "insort key": lambda c: bisect.insort_left(c, Evil(3), key=callback),
        "copy": copy.copy,
        "deepcopy": copy.deepcopy,
        "pickle": lambda c: pickle.loads(pickle.dumps(c)),
        "json": lambda c: json.dumps(c, default=callback_text),
        "json indent": lambda c: json.dumps(c, default=callback_text, indent=1),
        "format": lambda c: "%s %s" % tuple(c[:2]),
        "format list": lambda c: "{0} {0[1]}".format(c),
        "print": lambda c: print(*c, file=io.StringIO()),
        "csv": lambda c: csv.writer(io.StringIO()).writerow(c),
        "csv rows": lambda c: csv.writer(io.StringIO()).writerows([c, c]),
        "writelines": lambda c: io.BytesIO().writelines(c),
        "struct": lambda c: struct.pack("5i", *c),
        "array": lambda c: array.array("i", c),
        "array extend": lambda c: array.array("i").extend(c),
        "array fromlist": lambda c: array.array("i").fromlist(c),
        "int from": lambda c: int.from_bytes(c),
        "match": match_list,
        "setslice array": lambda c: memoryview(bytearray(10)).__setitem__(slice(0, 5), bytes(c)),
        "isinstance": lambda c: isinstance(1, tuple(c)),
        "zip strict": lambda c: consume(zip(c, evils(9), strict=True)),
        "map strict": lambda c: consume(map(callback, c, evils(9))),
        "math.sumprod": lambda c: __import__("math").sumprod(c, c),
        "math.fsum": lambda c: __import__("math").fsum(c),
        "math.prod": lambda c: __import__("math").prod(c),
        "math.dist": lambda c: __import__("math").dist(c, c),
        "math.hypot": lambda c: __import__("math").hypot(*c),
        "math.gcd": lambda c: __import__("math").gcd(*c),
        "reduce": lambda c: functools.reduce(callback, c),
        "executemany": lambda c: sqlite3.connect(":memory:").executemany("select ?", [c]),
        "sqlite params": lambda c: sqlite3.connect(":memory:").execute("select ?,?,?,?,?", c),
    }
    cases(this, evils, LIST_DEEDS, operations)


def callback_text(x):
    tick()
    return "x"


def match_list(c):
    match c:
        case [Evil(value=1), *_]:
            return 1
        case [0, 1, *rest]:
            return 2
        case {"a": 1}:
            return 3


DICT_DEEDS = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: [c.__setitem__(n, Evil(n)) for n in range(100, 150)],
    "pop": lambda c: c.popitem(),
    "delete one": lambda c: c.pop(next(iter(c)), None),
    "update": lambda c: c.update({"z": 1}),
    "replace values": lambda c: [c.__setitem__(k, 0) for k in list(c)],
    "init": lambda c: c.__init__(evil=1),
}

DICT_OPERATIONS = {
    "get": lambda c: c.get(Evil(9)),
    "getitem": lambda c: c[Evil(9)],
    "setitem": lambda c: c.__setitem__(Evil(9), 1),
    "setitem old": lambda c: c.__setitem__(Evil(3), 1),
    "delitem": lambda c: c.__delitem__(Evil(3)),
    "pop": lambda c: c.pop(Evil(3)),
    "pop default": lambda c: c.pop(Evil(9), 1),
    "popitem": lambda c: c.popitem(),
    "setdefault": lambda c: c.setdefault(Evil(9), 1),
    "contains": lambda c: Evil(9) in c,
    "equal": lambda c: c == {Evil(n): Evil(n) for n in range(5)},
    "equal same": lambda c: c == dict(c),
    "update": lambda c: c.update({Evil(n): n for n in range(3, 8)}),
    "update evil": lambda c: c.update(Evil()),
    "update pairs": lambda c: c.update([(Evil(n), n) for n in range(8)]),
    "update kw": lambda c: c.update(a=1),
    "or": lambda c: c | {Evil(n): n for n in range(3, 8)},
    "ior": lambda c: operator.ior(c, {Evil(n): n for n in range(3, 8)}),
    "copy": lambda c: c.copy(),
    "repr": repr,
    "clear": lambda c: c.clear(),
    "iterate": all_of,
    "items": lambda c: all_of(c.items()),
    "values": lambda c: all_of(c.values()),
    "reversed": lambda c: all_of(reversed(c)),
    "reversed items": lambda c: all_of(reversed(c.items())),
    "list": lambda c: list(map(callback, c.items())),
    "keys and": lambda c: c.keys() & evils(),
    "keys or": lambda c: c.keys() | Evil(),
    "keys minus": lambda c: c.keys() - evils(2),
    "keys xor": lambda c: c.keys() ^ evils(2),
    "items and": lambda c: c.items() & [(Evil(1), Evil(1))],
    "items xor": lambda c: c.items() ^ {Evil(n): Evil(n + 1) for n in range(5)}.items(),
    "items contains": lambda c: (Evil(3), Evil(9)) in c.items(),
    "values contains": lambda c: Evil(9) in c.values(),
    "keys equal": lambda c: c.keys() == {Evil(n) for n in range(5)},
    "keys less": lambda c: c.keys() <= {Evil(n) for n in range(5)},
    "keys isdisjoint": lambda c: c.keys().isdisjoint(evils()),
    "fromkeys": lambda c: dict.fromkeys(c, 1),
    "fromkeys map": lambda c: dict.fromkeys(map(callback, c), 1),
    "dict": dict,
    "set": set,
    "set update": lambda c: {Evil(2)}.update(c),
    "set difference": lambda c: {Evil(2), Evil(11)} - c.keys(),
    "set difference dict": lambda c: {Evil(2), Evil(11)}.difference(c),
    "set intersection": lambda c: {Evil(2), Evil(11)}.intersection(c),
    "star": lambda c: (lambda *a, **k: tick())(*c, **{str(k): v for k, v in c.items()}),
    "json": lambda c: json.dumps({str(k): v for k, v in c.items()}, default=callback_text),
    "json keys": lambda c: json.dumps(c, default=callback_text, sort_keys=True, skipkeys=True),
    "pickle": lambda c: pickle.loads(pickle.dumps(c)),
    "deepcopy": copy.deepcopy,
    "sorted": lambda c: sorted(c),
    "max": lambda c: max(c, key=c.get),
    "format": lambda c: "{0} {0}".format(c),
    "format_map": lambda c: "{a} {b}".format_map(c),
    "percent": lambda c: "%(a)s %(b)s" % c,
    "match": lambda c: match_dict(c),
    "eval": lambda c: eval("a + b", c),
    "exec": lambda c: exec("a = b; c = a; del b", {}, c),
    "translate": lambda c: "abcabc".translate(c),
    "type": lambda c: type("X", (), {str(k): v for k, v in c.items()}),
    "Counter": collections.Counter,
    "ChainMap": lambda c: collections.ChainMap(c, c)[Evil(9)],
    "namespace": lambda c: repr(type(sys.implementation)(**{str(k): v for k, v in c.items()})),
    "mappingproxy": lambda c: repr(type(type.__dict__)(c)),
    "mappingproxy or": lambda c: type(type.__dict__)(c) | {Evil(9): 1},
    "sqlite": lambda c: sqlite3.connect(":memory:").execute("select :a, :b", c),
}


def match_dict(c):
    match c:
        case {"a": Evil(value=1), "b": 2, **rest}:
            return rest


def evil_dict(kind=dict):
    def make():
        c = kind()
        for n in range(5):
            c[Evil(n)] = Evil(n)
        c[EvilStr("a")] = Evil(1)
        c["b"] = Evil(2)
        return c

    return make


@section
def dicts(this):
    cases(this, evil_dict(), DICT_DEEDS, DICT_OPERATIONS)


@section
def text_dicts(this):
    def make():
        return {letter: Evil(n) for n, letter in enumerate("abcdef")}

    operations = {
        "setitem": lambda c: c.__setitem__("a", 1),
        "setitem evil": lambda c: c.__setitem__(EvilStr("a"), 1),
        "get evil": lambda c: c.get(EvilStr("a")),
        "delitem": lambda c: c.__delitem__("a"),
        "update": lambda c: c.update(a=1, b=2, c=3),
        **{k: DICT_OPERATIONS[k] for k in ("clear", "repr", "equal", "eval", "exec", "percent", "format_map", "popitem")},
    }
    cases(this, make, DICT_DEEDS, operations)


@section
def ordered_dicts(this):
    operations = dict(DICT_OPERATIONS)
    operations |= {
        "move_to_end": lambda c: c.move_to_end(Evil(3)),
        "move_to_start": lambda c: c.move_to_end(Evil(3), last=False),
        "popitem first": lambda c: c.popitem(last=False),
        "equal ordered": lambda c: c == evil_dict(collections.OrderedDict)(),
        "reversed": lambda c: all_of(reversed(c)),
    }
    deeds = dict(DICT_DEEDS)
    deeds["move"] = lambda c: c.move_to_end(next(iter(c)))
    deeds["dict clear"] = dict.clear
    cases(this, evil_dict(collections.OrderedDict), deeds, operations, 4)


@section
def default_dicts(this):
    def make():
        c = collections.defaultdict(callback)
        for n in range(5):
            c[Evil(n)] = Evil(n)
        return c

    deeds = dict(DICT_DEEDS)
    deeds["factory"] = lambda c: setattr(c, "default_factory", None)
    operations = {"missing": lambda c: c[Evil(9)], "repr": repr, "or": lambda c: c | c, "copy": copy.copy}
    cases(this, make, deeds, operations)


@section
def counters(this):
    def make():
        return collections.Counter({Evil(n): Evil(n) for n in range(4)})

    operations = {
        "update": lambda c: c.update(evils()),
        "subtract": lambda c: c.subtract(evils()),
        "most_common": lambda c: c.most_common(2),
        "add": lambda c: c + c,
        "elements": lambda c: list(c.elements()),
    }
    cases(this, make, DICT_DEEDS, operations)


SET_DEEDS = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: c.update(range(100, 150)),
    "pop": lambda c: c.pop(),
    "discard": lambda c: c.discard(next(iter(c))),
    "init": lambda c: c.__init__([1, 2]),
    "replace": lambda c: (c.clear(), c.update(range(20))),
}


@section
def sets(this):
    other = lambda: {Evil(n) for n in range(2, 8)}
    operations = {
        "contains": lambda c: Evil(9) in c,
        "add": lambda c: c.add(Evil(9)),
        "add old": lambda c: c.add(Evil(3)),
        "remove": lambda c: c.remove(Evil(3)),
        "discard": lambda c: c.discard(Evil(9)),
        "pop": lambda c: c.pop(),
        "clear": lambda c: c.clear(),
        "update": lambda c: c.update(evils(), Evil()),
        "update set": lambda c: c.update(other()),
        "update dict": lambda c: c.update({Evil(n): 1 for n in range(8)}),
        "and": lambda c: c & other(),
        "and list": lambda c: c.intersection(evils()),
        "iand": lambda c: operator.iand(c, other()),
        "or": lambda c: c | other(),
        "sub": lambda c: c - other(),
        "sub list": lambda c: c.difference(evils()),
        "isub": lambda c: operator.isub(c, other()),
        "isub list": lambda c: c.difference_update(evils()),
        "isub dict": lambda c: c.difference_update({Evil(n): 1 for n in range(8)}),
        "xor": lambda c: c ^ other(),
        "ixor": lambda c: operator.ixor(c, other()),
        "ixor list": lambda c: c.symmetric_difference_update(evils()),
        "ixor dict": lambda c: c.symmetric_difference_update({Evil(n): 1 for n in range(8)}),
        "equal": lambda c: c == {Evil(n) for n in range(5)},
        "less": lambda c: c < other(),
        "subset": lambda c: c.issubset(evils()),
        "superset": lambda c: c.issuperset(evils()),
        "disjoint": lambda c: c.isdisjoint(evils()),
        "other or": lambda c: other() | c,
        "other and": lambda c: other() & c,
        "other sub": lambda c: other() - c,
        "other xor": lambda c: other() ^ c,
        "other equal": lambda c: {Evil(n) for n in range(5)} == c,
        "repr": repr,
        "copy": lambda c: c.copy(),
        "frozenset": frozenset,
        "set": set,
        "iterate": all_of,
        "hash frozen": lambda c: hash(frozenset(c)),
        "contains set": lambda c: c in {frozenset(c)},
        "pickle": lambda c: pickle.loads(pickle.dumps(c)),
        "sorted": sorted,
        "fromkeys": dict.fromkeys,
    }
    cases(this, lambda: {Evil(n) for n in range(5)}, SET_DEEDS, operations)


@section
def deques(this):
    deeds = {
        "clear": lambda c: c.clear(),
        "grow": lambda c: c.extend(evils(200)),
        "growleft": lambda c: c.extendleft(evils(200)),
        "pop": lambda c: c.pop(),
        "popleft": lambda c: c.popleft(),
        "rotate": lambda c: c.rotate(2),
        "init": lambda c: c.__init__(evils(2)),
    }
    operations = {
        "index": lambda c: c.index(Evil(99)),
        "index at": lambda c: c.index(Evil(99), Evil(1), Evil(7)),
        "count": lambda c: c.count(Evil(99)),
        "remove": lambda c: c.remove(Evil(60)),
        "contains": lambda c: Evil(99) in c,
        "equal": lambda c: c == collections.deque(evils(70)),
        "less": lambda c: c < collections.deque(evils(70)),
        "extend": lambda c: c.extend(Evil()),
        "extendleft": lambda c: c.extendleft(Evil()),
        "extend self": lambda c: c.extend(c),
        "repr": repr,
        "iterate": all_of,
        "reversed": lambda c: all_of(reversed(c)),
        "insert": lambda c: c.insert(Evil(2), 1),
        "rotate": lambda c: c.rotate(Evil(2)),
        "get": lambda c: c[Evil(2)],
        "set": lambda c: c.__setitem__(Evil(2), 1),
        "del": lambda c: c.__delitem__(Evil(2)),
        "clear": lambda c: c.clear(),
        "init": lambda c: c.__init__(Evil()),
        "mul": lambda c: c * Evil(2),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "copy": copy.copy,
        "pickle": lambda c: pickle.loads(pickle.dumps(c)),
        "add": lambda c: c + c,
        "bounded": lambda c: collections.deque(maxlen=3).extend(map(callback, c)),
    }
    cases(this, lambda: collections.deque(evils(70)), deeds, operations, 4)


BYTE_DEEDS = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: c.extend(b"x" * 1000),
    "shrink": lambda c: c.__delitem__(slice(1, None)),
    "pop": lambda c: c.pop(),
    "init": lambda c: c.__init__(b"ab"),
}


@section
def bytearrays(this):
    buffer = EvilBuffer
    operations = {
        "get": lambda c: c[Evil(3)],
        "set": lambda c: c.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.__setitem__(3, Evil(5)),
        "del": lambda c: c.__delitem__(Evil(3)),
        "slice set": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), Evil()),
        "slice set buffer": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), buffer()),
        "slice set step": lambda c: c.__setitem__(slice(Evil(0), Evil(6), Evil(2)), b"abc"),
        "slice get": lambda c: c[Evil(1) : Evil(4)],
        "slice del": lambda c: c.__delitem__(slice(Evil(0), Evil(6), Evil(2))),
        "append": lambda c: c.append(Evil(3)),
        "insert": lambda c: c.insert(Evil(2), Evil(3)),
        "pop": lambda c: c.pop(Evil(2)),
        "remove": lambda c: c.remove(Evil(2)),
        "extend": lambda c: c.extend(Evil()),
        "extend buffer": lambda c: c.extend(buffer()),
        "iadd": lambda c: operator.iadd(c, buffer()),
        "add": lambda c: c + buffer(),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "mul": lambda c: c * Evil(2),
        "join": lambda c: c.join([b"a", buffer(), bytearray(b"c")]),
        "join evil": lambda c: c.join(Evil()),
        "find": lambda c: c.find(b"3", Evil(0), Evil(7)),
        "find buffer": lambda c: c.find(buffer(b"34")),
        "find int": lambda c: c.find(Evil(3)),
        "count": lambda c: c.count(buffer(b"3")),
        "contains": lambda c: Evil(3) in c,
        "contains buffer": lambda c: buffer(b"34") in c,
        "replace": lambda c: c.replace(buffer(b"3"), buffer(b"abc")),
        "split": lambda c: c.split(buffer(b"3")),
        "partition": lambda c: c.partition(buffer(b"3")),
        "startswith": lambda c: c.startswith((buffer(b"1"), buffer(b"2"))),
        "strip": lambda c: c.strip(buffer(b"1")),
        "removeprefix": lambda c: c.removeprefix(buffer(b"1")),
        "translate": lambda c: c.translate(buffer(bytes(256)), buffer(b"1")),
        "equal": lambda c: c == buffer(),
        "less": lambda c: c < buffer(),
        "center": lambda c: c.center(Evil(3), b"x"),
        "expandtabs": lambda c: c.expandtabs(Evil(3)),
        "hex": lambda c: c.hex(":", Evil(2)),
        "percent": lambda c: bytearray(b"%s %b") % (c, buffer()),
        "percent self": lambda c: c.__mod__((Evil(), Evil())),
        "init": lambda c: c.__init__(Evil()),
        "init buffer": lambda c: c.__init__(buffer()),
        "decode": lambda c: c.decode("ascii", "hostile"),
        "resize": lambda c: c.resize(Evil(3)),
        "iterate": all_of,
        "int": lambda c: int.from_bytes(c, "big"),
        "memoryview": lambda c: memoryview(c)[Evil(1)],
        "struct": lambda c: struct.pack_into("3i", c, Evil(0), Evil(1), Evil(2), Evil(3)),
        "struct pack": lambda c: struct.pack("8s2i", c, Evil(1), Evil(2)),
        "struct iter": lambda c: all_of(struct.iter_unpack("2B", c)),
        "re": lambda c: re.sub(rb"\d", lambda m: (tick(), b"x")[1], c),
        "re iter": lambda c: all_of(re.finditer(rb"\d", c)),
        "re split": lambda c: [tick() for _ in re.compile(rb"\d").finditer(c)],
        "crc": lambda c: zlib.crc32(c, Evil(1)),
        "compress": lambda c: zlib.compress(c, Evil(1)),
        "BytesIO": lambda c: io.BytesIO(c).readinto(c),
        "array": lambda c: array.array("B", c),
        "frombytes": lambda c: array.array("i").frombytes(c),
        "fromhex": lambda c: bytes.fromhex("00ff"),
        "ascii": lambda c: str(c, "ascii", "hostile"),
        "float": lambda c: float(c),
        "int text": lambda c: int(c, Evil(10)),
        "maketrans": lambda c: bytes.maketrans(c, buffer()),
        "takebytes": lambda c: c.take_bytes(Evil(2)),
    }
    cases(this, lambda: bytearray(b"12345678"), BYTE_DEEDS, operations, 4)


@section
def error_handlers(this):
    import codecs

    def handler(error):
        tick()
        return "?", error.end

    codecs.register_error("hostile", handler)
    operations = {
        "ascii": lambda c: c.decode("ascii", "hostile"),
        "utf-8": lambda c: c.decode("utf-8", "hostile"),
        "utf-16": lambda c: c.decode("utf-16", "hostile"),
        "unicode_escape": lambda c: codecs.decode(c, "unicode_escape", "hostile"),
        "charmap": lambda c: codecs.charmap_decode(c, "hostile", {65: Evil()}),
        "shift_jis": lambda c: c.decode("shift_jis", "hostile"),
        "incremental": lambda c: codecs.getincrementaldecoder("utf-8")("hostile").decode(c, True),
        "utf-7": lambda c: c.decode("utf-7", "hostile"),
        "raw": lambda c: codecs.decode(c, "raw_unicode_escape", "hostile"),
    }
    cases(this, lambda: bytearray(b"a\xff\xfe\xfd\xfcbcd\\x"), BYTE_DEEDS, operations, 4)


@section
def memoryviews(this):
    class Holder:
        def __init__(self):
            self.data = bytearray(b"12345678")
            self.view = memoryview(self.data)

        def release(self):
            self.view.release()

    deeds = {
        "release": lambda c: c.release(),
        "release, clear": lambda c: (c.release(), c.data.clear()),
        "clear": lambda c: c.data.clear(),
    }
    operations = {
        "get": lambda c: c.view[Evil(3)],
        "set": lambda c: c.view.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.view.__setitem__(3, Evil(5)),
        "slice": lambda c: c.view[Evil(1) : Evil(4)],
        "slice set": lambda c: c.view.__setitem__(slice(Evil(0), Evil(8)), EvilBuffer()),
        "cast": lambda c: c.view.cast("i", [Evil(2)]),
        "cast set": lambda c: c.view.cast("f").__setitem__(0, Evil(2)),
        "cast bool": lambda c: c.view.cast("?").__setitem__(0, Evil(2)),
        "cast double": lambda c: c.view.cast("d").__setitem__(Evil(0), Evil(2)),
        "equal": lambda c: c.view == EvilBuffer(),
        "contains": lambda c: Evil(55) in c.view,
        "index": lambda c: c.view.index(Evil(60)),
        "count": lambda c: c.view.count(Evil(60)),
        "iterate": lambda c: all_of(c.view),
        "hash": lambda c: hash(c.view.toreadonly()),
        "hex": lambda c: c.view.hex(":", Evil(2)),
        "tobytes": lambda c: c.view.tobytes(EvilStr("C")),
        "bytes": lambda c: bytes(c.view) + EvilBuffer(),
        "with": with_view,
        "nested": lambda c: memoryview(EvilBuffer())[Evil(1)],
        "pack_into": lambda c: struct.pack_into("2i", c.view, Evil(0), Evil(1), Evil(2)),
        "unpack_from": lambda c: struct.unpack_from("2b", c.view, Evil(0)),
        "readinto": lambda c: io.BytesIO(b"123").readinto(c.view),
        "readinto evil": lambda c: EvilRaw().readinto1(c.view),
        "write": lambda c: io.BytesIO().write(EvilBuffer()),
        "join": lambda c: b"".join([c.view, EvilBuffer(), c.view]),
        "find": lambda c: b"1234".find(c.view, Evil(0)),
        "count bytes": lambda c: b"1234".count(c.view, Evil(0), Evil(4)),
        "array": lambda c: array.array("i", c.view),
        "pickle": lambda c: pickle.dumps(pickle.PickleBuffer(c.view), 5, buffer_callback=callback),
        "from_buffer": lambda c: int.from_bytes(c.view, "big"),
    }
    cases(this, Holder, deeds, operations, 4)


def with_view(c):
    with c.view as view:
        tick()
        return view[0]


class EvilRaw(io.BufferedReader):
    def __init__(self):
        class Raw(io.RawIOBase):
            def readable(self):
                return True

            def readinto(self, b):
                tick()
                b[:2] = b"ab"
                return 2

        super().__init__(Raw())


@section
def arrays(this):
    deeds = {
        "clear": lambda c: c.__delitem__(slice(None)),
        "grow": lambda c: c.extend(range(500)),
        "pop": lambda c: c.pop(),
        "shrink": lambda c: c.__delitem__(slice(1, None)),
    }
    operations = {
        "get": lambda c: c[Evil(3)],
        "set": lambda c: c.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.__setitem__(3, Evil(5)),
        "append": lambda c: c.append(Evil(5)),
        "insert": lambda c: c.insert(Evil(3), Evil(5)),
        "pop": lambda c: c.pop(Evil(3)),
        "extend": lambda c: c.extend(Evil()),
        "extend self": lambda c: c.extend(c),
        "fromlist": lambda c: c.fromlist(evils()),
        "slice": lambda c: c[Evil(1) : Evil(4)],
        "slice set": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), array.array("i", evils())),
        "slice del": lambda c: c.__delitem__(slice(Evil(1), Evil(4))),
        "index": lambda c: c.index(Evil(9)),
        "index at": lambda c: c.index(Evil(9), Evil(1), Evil(7)),
        "count": lambda c: c.count(Evil(9)),
        "remove": lambda c: c.remove(Evil(9)),
        "contains": lambda c: Evil(9) in c,
        "equal": lambda c: c == array.array("i", evils()),
        "mul": lambda c: c * Evil(2),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "iterate": all_of,
        "tofile": lambda c: c.tofile(EvilFile()),
        "fromfile": lambda c: c.fromfile(EvilFile(), Evil(2)),
        "frombytes": lambda c: c.frombytes(EvilBuffer()),
        "memoryview": lambda c: memoryview(c).__setitem__(Evil(1), Evil(2)),
        "sort": sorted,
        "pickle": lambda c: pickle.loads(pickle.dumps(c)),
    }
    cases(this, lambda: array.array("i", range(8)), deeds, operations, 4)


class EvilFile:
    def read(self, n=-1):
        tick()
        return b"12345678"[: n if n >= 0 else None]

    def readinto(self, b):
        tick()
        b[:1] = b"1"
        return 1

    def readline(self, n=-1):
        tick()
        return b"1,2\n"

    def write(self, data):
        tick()
        return len(data)

    def peek(self, n=0):
        tick()
        return b""


@section
def streams(this):
    deeds = {
        "close": lambda c: c.close(),
        "truncate": lambda c: (c.seek(0), c.truncate(0)),
        "write": lambda c: c.write(("x" if isinstance(c, io.StringIO) else b"x") * 5000),
        "init": lambda c: c.__init__(),
        "setstate": lambda c: c.__setstate__(c.__getstate__()),
    }
    operations = {
        "read": lambda c: c.read(Evil(3)),
        "readline": lambda c: c.readline(Evil(3)),
        "readlines": lambda c: c.readlines(Evil(3)),
        "seek": lambda c: c.seek(Evil(3)),
        "truncate": lambda c: c.truncate(Evil(3)),
        "write": lambda c: c.write(EvilBuffer()),
        "write text": lambda c: c.write(EvilStr("abc")),
        "writelines": lambda c: c.writelines(Evil()),
        "writelines map": lambda c: c.writelines(map(callback, [b"a", b"b"])),
        "iterate": all_of,
        "init": lambda c: c.__init__(EvilBuffer()),
        "setstate": lambda c: c.__setstate__((b"abc", Evil(1), None)),
        "print": lambda c: print(Evil(), Evil(), file=c, end=EvilStr("x")),
        "csv": lambda c: all_of(csv.reader(c)),
        "csv write": lambda c: csv.writer(c).writerow(evils()),
        "pickle": lambda c: pickle.dump(evils(), c),
        "unpickle": lambda c: pickle.load(c),
        "json": lambda c: json.dump(evils(), c, default=callback_text),
    }
    cases(this, lambda: io.BytesIO(b"1,2\n3,4\n5,6\n" * 3), deeds, operations, 3)
    cases(this, lambda: io.StringIO("1,2\n3,4\n5,6\n" * 3), deeds, operations, 3)
    readinto = {"readinto": lambda c: c.readinto(EvilBuffer()), "getbuffer": lambda c: c.getbuffer()[Evil(1)]}
    cases(this, lambda: io.BytesIO(b"1,2\n3,4\n5,6\n" * 3), deeds, readinto, 3)


@section
def raw_streams(this):
    """A raw file that does things to the buffered or text file above it."""

    class Raw(io.RawIOBase):
        def __init__(self):
            self.data = io.BytesIO(b"line\n" * 4000)

        def readable(self):
            return True

        writable = seekable = readable

        def readinto(self, b):
            tick()
            return self.data.readinto(b)

        def write(self, b):
            tick()
            return len(b)

        def seek(self, *args):
            tick()
            return self.data.seek(*args)

        def tell(self):
            tick()
            return self.data.tell()

        def truncate(self, n=None):
            tick()

        def flush(self):
            tick()

    def close(c):
        Raw.readable = lambda self: True
        c.close()

    buffered = {
        "close": lambda c: c.close(),
        "detach": lambda c: c.detach(),
        "init": lambda c: c.__init__(Raw(), 16),
        "read": lambda c: c.read(1),
        "seek": lambda c: c.seek(0),
        "flush": lambda c: c.flush(),
        "write": lambda c: c.write(b"x"),
    }
    operations = {
        "read": lambda c: c.read(9000),
        "read all": lambda c: c.read(),
        "read1": lambda c: c.read1(10),
        "peek": lambda c: c.peek(3),
        "readinto": lambda c: c.readinto(bytearray(10000)),
        "readinto evil": lambda c: c.readinto(EvilBuffer()),
        "readline": lambda c: c.readline(),
        "iterate": all_of,
        "write": lambda c: [c.write(b"x" * 5000) for _ in range(4)],
        "write evil": lambda c: c.write(EvilBuffer()),
        "seek": lambda c: c.seek(Evil(3)),
        "tell": lambda c: c.tell(),
        "truncate": lambda c: c.truncate(Evil(3)),
        "flush": lambda c: (c.write(b"abc"), c.flush()),
        "close": lambda c: (c.write(b"abc"), c.close()),
    }
    for kind in io.BufferedReader, io.BufferedWriter, io.BufferedRandom:
        cases(this, lambda: kind(Raw()), buffered, operations, 3)
    text = dict(buffered)
    text |= {
        "init": lambda c: c.__init__(io.BytesIO(b"abc")),
        "write": lambda c: c.write("x"),
        "reconfigure": lambda c: c.reconfigure(encoding="latin-1", newline="\r"),
    }
    operations = {
        "read": lambda c: c.read(9000),
        "read all": lambda c: c.read(),
        "readline": lambda c: c.readline(),
        "iterate": all_of,
        "write": lambda c: [c.write("x" * 5000) for _ in range(4)],
        "write lines": lambda c: [c.write("x\n") for _ in range(4)],
        "seek": lambda c: c.seek(Evil(3)),
        "tell": lambda c: (c.readline(), c.tell()),
        "truncate": lambda c: c.truncate(),
        "flush": lambda c: (c.write("abc"), c.flush()),
        "close": lambda c: (c.write("abc"), c.close()),
        "reconfigure": lambda c: (c.write("abc"), c.reconfigure(line_buffering=Evil())),
        "print": lambda c: print(*evils(), file=c, flush=True),
    }
    for mode in False, True:
        cases(this, lambda: io.TextIOWrapper(io.BufferedRandom(Raw()), "utf-8", line_buffering=mode), text, operations, 3)
    cases(this, lambda: io.TextIOWrapper(EvilFileObject(), "utf-8"), text, operations, 3)


class EvilFileObject(io.BufferedIOBase):
    left = 9

    def readable(self):
        return True

    writable = readable

    def read(self, n=-1):
        tick()
        self.left -= 1
        return b"line\n" if self.left > 0 else b""

    read1 = read

    def write(self, b):
        tick()
        return len(b)


@section
def iterators(this):
    """Iterators that are advanced from inside themselves, or whose source goes away."""

    class Box:
        """Holds an iterator, so that a deed can drop or advance it."""

        def __init__(self, make):
            self.source = evils()
            self.it = make(self)

        def __len__(self):
            return 0

    def pull(c):
        with contextlib.suppress(StopIteration):
            next(c.it)

    deeds = {
        "drop": lambda c: setattr(c, "it", None),
        "pull": pull,
        "clear": lambda c: c.source.clear(),
        "copy": lambda c: copy.copy(c.it),
        "collect": lambda c: gc.collect(),
        "list": lambda c: list(itertools.islice(c.it, 10)),
    }

    def evil_iter(c):
        for x in c.source:
            tick()
            yield x

    makes = {
        "map": lambda c: map(callback, evil_iter(c)),
        "filter": lambda c: filter(callback, evil_iter(c)),
        "zip": lambda c: zip(evil_iter(c), evil_iter(c)),
        "enumerate": lambda c: enumerate(evil_iter(c)),
        "reversed": lambda c: reversed(c.source),
        "iter call": lambda c: iter(lambda: callback(7), 8),
        "iter evil": lambda c: iter(Evil(), Evil(44)),
        "iter getitem": lambda c: iter(type("S", (), {"__getitem__": lambda s, i: callback(i)})()),
        "accumulate": lambda c: itertools.accumulate(evil_iter(c), callback),
        "accumulate add": lambda c: itertools.accumulate(evil_iter(c)),
        "batched": lambda c: itertools.batched(evil_iter(c), 2),
        "chain": lambda c: itertools.chain(evil_iter(c), evil_iter(c)),
        "chain from": lambda c: itertools.chain.from_iterable(map(lambda x: (tick(), [x])[1], c.source)),
        "combinations": lambda c: itertools.combinations(evil_iter(c), 2),
        "replacement": lambda c: itertools.combinations_with_replacement(evil_iter(c), 2),
        "compress": lambda c: itertools.compress(evil_iter(c), evil_iter(c)),
        "count": lambda c: itertools.count(Evil(), Evil(1)),
        "cycle": lambda c: itertools.cycle(evil_iter(c)),
        "dropwhile": lambda c: itertools.dropwhile(callback, evil_iter(c)),
        "filterfalse": lambda c: itertools.filterfalse(lambda x: (tick(), 0)[1], evil_iter(c)),
        "groupby": lambda c: itertools.groupby(evil_iter(c), callback),
        "groups": lambda c: (list(g) for k, g in itertools.groupby(evil_iter(c), lambda x: (tick(), Evil(1))[1])),
        "islice": lambda c: itertools.islice(evil_iter(c), 0, 9, 2),
        "pairwise": lambda c: itertools.pairwise(evil_iter(c)),
        "permutations": lambda c: itertools.permutations(evil_iter(c), 2),
        "product": lambda c: itertools.product(evil_iter(c), repeat=2),
        "repeat": lambda c: itertools.repeat(Evil(), 5),
        "starmap": lambda c: itertools.starmap(callback, map(lambda x: (tick(), (x,))[1], c.source)),
        "takewhile": lambda c: itertools.takewhile(callback, evil_iter(c)),
        "tee": lambda c: itertools.tee(evil_iter(c))[0],
        "zip_longest": lambda c: itertools.zip_longest(evil_iter(c), [], fillvalue=Evil()),
        "generator": evil_iter,
        "deque": lambda c: iter(collections.deque(c.source)),
        "dict items": lambda c: iter({x: x for x in c.source}.items()),
        "set": lambda c: iter(set(c.source)),
        "json": lambda c: json.JSONEncoder(default=callback_text).iterencode(c.source),
        "re": lambda c: re.finditer("a", "aaa"),
        "csv": lambda c: csv.reader(map(lambda x: (tick(), "a,b")[1], c.source)),
        "unpack": lambda c: struct.iter_unpack("i", EvilBuffer()),
    }
    operations = {
        "all": lambda c: [(tick(), x) for x in c.it],
        "next": lambda c: (next(c.it), tick(), next(c.it)),
        "list": lambda c: list(itertools.islice(c.it, 20)),
        "tuple": lambda c: tuple(itertools.islice(c.it, 20)),
        "reduce": lambda c: c.it.__reduce__(),
        "hint": lambda c: operator.length_hint(c.it),
        "contains": lambda c: Evil(99) in itertools.islice(c.it, 20),
    }
    for name, make in makes.items():
        inner = Section(f"iterators {name}")
        cases(inner, lambda: Box(make), deeds, {k: v for k, v in operations.items() if k != "all" or name not in ("cycle", "count", "iter call", "iter evil", "iter getitem")}, 4)
        this.cases += inner.cases
        this.digest ^= inner.digest
    # One tee object behind the other, emptied inside.
    class Source:
        def __iter__(self):
            return self

        def __next__(self):
            tick()
            return 1

    def tees():
        return list(itertools.tee(Source(), 3))

    cases(
        this,
        tees,
        {"clear": lambda c: c.clear(), "next": lambda c: next(c[1]), "copy": lambda c: c.append(copy.copy(c[0]))},
        {"next": lambda c: [next(c[0]) for _ in range(100)], "last": lambda c: [next(c[-1]) for _ in range(60)]},
    )


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
def hot_code(this):
    """Instructions in their specialised forms: each function runs until it is, then a finaliser does the deed inside it."""

    class Thing:
        cls_attr = None

        def __init__(self):
            self.x = Evil(1)
            self.y = Evil(2)

        def method(self, other=None):
            return self.x

        @property
        def prop(self):
            return self.x

        def sup(self):
            return super().__init__

    class Slots:
        __slots__ = "x", "y"

        def __init__(self):
            self.x, self.y = Evil(1), Evil(2)

    class Box:
        def __init__(self):
            self.thing = Thing()
            self.slots = Slots()
            self.list = [Evil(n) for n in range(8)]
            self.tuple = tuple(evils())
            self.dict = {n: Evil(n) for n in range(8)}
            self.texts = {letter: Evil() for letter in "abc"}
            self.set = {1, 2, 3}
            self.space = {"g": Evil(), "__builtins__": __builtins__}
            self.function = lambda *a, k=Evil(): Evil()
            self.lines = [Evil(9)]

    def attribute(c):
        t = c.thing
        for n in range(3):
            t.x = Evil(n)
            t.y = Evil(n)
            t.z = Evil(n)

    def attribute_alone(c):
        t, c.thing = c.thing, None
        t.me = t
        d = t.__dict__
        for n in range(3):
            t.x = Evil(n)
        del t
        for n in range(3):
            d["x"] = Evil(n)

    def slot(c):
        s = c.slots
        for n in range(3):
            s.x = Evil(n)
            s.y = Evil(n)
        del s.x

    def subscripts(c):
        a, d = c.list, c.dict
        for n in range(3):
            a[n] = Evil(n)
            d[n] = Evil(n)
            d[Evil(n)] = Evil(n)
        a[0], a[1] = a[1], Evil()
        del a[0], d[0]

    def dying_list(c):
        for n in range(3):
            [Evil(n)][0] = Evil(n)
            [Evil(n)][0]
            {0: Evil(n)}[0]
            (Evil(n), 1)[0]
            {Evil(1): 1}.get(Evil(2))

    def loops(c):
        for x in c.list:
            x = Evil()
        for x in c.tuple:
            x = Evil()
        for k, x in c.dict.items():
            x = Evil()
        for n in range(4):
            x = Evil()
        for x in (Evil(n) for n in range(4)):
            pass
        a, b, *r = c.list
        a, b = [Evil(), Evil()]
        a, b = Evil(), Evil()

    def locals_(c):
        a = Evil(1)
        a = Evil(2)
        b = a
        a = b = Evil(3)
        del a
        b = None
        [b := Evil(n) for n in range(3)]

    def operators(c):
        for n in range(3):
            Evil(1) == Evil(2), Evil(1) < Evil(2), Evil(1) is Evil(2)
            Evil(1) + Evil(2), Evil(1)[Evil(2)], Evil(1) in Evil(2), Evil(1) in c.list
            not Evil(1), -EvilInt(1), Evil() and Evil()
            EvilStr("a") == EvilStr("a"), EvilStr("a") + EvilStr("b"), EvilInt(3) + EvilInt(4), EvilInt(3) == EvilInt(4)
            x = c.list
            x += [Evil()]
            x = EvilStr("a")
            x += EvilStr("b")
            f"{Evil()}{Evil():{Evil()}}"
            if Evil():
                Evil()
            while not Evil():
                pass

    def calls(c):
        f, t = c.function, c.thing
        for n in range(3):
            f(Evil(), k=Evil())
            f(*[Evil()], **{"k": Evil()})
            t.method(Evil())
            t.prop, t.sup()
            Thing().method(), Thing().x, Slots().x
            c.list.append(Evil())
            c.list.pop()
            len([Evil()]), isinstance(Evil(), Thing), str(Evil()), type(Evil()), tuple([Evil()])
            (lambda a, b=Evil(): a)(Evil())
            Evil()(Evil())
            [].append(Evil())
            c.function(Evil())

    def globals_(c):
        exec(
            "for n in range(4):\n g = type(g)()\n h = g\n def f(): return g, h\n f()\n h = type(g)()\n del h",
            c.space,
        )

    def handlers(c):
        for n in range(3):
            try:
                with Evil() as e:
                    raise KeyError(Evil())
            except KeyError as error:
                error = Evil()
            finally:
                e = Evil()
            try:
                Evil().nothing
            except AttributeError as error:
                pass

    def generator(c):
        def g():
            x = Evil()
            x = yield Evil()
            x = yield Evil()

        for n in range(3):
            for x in g():
                x = Evil()
            i = g()
            next(i)
            del i
            list(g())

    def comprehension(c):
        [Evil() for x in c.list], {x: Evil() for x in c.dict}, {Evil() for x in c.tuple}, sum(x.value for x in c.list)
        any(Evil() for x in c.list)
        sorted(c.list, key=lambda x: (Evil(), x.value)[1])

    def cells(c):
        x = Evil()

        def f():
            nonlocal x
            x = Evil()
            return x

        for n in range(4):
            f()
            x = Evil()
        del x

    def change_frame(c):
        frame = sys._getframe(1)
        while frame and frame.f_code.co_name not in names:
            frame = frame.f_back
        if frame:
            space = frame.f_locals
            for name in list(space):
                if name not in ("c", "n", "Thing", "Slots"):
                    with contextlib.suppress(Exception):
                        space[name] = None

    def strip(c):
        for name in ("x", "y", "z"):
            for t in c.thing, c.slots:
                with contextlib.suppress(Exception):
                    delattr(t, name)

    deeds = {
        "dict": lambda c: c.thing.__dict__.clear(),
        "new dict": lambda c: setattr(c.thing, "__dict__", {}),
        "grow dict": lambda c: c.thing.__dict__.update({f"k{n}": n for n in range(40)}),
        "keys": lambda c: [setattr(Thing(), f"n{n}", 1) for n in range(30)],
        "drop": lambda c: c.__dict__.clear(),
        "strip": strip,
        "clear": lambda c: (c.list.clear(), c.dict.clear(), c.space.clear()),
        "grow": lambda c: (c.list.extend(evils(40)), c.dict.update({n: n for n in range(100)})),
        "class": lambda c: setattr(c.thing, "__class__", type("Other", (Thing,), {})),
        "type": lambda c: setattr(Thing, "cls_attr", Evil()),
        "code": lambda c: setattr(c.function, "__code__", (lambda *a, k=1: a).__code__),
        "frame": change_frame,
        "globals": lambda c: [c.space.__setitem__(f"n{n}", n) for n in range(40)],
        "collect": lambda c: gc.collect(),
        "trace": lambda c: sys.settrace(lambda *a: None),
        "raise": lambda c: 1 / 0,
    }
    operations = {
        f.__name__: f
        for f in (
            attribute, attribute_alone, slot, subscripts, dying_list, loops, locals_, operators, calls, globals_,
            handlers, generator, comprehension, cells,
        )  # fmt: skip
    }
    names = set(operations)
    for f in operations.values():
        for _ in range(30):
            f(Box())

    def restore(deed):
        def do(c):
            try:
                deed(c)
            finally:
                sys.settrace(None)

        return do

    cases(this, Box, {name: restore(deed) for name, deed in deeds.items()}, operations, 14)


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


@section
def texts(this):
    patterns = {}
    deeds = {
        "collect": lambda c: gc.collect(),
        "clear": lambda c: c.clear(),
        "purge": lambda c: re.purge(),
    }
    operations = {
        "sub": lambda c: re.sub("a", lambda m: (tick(), c.append(m), m.group())[2], EvilStr("banana")),
        "sub drop": lambda c: re.compile("(a)(?=n)").sub(lambda m: (tick(), m.expand(r"\1"))[1], "banana" * 3),
        "subn": lambda c: re.subn("(.)", callback_text, "banana", count=Evil(3)),
        "match group": lambda c: re.match("(?P<a>b)(a)", EvilStr("banana")).group(Evil(1), Evil(2)),
        "match getitem": lambda c: re.match("(?P<a>b)(a)", "banana")[Evil(1)],
        "span": lambda c: re.match("(?P<a>b)(a)", "banana").span(Evil(1)),
        "pos": lambda c: re.compile("a").search("banana", Evil(1), Evil(4)),
        "buffer": lambda c: re.compile(b"3").search(EvilBuffer()),
        "scanner": lambda c: re.compile("a").scanner("banana", Evil(1)).search(),
        "split": lambda c: re.split("a", EvilStr("banana"), maxsplit=Evil(2)),
        "pattern": lambda c: re.compile(EvilStr("a+"), Evil(2)),
        "join": lambda c: EvilStr(",").join(map(lambda x: (tick(), EvilStr("x"))[1], range(4))),
        "replace": lambda c: "banana".replace(EvilStr("a"), EvilStr("b"), Evil(2)),
        "startswith": lambda c: "banana".startswith((EvilStr("a"), EvilStr("b")), Evil(0), Evil(3)),
        "translate": lambda c: "banana".translate(Evil()),
        "translate dict": lambda c: "banana".translate(EvilTable(c)),
        "percent": lambda c: "%s %r %d %*.*f %(x)s" % (Evil(), Evil(), Evil(), Evil(), Evil(), 1.5),
        "percent map": lambda c: "%(x)s %(y)r" % EvilTable(c),
        "format": lambda c: "{0} {0!r} {0:x} {0[1]} {0.value}".format(Evil()),
        "format nested": lambda c: "{:{}}{:{}}".format(Evil(), Evil(), Evil(), Evil()),
        "f": lambda c: f"{Evil()} {Evil()!r:{Evil()}} {Evil():{Evil()}}",
        "t": lambda c: eval('t"{Evil()} {Evil()!r:{Evil()}}"'),
        "str": lambda c: str(EvilBuffer(), "utf-8"),
        "int": lambda c: int(EvilStr("12"), Evil(3)),
        "float": lambda c: float(EvilBuffer(b"1.5")),
        "encode": lambda c: "a\xe9\u20ac".encode("ascii", "hostile-encode"),
        "charmap": lambda c: __import__("codecs").charmap_encode("abc\xe9", "hostile-encode", EvilTable(c)),
        "find": lambda c: "banana".find("a", Evil(1), Evil(5)),
        "getitem": lambda c: "banana"[Evil(1) : Evil(4) : Evil(2)],
        "compare": lambda c: [EvilStr("a") == EvilStr("a"), EvilStr("a") in {"a": 1}, "a" in [EvilStr("b")]],
        "intern": lambda c: sys.intern(str(EvilStr("hostile"))),
        "template": lambda c: __import__("string").Template("$a $b").substitute(EvilTable(c)),
        "exec": lambda c: exec(EvilBuffer(b"x=1\nxx\n"), {"x": Evil(), "xx": Evil()}),
        "compile": lambda c: compile(EvilBuffer(b"x=1\nxxx"), EvilStr("f"), "exec", Evil(0)),
        "unicodedata": lambda c: __import__("unicodedata").normalize("NFC", EvilStr("e\u0301")),
        "expat": lambda c: parse_expat(c),
        "etree": lambda c: build_tree(c),
    }
    import codecs

    codecs.register_error("hostile-encode", lambda e: (tick(), ("?", e.end))[1])
    cases(this, lambda: evils(), deeds, operations)


def parse_expat(c):
    import pyexpat

    p = pyexpat.ParserCreate()

    def start(name, attributes):
        tick()
        c.append(p)

    def end(name):
        tick()
        p.StartElementHandler = None
        p.EndElementHandler = lambda n: c.clear()

    p.StartElementHandler, p.EndElementHandler = start, end
    p.CharacterDataHandler = callback
    p.buffer_text = Evil()
    return p.Parse(b"<a x='1'><b>text</b><b>more</b></a>", True)


def build_tree(c):
    import xml.etree.ElementTree as E

    root = E.Element("a", {"x": "1"})
    root.extend([E.SubElement(root, "b") for _ in range(3)])

    class Tag(str):
        def __eq__(self, other):
            tick()
            root.clear()
            return True

        __hash__ = str.__hash__

    root.find(Tag("b"))
    root[:] = [E.Element("x") for _ in range(3)]
    root.findall(Tag("x"))
    root.extend(E.Element("z") for _ in range(3))
    list(root.iter(Tag("z")))
    root.findtext(Tag("z"), Evil())
    root.remove(E.Element("q"))


class EvilTable:
    def __init__(self, c):
        self.c = c

    def __getitem__(self, key):
        tick()
        return "x"


@section
def elements(this):
    import xml.etree.ElementTree as E

    class Tag(str):
        def __eq__(self, other):
            tick()
            return False

        def __hash__(self):
            tick()
            return 1

    def make():
        root = E.Element(Tag("a"), {"k": "v"})
        for _ in range(5):
            E.SubElement(root, Tag("b")).text = Tag("t")
        root.text = Tag("t")
        return root

    deeds = {
        "clear": lambda c: c.clear(),
        "grow": lambda c: [E.SubElement(c, "n") for _ in range(30)],
        "delete": lambda c: c.__delitem__(slice(0, 3)),
        "tags": lambda c: [setattr(x, "tag", 1) for x in c.iter()],
        "attrib": lambda c: setattr(c, "attrib", {}),
    }
    operations = {
        "find": lambda c: c.find(Tag("z")),
        "findall": lambda c: c.findall(Tag("z")),
        "findtext": lambda c: c.findtext(Tag("z"), Evil()),
        "iterfind": lambda c: list(c.iterfind(Tag("z"))),
        "iter": lambda c: [tick() for _ in c.iter(Tag("z"))],
        "iter all": lambda c: [tick() for _ in c.iter()],
        "itertext": lambda c: [tick() for _ in c.itertext()],
        "get": lambda c: c.get(Tag("k")),
        "set": lambda c: c.set(Tag("k"), 1),
        "remove": lambda c: c.remove(Evil()),
        "insert": lambda c: c.insert(Evil(2), E.Element("x")),
        "getitem": lambda c: c[Evil(2)],
        "setitem": lambda c: c.__setitem__(Evil(2), E.Element("x")),
        "slice": lambda c: c[Evil(0) : Evil(4)],
        "slice set": lambda c: c.__setitem__(slice(Evil(0), Evil(4)), [E.Element("x")]),
        "slice step": lambda c: c.__setitem__(slice(Evil(0), Evil(4), 2), [E.Element("x")] * 2),
        "del": lambda c: c.__delitem__(slice(Evil(0), Evil(4), Evil(2))),
        "extend": lambda c: c.extend((tick(), E.Element("x"))[1] for _ in range(4)),
        "copy": copy.copy,
        "deepcopy": copy.deepcopy,
        "tostring": lambda c: E.tostring(c),
        "pickle": lambda c: pickle.dumps(c),
        "state": lambda c: c.__setstate__({"tag": Evil(), "_children": [E.Element("x")], "attrib": {}}),
    }
    cases(this, make, deeds, operations)


@section
def pickles(this):
    class Box:
        def __init__(self):
            self.out = io.BytesIO()
            self.pickler = EvilPickler(self)
            self.data = evils()
            self.unpickler = EvilUnpickler(self)

    class EvilPickler(pickle.Pickler):
        def __init__(self, box):
            super().__init__(box.out, 5)

        def persistent_id(self, x):
            tick()
            return None

        def reducer_override(self, x):
            tick()
            return NotImplemented

    class EvilUnpickler(pickle.Unpickler):
        def __init__(self, box):
            super().__init__(EvilPickleFile(pickle.dumps([evils(), {1: evils()}, "text" * 100, b"b" * 100], 5)))

        def find_class(self, module, name):
            tick()
            return super().find_class(module, name)

        def persistent_load(self, pid):
            tick()
            return None

    class EvilPickleFile(io.BytesIO):
        def read(self, n=-1):
            tick()
            return super().read(n)

        def readinto(self, b):
            tick()
            return super().readinto(b)

        def readline(self):
            tick()
            return super().readline()

    def again(c):
        c.unpickler.load()

    deeds = {
        "clear": lambda c: c.data.clear(),
        "memo": lambda c: (c.pickler.clear_memo(), setattr(c.unpickler, "memo", {})),
        "init": lambda c: c.pickler.__init__(c),
        "uninit": lambda c: c.unpickler.__init__(c),
        "dump": lambda c: c.pickler.dump(1),
        "load": again,
        "grow": lambda c: c.data.extend(evils(50)),
        "table": lambda c: setattr(c.pickler, "dispatch_table", EvilTable(c)),
        "copy memo": lambda c: setattr(c.pickler, "memo", c.pickler.memo.copy()),
    }
    operations = {
        "dump": lambda c: c.pickler.dump(c.data),
        "dump twice": lambda c: (c.pickler.dump(c.data), c.pickler.dump([c.data, c.data])),
        "dump nested": lambda c: c.pickler.dump([c.data, tuple(c.data), {x: x for x in c.data}, {1, 2}, frozenset([1])]),
        "load": lambda c: c.unpickler.load(),
        "loads": lambda c: pickle.loads(EvilBuffer(pickle.dumps(evils()))),
        "buffers": lambda c: pickle.loads(
            pickle.dumps(pickle.PickleBuffer(b"abc"), 5, buffer_callback=lambda b: tick()), buffers=Evil()
        ),
        "state": lambda c: pickle.loads(pickle.dumps(EvilState())),
        "reduce": lambda c: pickle.dumps(EvilReduce(c)),
        "old": lambda c: pickle.dumps(c.data, Evil(0)),
    }
    cases(this, Box, deeds, operations)


class EvilState:
    def __getstate__(self):
        tick()
        return {EvilStr("a"): 1, "b": Evil()}

    def __setattr__(self, name, value):
        tick()

    def __setstate__(self, state):
        tick()
        state.clear()


class EvilReduce:
    def __init__(self, c):
        self.c = c

    def __reduce__(self):
        tick()
        return list, (), None, iter_evil(self.c.data), iter([(1, Evil())])


def iter_evil(data):
    for x in data:
        tick()
        yield x


@section
def jsons(this):
    def pairs(p):
        tick()
        return p

    def make():
        return [evils(), {"a": evils(), "b": {"c": [Evil()]}}, "text", 1, 2.5]

    deeds = dict(LIST_DEEDS)
    deeds["inner clear"] = lambda c: [x.clear() for x in c if isinstance(x, (list, dict))]
    operations = {
        "dumps": lambda c: json.dumps(c, default=callback_text),
        "indent": lambda c: json.dumps(c, default=callback_text, indent=2),
        "sorted": lambda c: json.dumps(c, default=callback_text, sort_keys=True),
        "default list": lambda c: json.dumps(c, default=lambda x: (tick(), list(c))[1]),
        "iterencode": lambda c: [tick() for _ in json.JSONEncoder(default=callback_text).iterencode(c)],
        "loads hook": lambda c: json.loads('[{"a": [1, {"b": 2}]}, 1.5]', object_hook=callback, parse_float=callback, parse_int=callback),
        "loads pairs": lambda c: json.loads('[{"a": [1, {"b": 2}]}, 1.5, NaN]', object_pairs_hook=pairs, parse_constant=callback),
        "loads bytes": lambda c: json.loads(bytearray(b'{"a": 1}'), object_hook=callback),
        "scanner": lambda c: json.decoder.scanstring(EvilStr('"abc"'), Evil(1)),
    }
    cases(this, make, deeds, operations)


@section
def csvs(this):
    class Source:
        def __init__(self):
            self.left = 5

        def __iter__(self):
            return self

        def __next__(self):
            tick()
            self.left -= 1
            if self.left < 0:
                raise StopIteration
            return 'a,"b",1'

    class Box:
        def __init__(self):
            self.reader = csv.reader(Source(), quoting=csv.QUOTE_NONNUMERIC if False else csv.QUOTE_MINIMAL)
            self.out = EvilFile()
            self.writer = csv.writer(self.out)

    deeds = {
        "next": lambda c: next(c.reader),
        "write": lambda c: c.writer.writerow([1, 2, "x" * 2000]),
        "drop": lambda c: c.__dict__.clear(),
        "registry": lambda c: (csv.register_dialect("evil"), csv.unregister_dialect("evil")),
    }
    operations = {
        "read": lambda c: list(c.reader),
        "write": lambda c: c.writer.writerow(evils()),
        "write rows": lambda c: c.writer.writerows([evils(), Evil()]),
        "write iter": lambda c: c.writer.writerow(Evil()),
        "dialect": lambda c: csv.reader([], type("D", (), {"delimiter": property(callback)})()),
        "dialect quoting": lambda c: csv.reader([], quoting=Evil(1), strict=Evil()),
        "limit": lambda c: csv.field_size_limit(131072),
        "dict": lambda c: list(csv.DictReader(Source())),
    }
    cases(this, Box, deeds, operations)


@section
def sqlites(this):
    def make():
        c = sqlite3.connect(":memory:")
        c.execute("create table t(a, b)")
        c.executemany("insert into t values(?, ?)", [(n, n) for n in range(10)])
        c.create_function("f", -1, lambda *a: (tick(), 1)[1])
        c.create_collation("evil", lambda a, b: (tick(), (a > b) - (a < b))[1])

        class Sum:
            def __init__(self):
                tick()
                self.n = 0

            def step(self, x):
                tick()
                self.n += 1

            def finalize(self):
                tick()
                return self.n

            def value(self):
                tick()
                return self.n

            inverse = step

        c.create_aggregate("s", 1, Sum)
        c.create_window_function("w", 1, Sum)
        c.text_factory = lambda b: (tick(), b.decode())[1]
        return c

    deeds = {
        "close": lambda c: c.close(),
        "function": lambda c: c.create_function("f", -1, None),
        "collation": lambda c: c.create_collation("evil", None),
        "execute": lambda c: c.execute("select 1").fetchall(),
        "commit": lambda c: c.commit(),
        "rollback": lambda c: c.rollback(),
        "insert": lambda c: c.execute("insert into t values(1, 2)"),
        "drop": lambda c: c.execute("drop table t"),
        "factory": lambda c: (setattr(c, "row_factory", sqlite3.Row), setattr(c, "text_factory", bytes)),
        "init": lambda c: c.__init__(":memory:"),
        "interrupt": lambda c: c.interrupt(),
        "trace": lambda c: c.set_trace_callback(callback),
        "authorizer": lambda c: c.set_authorizer(None),
        "blob": lambda c: c.serialize(),
    }
    operations = {
        "function": lambda c: c.execute("select f(a, b), 'text' from t").fetchall(),
        "aggregate": lambda c: c.execute("select s(a), 'text' from t group by b").fetchall(),
        "window": lambda c: c.execute("select w(a) over (order by b rows between 1 preceding and current row) from t").fetchall(),
        "collation": lambda c: c.execute("select cast(a as text) as x from t order by x collate evil").fetchall(),
        "rows": lambda c: [tick() for _ in c.execute("select a, 'text' from t")],
        "params": lambda c: c.execute("select ?, ?", EvilParams()).fetchall(),
        "named": lambda c: c.execute("select :a, :b", EvilTable(c)).fetchall(),
        "many": lambda c: c.executemany("insert into t values(?, ?)", ((tick(), (1, 2))[1] for _ in range(4))),
        "adapt": lambda c: c.execute("select ?", (EvilAdapt(),)).fetchall(),
        "row factory": lambda c: (setattr(c, "row_factory", callback), c.execute("select a from t").fetchall()),
        "trace": lambda c: (c.set_trace_callback(callback), c.execute("select a from t").fetchall()),
        "authorizer": lambda c: (c.set_authorizer(lambda *a: (tick(), 0)[1]), c.execute("select a, b from t").fetchall()),
        "progress": lambda c: (c.set_progress_handler(lambda: tick(), 1), c.execute("select a, b from t").fetchall()),
        "script": lambda c: c.executescript("select f(1); select f(2);"),
        "buffer": lambda c: c.execute("select ?", (EvilBuffer(),)).fetchall(),
        "iterdump": lambda c: [tick() for _ in c.iterdump()],
        "backup": lambda c: c.backup(sqlite3.connect(":memory:"), pages=1, progress=bounded(), sleep=0),
        "with": lambda c: with_connection(c),
        "fetchmany": lambda c: c.execute("select 'text', f(1) from t").fetchmany(Evil(3)),
        "row": lambda c: row_case(c),
    }
    cases(this, make, deeds, operations, 3)


def bounded():
    """A callback that ends what would call it for ever."""
    calls = itertools.count()

    def progress(*args):
        tick()
        if next(calls) > 20:
            raise TimeoutError

    return progress


def row_case(c):
    c.row_factory = sqlite3.Row
    row = c.execute("select a, b, 'text' as t from t").fetchone()
    return row[Evil(1)], row[EvilStr("a")], row == Evil(), hash(row)


def with_connection(c):
    with c:
        c.execute("insert into t values(f(1), 2)")
        tick()


class EvilParams:
    def __len__(self):
        tick()
        return 2

    def __getitem__(self, n):
        tick()
        return EvilInt(3)


class EvilAdapt:
    def __conform__(self, protocol):
        tick()
        return 1


@section
def numbers(this):
    def make():
        return decimal.Context(prec=10)

    deeds = {
        "flags": lambda c: c.clear_flags(),
        "prec": lambda c: setattr(c, "prec", 1),
        "set": lambda c: decimal.setcontext(decimal.Context(prec=3)),
        "traps": lambda c: c.traps.update(dict.fromkeys(c.traps, True)),
        "collect": lambda c: gc.collect(),
    }

    class D(decimal.Decimal):
        def __new__(cls, *args):
            tick()
            return super().__new__(cls, *args)

        def __del__(self):
            tick()

    operations = {
        "new": lambda c: decimal.Decimal((0, [EvilInt(1), EvilInt(2)], Evil(1)), c),
        "tuple": lambda c: decimal.Decimal(Evil(), c),
        "list": lambda c: decimal.Decimal([0, (1, 2), EvilInt(1)]),
        "op": lambda c: c.add(D(1), EvilInt(3)),
        "op float": lambda c: D("1.5") + D("2.5") * Evil(),
        "round": lambda c: round(D("1.234"), Evil(1)),
        "pow": lambda c: pow(D(2), EvilInt(3), EvilInt(5)),
        "format": lambda c: format(D("1.5"), EvilStr(".3f")),
        "with": lambda c: with_context(c),
        "traps": lambda c: setattr(c, "traps", EvilTraps()),
        "flags": lambda c: setattr(c, "flags", {decimal.Inexact: Evil()}),
        "flags list": lambda c: decimal.Context(flags=Evil(), traps=[decimal.Inexact]),
        "compare": lambda c: D(1) == EvilInt(1),
        "hash": lambda c: {D(1): 1}[EvilInt(1)],
        "sum": lambda c: sum([D(1), Evil(), D(2)]),
        "int pow": lambda c: pow(EvilInt(3), EvilInt(100), EvilInt(7)),
        "int to_bytes": lambda c: EvilInt(3).to_bytes(Evil(3), EvilStr("big")),
        "divmod": lambda c: divmod(EvilInt(100), Evil(3)),
        "range": lambda c: [tick() for _ in range(Evil(1), Evil(5), Evil(2))],
        "range index": lambda c: range(10).index(EvilInt(3)),
        "range in": lambda c: Evil(3) in range(10),
        "slice": lambda c: slice(Evil(1), Evil(5), Evil(2)).indices(Evil(7)),
        "slice equal": lambda c: slice(Evil(1), Evil(5)) == slice(Evil(1), Evil(5)),
        "complex": lambda c: complex(Evil(1), Evil(2)),
        "float": lambda c: float(Evil(3)).__round__(Evil(1)),
        "math": lambda c: __import__("math").fsum(Evil()),
        "perm": lambda c: __import__("math").perm(Evil(5), Evil(2)),
        "random": lambda c: __import__("random").Random(3).choices(Evil(), k=Evil(2)),
        "setstate": lambda c: __import__("random").Random().setstate((3, tuple(map(EvilInt, range(625))), None)),
        "datetime": lambda c: evil_dates(),
        "fraction": lambda c: __import__("fractions").Fraction(EvilInt(3), EvilInt(6)) + Evil(),
        "tuple equal": lambda c: (Evil(1), Evil(2)) == (Evil(1), Evil(2)),
        "tuple in": lambda c: Evil(7) in (Evil(1), Evil(2)),
        "tuple hash": lambda c: hash((Evil(1), Evil(2))),
        "tuple repr": lambda c: repr((Evil(1), Evil(2))),
        "tuple concat": lambda c: (Evil(1), Evil(2)) + Evil(),
    }
    cases(this, make, deeds, operations)
    decimal.setcontext(decimal.Context())


def with_context(c):
    with decimal.localcontext(c) as context:
        tick()
        return context.divide(1, 3)


class EvilTraps(dict):
    def __len__(self):
        tick()
        return 9

    def __getitem__(self, key):
        tick()
        return Evil()


def evil_dates():
    import datetime

    class Zone(datetime.tzinfo):
        def utcoffset(self, when):
            tick()
            return datetime.timedelta(hours=1)

        def dst(self, when):
            tick()
            return None

        def tzname(self, when):
            tick()
            return "evil"

        def __eq__(self, other):
            tick()
            return False

    when = datetime.datetime(2020, 1, Evil(3), tzinfo=Zone())
    other = datetime.datetime(2020, 1, 1, tzinfo=Zone())
    return (
        when - other, when == other, hash(when), when.astimezone(Zone()), when.strftime("%z %Z %f"), when.isoformat(),
        when.timetuple(), when.replace(tzinfo=Zone()), datetime.timedelta(days=Evil(1)) * Evil(2), when.utctimetuple(),
        datetime.datetime.fromtimestamp(Evil(3), Zone()), repr(when), when.timetz() < other.timetz(),
    )  # fmt: skip


@section
def futures(this):
    import asyncio

    loop = asyncio.new_event_loop()

    class Loop:
        """Calls at once, so that callbacks run inside what schedules them."""

        def __init__(self):
            self.queue = []

        def get_debug(self):
            tick()
            return False

        def call_soon(self, f, *args, context=None):
            tick()
            self.queue.append((f, args))

        def call_exception_handler(self, context):
            tick()

        def create_future(self):
            return asyncio.Future(loop=self)

        def run(self):
            for _ in range(20):
                if not self.queue:
                    return
                f, args = self.queue.pop(0)
                f(*args)

    def make():
        l = Loop()
        f = asyncio.Future(loop=l)
        f.add_done_callback(callback)
        f.add_done_callback(Evil())
        f.add_done_callback(callback)
        return f

    def loop_of(c):
        return c._loop

    deeds = {
        "cancel": lambda c: c.cancel(),
        "result": lambda c: c.set_result(Evil()),
        "exception": lambda c: c.set_exception(ValueError()),
        "init": lambda c: c.__init__(loop=Loop()),
        "add": lambda c: [c.add_done_callback(Evil()) for _ in range(9)],
        "remove": lambda c: c.remove_done_callback(callback),
        "collect": lambda c: gc.collect(),
    }

    async def waits(f):
        tick()
        try:
            return await f
        finally:
            tick()

    def task(c, deed=None):
        l = loop_of(c)
        t = asyncio.Task(waits(c), loop=l)
        l.run()
        tick()
        if not c.done():
            c.set_result(1)
        l.run()
        return t.result() if t.done() else None

    def cancelled(c):
        l = loop_of(c)
        t = asyncio.Task(waits(c), loop=l, name=Evil())
        l.run()
        t.cancel(Evil())
        l.run()
        return t

    operations = {
        "result": lambda c: c.set_result(Evil()),
        "exception": lambda c: c.set_exception(type("E", (Exception,), {"__init__": callback})),
        "cancel": lambda c: c.cancel(Evil()),
        "remove": lambda c: c.remove_done_callback(Evil(3)),
        "add": lambda c: c.add_done_callback(Evil()),
        "repr": repr,
        "run": lambda c: (c.set_result(1), loop_of(c).run()),
        "task": task,
        "task cancel": cancelled,
        "await": lambda c: [tick() for _ in c],
        "send": lambda c: (it := iter(c), it.send(None), it.throw(ValueError())),
        "future of evil": lambda c: asyncio.Task(EvilAwait(), loop=loop_of(c)),
        "get_loop": lambda c: asyncio.Future(loop=Evil()),
    }
    cases(this, make, deeds, operations)
    loop.close()


class EvilAwait:
    def __await__(self):
        tick()
        return self

    def __iter__(self):
        return self

    def __next__(self):
        tick()
        return self

    def send(self, x):
        tick()
        return self

    def throw(self, *a):
        tick()

    close = throw


@section
def generators(this):
    class Box:
        def __init__(self):
            self.gen = self.run()
            self.delegating = self.outer()
            self.coro = self.co()
            self.agen = self.ag()

        def run(self):
            try:
                for n in range(5):
                    tick()
                    yield Evil(n)
            except GeneratorExit:
                tick()
                raise
            finally:
                tick()

        def outer(self):
            return (yield from Delegate())

        async def co(self):
            with Evil():
                return await EvilAwait()

        async def ag(self):
            try:
                tick()
                yield 1
                tick()
                yield 2
            finally:
                tick()

    class Delegate:
        def __iter__(self):
            tick()
            return self

        def __next__(self):
            tick()
            return 1

        send = throw = lambda self, *a: tick()
        close = lambda self: tick()

    def frame_clear(c):
        f = c.gen.gi_frame
        if f:
            f.clear()

    deeds = {
        "close": lambda c: c.gen.close(),
        "close delegating": lambda c: c.delegating.close(),
        "drop": lambda c: c.__dict__.clear(),
        "next": lambda c: next(c.gen),
        "throw": lambda c: c.gen.throw(ValueError),
        "frame": frame_clear,
        "locals": lambda c: c.gen.gi_frame.f_locals.update(n=Evil(), self=None, z=1),
        "collect": lambda c: gc.collect(),
        "coroutine": lambda c: c.coro.close(),
        "agen": lambda c: c.agen.aclose().send(None),
        "frames": lambda c: sys._getframe(2).f_locals.update(c=None, self=None, n=None),
    }
    operations = {
        "list": lambda c: list(c.gen),
        "send": lambda c: [c.gen.send(None) for _ in range(4)],
        "throw": lambda c: (next(c.gen), c.gen.throw(ValueError)),
        "close": lambda c: (next(c.gen), c.gen.close()),
        "delegating": lambda c: [c.delegating.send(None) for _ in range(4)],
        "delegating send": lambda c: (next(c.delegating), c.delegating.send(Evil())),
        "delegating throw": lambda c: (next(c.delegating), c.delegating.throw(ValueError)),
        "delegating close": lambda c: (next(c.delegating), c.delegating.close()),
        "coroutine": lambda c: [c.coro.send(None) for _ in range(4)],
        "coroutine throw": lambda c: (c.coro.send(None), c.coro.throw(ValueError)),
        "agen": lambda c: [c.agen.asend(None).send(None) for _ in range(3)],
        "athrow": lambda c: (run_out(c.agen.asend(None)), run_out(c.agen.athrow(ValueError))),
        "aclose": lambda c: (run_out(c.agen.asend(None)), run_out(c.agen.aclose())),
        "del": lambda c: (next(c.gen), c.__dict__.pop("gen", None) and None),
        "unpack": lambda c: unpack(c.gen),
        "in": lambda c: Evil(99) in c.gen,
    }
    cases(this, Box, deeds, operations)


def unpack(it):
    a, *b, c = it
    return b


def run_out(awaitable):
    try:
        awaitable.send(None)
    except StopIteration:
        pass


@section
def frames(this):
    """Tracing functions and `f_locals` that change the frame that runs."""

    def victim(a, b):
        c = Evil()
        for n in range(3):
            d = [a, b, c, n]
            c = Evil(n)
        del d
        return a, b, c

    def make():
        return [Evil(), Evil()]

    def operation(c):
        def trace(frame, event, arg):
            tick()
            if frame.f_code is victim.__code__:
                space = frame.f_locals
                for name in list(space):
                    space[name] = Evil(3)
                space["new"] = Evil()
                space.pop("new")
            return trace

        sys.settrace(trace)
        try:
            return victim(c[0], c[1])
        finally:
            sys.settrace(None)

    def profile(c):
        sys.setprofile(callback)
        try:
            return victim(c[0], c[1])
        finally:
            sys.setprofile(None)

    def untrace(c):
        sys.settrace(None)
        sys.setprofile(None)

    def monitor(c):
        m = sys.monitoring
        m.use_tool_id(4, "evil")
        try:
            e = m.events
            for event in e.LINE, e.PY_START, e.PY_RETURN, e.CALL, e.BRANCH_LEFT, e.INSTRUCTION:
                m.register_callback(4, event, lambda *a: (tick(), [None, m.DISABLE][len(a) > 2])[1])
            m.set_local_events(4, victim.__code__, e.LINE | e.PY_START | e.PY_RETURN | e.CALL | e.INSTRUCTION)
            return victim(c[0], c[1]), victim(1, 2)
        finally:
            m.free_tool_id(4)

    def events(c):
        sys.monitoring.set_local_events(4, victim.__code__, 0)

    deeds = {
        "clear": lambda c: c.clear(),
        "untrace": untrace,
        "collect": lambda c: gc.collect(),
        "events": events,
        "restart": lambda c: sys.monitoring.restart_events(),
    }
    cases(this, make, deeds, {"trace": operation, "profile": profile, "monitor": monitor}, 12)


@section
def errors(this):
    """Exceptions whose parts change while they are worked on."""

    class E(Exception):
        def __eq__(self, other):
            tick()
            return False

        def __hash__(self):
            tick()
            return 1

        def __str__(self):
            tick()
            return "evil"

        def __del__(self):
            tick()

    def make():
        group = BaseExceptionGroup("g", [E(1), ExceptionGroup("h", [E(2), ValueError()])])
        group.list = [E(1), group]
        return group

    deeds = {
        "args": lambda c: setattr(c, "args", ()),
        "notes": lambda c: setattr(c, "__notes__", Evil()),
        "cause": lambda c: setattr(c, "__cause__", c),
        "traceback": lambda c: setattr(c, "__traceback__", None),
        "clear": lambda c: c.list.clear(),
        "collect": lambda c: gc.collect(),
        "state": lambda c: c.__setstate__({"x": Evil()}),
    }
    operations = {
        "split": lambda c: c.split(lambda e: (tick(), isinstance(e, E))[1]),
        "subgroup": lambda c: c.subgroup(lambda e: (tick(), True)[1]),
        "derive": lambda c: type("G", (ExceptionGroup,), {"derive": lambda s, x: (tick(), ExceptionGroup("z", x))[1]})("q", [E(), ValueError()]).split(E),
        "except*": except_star,
        "raise": lambda c: chain(c),
        "str": lambda c: (str(c), repr(c), repr(c.args)),
        "setstate": lambda c: c.__setstate__({EvilStr("a"): Evil()}),
        "group of evil": lambda c: ExceptionGroup("x", Evil()),
        "format": lambda c: "".join(__import__("traceback").format_exception(c)),
        "oserror": lambda c: OSError(Evil(1), Evil(), Evil()).__str__(),
        "unicode": lambda c: str(UnicodeDecodeError("utf-8", b"abc", EvilInt(0), EvilInt(2), EvilStr("r"))),
        "print": lambda c: sys.excepthook(type(c), c, c.__traceback__),
        "reduce": lambda c: pickle.loads(pickle.dumps(KeyError(Evil()))),
        "with": lambda c: with_evil(c),
        "key": lambda c: {}[Evil()],
        "attribute": lambda c: str(AttributeError(Evil(), name=Evil(), obj=Evil())),
    }
    with contextlib.redirect_stderr(io.StringIO()):
        cases(this, make, deeds, operations)


def chain(c):
    try:
        raise c
    except BaseException as e:
        try:
            tick()
            raise Evil() from e
        except TypeError as f:
            f.__context__ = e
            raise ValueError from f


def except_star(c):
    try:
        raise c
    except* ValueError as e:
        tick()
    except* Exception as e:
        tick()
        raise e.exceptions[0]


def with_evil(c):
    with Evil() as e, Evil() as f:
        tick()
        raise c


@section
def contexts(this):
    import contextvars
    import queue

    def make():
        c = contextvars.Context()
        c.var = None if False else None
        return c

    class Box:
        def __init__(self):
            self.var = contextvars.ContextVar("v", default=Evil())
            self.context = contextvars.copy_context()
            self.queue = queue.SimpleQueue()
            self.local = __import__("threading").local()

    class EvilKeyVar:
        pass

    deeds = {
        "set": lambda c: c.var.set(Evil()),
        "drop": lambda c: c.__dict__.clear(),
        "collect": lambda c: gc.collect(),
        "copy": lambda c: setattr(c, "context", contextvars.copy_context()),
        "put": lambda c: c.queue.put(Evil()),
    }
    operations = {
        "set": lambda c: (t := c.var.set(Evil()), c.var.set(Evil(2)), c.var.reset(t)),
        "run": lambda c: c.context.run(callback, Evil()),
        "equal": lambda c: (c.context.run(c.var.set, Evil(1)), c.context == contextvars.copy_context()),
        "equal values": lambda c: equal_contexts(c),
        "iterate": lambda c: [tick() for _ in c.context.items()],
        "get": lambda c: c.var.get(Evil()),
        "queue": lambda c: (c.queue.put(Evil()), c.queue.put(Evil()), c.queue.get(), c.queue.get(timeout=0.0)),
        "local": lambda c: (setattr(c.local, "x", Evil()), c.local.x, delattr(c.local, "x")),
    }
    cases(this, Box, deeds, operations)


def equal_contexts(c):
    a, b = c.context.copy(), c.context.copy()
    a.run(c.var.set, Evil(1))
    b.run(c.var.set, Evil(1))
    return a == b


if __name__ == "__main__":
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    for name, run in SECTIONS:
        if not wanted or name in wanted:
            run()
