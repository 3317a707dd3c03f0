# An exception thrown into a generator keeps the context that it has, whatever the caller handles; raised in an except block of the
# generator it gets that one.
def generator(exc):
    try:
        yield
    finally:
        raise exc


def handling():
    try:
        raise KeyError("inner")
    except KeyError:
        yield


def chain(exc):
    found = []
    while exc is not None and len(found) < 9:
        found.append(exc.args[0])
        exc = exc.__context__
    return found


errors = [Exception(i) for i in range(5)]
generators = [generator(errors[i]) for i in (4, 3, 2)]
for g in generators:
    next(g)
try:
    raise errors[1]
except Exception as exc:
    current = exc
    while generators:
        try:
            generators.pop().throw(current)
        except Exception as exc:
            current = exc
            print(chain(current))

g = handling()
next(g)
try:
    raise ValueError("outer")
except ValueError:
    try:
        g.throw(Exception("thrown"))
    except Exception as exc:
        print(chain(exc))

# A naked exception that `except*` wraps: the wrapper's traceback begins at the clause.
import traceback

try:
    try:
        raise ValueError(42)
    except* ValueError:
        raise
except ExceptionGroup as group:
    print([entry.line for entry in traceback.extract_tb(group.__traceback__)])
    print([entry.line for entry in traceback.extract_tb(group.exceptions[0].__traceback__)])
