"""Locks: timeouts, recursion, signals that come while waiting."""
import _thread
import signal
import threading
import time

lock = threading.Lock()
print(lock.acquire(), lock.acquire(timeout=0.02), lock.acquire(blocking=False), lock.locked())
for args in ((False, 1), (True, -2), (True, 1e30), (True, float("nan")), (True, "x")):
    try:
        lock.acquire(*args)
    except (ValueError, OverflowError, TypeError) as e:
        print(type(e).__name__, e)
lock.release()
try:
    lock.release()
except RuntimeError as e:
    print(e)

rlock = threading.RLock()
with rlock, rlock:
    print(rlock._recursion_count(), rlock._is_owned())
    saved = rlock._release_save()
    print(saved[0], rlock._is_owned())
    rlock._acquire_restore(saved)
try:
    rlock.release()
except RuntimeError as e:
    print(e)

# A handler runs while the main thread waits; the wait goes on afterwards, to its own deadline.
signal.signal(signal.SIGALRM, lambda *args: print("handler"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
lock.acquire()
start = time.monotonic()
print(lock.acquire(timeout=0.3), time.monotonic() - start > 0.29)


def interrupt(*args):
    raise KeyError("from the handler")


signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    lock.acquire(timeout=20)
except KeyError as e:
    print("interrupted:", e)

local = threading.local()
local.x = 1


class Counting(threading.local):
    made = 0

    def __init__(self, start):
        Counting.made += 1
        self.n = start


counting = Counting(5)
counting.n += 1


def other():
    print(hasattr(local, "x"), counting.n, counting.__dict__)
    local.x = 2


handle = _thread.start_joinable_thread(other)
handle.join()
print(handle.is_done(), local.x, counting.n, Counting.made)
