"""Compares the native regular-expression engine with the `re` of the Python that runs this.

usage: PYTHON tests/sre_engine.py ENGINE [--fuzz N] [--seed S] [--time]

ENGINE is the built example `sre_engine` of krait-mod-text; PYTHON is a reference CPython 3.14 that has its test suite.
"""

import argparse
import random
import re
import subprocess
import time
import warnings
from re import _compiler, _parser

warnings.simplefilter("ignore")


def code_of(pattern, flags):
    tree = _parser.parse(pattern, flags)
    return [int(word) for word in _compiler._code(tree, flags)], tree.state.groups - 1


def units(text):
    numbers = list(text) if isinstance(text, bytes) else [ord(ch) for ch in text]
    top = max(numbers, default=0)
    return numbers, 1 if top < 256 else 2 if top < 65536 else 4


def show(match):
    if match is None:
        return "none"
    spans = [match.span(n) for n in range(match.re.groups + 1)]
    spans = ",".join("?" if span == (-1, -1) else "%d-%d" % span for span in spans)
    return f"{spans} {match.lastindex if match.lastindex is not None else '?'}"


class Cases:
    def __init__(self):
        self.lines, self.expected, self.names, self.cache = [], [], [], {}

    def pattern(self, pattern, flags):
        key = pattern, int(flags)
        if key not in self.cache:
            try:
                compiled = re.compile(pattern, flags)
                self.cache[key] = compiled, *code_of(pattern, int(flags))
            except (re.error, ValueError, OverflowError, RecursionError):
                self.cache[key] = None
        return self.cache[key]

    def add(self, pattern, text, flags=0, modes=("search", "match", "fullmatch", "iter"), pos=0, endpos=None):
        known = self.pattern(pattern, flags)
        if known is None:
            return
        compiled, code, groups = known
        numbers, width = units(text)
        stop = len(numbers) if endpos is None else endpos
        for mode in modes:
            # The documentation promises no match here; the reference finds some empty ones.
            if mode == "match" and min(pos, len(numbers)) > min(stop, len(numbers)):
                continue
            if mode == "iter":
                expected = "|".join(show(found) for found in compiled.finditer(text, pos, stop))
            else:
                expected = show(getattr(compiled, mode)(text, pos, stop))
            fields = ",".join(map("{:x}".format, code)), ",".join(map("{:x}".format, numbers))
            self.lines.append(f"{mode};{width};{groups:x};{pos:x};{stop:x};{fields[0]};{fields[1]}")
            self.expected.append(expected)
            self.names.append((mode, pattern, flags, text, pos, stop))

    def run(self, engine):
        done = subprocess.run([engine], input="\n".join(self.lines), capture_output=True, text=True)
        answers = done.stdout.split("\n")[: len(self.lines)]
        wrong = 0
        if done.returncode or len(answers) != len(self.lines):
            print("engine ended early:", done.returncode, done.stderr[-2000:], len(answers), len(self.lines))
            wrong += 1
        for name, expected, answer in zip(self.names, self.expected, answers):
            if expected != answer:
                wrong += 1
                if wrong <= 20:
                    print(str(name)[:300], "\n  expected", expected[:300], "\n  got     ", answer[:300])
        print(f"{len(self.lines)} cases, {wrong} wrong")
        return wrong


def library_cases(cases):
    from test.re_tests import tests

    for pattern, text, *_ in tests:
        for flags in 0, re.I, re.M | re.S, re.A | re.I:
            cases.add(pattern, text, flags)
            cases.add(pattern, text + "\u0416", flags, pos=1)
            cases.add(pattern, "\U00010400" + text, flags)
            cases.add(pattern, text, flags, pos=1, endpos=max(1, len(text) - 1))
        try:
            byte_pattern, byte_text = pattern.encode("latin-1"), text.encode("latin-1")
        except UnicodeEncodeError:
            continue
        for flags in 0, re.I, re.L, re.L | re.I:
            cases.add(byte_pattern, byte_text, flags)


def special_cases(cases):
    every = "".join(chr(n) for n in range(0x3100)) + "\U00010400\U00010428\ufb05\ufb06\u1e9e"
    for pattern in (
        r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", r"[^\W\d]", r"[\x80-\u0300]", r"[\u02bc-\U00010000]",
        r"[\u0399-\U00010000]", r"k", r"\u017f", r"[a-z]", r"[^a-z]", r"\u0131|i", r"[\u0400-\u0460]", r"\u03c3", r"(.)\1",
        r"[^\u03c3]", r"ſt|\ufb05", r"[\U00010400-\U00010410]", r"ß|\u1e9e", "\u0345", "[\u1c80-\u1c88]",
    ):  # fmt: skip
        for flags in 0, re.I, re.A, re.A | re.I:
            cases.add(pattern, every, flags, modes=["iter"])
    octets = bytes(range(256)) * 2
    for pattern in (rb"\w", rb"\W+", rb"\d", rb"\s+", rb"\b", rb"\B", rb"[a-f]", rb"[^A-F]", rb"a", rb"[^a]", rb"(?i:[\w-])", rb"(.)\1"):
        for flags in 0, re.I, re.L, re.L | re.I:
            cases.add(pattern, octets, flags, modes=["iter"])
    for text in "", "\n", "a", "a\n", "\na\n\n", "ab ab\n", "\r\n":
        for pattern in "^", "$", r"\A", r"\Z", r"\b", r"\B", "^$", "(?m)^", "(?m)$", "(?m)^$", "", "a*", "a*?", "a*+", "(?:)*", "(a|)*", "(a|b|)+?":
            for pos in range(len(text) + 2):
                for stop in range(len(text) + 2):
                    cases.add(pattern, text, pos=pos, endpos=stop)
    for pattern in (
        r"(?:(a)|b)*", r"(?:(a)|(b)|c)*?d", r"((a)?b)*", r"(a)?(?(1)b|c)", r"(?:(a)|b)*(?(1)c|d)", r"(?=(a+))a*b\1",
        r"(?!(a))b|\1", r"(?<=(a))b", r"(?<!(a)b)c", r"(?>(a|ab)+)c", r"(?:(a)|(b))*+c", r"(a|ab){2,3}+b", r"(?:(?:a|b)*?c)*+d",
        r"(?:(x)?a|(y)b)+?c", r"((?:a|b)+?)+?c", r"(?:(?=(a))a|b)*", r"(?:(?!(b))a|b)*", r"(a{1,2}?){2}", r"(?:a*)*b",
        r"(?:a*?)*?b", r"(?:|a)+", r"(?:|a)+?b", r"(a*)+", r"(a*)*?b", r"(?:(a)|b){2,3}", r"(?:(a)|b){2,3}?c", r"(a)*(b)*?(c)*+",
        r"((((a)?)?)?)*", r"(?:(a)(?:(b)|c)|d)*", r"(?:(?:(a)|b)*c)*", r"(?:(?:(a)|b)*?c)*?d",
    ):  # fmt: skip
        for length in range(6):
            for number in range(4**length if length < 5 else 300):
                text = "".join("abcd"[number >> 2 * place & 3] for place in range(length))
                cases.add(pattern, text, modes=["search", "fullmatch"])


def random_pattern(rng, depth, groups):
    kind = rng.randrange(18 if depth else 7)
    if kind < 3:
        return rng.choice("aabbcxé\n")
    if kind < 4:
        return rng.choice([".", r"\w", r"\W", r"\d", r"\s", "[ab]", "[^a]", "[b-x]", r"[^\w]", "[é-ж]", "[^\u0400-\u0500]"])
    if kind < 5:
        return rng.choice(["^", "$", r"\b", r"\B", r"\A", r"\Z"])
    if kind < 6:
        return rng.choice(["ab", "abc", "aab", "ba"])
    if kind < 7:
        closed = [number for number, state in groups.items() if state == "closed"]
        if not closed:
            return "a"
        number = rng.choice(closed)
        if rng.random() < 0.5:
            return rf"(?:\{number})"
        return f"(?({number}){random_pattern(rng, 0, groups)}|{random_pattern(rng, 0, groups)})"
    inner = lambda: random_pattern(rng, depth - 1, groups)
    if kind < 10:
        return "".join(inner() for _ in range(rng.randint(1, 3)))
    if kind < 12:
        return "(?:" + "|".join(inner() for _ in range(rng.randint(2, 3))) + ")"
    if kind < 14:
        number = len(groups) + 1
        groups[number] = "open"
        body = inner() + rng.choice(["", "|" + inner()])
        groups[number] = "closed"
        return f"({body})"
    if kind < 15:
        return rng.choice(["(?=", "(?!", "(?>", "(?<=", "(?<!", "(?i:", "(?s:"]) + inner() + ")"
    repeat = rng.choice(["*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}"]) + rng.choice(["", "", "?", "+"])
    return f"(?:{inner()}){repeat}"


def fuzz_cases(cases, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        pattern = random_pattern(rng, rng.randint(1, 4), {})
        flags = rng.choice([0, 0, re.I, re.M, re.S, re.A])
        for _ in range(4):
            alphabet = rng.choice(["ab", "abc", "abx \n", "aAbB", "abé", "abж", "ab\U00010400é"])
            text = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 9)))
            cases.add(pattern, text, flags, pos=rng.choice([0, 0, 1]))


def timings(engine):
    # The reference also makes a match object for each match.
    prose = ("The quick brown fox jumps over the lazy dog, 1234 times; see https://example.org/a?b=c or mail me@there.net. " * 200)
    wide = prose.replace("fox", "лис")
    rows = [
        (r"\w+", prose), (r"\d+", prose), (r"(\w+)@(\w+)\.net", prose), ("fox", prose), ("(?i)FOX", prose), ("lazy|quick|times", prose),
        (r"[a-z]+://[^\s]+", prose), (r"(?:the|fox|dog)\b", prose), (r"\s+", prose), (r"([^,]*),", prose), (r".*?;", prose),
        (r"(?:[a-z]+ )+", prose), (r"(?:\w+\W+)*?lazy", prose), (r"\b\w", prose), (r"[aeiou][^aeiou]", prose), (r"\w+", wide),
        ("лис", wide), ("(?i)ЛИС", wide), (r"\b(\w)(\w*)\b", wide), (r"(?:a|b|c|d|e|f|[g-z])+", prose), (r"(?m)^.*$", prose),
        (r'''[A-Za-z_]\w*|\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|\s+|.''', prose),
        # These find nothing, so that the reference makes no match objects.
        (r"(?:[a-z]+ )+!", prose), (r"(?:a|b|[c-z])*#", prose), (r"(?:ab|cd|\w)\b#", prose), (r"(?:(\w)|(\W))*?~", prose[:3000]),
        (r"(\w)(\w)\2\1~", prose), (r"\b[a-z]{3,}(?=#)", prose), (r"(?<=#)\w", prose), (r"x[^q]*q#", prose[:4000]), ("dog~", prose),
        (r".*#", prose), (r"[a-z]*?[A-Z]+#", wide), (r"(?i)(?:the|fox|dog)#", wide), (r"(?>\w+)\s*+#", prose), (r"\s*#", " " * 2000),
    ]  # fmt: skip
    lines = []
    for pattern, text in rows:
        code, groups = code_of(pattern, 0)
        numbers, width = units(text)
        fields = ",".join(map("{:x}".format, code)), ",".join(map("{:x}".format, numbers))
        lines.append(f"time;{width};{groups:x};{20:x};{len(text):x};{fields[0]};{fields[1]}")
    answers = subprocess.run([engine], input="\n".join(lines), capture_output=True, text=True).stdout.split("\n")
    for (pattern, text), answer in zip(rows, answers):
        compiled = re.compile(pattern)
        begun = time.perf_counter_ns()
        for _ in range(20):
            scan = compiled.scanner(text).search
            while scan():
                pass
        reference = (time.perf_counter_ns() - begun) / 20e3
        ours = int(answer.split()[0]) / 20e3
        print(f"{pattern[:40]!r:44} engine {ours:9.1f} us   reference {reference:9.1f} us   {reference / ours:5.2f}x")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("--fuzz", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", action="store_true")
    options = parser.parse_args()
    if options.time:
        return timings(options.engine)
    wrong = 0
    for fill in (library_cases, special_cases, lambda cases: fuzz_cases(cases, options.fuzz, options.seed)):
        cases = Cases()
        fill(cases)
        wrong += cases.run(options.engine)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
