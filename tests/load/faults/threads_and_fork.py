"""Forks while other threads allocate, import, print, lock and collect; every child must work and end."""
import collections
import gc
import importlib
import io
import os
import struct
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
STOP = threading.Event()
SHARED = threading.Lock()
SINK = open(os.devnull, "w")


def allocate():
    while not STOP.is_set():
        [[{}] * 3 for _ in range(200)]


def import_modules():
    while not STOP.is_set():
        for name in ("textwrap", "csv", "fractions"):
            sys.modules.pop(name, None)
            importlib.import_module(name)


def write():
    while not STOP.is_set():
        print("text" * 10, file=SINK)


def take_locks():
    while not STOP.is_set():
        with SHARED:
            time.sleep(0)


def collect():
    while not STOP.is_set():
        gc.collect(0)
        time.sleep(0.001)


def child():
    """Uses what the parent's threads may have held at the moment of the fork, but for locks of Python code: no module that one of
    them may have been importing."""
    assert collections and struct
    importlib.import_module("wave")
    gc.collect()
    results = []
    threads = [threading.Thread(target=lambda: results.append(sum(range(1000)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    io.StringIO().write("x" * 1000)
    os._exit(42 if len(results) == 3 and threading.active_count() == 1 else 1)


def wait_for(pid):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    return "hangs"


def main():
    threads = [threading.Thread(target=f) for f in (allocate, import_modules, write, take_locks, collect)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            child()
        print(wait_for(pid))
    STOP.set()
    for thread in threads:
        thread.join()
    print("whole")


main()
