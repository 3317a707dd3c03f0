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
        function = functions[name]
        # Who counts with `_` has the empty loop around what is measured; others measure a loop of another kind.
        around = base if "_" in function.__code__.co_varnames else 0
        print(name, max(best(function) - around, 0) / n * 1e9)


main()
