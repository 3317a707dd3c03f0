"""Code that runs: specialised instructions, frames, exceptions and contexts."""

import contextlib
import gc
import io
import pickle
import sys

from evil import Evil, EvilInt, EvilStr, callback, evils, tick
from harness import cases, section


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
