#!/usr/bin/env python3
"""Looks for leaks: runs modules of CPython's test suite several times in one process and watches what stays behind.

    tests/leaks.py SUITE KRAIT module [module ...]

SUITE is the `Lib` folder of a CPython 3.14 with its tests. Each module runs in a process of its own: three rounds to warm
up, then three that are measured. After each round the collector runs until it finds nothing, and allocated blocks and
objects known to the collector are counted. A module leaks when one of the counts grows in every measured round.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

CHILD = r"""
import array, gc, io, json, sys, unittest, warnings
name, warmup, measured = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
module = __import__("test." + name, fromlist=["_"])

def settle():
    import functools, re, linecache
    for cache in getattr(sys, "path_importer_cache", {}), linecache.cache:
        cache.clear()
    re.purge()
    sys._clear_internal_caches()
    # Caches that a test fills with other keys each time (`fractions`, `typing`…) are no leaks.
    for thing in gc.get_objects():
        if type(thing) is functools._lru_cache_wrapper:
            thing.cache_clear()
    del thing
    while gc.collect():
        pass

# The counts themselves must not take blocks.
counts = array.array("q", [0] * (2 * (warmup + measured)))
for turn in range(warmup + measured):
    with warnings.catch_warnings():
        suite = unittest.TestLoader().loadTestsFromModule(module)
        result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
    bad = len(result.failures) + len(result.errors)
    run = result.testsRun
    del suite, result
    settle()
    counts[2 * turn] = sys.getallocatedblocks()
    counts[2 * turn + 1] = len(gc.get_objects())
print("\n" + json.dumps({"run": run, "bad": bad, "counts": counts.tolist()}))
"""

WARMUP, MEASURED = 3, 3


def measure(krait, suite, module, timeout):
    """The counts after each round, or a text that says why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(suite, "test"), os.path.join(folder, "test"))
        environment = dict(os.environ, PYTHONPATH=folder, PYTHONHASHSEED="0")
        command = [krait, "-c", CHILD, module, str(WARMUP), str(MEASURED)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=timeout, env=environment, cwd=folder
            )
        except subprocess.TimeoutExpired:
            return "time-out"
    if done.returncode:
        return f"exit status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
    return json.loads(done.stdout.strip().splitlines()[-1])


def growth(counts):
    """What each measured round added."""
    measured = counts[WARMUP - 1 :]
    return [after - before for before, after in zip(measured, measured[1:])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("krait")
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--timeout", type=float, default=600)
    options = parser.parse_args()
    leaking = 0
    for module in options.modules:
        result = measure(os.path.abspath(options.krait), os.path.abspath(options.suite), module, options.timeout)
        if isinstance(result, str):
            print(f"{module}: {result}", flush=True)
            leaking += 1
            continue
        blocks, objects = (growth(column) for column in (result["counts"][::2], result["counts"][1::2]))
        leaks = all(n > 0 for n in blocks) or all(n > 0 for n in objects)
        leaking += leaks
        word = "LEAKS" if leaks else "ok"
        print(f"{module}: {word}, blocks {blocks}, objects {objects}, {result['run']} tests", flush=True)
    print(f"{leaking} of {len(options.modules)} modules leak")
    return 1 if leaking else 0


if __name__ == "__main__":
    sys.exit(main())
