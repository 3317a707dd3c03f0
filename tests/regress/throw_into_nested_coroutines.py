import types
@types.coroutine
def y(v):
    return (yield v)
async def inner():
    try:
        await y(1)
    except KeyError:
        return "caught"
async def mid():
    r = await inner()
    return r + "!"
async def outer():
    try:
        r = await mid()
        print("got", r)
    except KeyError:
        print("wrong")
    return 5
c=outer(); c.send(None)
try: c.throw(KeyError("x"))
except StopIteration as e: print("stop", e.value)
def g():
    r = yield from h()
    print("g", r)
    yield 2
def h():
    try: yield 1
    except KeyError: return "hh"
q=g(); next(q); print(q.throw(KeyError))
async def agen():
    yield 1
    yield 2
async def m2():
    a=agen()
    print(await anext(a), await anext(a, "d"), await anext(a, "e"))
try: m2().send(None)
except StopIteration: pass
class AM:
    async def __aenter__(self): await y(1); return 7
    async def __aexit__(self,*a): await y(2); return True
async def w():
    async with AM() as x:
        await y(3)
    return "done"
c=w(); print(c.send(None), c.send(None)); print(c.throw(ValueError("q")))
try: c.send(None)
except StopIteration as e: print(e.value)
