"""Peak memory of programs on two interpreters. See README.md.

    memory.py KRAIT REFERENCE PROGRAM [PROGRAM ...]

A program is a script with its arguments, as one word of the command line. Each runs three times on each interpreter; the least peak
counts (resident set, children not included).
"""

import math
import os
import shlex
import sys


def peak(interpreter, program):
    """Kibibytes, or None when the program fails."""
    arguments = [interpreter, *shlex.split(program)]
    child = os.fork()
    if child == 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        os.execv(interpreter, arguments)
    _, status, usage = os.wait4(child, 0)
    return usage.ru_maxrss if status == 0 else None


def main():
    krait, reference, *programs = sys.argv[1:]
    product = count = 0
    for program in programs:
        peaks = [[peak(i, program) for _ in range(3)] for i in (krait, reference)]
        if None in peaks[0] or None in peaks[1]:
            print(f"{program:60}  failed")
            continue
        mine, theirs = map(min, peaks)
        ratio = mine / theirs
        product, count = product + math.log(ratio), count + 1
        print(f"{program[-60:]:60}{theirs / 1024:9.1f}{mine / 1024:9.1f} MB{ratio:7.2f}", flush=True)
    if count:
        print(f"geometric mean {math.exp(product / count):.3f} over {count}")


main()
