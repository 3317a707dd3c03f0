"""Items of async generators: without tracing, and with the StopIteration that tracing and monitoring still see."""

import asyncio
import sys


async def count(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def plain(n):
    try:
        for i in range(n):
            got = yield i
            if got is not None:
                print("sent", got)
    finally:
        print("finally")


class Outer:
    async def __aiter__(self):
        async for x in plain(2):
            yield x
        async for x in count(2):
            yield -x


async def main():
    print([x async for x in Outer()])
    g = plain(3)
    print(await anext(g), await g.asend("hello"))
    print(await g.asend(None))
    try:
        await g.asend(None)
    except StopAsyncIteration as e:
        print("end", e.args)
    g = plain(3)
    step = g.asend(None)
    print(await step)
    for again in (step, g.asend("x")):
        try:
            print("again", await again)
        except RuntimeError as e:
            print(e)
    try:
        await g.athrow(ValueError("thrown"))
    except ValueError as e:
        print(e, e.__context__)
    g = plain(2)
    async for x in g:
        break
    await g.aclose()
    print(await anext(plain(0), "default"))
    # A value that is an exception, a tuple, None: passed as it is.
    async def odd():
        yield StopIteration(1)
        yield (1, 2)
        yield None

    print([repr(x) async for x in odd()])

    async def both(a):
        first = a.asend(None)
        first.send(None)
        try:
            await a.asend(None)
        except RuntimeError as e:
            print(e)
        first.close()

    await both(count(1))


asyncio.run(main())


def traced():
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("walk", "inner"):
            shown = arg[0].__name__ + repr(arg[1].args) if event == "exception" else ""
            events.append((frame.f_code.co_name, event, shown))
            return tracer

    async def inner():
        yield 1

    async def walk():
        async for _ in inner():
            pass

    coroutine = walk()
    sys.settrace(tracer)
    try:
        coroutine.send(None)
    except StopIteration:
        pass
    finally:
        sys.settrace(None)
    for event in events:
        print(*event)


traced()
