#!/usr/bin/env python3
"""Threads under one GIL, measured from inside: run it with the interpreter to be tested.

Two threads that only compute take turns, each as long as `sys.setswitchinterval` says, within a factor of two; and while one
thread is in a blocking call, another one computes.
"""
import hashlib
import socket
import statistics
import sys
import threading
import time
import zlib

FACTOR = 2
TURNS = 20


def turn_lengths(interval):
    """How long a computing thread keeps the GIL while another one wants it: seconds from one's last breath to the other's."""
    sys.setswitchinterval(interval)
    entries = []
    holder = [None]
    stop = []

    def compute():
        me = threading.get_ident()
        clock = time.perf_counter
        while not stop:
            if holder[0] != me:
                holder[0] = me
                entries.append(clock())
                if len(entries) > TURNS:
                    stop.append(True)

    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [after - before for before, after in zip(entries, entries[1:])]


def progress_during(call):
    """Seconds that the call took in another thread, and the longest time that this one could not run meanwhile."""
    done = []

    def run():
        began = time.perf_counter()
        call()
        done.append(time.perf_counter() - began)

    thread = threading.Thread(target=run)
    longest, last = 0.0, time.perf_counter()
    thread.start()
    while not done:
        time.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    thread.join()
    return done[0], longest


def read_late():
    """Reads from a socket that gets its bytes after a while."""
    reader, writer = socket.socketpair()
    threading.Timer(0.3, writer.sendall, [b"x"]).start()
    with reader:
        reader.recv(1)
        writer.close()


def main():
    failed = False
    for interval in (0.001, 0.005, 0.02):
        # Other work on the machine only makes turns longer.
        median = min(statistics.median(turn_lengths(interval)) for _ in range(5))
        good = median <= interval * FACTOR
        failed |= not good
        print(f"{'ok' if good else 'FAIL':4} interval {interval * 1e3:g} ms: turns of {median * 1e3:.2f} ms")
    sys.setswitchinterval(0.005)
    noise = bytes(range(256)) * 2**17
    much = noise * 4
    blocking = {
        "sleep": lambda: time.sleep(0.3),
        "socket": read_late,
        "sha256": lambda: hashlib.sha256(much).digest(),
        "blake2b": lambda: hashlib.blake2b(much).digest(),
        "md5": lambda: hashlib.md5(much).digest(),
        "compress": lambda: zlib.compress(noise),
        "crc32": lambda: [zlib.crc32(noise) for _ in range(10)],
    }
    for name, call in blocking.items():
        took, longest = progress_during(call)
        good = longest < took / 2
        failed |= not good
        print(f"{'ok' if good else 'FAIL':4} {name}: took {took * 1e3:.0f} ms, others waited {longest * 1e3:.1f} ms at most")
    return failed


if __name__ == "__main__":
    sys.exit(main())
