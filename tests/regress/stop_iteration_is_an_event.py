# A StopIteration that ends a loop or a delegation is an exception event of the frame, whoever raised it.
import sys

class It:
    def __iter__(self): return self
    def __next__(self): raise StopIteration(3)

def gen():
    yield 0
    return 1

def plain():
    yield 0

def delegate():
    x = yield from gen()
    y = yield from It()
    return x + y

def loops():
    for i in It(): pass
    for i in gen(): pass
    for i in plain(): pass
    for i in iter([1]): pass
    a, = gen()
    b = [i for i in It()]
    return list(delegate())

events = []
def trace(frame, event, arg):
    if event != 'line':
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, repr(arg[1]) if event == "exception" else type(arg).__name__))
    return trace
loops()
sys.settrace(trace)
loops()
sys.settrace(None)
for event in events: print(*event)

events.clear()
E = sys.monitoring.events
sys.monitoring.use_tool_id(1, 't')
sys.monitoring.register_callback(1, E.RAISE, lambda code, offset, exc: print('raise', code.co_name, repr(exc)))
sys.monitoring.register_callback(1, E.STOP_ITERATION, lambda code, offset, exc: print('stop', code.co_name, repr(exc)))
sys.monitoring.set_events(1, E.RAISE | E.STOP_ITERATION)
loops()
sys.monitoring.set_events(1, 0)
sys.monitoring.free_tool_id(1)

def bad(frame, event, arg):
    if event == 'exception':
        raise KeyError('from the trace function')
    return bad
def run():
    for i in It(): pass
    print('after')
sys.settrace(bad)
try:
    run()
except KeyError as error:
    print(repr(error))
print(sys.gettrace())
