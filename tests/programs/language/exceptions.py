def run(action):
    try:
        try:
            result = action()
        except (KeyError, IndexError) as error:
            return f"lookup {error!r}"
        except ValueError:
            raise RuntimeError("converted") from None
        else:
            return f"fine {result}"
        finally:
            print("finally", end="; ")
    except RuntimeError as error:
        return f"{error} {error.__cause__} {error.__suppress_context__} {error.__context__!r}"


for action in (lambda: 1, lambda: {}[1], lambda: [][0], lambda: int("x")):
    print(run(action))


def order():
    for i in range(3):
        try:
            if i == 1:
                continue
            if i == 2:
                break
            print("body", i)
        finally:
            print("cleanup", i)
    else:
        print("else")
    try:
        return "try"
    finally:
        print("before return")


print(order())

try:
    raise ExceptionGroup("many", [ValueError(1), TypeError(2), ExceptionGroup("inner", [KeyError(3), ValueError(4)])])
except* ValueError as group:
    print("values", group, [e.args for e in group.exceptions])
except* (TypeError, KeyError) as group:
    print("rest", repr(group))

try:
    try:
        raise ExceptionGroup("g", [OSError(5), ValueError(6)])
    except* OSError:
        raise LookupError("new")
except ExceptionGroup as group:
    print(repr(group), repr(group.exceptions[0].__context__))

try:
    try:
        raise ValueError("alone")
    except* ValueError as group:
        print(repr(group))
        raise
except BaseException as error:
    print(type(error).__name__, error)

try:
    try:
        1 / 0
    except ZeroDivisionError as first:
        raise KeyError("second") from first
except KeyError as error:
    print(repr(error.__cause__), error.__cause__ is error.__context__)
try:
    first
except NameError as error:
    print(error)

e = ValueError("noted")
e.add_note("one")
e.add_note("two")
print(e.__notes__, e.with_traceback(None) is e)
for bad in ("raise 5", "raise int", "raise ValueError from 3", "try:\n    1/0\nexcept 5: pass", "try:\n    1/0\nexcept* ExceptionGroup: pass", "raise"):
    try:
        exec(bad)
    except Exception as error:
        print(type(error).__name__, error)


class Custom(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


try:
    raise Custom(7)
except Custom as error:
    print(error, error.code, error.args, repr(error))
print(ExceptionGroup("a", [ValueError()]).split(ValueError), BaseExceptionGroup("b", [KeyboardInterrupt()]).__class__.__name__)
