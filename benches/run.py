"""Runs the micro-benchmarks: times against a reference, or instruction counts against recorded figures. See README.md."""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE / "instructions.json"
DRIVER = HERE / "driver.py"


def programs(only):
    for path in sorted((HERE / "micro").glob("*.py")):
        names = re.findall(r"^def (bench_\w+)\(n\)", path.read_text(), re.M)
        names = [n for n in names if not only or any(o in f"{path.stem}.{n[6:]}" for o in only)]
        if names:
            yield path, names


def times(executable, path, names, n):
    command = [executable, str(DRIVER), "time", str(path), str(n), *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        print(f"{executable}: {path.name} failed\n{done.stderr[-500:]}", file=sys.stderr)
        return {}
    return {k: float(v) for k, v in (line.split() for line in done.stdout.splitlines())}


def instructions(executable, path, name, n):
    """Instructions per operation: the difference of two runs, so that start-up does not count."""
    counts = []
    for rounds in (n, 3 * n):
        with tempfile.TemporaryDirectory() as folder:
            command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
            command += [executable, str(DRIVER), "run", str(path), str(rounds), name]
            done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
        found = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode or not found:
            return None
        counts.append(int(found[1]))
    return (counts[1] - counts[0]) / (2 * n)


def compare_times(args):
    product, count = 0.0, 0
    print(f"{'':34}{'reference':>12}{'this':>12}{'ratio':>8}   (ns for one operation)")
    for path, names in programs(args.only):
        mine = times(args.executable, path, names, args.n)
        theirs = times(args.reference, path, names, args.n)
        for name in names:
            if name in mine and name in theirs:
                ratio = mine[name] / max(theirs[name], 0.1)
                product, count = product + math.log(max(ratio, 1e-3)), count + 1
                label = f"{path.stem}.{name.removeprefix('bench_')}"
                mark = "  <" if ratio > 1.2 else ""
                print(f"{label:34}{theirs[name]:12.1f}{mine[name]:12.1f}{ratio:8.2f}{mark}")
    if count:
        print(f"{'geometric mean':58}{math.exp(product / count):8.2f}")


def compare_counts(args):
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    worse = []
    for path, names in programs(args.only):
        for name in names:
            label = f"{path.stem}.{name.removeprefix('bench_')}"
            count = instructions(args.executable, path, name, args.n)
            if count is None:
                print(f"{label:34}  failed")
                continue
            before = recorded.get(label)
            change = "" if not before else f"{count / before - 1:+8.1%}"
            print(f"{label:34}{count:12.1f}{change}", flush=True)
            if before and count > before * 1.03 + 1:
                worse.append(label)
            if args.record:
                recorded[label] = round(count, 1)
    if args.record:
        RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
    elif worse:
        sys.exit("more instructions than recorded: " + ", ".join(worse))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executable")
    parser.add_argument("reference", nargs="?")
    parser.add_argument("--count", action="store_true", help="instructions under callgrind instead of times")
    parser.add_argument("--record", action="store_true", help="with --count: write the figures down")
    parser.add_argument("--only", action="append", help="benchmarks whose name contains this")
    parser.add_argument("-n", type=int, default=0, help="operations for one round")
    args = parser.parse_args()
    args.n = args.n or (2000 if args.count else 300_000)
    if args.count:
        compare_counts(args)
    elif args.reference:
        compare_times(args)
    else:
        parser.error("name a reference, or --count")


if __name__ == "__main__":
    main()
