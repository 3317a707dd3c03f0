#!/usr/bin/env python3
"""Are an interpreter's syntax trees and tokens those of CPython?

    tests/compare_trees.py [--tree DIR]... [--only ast|tokens] [--show N] REFERENCE INTERPRETER [ARGS...]

For every .py file of the trees (the reference's standard library with its tests, unless given) both compute
`ast.dump(ast.parse(source), include_attributes=True)` and `list(tokenize.tokenize(...))`, or the error. Prints how many
files are equal and where the others differ first; exits with status 1 if any does.
"""
import argparse
import os
import subprocess
import sys
import threading

WORKER = r"""
import sys, warnings
warnings.simplefilter("ignore")
import binascii
what = sys.argv[1]

def tree(path):
    import ast
    with open(path, "rb") as f:
        source = f.read()
    try:
        return ast.dump(ast.parse(source), include_attributes=True)
    except SyntaxError as e:
        return repr((type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset))
    except Exception as e:
        return repr((type(e).__name__, str(e)))

def tokens(path):
    import tokenize
    out = []
    with open(path, "rb") as f:
        try:
            for token in tokenize.tokenize(f.readline):
                out.append(repr(tuple(token)))
        except SyntaxError as e:
            out.append(repr((type(e).__name__, e.msg, e.lineno, e.offset)))
        except Exception as e:
            out.append(repr((type(e).__name__, str(e))))
    return "\n".join(out)

show = {"ast": tree, "tokens": tokens}[what]
if len(sys.argv) > 2:
    sys.stdout.buffer.write(show(sys.argv[2]).encode("utf-8", "backslashreplace"))
else:
    for line in sys.stdin:
        text = show(line.rstrip("\n"))
        sys.stdout.write("%d %08x\n" % (len(text), binascii.crc32(text.encode("utf-8", "backslashreplace"))))
        sys.stdout.flush()
"""


class Worker:
    def __init__(self, command, what):
        self.command = [*command, "-c", WORKER, what]
        self.process = None

    def ask(self, path):
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.process.stdin.write(path + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            answer = f"ended with status {self.process.wait()}"
            self.process = None
        return answer

    def text(self, path):
        return subprocess.run([*self.command, path], capture_output=True).stdout.decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tree", action="append")
    parser.add_argument("--only", choices=["ast", "tokens"])
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("reference")
    parser.add_argument("interpreter", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    trees = options.tree or [subprocess.run(
        [options.reference, "-c", "import os; print(os.path.dirname(os.__file__))"],
        check=True, text=True, capture_output=True).stdout.strip()]
    paths = sorted(os.path.join(folder, name) for tree in trees for folder, _, names in os.walk(tree) for name in names
                   if name.endswith(".py") and os.path.isfile(os.path.join(folder, name)) and "\n" not in name)
    failed = False
    for what in [options.only] if options.only else ["ast", "tokens"]:
        workers = [Worker([options.reference], what), Worker(options.interpreter, what)]
        answers = [[], []]

        def run(number):
            answers[number] = [workers[number].ask(path) for path in paths]

        threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        different = [path for path, want, got in zip(paths, *answers) if want != got]
        for path in different[:options.show]:
            want, got = (worker.text(path) for worker in workers)
            at = len(os.path.commonprefix([want, got]))
            print(f"--- {what} {path}\n    want …{want[max(at - 60, 0):at + 100]!r}\n    got  …{got[max(at - 60, 0):at + 100]!r}")
        print(f"{what}: {len(paths) - len(different)}/{len(paths)} files equal")
        failed = failed or bool(different)
    sys.exit(failed)


if __name__ == "__main__":
    main()
