import queue
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

total, lock = 0, threading.Lock()


def work(n):
    global total
    for _ in range(n):
        with lock:
            total += 1


threads = [threading.Thread(target=work, args=(500,), name=f"worker {i}") for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(total, threads[0].name, threads[0].is_alive(), threading.current_thread().name, threading.active_count())
q, results = queue.Queue(), []


def consume():
    while (item := q.get()) is not None:
        results.append(item * 2)
        q.task_done()


consumer = threading.Thread(target=consume, daemon=True)
consumer.start()
for i in range(5):
    q.put(i)
q.join()
q.put(None)
consumer.join()
print(results)
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(lambda x: x * x, range(6))), sorted(f.result() for f in as_completed([pool.submit(pow, 2, n) for n in range(4)])))
    try:
        pool.submit(lambda: 1 / 0).result()
    except ZeroDivisionError as error:
        print("from the pool:", error)
local, event = threading.local(), threading.Event()
local.x = 1


def other():
    print(hasattr(local, "x"), event.wait(5))


t = threading.Thread(target=other)
t.start()
event.set()
t.join()
threading.excepthook = lambda info: print("hook", info.exc_type.__name__, info.thread.name)
t = threading.Thread(target=lambda: {}[1], name="bad")
t.start()
t.join()
for action in (lock.release, lambda: t.start(), lambda: q.get_nowait(), lambda: threading.current_thread().join()):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, error)
barrier, order = threading.Barrier(2), []
t = threading.Thread(target=lambda: (barrier.wait(), order.append(1)))
t.start(); barrier.wait(); t.join()
print(order, threading.RLock().acquire(), threading.Semaphore(0).acquire(blocking=False))
