"""Runs functions of one benchmark program inside the interpreter under test; `run.py` starts it."""

import sys


def load(path):
    namespace = {"__name__": "bench"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), namespace)
    return namespace


def empty(n):
    for _ in range(n):
        pass


def main():
    mode, path, n, *names = sys.argv[1:]
    n = int(n)
    functions = load(path)
    if mode == "run":
        for name in names:
            functions[name](n)
        return
    from time import process_time

    def best(function):
        shortest = 1e9
        for _ in range(5):
            start = process_time()
            function(n)
            shortest = min(shortest, process_time() - start)
        return shortest

    base = best(empty)
    for name in names:
        print(name, max(best(functions[name]) - base, 0) / n * 1e9)


main()
