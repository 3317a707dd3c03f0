import sys
import tracemalloc


def make(size):
    return bytes(size)


print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory(), tracemalloc.get_traceback_limit())
tracemalloc.start(2)
print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())
data = make(123_456)
traceback = tracemalloc.get_object_traceback(data)
print([frame.lineno for frame in traceback], traceback.total_nframe, len(traceback))
mine = [t for t in tracemalloc.take_snapshot().traces if t.traceback == traceback]
print([trace.size == sys.getsizeof(data) for trace in mine])
now, peak = tracemalloc.get_traced_memory()
print(now >= 123_456, peak >= now)
del data
print(tracemalloc.get_traced_memory()[0] < now)
tracemalloc.reset_peak()
print(tracemalloc.get_traced_memory()[1] < peak)
tracemalloc.stop()
print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory(), tracemalloc.get_object_traceback(make))
for limit in 0, -1, 1 << 16:
    try:
        tracemalloc.start(limit)
    except ValueError as error:
        print(error)
