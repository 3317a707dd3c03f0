"""Calls of built-in methods, functions and operators on generated values, run by two interpreters and compared.

    python3 tests/differential.py REFERENCE INTERPRETER [--count N] [--seed N] [--show N] [--only TEXT]

The cases come from the seed alone: expressions on edge values and random ones. Each interpreter evaluates them in a process of its own
(this file again, as a worker) and writes the result's type and repr, or the exception's type and text; addresses are taken out. A
process that dies is started again behind the case that killed it. The summary says how many cases agree; the exit status is 0 when
at least 99.9 % do.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

INTS = ["0", "1", "-1", "2", "-2", "3", "7", "10", "-10", "16", "255", "256", "257", "-255", "1000", "65535", "65536", "0x10ffff",
        "0x110000", "(1 << 30) - 1", "1 << 30", "-(1 << 30)", "(1 << 31) - 1", "-(1 << 31)", "(1 << 60) + 1", "(1 << 63) - 1",
        "1 << 63", "-(1 << 63)", "-(1 << 63) - 1", "(1 << 64) - 1", "1 << 64", "10 ** 30", "-(10 ** 30)", "True", "False"]
SMALL = ["0", "1", "2", "-1", "3", "-2", "5", "True", "None", "1 << 63", "-(1 << 63)", "1.5"]
FLOATS = ["0.0", "-0.0", "1.0", "-1.0", "0.5", "1.5", "2.5", "-2.5", "1e16", "1e22", "1e-5", "123456.789", "1e308", "5e-324", "1e100",
          "float('inf')", "float('-inf')", "float('nan')", "3.14159", "0.1", "1e15 + 0.5", "-7.25"]
COMPLEX = ["0j", "1j", "1 + 2j", "-1.5 - 0.5j", "complex(-0.0, 0.0)", "complex('inf')", "complex(float('nan'), 1)", "3 + 0j"]
STRINGS = ["''", "'a'", "'A'", "'abc'", "'ABC'", "'aBc Def'", "' a b '", "'\\t\\n x\\x0b'", "'abcabcabc'", "'123'", "'-12'", "' 7 '",
           "'1_000'", "'0x1f'", "'1.5e3'", "'nan'", "'\\xe9\\xdf'", "'\\u0130\\u0131'", "'\\u1e9e\\ufb01'", "'\\u20ac'", "'\\U0001f600'",
           "'\\ud800'", "'\\u01c5 \\u03a3'", "'\\u0661\\u0662'", "'a\\u0301'", "'x' * 300", "'%s'", "'%d %s'", "'%(a)s'", "'%5.2f'",
           "'{}'", "'{0} {1}'", "'{a}'", "'{0[0]}'", "'{:>5}'", "'line1\\nline2\\r\\nline3\\x85'", "'\\0'", "','", "'utf-8'", "'strict'",
           "'abc' 'abc'", "'\\\\'", "'\"'", "\"'\""]
BYTES = ["b''", "b'a'", "b'abc'", "b'ABC abc'", "b' a b '", "b'abcabc'", "b'123'", "b'\\xff\\x80'", "b'\\0'", "b'a,b,,c'", "b'%s'",
         "b'%d'", "b'x' * 70", "b'\\n\\r\\n'", "b'616263'"]
BYTEARRAYS = ["bytearray()", "bytearray(b'abc')", "bytearray(b'a b')", "bytearray(5)", "bytearray(b'\\xff')"]
VIEWS = ["memoryview(b'abc')", "memoryview(bytearray(b'abcdef'))[::2]", "memoryview(b'')"]
LISTS = ["[]", "[1]", "[1, 2, 3]", "[3, 1, 2]", "['b', 'a']", "[1, 'a', None]", "[[1], [2]]", "[1.5, 1, True]", "list(range(20))",
         "[(1, 2), (3, 4)]", "[None] * 3", "['a', 'b', 'c']", "[float('nan')]"]
TUPLES = ["()", "(1,)", "(1, 2)", "(1, 2, 3)", "('a', 'b')", "(1, 'a', None)", "((1, 2), (3,))", "('abc', 1.5)", "(1, [2])"]
DICTS = ["{}", "{'a': 1}", "{1: 2, 3: 4}", "{'a': 1, 'b': 2, 'c': 3}", "{None: 1, (): 2}", "{1: 'x', 1.5: 'y'}", "dict.fromkeys(range(9))"]
SETS = ["set()", "{1}", "{1, 2, 3}", "{1, 2.5}", "frozenset()", "frozenset([1, 2])", "{(1, 2)}", "set(range(12))"]
RANGES = ["range(0)", "range(5)", "range(1, 10, 3)", "range(10, 0, -2)", "range(-5, 5)"]
SLICES = ["slice(None)", "slice(1)", "slice(1, 3)", "slice(None, None, 2)", "slice(None, None, -1)", "slice(-2, None)", "slice(5, 1, -2)",
          "slice(None, None, 0)", "slice('a')", "slice(1 << 70)"]
OTHERS = ["None", "...", "NotImplemented", "int", "str", "type", "object", "len", "ValueError", "OSError(2, 'x')", "KeyError('k')",
          "[].append", "str.upper", "iter([1, 2])", "reversed([1, 2])", "zip([1], [2])", "map(str, [1])", "enumerate('ab')",
          "{'a': 1}.keys()", "{'a': 1}.items()", "{'a': 1}.values()", "list[int]", "int | str", "lambda x=1: x"]
SPECS = ["''", "'d'", "'5'", "'<5'", "'^7'", "'*>6'", "'05'", "'+'", "' '", "','", "'_'", "'x'", "'#x'", "'b'", "'#o'", "'e'", "'.2f'",
         "'10.3f'", "'%'", "'g'", "'.0e'", "'n'", "'s'", "'.2s'", "'c'", "'z.1f'", "'=+8'", "'08.3f'", "'q'", "'-<'", "'1' * 30", "'{'", "',x'",
         "'_b'", "',.2f'", "'r'", "'.-1'", "'#.0f'"]

KINDS = {"int": INTS, "float": FLOATS, "complex": COMPLEX, "str": STRINGS, "bytes": BYTES, "bytearray": BYTEARRAYS, "memoryview": VIEWS,
         "list": LISTS, "tuple": TUPLES, "dict": DICTS, "set": SETS, "range": RANGES, "slice": SLICES, "other": OTHERS}

#: Not comparable (addresses, hash seeds, memory) or not terminating on edge values.
SKIPPED = {"__class__", "__init_subclass__", "__subclasshook__", "__dir__", "__doc__", "__setattr__", "__delattr__", "__hash__",
           "__reduce__", "__reduce_ex__", "__pow__", "__rpow__", "__lshift__", "__rlshift__", "__ipow__", "__new__", "__sizeof__",
           "__release_buffer__", "__buffer__", "cast", "__getstate__"}
FUNCTIONS = ["abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable", "chr", "complex", "dict", "divmod",
             "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hex", "int", "isinstance", "issubclass", "iter",
             "len", "list", "map", "max", "memoryview", "min", "next", "oct", "ord", "range", "repr", "reversed", "round", "set", "slice",
             "sorted", "str", "sum", "tuple", "zip", "type", "super", "property", "classmethod", "staticmethod", "object",
             "int.from_bytes", "bytes.fromhex", "float.fromhex", "str.maketrans", "dict.fromkeys"]
BINARY = ["+", "-", "*", "/", "//", "%", "&", "|", "^", ">>", "@", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "is"]
INPLACE = ["+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", ">>="]


class Cases:
    """Expressions from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice
        # Names come from a fixed list, so that cases do not depend on the interpreter that makes them.
        self.methods = {kind: [n for n in dir(cls) if n not in SKIPPED] for kind, cls in
                        [("int", int), ("float", float), ("complex", complex), ("str", str), ("bytes", bytes), ("bytearray", bytearray),
                         ("memoryview", memoryview), ("list", list), ("tuple", tuple), ("dict", dict), ("set", set), ("range", range),
                         ("slice", slice)]}

    def random_value(self, kind):
        r = self.random
        if kind == "int":
            return str(r.randrange(-(1 << r.randrange(1, 200)), 1 << r.randrange(1, 200)))
        if kind == "float":
            return repr(r.uniform(-1, 1) * 10.0 ** r.randrange(-20, 20))
        if kind == "str":
            alphabet = "abcABC 019_.,-\t\n\xe9\xdf\u0130\u20ac\U0001f600{}%"
            return ascii("".join(r.choice(alphabet) for _ in range(r.randrange(12))))
        if kind == "bytes":
            return repr(bytes(r.choice(b"abcABC 019\xff\x00\n,") for _ in range(r.randrange(10))))
        if kind in ("list", "tuple"):
            items = [self.value(depth=1) for _ in range(r.randrange(4))]
            return "[%s]" % ", ".join(items) if kind == "list" else "(%s)" % "".join(i + ", " for i in items)
        if kind == "dict":
            return "{%s}" % ", ".join(f"{self.pick(INTS + STRINGS)}: {self.pick(INTS)}" for _ in range(r.randrange(4)))
        return self.pick(KINDS[kind])

    def value(self, kind=None, depth=0):
        kind = kind or self.pick(list(KINDS) if depth == 0 else ["int", "str", "float", "other", "bytes"])
        text = self.random_value(kind) if self.random.random() < 0.3 else self.pick(KINDS[kind])
        return f"({text})"

    def argument(self, kind):
        roll = self.random.random()
        if roll < 0.35:
            return self.value(kind if kind in KINDS else None)
        if roll < 0.6:
            return f"({self.pick(SMALL)})"
        return self.value()

    def case(self):
        roll = self.random.random()
        if roll < 0.5:
            kind = self.pick(list(self.methods))
            name = self.pick(self.methods[kind])
            args = ", ".join(self.argument(kind) for _ in range(self.pick([0, 1, 1, 1, 2, 2, 3])))
            return f"{self.value(kind)}.{name}({args})"
        if roll < 0.7:
            return f"{self.value()} {self.pick(BINARY)} {self.value()}"
        if roll < 0.75:
            return f"{self.value(self.pick(['list', 'bytearray', 'set', 'dict', 'int', 'str', 'tuple']))} {self.pick(INPLACE)} {self.value()}"
        if roll < 0.83:
            kind = self.pick(["str", "bytes", "bytearray", "list", "tuple", "range", "dict", "memoryview"])
            return f"{self.value(kind)}[{self.value(self.pick(['int', 'slice', 'slice', None]))}]"
        if roll < 0.88:
            return f"format({self.value(self.pick(['int', 'float', 'str', 'complex', None]))}, {self.pick(SPECS)})"
        if roll < 0.92:
            return f"{self.value(self.pick(['str', 'bytes']))} % {self.value(self.pick(['tuple', 'dict', 'int', 'float', None]))}"
        if roll < 0.93:
            return f"{self.pick(['-', '+', '~', 'not '])}{self.value()}"
        function = self.pick(FUNCTIONS)
        args = ", ".join(self.value() for _ in range(self.pick([0, 1, 1, 1, 2, 2, 3])))
        return f"{function}({args})"


# --- the worker -----------------------------------------------------------------------------------------------------------------

def shown(result, depth=0):
    """Type and content of a result; of iterators what they give."""
    kind = type(result)
    name = kind.__name__
    if name in ("set", "frozenset"):
        return f"{name}: {sorted(map(repr, result))}"
    if hasattr(kind, "__next__") and depth == 0:
        items = []
        for _ in range(30):
            try:
                items.append(shown(next(result), 1))
            except BaseException as e:
                items.append(f"{type(e).__name__}: {e}")
                break
        return f"{name}: {items}"
    if name == "memoryview":
        return f"{name}: {result.tolist()} {result.format} {result.shape}"
    return f"{name}: {result!r}"


def work(path, start):
    import re
    import resource
    import warnings

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
    address = re.compile(r"0x[0-9a-f]{6,}")
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    for line in lines[start:]:
        inplace = next((op for op in INPLACE if f" {op} " in line), None)
        try:
            if inplace:
                left, right = line.split(f" {inplace} ", 1)
                names = {}
                exec(f"x = {left}\nx {inplace} {right}", names)
                text = shown(names["x"])
            else:
                text = shown(eval(line, {}))
        except BaseException as e:
            text = f"{type(e).__name__}: {e}"
        text = address.sub("0x", ascii(text[:2000]))
        sys.__stdout__.write(text + "\n")
        sys.__stdout__.flush()


#: Seconds without an answer after which a case is given up.
PATIENCE = 5


def run(interpreter, path, count):
    """The answers of an interpreter; a case that kills it has the answer "died", one that takes too long "slow"."""
    import subprocess

    answers = []
    while len(answers) < count:
        command = [interpreter, "-B", __file__, "--work", path, str(len(answers))]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
            size, since, status = 0, time.monotonic(), None
            while status is None:
                time.sleep(0.05)
                status = process.poll()
                now = out.seek(0, 2)
                if now != size:
                    size, since = now, time.monotonic()
                elif status is None and time.monotonic() - since > PATIENCE:
                    process.kill()
                    process.wait()
                    status = "slow"
            out.seek(0)
            answers += out.read().splitlines()
        if len(answers) < count:
            answers.append("slow" if status == "slow" else f"died: {status}")
    return answers[:count]


def main():
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("reference")
    parser.add_argument("interpreter")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=40, help="differences to print")
    parser.add_argument("--only", default="", help="only cases that contain this text")
    options = parser.parse_args()
    cases = Cases(options.seed)
    lines = []
    while len(lines) < options.count:
        line = cases.case()
        if options.only in line and "\n" not in line:
            lines.append(line)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "cases.txt")
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
        expected = run(options.reference, path, len(lines))
        got = run(options.interpreter, path, len(lines))
    different = [(line, a, b) for line, a, b in zip(lines, expected, got) if a != b and a != "slow"]
    for line, a, b in different[: options.show]:
        print(f"{line}\n    expected {a[:300]}\n    got      {b[:300]}")
    agree = len(lines) - len(different)
    print(f"{agree} of {len(lines)} cases agree ({100 * agree / len(lines):.2f} %), seed {options.seed}")
    return 0 if agree >= 0.999 * len(lines) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(main())
