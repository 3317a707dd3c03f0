def echo():
    received = []
    try:
        while True:
            try:
                received.append((yield len(received)))
            except ValueError as error:
                received.append(f"caught {error}")
    finally:
        print("closing", received)


g = echo()
print(next(g), g.send("a"), g.throw(ValueError("v")), g.gi_running, g.gi_suspended)
g.close()
g.close()
try:
    next(g)
except StopIteration as stop:
    print("stopped", stop.value)


def inner():
    x = yield 1
    print("inner got", x)
    return "result"


def outer():
    value = yield from inner()
    print("outer got", value)
    yield from "ab"
    return 99


g = outer()
print(next(g), g.send("hello"), list(g))


def returns():
    return 5
    yield


try:
    next(returns())
except StopIteration as stop:
    print(stop.value)


def leaks():
    yield 1
    raise StopIteration("inside")


try:
    list(leaks())
except RuntimeError as error:
    print(error, "|", repr(error.__cause__))


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


from itertools import islice
print(list(islice(fib(), 15)))
squares = (n * n for n in range(5) if n % 2)
print(squares.__name__, list(squares), list(squares))
g = echo()
try:
    g.send("too early")
except TypeError as error:
    print(error)


def reenter():
    yield next(me)


me = reenter()
try:
    next(me)
except ValueError as error:
    print(error)


def stubborn():
    try:
        yield
    except GeneratorExit:
        yield "no"


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as error:
    print(error)


def gives_back():
    try:
        yield
    except GeneratorExit:
        return "value of close"


g = gives_back()
next(g)
print(g.close())
