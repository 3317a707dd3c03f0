"""Sections and cases: every operation with every deed at every tick it makes."""

import collections
import contextlib
import gc
import sys
import zlib

from evil import tick, trap

VERBOSE = "-v" in sys.argv


class Section:
    def __init__(self, name):
        self.name = name
        self.digest = 0
        self.cases = 0

    def note(self, what):
        self.cases += 1
        self.digest = zlib.crc32(what.encode("utf-8", "replace"), self.digest)
        if VERBOSE:
            print("   ", what)


def outcome(operation, *args):
    try:
        result = operation(*args)
    except RecursionError:
        return "RecursionError"
    except BaseException as error:
        return type(error).__name__
    finally:
        trap.set(0, None)
    return type(result).__name__


def cases(section, make, deeds, operations, most=6):
    """Every operation with every deed at every tick it makes."""
    for operation_name, operation in operations.items():
        for deed_name, deed in deeds.items():
            for n in range(1, most + 1):
                container = make()
                trap.set(n, lambda: deed(container))
                what = outcome(operation, container)
                section.note(f"{section.name} {operation_name} {deed_name} {n}: {what}")
                with contextlib.suppress(BaseException):
                    # Whatever it is now, it must be whole.
                    trap.set(0, None)
                    repr(container), list(container), len(container)
                del container
    trap.filler = None


SECTIONS = []


def section(function):
    def run():
        this = Section(function.__name__)
        with contextlib.suppress(RecursionError):
            function(this)
        gc.collect()
        print(f"{this.name}: {this.cases} cases, {this.digest:08x}", flush=True)

    SECTIONS.append((function.__name__, run))
    return run


def consume(iterator):
    return collections.deque(iterator, maxlen=0)


def all_of(iterable):
    for _ in iterable:
        tick()
