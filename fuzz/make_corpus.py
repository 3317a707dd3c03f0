#!/usr/bin/env python3
"""Makes seed inputs of the fuzz targets from a folder of Python files.

    fuzz/make_corpus.py [--count N] FOLDER

Takes N (400) pieces of the folder's files, each some statements and at most 2 KiB, the same ones every time, and writes them to
fuzz/corpus/TARGET as the target wants them: with its option bytes before the source, or compiled and marshalled. Trees are
made of arbitrary bytes; they start from nothing.
"""
import argparse
import ast
import marshal
import pathlib
import random
import warnings

warnings.simplefilter("ignore")


def pieces(folder):
    for path in sorted(pathlib.Path(folder).rglob("*.py")):
        source = path.read_bytes()
        try:
            tree = ast.parse(source)
            lines = source.decode().splitlines(True)
        except (SyntaxError, UnicodeError, ValueError):
            if len(source) <= 2048:
                yield source
            continue
        for node in tree.body:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            text = "".join(lines[first - 1 : node.end_lineno]).encode()
            if 20 < len(text) <= 2048:
                yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("folder")
    arguments = parser.parse_args()
    found = list(dict.fromkeys(pieces(arguments.folder)))
    chosen = random.Random(3).sample(found, min(arguments.count, len(found)))
    corpus = pathlib.Path(__file__).parent / "corpus"
    for target in ("parse", "compile", "marshal", "tree"):
        (corpus / target).mkdir(parents=True, exist_ok=True)
    for number, source in enumerate(chosen):
        name = f"seed-{number:04}"
        (corpus / "parse" / name).write_bytes(b"\x07" + source)
        (corpus / "compile" / name).write_bytes(b"\x07\x00" + source)
        try:
            (corpus / "marshal" / name).write_bytes(marshal.dumps(compile(source, "seed", "exec")))
        except (SyntaxError, ValueError):
            pass
    print(f"{len(chosen)} of {len(found)} pieces")


if __name__ == "__main__":
    main()
