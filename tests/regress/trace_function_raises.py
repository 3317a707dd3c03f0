"""A frame stands once in the traceback of an exception that a trace or profile function raises."""

import sys


def show(what, ex):
    tb = ex.__traceback__; out = []
    while tb:
        out.append(f"{tb.tb_frame.f_code.co_name}:{tb.tb_lineno}:{tb.tb_lasti}")
        tb = tb.tb_next
    print(what, type(ex).__name__, ex, *out)


def target(fail=False):
    a = 1
    if fail:
        raise KeyError("own")
    return len([])


def inner(fail):
    target(fail)


def gen():
    yield 1


def uses_gen(fail):
    for x in gen():
        pass


for setter, events in ((sys.settrace, ("call", "line", "return", "exception", "opcode")), (sys.setprofile, ("call", "return", "c_call", "c_return"))):
    for event in events:
        for func in inner, uses_gen:
            for fail in False, True:
                done = False
                def tracer(frame, what, arg):
                    global done
                    if frame.f_code.co_name not in ("inner", "target", "gen", "uses_gen"):
                        return None
                    frame.f_trace_opcodes = event == "opcode"
                    if what == event and not done and frame.f_code.co_name != "inner":
                        done = True
                        raise ValueError(what)
                    return tracer
                try:
                    setter(tracer)
                    func(fail)
                except Exception as ex:
                    setter(None)
                    show((setter.__name__, event, func.__name__, fail), ex)
                    if ex.__context__:
                        show("   context", ex.__context__)
                finally:
                    setter(None)
