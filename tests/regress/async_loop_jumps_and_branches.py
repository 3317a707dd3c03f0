"""The branch of an `async for` is at its END_SEND; jumps in a coroutine know what lies on its stack."""

import sys
import warnings

warnings.simplefilter("ignore")


async def numbers(n):
    for i in range(n):
        yield i


async def nested(seen):
    for i in [1]:
        async for j in numbers(2):
            seen.append("in")
            seen.append("not reached")
        seen.append("out")
    seen.append("end")


async def comprehension(seen):
    seen.append(1)
    seen.append([i async for i in numbers(3) if i])
    seen.append(2)


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        pass


def jump(function, at, to):
    first = function.__code__.co_firstlineno
    done = False

    def trace(frame, event, arg):
        nonlocal done
        if frame.f_code is not function.__code__:
            return None
        if event == "line" and frame.f_lineno == first + at and not done:
            done = True
            frame.f_lineno = first + to
        return trace

    seen = []
    sys.settrace(trace)
    try:
        run(function(seen))
    except Exception as e:
        seen.append(repr(e))
    finally:
        sys.settrace(None)
    print(function.__name__, at, to, seen)


jump(nested, 4, 5)
jump(nested, 4, 6)
jump(nested, 3, 5)
jump(comprehension, 3, 1)
jump(comprehension, 3, 2)

print(list(nested.__code__.co_branches()))
print(list(comprehension.__code__.co_branches()))

tool, met = 3, []
events = sys.monitoring.events
sys.monitoring.use_tool_id(tool, "test")
for event in "BRANCH_LEFT", "BRANCH_RIGHT":
    sys.monitoring.register_callback(tool, getattr(events, event), lambda *a, e=event: met.append((e, *a[1:])))
sys.monitoring.set_local_events(tool, nested.__code__, events.BRANCH_LEFT | events.BRANCH_RIGHT)
run(nested([]))
print(met)
print(list(nested.__code__.co_branches()))
sys.monitoring.free_tool_id(tool)
