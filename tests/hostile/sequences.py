"""Lists and deques."""

import array
import bisect
import collections
import copy
import csv
import functools
import heapq
import io
import itertools
import json
import operator
import pickle
import sqlite3
import struct

from evil import Evil, callback, callback_text, evils, tick
from harness import all_of, cases, consume, section

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


def match_list(c):
    match c:
        case [Evil(value=1), *_]:
            return 1
        case [0, 1, *rest]:
            return 2
        case {"a": 1}:
            return 3


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
