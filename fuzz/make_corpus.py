#!/usr/bin/env python3
"""Makes seed inputs of the fuzz targets from a folder of Python files.

    fuzz/make_corpus.py [--count N] FOLDER

Takes N (400) pieces of the folder's files, each some statements and at most 2 KiB, the same ones every time, and writes them to
fuzz/corpus/TARGET as the target wants them: with its option bytes before the source, or compiled and marshalled; the strings in
them are the patterns for `sre`. Values of the types that the data formats know seed the other targets. Trees are made of
arbitrary bytes; they start from nothing.
"""
import argparse
import array
import ast
import collections
import datetime
import decimal
import fractions
import io
import itertools
import json
import marshal
import pathlib
import pickle
import random
import uuid
import warnings
import zipfile
import zlib

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


def front_end(sources):
    for source in sources:
        yield "parse", b"\x07" + source
        yield "compile", b"\x07\x00" + source
        try:
            yield "marshal", marshal.dumps(compile(source, "seed", "exec"))
        except (SyntaxError, ValueError):
            pass


class Plain:
    pass


class Slotted:
    __slots__ = ("a", "b")


class Stateful:
    def __getstate__(self):
        return [1, 2]

    def __setstate__(self, state):
        self.state = state


def values():
    """One or more of each type that a harness lets through."""
    zone = datetime.timezone(datetime.timedelta(hours=-3, minutes=30), "here")
    moment = datetime.datetime(2024, 2, 29, 23, 59, 58, 999_999, zone)
    plain, slotted = Plain(), Slotted()
    plain.x, slotted.a = [plain], "a"
    yield from (None, True, 0, -1, 255, 1 << 31, -(1 << 63), 1 << 300, 1.5, float("inf"), 1e-320, 2 - 3j)
    yield from ("", "text", "\xe9\u20ac\U0001f600", "\ud800", "\n\\\"\x00", b"", b"bytes\xff", bytearray(b"array"))
    yield from ([], [1, [2, [3]]], (), (1,), (1, 2, 3, 4), {}, {"a": 1, "b": [None, True, 1.25]}, {1, 2}, frozenset("ab"))
    yield from (range(3), slice(1, 2), Ellipsis, NotImplemented, int, ValueError("message", 1), OSError(2, "text", "file"))
    yield from (moment, moment.date(), moment.timetz(), datetime.timedelta(-5, 6, 7), zone)
    yield from (decimal.Decimal("-1.50E+3"), fractions.Fraction(3, 7), uuid.UUID(int=5), array.array("d", [1, 2]))
    yield from (collections.deque([1, 2], 3), collections.Counter("aab"), collections.OrderedDict(a=1), collections.defaultdict(int, b=2))
    yield from (plain, slotted, Stateful())


def patterns(sources):
    """The strings in the sources that look as if they were regular expressions, and some that use what is rare."""
    yield from (r"(?i:a|b)++c*?(?=d)(?!e)(?<=f)(?<!g)", r"(?P<n>x)(?(n)y|z)(?P=n)", r"(?>a*)\b\B\A\Z", r"[^\W\d_-]{2,3}?")
    yield from (r"((a*)*b|\2)+$", r"(?x) a # note", r"(?s-i:.)(?a:\w)", r"[\u20ac-\U0001f600]+|\N{EURO SIGN}", r"(a)|b(?(1)c)")
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 80 and "\n" not in node.value:
                if any(c in node.value for c in "*+?|[("):
                    yield node.value


def archives():
    data = b"some text, some text, more " * 9 + bytes(range(256))
    for kind, wbits in enumerate((15, -15, 31, 31, -9, 9)):
        for level in (0, 1, 9):
            packer = zlib.compressobj(level, zlib.DEFLATED, wbits)
            yield bytes([kind]) + packer.compress(data) + packer.flush()
    yield bytes([109]) + data
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("a/b.txt", data)
            archive.writestr("\xe9", "")
            archive.comment = b"a comment"
        yield b"\xc8" + file.getvalue()


def data_formats(sources):
    for value in values():
        for protocol in range(2 if isinstance(value, Slotted) else 0, 6):
            yield "pickle_loads", pickle.dumps(value, protocol)
        for options, indent in itertools.product((0, 7, 8), (None, 1)):
            try:
                yield "json_loads", bytes([options]) + json.dumps(value, indent=indent).encode()
            except (TypeError, ValueError):
                break
    for pattern in dict.fromkeys(patterns(sources)):
        for flags in (0, 3, 128):
            yield "sre", bytes([flags]) + pattern.encode("utf-8", "replace") + b"\nsome (text) 12, aab: x=[1]"
    for order, form in itertools.product("@=<>!", ("bBhHiIlLqQ", "3s2xp?c", "efd", "5p0i", "2i3h", "nNP", "FD")):
        yield "struct_unpack", f"{order}{form}\n".encode() + bytes(range(64))
    for text in ("2024-02-29", "2024-W09-4", "20240229", "2024-060", "23:59:58.999999+03:30", "T235958,5Z", "24:00"):
        yield "fromisoformat", text.encode()
        yield "fromisoformat", f"2024-01-02T{text}".encode()
    for text in ("%Y-%m-%dT%H:%M:%S.%f%z", "%G-W%V-%u %j %p %:z %Z", "2024-01-02 03:04:05.678-01:02:03.4"):
        yield "fromisoformat", text.encode()
    for seed in archives():
        yield "archives", seed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("folder")
    arguments = parser.parse_args()
    found = list(dict.fromkeys(pieces(arguments.folder)))
    chosen = random.Random(3).sample(found, min(arguments.count, len(found)))
    corpus = pathlib.Path(__file__).parent / "corpus"
    (corpus / "tree").mkdir(parents=True, exist_ok=True)
    numbers = collections.Counter()
    for target, seed in itertools.chain(front_end(chosen), data_formats(chosen)):
        (corpus / target).mkdir(exist_ok=True)
        (corpus / target / f"seed-{numbers[target]:04}").write_bytes(seed)
        numbers[target] += 1
    print(f"{len(chosen)} of {len(found)} pieces;", ", ".join(f"{target}: {number}" for target, number in numbers.items()))


if __name__ == "__main__":
    main()
