"""Records which functions start-up runs: python3 benches/startup_order.py target/release/krait > cli/startup.order

`cli/build.rs` has the linker put them side by side. Needs valgrind, and an executable of the release profile that is not stripped.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

#: What is started: the plainest program first, whose functions so come first.
PROGRAMS = ["pass", "import asyncio, json, re, dataclasses, typing, pathlib"]


def functions(executable, program):
    """The names of the functions that a program runs."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out")
        command = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}"]
        subprocess.run([*command, executable, "-c", program], check=True, capture_output=True)
        return set(re.findall(r"^c?fn=\(\d+\) (\S+)$", out.read_text(errors="replace"), re.M))


def main():
    executable = sys.argv[1]
    symbols = subprocess.run(["nm", "--defined-only", executable], check=True, capture_output=True, text=True).stdout
    own = {line.split()[2] for line in symbols.splitlines() if line.split()[1] in "tTwW"}
    seen = set()
    for program in PROGRAMS:
        new = (functions(executable, program) & own) - seen
        print("\n".join(sorted(new)))
        seen |= new


if __name__ == "__main__":
    main()
