"""Tasks, futures, timeouts, groups, eager tasks, queues, threads, processes and sockets under asyncio."""
import asyncio, contextvars
async def child(n, d):
    await asyncio.sleep(d); return n*2
async def main():
    print(await asyncio.gather(*(child(i, 0.01*(3-i)) for i in range(4))))
    t=asyncio.create_task(child(5,10)); await asyncio.sleep(0)
    t.cancel('bye')
    try: await t
    except asyncio.CancelledError as e: print('cancelled', e.args, t.cancelled(), t.cancelling())
    f=asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, f.set_result, 'hey')
    print(await f)
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(1)
    except TimeoutError: print('timeout')
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(child(1,0.001)); tg.create_task(bad())
    except* ValueError as e: print('eg', e.exceptions)
    print(len(asyncio.all_tasks()), asyncio.current_task().get_name())
    async def eager(): return 7
    loop=asyncio.get_running_loop(); loop.set_task_factory(asyncio.eager_task_factory)
    t=loop.create_task(eager()); print(t.done(), t.result(), t.get_coro())
    t=loop.create_task(child(3,0.01)); print(t.done(), t in asyncio.all_tasks()); print(await t)
    loop.set_task_factory(None)
    q=asyncio.Queue()
    async def prod():
        for i in range(5): await q.put(i)
        await q.put(None)
    async def cons():
        r=[]
        while (x:=await q.get()) is not None: r.append(x)
        return r
    print((await asyncio.gather(prod(),cons()))[1])
    print(await asyncio.to_thread(lambda: 42))
    r=await asyncio.gather(bad(), child(1,0), return_exceptions=True); print(r)
    async def y(): await Y()
    class Y:
        def __await__(self): yield 5
    try: await asyncio.create_task(y())
    except RuntimeError as e: print(e)
    p=await asyncio.create_subprocess_exec('echo','hi',stdout=asyncio.subprocess.PIPE)
    print(await p.communicate())
    async def h(r,w):
        w.write(await r.readline()); await w.drain(); w.close()
    s=await asyncio.start_server(h,'127.0.0.1',0)
    r,w=await asyncio.open_connection(*s.sockets[0].getsockname()[:2])
    w.write(b'echo\n'); print(await r.read()); w.close(); s.close()
async def bad(): raise ValueError('bad')
asyncio.run(main())
