"""How costs grow with size: python3 benches/growth.py target/release/krait python3.14 prints a table for docs/performance.md.

Each cell is the processor time for one element in nanoseconds, this executable's and the reference's.
"""

import subprocess
import sys

SIZES = [10**4, 10**5, 10**6, 10**7]

PROGRAM = """
import gc, sys
from time import process_time

def append(n):
    items = []
    for i in range(n):
        items.append(i)
    return items

def insert(n):
    table = {}
    for i in range(n):
        table[i * 7919] = i
    return table

def join(n):
    return "".join(["part"] * n)

def sort(n, state=1):
    items = []
    for _ in range(n):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        items.append(state)
    start = process_time()
    items.sort()
    return process_time() - start

def collect(n):
    gc.disable()
    items = [[i] for i in range(n)]
    start = process_time()
    gc.collect()
    seconds = process_time() - start
    gc.enable()
    return seconds

name, n = sys.argv[1], int(sys.argv[2])
best = 1e9
for _ in range(5 if n < 10**6 else 2):
    start = process_time()
    result = globals()[name](n)
    seconds = process_time() - start
    best = min(best, result if isinstance(result, float) else seconds)
    del result
print(best / n * 1e9)
"""

NAMES = {
    "append": "list append",
    "insert": "dict insert",
    "join": "string join",
    "sort": "sort",
    "collect": "full collection",
}


def measure(executable, name, n):
    done = subprocess.run([executable, "-c", PROGRAM, name, str(n)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main():
    mine, reference = sys.argv[1:3]
    print("| | " + " | ".join(f"10^{len(str(n)) - 1}" for n in SIZES) + " |")
    print("| --- |" + " --- |" * len(SIZES))
    for name, title in NAMES.items():
        cells = [f"{measure(mine, name, n):.3g} / {measure(reference, name, n):.3g}" for n in SIZES]
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
