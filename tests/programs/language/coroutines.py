import asyncio
import types


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield f"waiting for {self.value}"
        return got, self.value


async def simple():
    first = await Awaitable(1)
    second = await Awaitable(2)
    return first, second


coroutine = simple()
print(coroutine.send(None), coroutine.send("x"))
try:
    coroutine.send("y")
except StopIteration as stop:
    print(stop.value)


async def numbers(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


class Manager:
    async def __aenter__(self):
        print("enter")
        return self

    async def __aexit__(self, kind, error, traceback):
        print("exit", kind and kind.__name__)
        return kind is ValueError


class Count:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        return self.n


async def main():
    print([x async for x in numbers(4) if x != 2], {x: await asyncio.sleep(0, x) async for x in numbers(2)})
    async with Manager() as manager, Manager():
        raise ValueError("swallowed")
    async for x in Count(3):
        if x == 1:
            break
    else:
        print("never")
    print("x", x)
    g = numbers(9)
    print(await anext(g), await g.asend(None), await anext(g, "d"))
    await g.aclose()
    print(await anext(g, "default"))
    results = await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)), return_exceptions=True)
    print(results, sum([await asyncio.sleep(0, 1) for _ in range(3)]))
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(5)
    except TimeoutError:
        print("timeout")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(10))
            group.create_task(fail())
    except* KeyError as errors:
        print(errors.exceptions)


async def fail():
    raise KeyError("task")


asyncio.run(main())


@types.coroutine
def old():
    return (yield "old style")


async def uses_old():
    return await old()


c = uses_old()
print(c.send(None), type(c).__name__, c.cr_frame.f_lineno > 0)
c.close()
for bad in ("await_int", "iter_int"):
    async def await_int():
        await 5

    async def iter_int():
        async for x in 5:
            pass

    try:
        locals()[bad]().send(None)
    except TypeError as error:
        print(error)
