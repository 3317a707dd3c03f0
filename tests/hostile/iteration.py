"""Iterators, generators, coroutines and futures."""

import collections
import contextlib
import copy
import csv
import gc
import itertools
import json
import operator
import re
import struct
import sys

from evil import Evil, EvilAwait, EvilBuffer, callback, callback_text, evils, tick
from harness import Section, cases, section


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
