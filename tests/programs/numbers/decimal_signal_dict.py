# Signal dicts: those without a context, those whose context is gone, comparisons with dicts that are none.
import decimal
from decimal import Context, Inexact, Rounded

SignalDict = type(Context().flags)

def show(what, action):
    try:
        print(what, action())
    except Exception as error:
        print(what, type(error).__name__, error)

def operations(name, signals):
    show(name + " len", lambda: len(signals))
    show(name + " iter", lambda: len(list(signals)))
    show(name + " repr", lambda: len(repr(signals)))
    show(name + " get", lambda: signals[Inexact])
    show(name + " set", lambda: signals.__setitem__(Rounded, True))
    show(name + " delete", lambda: signals.__delitem__(Rounded))
    show(name + " ==", lambda: signals == Context().flags)
    show(name + " == reflected", lambda: Context().flags == signals)
    show(name + " == 3", lambda: signals == 3)
    show(name + " <", lambda: signals < Context().flags)
    show(name + " copy", lambda: len(signals.copy()))



operations("made", SignalDict())
context = Context()
signals = context.flags
del context
operations("left", signals)
context = Context()
operations("live", context.flags)
full = dict(context.flags)
for other in {Inexact: False}, {**full, Rounded: True}, {**full, 1: 2}, full, {k: 0 for k in full}, {k: [] for k in full}:
    show(f"compare {len(other)}", lambda: (context.flags == other, other == context.flags, context.flags != other))


class Bad:
    def __bool__(self):
        raise RuntimeError("bool")

show("bool", lambda: context.flags == {k: Bad() for k in full})
show("set bool", lambda: context.flags.__setitem__(Inexact, Bad()))
for bad in {}, {Inexact: 1}, {**{k: 0 for k in range(9)}}, [1], 1, None, {k: Bad() for k in full}:
    show(f"flags {bad if isinstance(bad, int) else type(bad)}", lambda: setattr(context, "flags", bad))
    show(f"traps {bad if isinstance(bad, int) else type(bad)}", lambda: Context(traps=bad))
show("new", lambda: SignalDict(1))
show("new", lambda: SignalDict(a=1))
show("Context.flags", lambda: Context.flags)
show("Context.traps", lambda: Context.traps)
show("other", lambda: context.nothing)
show("del", lambda: delattr(context, "flags"))
show("del", lambda: delattr(context, "prec"))
show("set", lambda: setattr(context, "nothing", 1))
context.flags = [Inexact] if False else full
show("dict", lambda: context.__dict__)
show("getattribute", lambda: type(context.__getattribute__("traps")).__name__)
show("object", lambda: object.__getattribute__(context, "prec"))
show("object flags", lambda: object.__getattribute__(context, "flags"))
