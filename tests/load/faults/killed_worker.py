"""Workers of pools die by SIGKILL in the middle of a task.  Usage: killed_worker.py START_METHOD"""
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool


def square(n):
    return n * n


def executor(context):
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(square, range(20))) == [n * n for n in range(20)]
        futures = [pool.submit(square, n) for n in range(3)]
        futures.append(pool.submit(hang))
        assert [future.result() for future in futures[:3]] == [0, 1, 4]
        victim = next(iter(pool._processes))
        os.kill(victim, signal.SIGKILL)
        try:
            futures[-1].result(timeout=20)
        except BrokenProcessPool:
            print("executor: BrokenProcessPool")
        try:
            pool.submit(square, 2)
        except BrokenProcessPool:
            print("executor: stays broken")


def hang():
    time.sleep(60)


def pool(context):
    with context.Pool(2) as workers:
        with context.Manager() as manager:
            pids = manager.Queue()
            lost = workers.apply_async(report_and_hang, (pids,))
            os.kill(pids.get(timeout=20), signal.SIGKILL)
            assert workers.map(square, range(20)) == [n * n for n in range(20)]
            try:
                lost.get(timeout=0.1)
            except multiprocessing.TimeoutError:
                print("pool: the task is lost, the pool works")


def report_and_hang(pids):
    pids.put(os.getpid())
    time.sleep(60)


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    executor(context)
    pool(context)
