"""Works in a loop while SIGINT pours in, until SIGUSR1 comes; then works once more and compares.  Usage: storm.py KIND"""
import signal
import sys

DONE = False
ARMED = False
SEEN = 0


def on_interrupt(signum, frame):
    """Raises at most once for each time that the loop has armed it, so that no handler is ever interrupted."""
    global ARMED, SEEN
    SEEN += 1
    # The order to stop must not be lost: it is carried out before the exception could leave its handler.
    if ARMED and frame.f_code is not on_end.__code__:
        ARMED = False
        raise KeyboardInterrupt


def on_end(signum, frame):
    global DONE
    DONE = True


def imports():
    names = ["json", "json.decoder", "email.message", "csv", "textwrap", "fractions", "statistics", "difflib"]
    import importlib
    for name in names:
        sys.modules.pop(name, None)
    return [importlib.import_module(name).__name__ for name in names]


def sorting():
    numbers = [(i * 7919) % 10007 for i in range(10007)]
    return sum(sorted(numbers)[::1000]) + sorted(numbers, key=lambda n: -n)[0] + sorted(map(float, numbers))[17]


def regex():
    import re
    found = re.search("(a+)+b", "a" * 18)
    return found, re.sub(r"(\w+) (\w+)", r"\2 \1", "alpha beta " * 500)[:20], len(re.findall("x*y?", "xy" * 2000))


def files():
    import os
    import tempfile
    reader, writer = os.pipe()
    try:
        with tempfile.TemporaryFile("w+") as file:
            for i in range(500):
                print(i, "line", file=file)
            file.flush()
            file.seek(0)
            lines = len(file.readlines())
        os.write(writer, b"x" * 4096)
        return lines, len(os.read(reader, 4096))
    finally:
        os.close(reader)
        os.close(writer)


def integers():
    return len(str(3 ** 9000)) + (7 ** 40000) % 1000003 + pow(3, 10 ** 300, 10 ** 301 + 1) % 10


def waiting():
    import select
    import threading
    import time
    time.sleep(0.002)
    lock = threading.Lock()
    with lock:
        lock.acquire(timeout=0.002)
    select.select([], [], [], 0.002)
    return threading.Event().wait(0.002)


def main():
    global ARMED
    work = globals()[sys.argv[1]]
    expected = work()
    signal.signal(signal.SIGUSR1, on_end)
    signal.signal(signal.SIGINT, on_interrupt)
    sys.unraisablehook = lambda unraisable: None
    print("ready", flush=True)
    interrupted = 0
    while not DONE:
        try:
            try:
                ARMED = True
                work()
            finally:
                ARMED = False
        except KeyboardInterrupt:
            interrupted += 1
        except (ImportError, AttributeError, KeyError):
            # An interrupted import may leave a module half made; the next one starts afresh.
            pass
        except RuntimeError as error:
            # `threading.Condition.wait` has moments without its lock in which an interrupt makes `with` release it in vain.
            if str(error) != "release unlocked lock":
                raise
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if work() != expected:
        sys.exit("another result after the storm")
    if not SEEN:
        sys.exit("no signal was seen")
    print("whole")


main()
