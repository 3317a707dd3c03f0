def handlers(f):
    try:
        f()
    except ValueError as e:
        print(e)
    except (TypeError, KeyError):
        return 1
    else:
        print("else")
    finally:
        print("finally")


def managers(a, b):
    with a as x, b:
        return x
    for i in x:
        with i:
            continue


def groups(f):
    try:
        f()
    except* OSError as e:
        pass
    except* ValueError:
        raise


async def awaits(a):
    async with a as b:
        async for c in b:
            await c
    return [d async for d in b if await d]


def generator():
    try:
        x = yield 1
        yield from x
    finally:
        print(x)


async def empty_blocks_after_a_handler():
    if x:
        pass
    elif f"e":
        [b async for c in d]
    elif q:
        pass
    [[]]
