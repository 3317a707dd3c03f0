"""The collector did not see what the variables of a running coroutine or generator hold."""
import asyncio
import gc


async def main():
    value = object()
    print(gc.get_referrers(value) == [asyncio.current_task().get_coro()])


def generator():
    value = object()
    yield gc.get_referrers(value) == [running]


asyncio.run(main())
running = generator()
print(next(running))
