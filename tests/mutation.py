#!/usr/bin/env python3
"""Do an interpreter's errors in faulty sources equal CPython's?

    tests/mutation.py [--count N] [--seed N] [--jobs N] [--show N] [--tree DIR] REFERENCE INTERPRETER [ARGS...]

Makes N sources from those of the reference's standard library by deleting, doubling, swapping or replacing a token or a
character, always the same ones for a seed. REFERENCE and INTERPRETER compile each in a long-lived process; compared are
the exception's class, message and four positions. An interpreter that crashes or takes more than a minute is started again.
Prints how many results are the same; exits with status 1 if fewer than 99 % are, or any process crashed or hung.
"""
import argparse
import collections
import os
import random
import re
import select
import struct
import subprocess
import sys
import threading
import time

WORKER = r"""
import sys, warnings
warnings.simplefilter("ignore")
read, write = sys.stdin.buffer.read, sys.stdout.buffer
while True:
    head = read(4)
    if len(head) < 4:
        break
    source = read(int.from_bytes(head, "big"))
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
        answer = ("",)
    except SyntaxError as e:
        answer = (type(e).__name__, str(e.msg), e.lineno, e.offset, e.end_lineno, e.end_offset)
    except BaseException as e:
        answer = (type(e).__name__, str(e))
    data = repr(answer).encode("utf-8", "backslashreplace")
    write.write(len(data).to_bytes(4, "big") + data)
    write.flush()
"""
TOKEN = re.compile(rb"""[A-Za-z_0-9]+|[ \t]+|\n[ \t]*|"[^"\n]*"|'[^'\n]*'|[-+*/%@&|^<>=!:]+|.""", re.DOTALL)
SPARE = [b"(", b")", b"[", b"]", b"{", b"}", b":", b",", b".", b"=", b"==", b":=", b"->", b"*", b"**", b"if", b"else",
         b"for", b"in", b"is", b"not", b"lambda", b"def", b"class", b"async", b"await", b"yield", b"return", b"import",
         b"from", b"as", b"with", b"try", b"except", b"finally", b"match", b"case", b"type", b"pass", b"None", b"x",
         b"1", b"0x", b"1e", b"''", b'"', b"'", b'"""', b"f'", b"f'{", b"b'", b"\\", b"\n", b"\n    ", b"\t", b" ", b";",
         b"@", b"#", b"!", b"?", b"$", "é".encode(), "€".encode(), b"\x00", b"\xff", b"global x", b"del", b"raise",
         b"nonlocal y", b"print x", b"<>", b"...", b"__debug__", b"True"]


def mutate(source, rng):
    if rng.random() < 0.5:
        pieces = TOKEN.findall(source)
    else:
        pieces = [source[i:i + 1] for i in range(len(source))]
    at = rng.randrange(len(pieces))
    kind = rng.randrange(5)
    if kind == 0:
        del pieces[at]
    elif kind == 1:
        pieces.insert(at, pieces[at])
    elif kind == 2:
        other = min(at + 1 + rng.randrange(3), len(pieces) - 1)
        pieces[at], pieces[other] = pieces[other], pieces[at]
    elif kind == 3:
        pieces[at] = rng.choice(SPARE)
    else:
        pieces.insert(at, rng.choice(SPARE))
    return b"".join(pieces)


def sources(tree):
    found = []
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(set(folders) - {"test", "tests", "idlelib", "site-packages", "dist-packages", "turtledemo"})
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".py") and os.path.isfile(path) and 0 < os.path.getsize(path) < 40_000:
                with open(path, "rb") as f:
                    found.append((os.path.relpath(path, tree), f.read()))
    return found


class Worker:
    def __init__(self, command):
        self.command = command
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, bufsize=0)

    def read(self, count, deadline):
        data = b""
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError
            part = os.read(self.process.stdout.fileno(), count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def ask(self, source):
        if self.process is None:
            self.start()
        deadline = time.monotonic() + 60
        try:
            data = memoryview(struct.pack(">I", len(source)) + source)
            while data:
                data = data[os.write(self.process.stdin.fileno(), data):]
            size, = struct.unpack(">I", self.read(4, deadline))
            return self.read(size, deadline).decode("utf-8", "replace")
        except TimeoutError:
            self.process.kill()
            answer = "hung"
        except (EOFError, BrokenPipeError):
            answer = "crashed"
        status = self.process.wait()
        self.process = None
        return f"{answer} (status {status})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("reference")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--tree")
    parser.add_argument("--save", help="a folder for the sources that differ")
    parser.add_argument("interpreter", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    tree = options.tree or subprocess.run(
        [options.reference, "-c", "import os; print(os.path.dirname(os.__file__))"],
        check=True, text=True, capture_output=True).stdout.strip()
    texts = sources(tree)
    numbers = iter(range(options.count))
    lock = threading.Lock()
    results = collections.Counter()
    shown = []

    def work():
        pair = [Worker([options.reference, "-c", WORKER]), Worker([*options.interpreter, "-c", WORKER])]
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            rng = random.Random(f"{options.seed}:{number}")
            name, text = rng.choice(texts)
            mutant = mutate(text, rng)
            want, got = (worker.ask(mutant) for worker in pair)
            with lock:
                failed = got.startswith(("crashed", "hung"))
                results["same" if want == got else "failed" if failed else "different"] += 1
                if want != got:
                    shown.append((number, name, want, got))
                    if options.save:
                        os.makedirs(options.save, exist_ok=True)
                        with open(os.path.join(options.save, f"{number}.py"), "wb") as f:
                            f.write(mutant)
        for worker in pair:
            if worker.process:
                worker.process.stdin.close()
                worker.process.wait()

    threads = [threading.Thread(target=work) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown.sort()
    for number, name, want, got in shown[:options.show]:
        print(f"--- {number} {name}\n    want {want}\n    got  {got}")
    share = 100 * results["same"] / max(options.count, 1)
    print(f"same: {results['same']}/{options.count} ({share:.2f} %); crashed or hung: {results['failed']}")
    sys.exit(share < 99 or results["failed"] > 0)


if __name__ == "__main__":
    main()
