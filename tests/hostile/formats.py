"""Readers and writers: XML, pickle, JSON, CSV, SQLite."""

import copy
import csv
import io
import itertools
import json
import pickle
import sqlite3

from evil import Evil, EvilBuffer, EvilFile, EvilInt, EvilStr, EvilTable, callback, callback_text, evils, tick
from harness import cases, section
from sequences import LIST_DEEDS


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
