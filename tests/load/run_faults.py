#!/usr/bin/env python3
"""Does bad things to running programs and compares what comes of them on two interpreters.

    run_faults.py [--rounds N] [--reference-rounds N] [--jobs N] [--only a,b] REFERENCE INTERPRETER

Every fault is a program in `faults/` and something that happens to it from outside.  A round ends with an outcome: the exit
status, what was written to standard output, the last line of standard error, `hangs` or `never ready`.  An outcome of the
interpreter that the reference never had in its rounds is a failure, and so are the last two.  One result line for each fault;
the exit status says whether all held.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

FAULTS = Path(__file__).resolve().parent / "faults"
#: Seconds after which a program counts as hanging.
PATIENCE = 60
SIGNALS = 1000
#: Outcomes that are failures whatever the reference does.
NEVER_RIGHT = {"hangs", "never ready"}


def start(interpreter, program, *arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([interpreter, FAULTS / program, *arguments], start_new_session=True, **options)


def last_line(text):
    """The last line of an error report without what differs from run to run."""
    lines = text.strip().splitlines()
    return re.sub(r"0x[0-9a-f]+|\d{3,}", "N", lines[-1]) if lines else ""


def outcome(process, noisy=False):
    """Waits for the end; kills the whole session of a program that hangs.  What a noisy one writes to standard error comes and goes
    with the moment, and counts only when it fails."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "hangs"
    return process.returncode, out or "", "" if noisy and process.returncode == 0 else last_line(err or "")


def storm(kind):
    def once(interpreter):
        process = start(interpreter, "storm.py", kind)
        if process.stdout.readline() != "ready\n":
            process.communicate()
            return "never ready"
        for _ in range(SIGNALS):
            process.send_signal(signal.SIGINT)
            time.sleep(0.0001)
        process.send_signal(signal.SIGUSR1)
        return outcome(process, noisy=True)
    return once


def single_interrupt(interpreter):
    """One Ctrl-C without any handler, at any moment after the start."""
    process = start(interpreter, "busy.py")
    process.stdout.readline()
    time.sleep(random.random() * 0.02)
    process.send_signal(signal.SIGINT)
    return outcome(process)


def plain(program, *arguments):
    return lambda interpreter: outcome(start(interpreter, program, *arguments))


def reader_gone(how):
    """Standard output is a pipe that nobody reads any more."""
    def once(interpreter):
        reader, writer = os.pipe()
        process = start(interpreter, "broken_stdout.py", how, stdout=writer)
        os.close(writer)
        os.close(reader)
        return outcome(process)
    return once


def without_stdout(interpreter):
    """Started with descriptor 1 closed, as `>&-` does it."""
    command = f'exec "{interpreter}" "{FAULTS}/broken_stdout.py" quiet >&-'
    return outcome(subprocess.Popen(command, shell=True, stderr=subprocess.PIPE, text=True, start_new_session=True))


def full_device(interpreter):
    with open("/dev/full", "w") as full:
        return outcome(start(interpreter, "broken_stdout.py", "quiet", stdout=full))


ALL = {
    **{f"storm-{kind}": storm(kind) for kind in ("imports", "sorting", "regex", "files", "integers", "waiting")},
    "interrupt": single_interrupt,
    **{f"killed-worker-{method}": plain("killed_worker.py", method) for method in ("fork", "spawn", "forkserver")},
    **{f"stdout-{how}": plain("broken_stdout.py", how) for how in ("closed-descriptor", "closed-stream", "none")},
    **{f"stdout-reader-gone-{how}": reader_gone(how) for how in ("quiet", "flushed", "much")},
    "stdout-absent": without_stdout,
    "stdout-full": full_device,
    "few-descriptors": plain("few_descriptors.py"),
    "threads-and-fork": plain("threads_and_fork.py"),
}


def tally(pool, fault, interpreter, rounds):
    return collections.Counter(pool.map(fault, [interpreter] * rounds))


def main():
    # Shells start background jobs with Ctrl-C ignored, which the programs would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--reference-rounds", type=int, help="fewer rounds for the reference; default: as many")
    parser.add_argument("--jobs", type=int, default=1, help="rounds at the same time")
    parser.add_argument("--only", default="", help="faults whose name contains one of these texts")
    parser.add_argument("reference")
    parser.add_argument("interpreter")
    options = parser.parse_args()
    failed = False
    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    for name in [name for name in ALL if any(part in name for part in options.only.split(","))]:
        known = tally(pool, ALL[name], options.reference, options.reference_rounds or options.rounds)
        got = tally(pool, ALL[name], options.interpreter, options.rounds)
        strange = {o: n for o, n in got.items() if o not in known or o in NEVER_RIGHT}
        failed |= bool(strange)
        verdict = "FAIL" if strange else "ok"
        print(f"{verdict:4} {name}: {options.rounds} rounds, {got['hangs']} hang, {sum(strange.values())} strange", flush=True)
        for o, n in strange.items():
            print(f"     {n}x {o!r}\n     reference: {dict(known)!r}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
