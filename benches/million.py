"""Big objects: python3 benches/million.py target/release/krait python3.14 [NAME …] times what people do with a million of something.

Ints of 10^6 digits, sorts, dicts and sets of 10^6 entries. Each row is the least processor time of a few rounds in milliseconds, the
two executables in turns, and the ratio; rows that end in "memory" are what the process grew by at its peak, in MB. NAME picks rows
that begin with it.
"""

import math
import subprocess
import sys

INTS = "a = random.getrandbits(3321928); b = random.getrandbits(3321928); c = random.getrandbits(6643856)"
RANDOM = "keys = [random.getrandbits(60) for _ in range(N)]"
IN_ORDER = "keys = list(range(N))"
SHUFFLED = "keys = list(range(N)); random.shuffle(keys)"
FLOATS = "keys = [random.random() for _ in range(N)]"
STRINGS = "keys = [f'key{random.getrandbits(40)}' for _ in range(N)]"
TUPLES = "keys = [(random.getrandbits(10), random.getrandbits(30)) for _ in range(N)]"
KINDS = {"ordered": IN_ORDER, "shuffled": SHUFFLED, "random": RANDOM, "floats": FLOATS, "strings": STRINGS, "tuples": TUPLES}

SETS = {
    "make": ("", "set(keys)"),
    "comprehension": ("", "{k for k in keys}"),
    "add": ("", "s = set()\nfor k in keys: s.add(k)"),
    "copy": ("s = set(keys)", "s.copy()"),
    "in": ("s = set(keys)", "for k in keys: k in s"),
    "iterate": ("s = set(keys)", "for k in s: pass"),
    "union": ("s = set(keys[N // 2:]); t = set(keys[:N * 3 // 4])", "s | t"),
    "intersection": ("s = set(keys[N // 2:]); t = set(keys[:N * 3 // 4])", "s & t"),
    "difference": ("s = set(keys[N // 2:]); t = set(keys[:N * 3 // 4])", "s - t"),
    "equal": ("s = set(keys); t = set(reversed(keys))", "s == t"),
    "discard": ("s = set(keys)\nss = [s.copy() for _ in range(ROUNDS)]", "s = ss.pop()\nfor k in keys: s.discard(k)"),
    "memory": ("", "set(keys)"),
}
DICTS = {
    "make": ("", "dict(zip(keys, keys))"),
    "fromkeys": ("", "dict.fromkeys(keys)"),
    "comprehension": ("", "{k: None for k in keys}"),
    "store": ("", "d = {}\nfor k in keys: d[k] = k"),
    "pairs": ("pairs = [(k, k) for k in keys]", "dict(pairs)"),
    "copy": ("d = dict.fromkeys(keys)", "d.copy()"),
    "load": ("d = dict.fromkeys(keys)", "for k in keys: d[k]"),
    "get": ("d = dict.fromkeys(keys)", "for k in keys: d.get(k)"),
    "in": ("d = dict.fromkeys(keys)", "for k in keys: k in d"),
    "count": ("d = dict.fromkeys(keys, 0)", "for k in keys: d[k] += 1"),
    "iterate": ("d = dict.fromkeys(keys)", "for k in d: pass"),
    "items": ("d = dict.fromkeys(keys)", "for k, v in d.items(): pass"),
    "list": ("d = dict.fromkeys(keys)", "list(d)"),
    "merge": ("d = dict.fromkeys(keys[N // 2:]); e = dict.fromkeys(keys[:N * 3 // 4])", "d | e"),
    "equal": ("d = dict.fromkeys(keys); e = dict.fromkeys(reversed(keys))", "d == e"),
    "delete": ("d = dict.fromkeys(keys)\nds = [d.copy() for _ in range(ROUNDS)]", "d = ds.pop()\nfor k in keys: del d[k]"),
    "memory": ("", "dict.fromkeys(keys)"),
}


def cases():
    """Yields name, what is prepared, and what is measured."""
    yield "int multiply", INTS, "a * b"
    yield "int square", INTS, "a * a"
    yield "int divide", INTS, "c // a"
    yield "int divmod", INTS, "divmod(c, a)"
    yield "int power", INTS, "7 ** 1183295"
    yield "int str", INTS, "str(a)"
    yield "int parse", INTS + "; text = str(a)", "int(text)"
    for kind, keys in KINDS.items():
        yield f"sort {kind}", keys, "sorted(keys)"
    yield "sort reverse", FLOATS, "sorted(keys, reverse=True)"
    yield "sort key", STRINGS, "sorted(keys, key=len)"
    yield "sort mixed", "keys = [random.choice((i, i / 3)) for i in range(N)]; random.shuffle(keys)", "sorted(keys)"
    for group, operations in ("set", SETS), ("dict", DICTS):
        for kind, keys in KINDS.items():
            for name, (prepared, measured) in operations.items():
                yield f"{group} {kind} {name}", keys + "\n" + prepared, measured


PROGRAM = """
import random, resource, sys
from time import process_time
random.seed(5)
sys.set_int_max_str_digits(0)
N, ROUNDS = 10**6, 5
namespace = dict(random=random, N=N, ROUNDS=ROUNDS)
prepared, measured, what = sys.argv[1:]
exec(prepared, namespace)
body = "".join("    " + line + "\\n" for line in measured.splitlines())
exec("def run(" + ", ".join(n + "=" + n for n in namespace if n.isidentifier() and not n.startswith("__")) + "):\\n" + body, namespace)
run = namespace["run"]
if what == "memory":
    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = peak()
    exec("result = " + measured, namespace)
    print((peak() - before) / 1024)
else:
    best = 1e9
    for _ in range(ROUNDS):
        start = process_time()
        run()
        best = min(best, process_time() - start)
    print(best * 1000)
"""


def measure(executable, prepared, measured, what):
    done = subprocess.run([executable, "-c", PROGRAM, prepared, measured, what], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main():
    mine, reference, *wanted = sys.argv[1:]
    product = count = 0
    for name, prepared, measured in cases():
        if wanted and not any(name.startswith(w) for w in wanted):
            continue
        what = "memory" if name.endswith("memory") else "time"
        ours, theirs = (measure(e, prepared, measured, what) for e in (mine, reference))
        ratio = ours / theirs
        product, count = product + math.log(ratio), count + 1
        print(f"{name:28}{ours:10.1f}{theirs:10.1f}{ratio:8.2f}", flush=True)
    if count:
        print(f"geometric mean {math.exp(product / count):.3f} over {count}")


if __name__ == "__main__":
    main()
