import sys
def mk():
    def g():
        x = [1]
        yield sys._getframe()
        raise ValueError
    return g()
a = mk(); junk=[object() for i in range(1000)]
f = next(a)
try: next(a)
except ValueError as e: tb = e.__traceback__
print(f.f_code.co_name); del a; print(f.f_locals); del f, tb
def mk2():
    async def g(): yield 1
    return g()
a = mk2(); junk=[object() for i in range(1000)]
try: a.athrow(RuntimeError).send(None)
except RuntimeError as e: t=e.__traceback__
del a; del t
for i in range(20):
    a = mk2(); junk=[(lambda: i) for i in range(100)]
    try: a.athrow(RuntimeError).send(None)
    except RuntimeError as e: pass
print('ok')
