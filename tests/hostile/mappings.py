"""Dictionaries of all kinds, and sets."""

import collections
import copy
import json
import operator
import pickle
import sqlite3
import sys

from evil import Evil, EvilStr, callback, callback_text, evils, tick
from harness import all_of, cases, section

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
