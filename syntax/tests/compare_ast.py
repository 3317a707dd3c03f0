"""Compares this crate's parser with a reference Python's, over source files and over damaged copies of them.

usage: compare_ast.py REFERENCE AST_DUMP trees PATH...
       compare_ast.py REFERENCE AST_DUMP errors COUNT SEED PATH...

REFERENCE is a Python 3.14 interpreter, AST_DUMP this crate's example of that name. `trees` compares
`ast.dump(…, include_attributes=True)` of every file; `errors` deletes, doubles, swaps or replaces a token or a
character and compares class, message and the four positions of the error.
"""

import ast
import io
import os
import random
import subprocess
import sys
import tempfile
import tokenize
import warnings


def sources(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                path = os.path.join(folder, name)
                if name.endswith(".py") and os.path.isfile(path):
                    yield path


class Parser:
    """The example, asked line by line."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, mode, path):
        self.process.stdin.write(f"{mode} {path}\n".encode())
        self.process.stdin.flush()
        return self.process.stdout.readline().decode("utf-8", "surrogatepass").rstrip("\n")


def expected(mode, source):
    try:
        tree = compile(source, "<unknown>", mode, ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
        message = error.msg.replace("\n", "\\n")
        return f"ERR {type(error).__name__}|{message}|" + "|".join(map(str, place))
    except (MemoryError, RecursionError) as error:
        return f"ERR {type(error).__name__}"
    return "OK " + ast.dump(tree, include_attributes=True)


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    start = max(0, at - 160)
    return f"  expected …{a[start:at + 120]}\n  got      …{b[start:at + 120]}"


def compare_trees(parser, paths):
    total = same = 0
    for path in sources(paths):
        with open(path, "rb") as file:
            source = file.read()
        want, got = expected("exec", source), parser.ask("exec", path)
        total += 1
        if want == got or want.startswith("ERR") and want.split("|")[:2] == got.split("|")[:2]:
            same += 1
        else:
            print(path)
            print(first_difference(want, got))
    print(f"{same} of {total} files are equal")
    return same == total


def tokens_of(text):
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string.strip():
            start = offsets[token.start[0] - 1] + token.start[1]
            end = offsets[token.end[0] - 1] + token.end[1]
            found.append((start, end))
    return found


WORDS = """( ) [ ] { } , : ; . = == := -> + - * ** / // % @ ! ~ < > if else elif for in while def class try except finally
with as import from return yield lambda not and or is None True pass break continue del global async await raise assert
match case type print x 1 0x 1.5 1_ 'a' "b f'{ f'{x}' b'c' \\ \n \n\t \t $ ? é € _ ... f'{x!r:>{w}}' *a **k x=1 0777""".split(" ")


def damage(text, spans, choice):
    start, end = choice.choice(spans)
    way = choice.randrange(7)
    if way == 0:
        return text[:start] + text[end:]
    if way == 1:
        return text[:end] + " " + text[start:end] + text[end:]
    if way == 2:
        other = choice.choice(spans)
        first, second = sorted([(start, end), other])
        if first[1] > second[0]:
            return text[:start] + text[end:]
        return (text[:first[0]] + text[second[0]:second[1]] + text[first[1]:second[0]]
                + text[first[0]:first[1]] + text[second[1]:])
    if way == 3:
        return text[:start] + choice.choice(WORDS) + text[end:]
    if way == 4:
        return text[:start] + choice.choice(WORDS) + " " + text[start:]
    at = choice.randrange(len(text))
    if way == 5:
        return text[:at] + text[at + 1:]
    return text[:at] + choice.choice("()[]{}:,=.'\"\\#\n \t+*!@x0é") + text[at:]


def excerpt(text, choice):
    """Some whole top-level statements of a file, so that many different ones can be tried quickly."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    if not body:
        return None
    node = choice.choice(body)
    lines = text.splitlines(keepends=True)
    return "".join(lines[node.lineno - 1:node.end_lineno])


def compare_errors(parser, count, seed, paths):
    choice = random.Random(seed)
    files = list(sources(paths))
    total = same = message = 0
    work = tempfile.NamedTemporaryFile(suffix=".py")
    while total < count:
        with open(choice.choice(files), "rb") as file:
            try:
                text = file.read().decode()
            except UnicodeDecodeError:
                continue
        text = excerpt(text, choice)
        if not text or len(text) > 4000:
            continue
        try:
            spans = tokens_of(text)
        except (tokenize.TokenError, SyntaxError):
            continue
        if not spans:
            continue
        for _ in range(4):
            source = damage(text, spans, choice)
            if "\0" in source or "coding" in source or "__future__" in source:
                continue
            data = source.encode()
            with open(work.name, "wb") as file:
                file.write(data)
            want, got = expected("exec", data), parser.ask("exec", work.name)
            total += 1
            if want == got:
                same += 1
                continue
            if want.split("|")[:2] == got.split("|")[:2] and want.startswith("ERR"):
                message += 1
            print(f"--- {total}")
            if want.startswith("ERR"):
                print("  expected", want[:200])
                print("  got     ", got[:200])
                lines = source.split("\n")
                number = want.split("|")[2]
                if number.isdigit() and 0 < int(number) <= len(lines):
                    at = int(number)
                    for line in lines[max(0, at - 3):at + 1]:
                        print("   |", line[:150])
            else:
                print(first_difference(want, got))
    print(f"{same} of {total} equal ({same / total:.2%}), {message} more differ in position only")


def main():
    reference, program, what, *rest = sys.argv[1:]
    if os.environ.get("COMPARE_AST_INSIDE") != "1":
        os.environ["COMPARE_AST_INSIDE"] = "1"
        os.execv(reference, [reference, *sys.argv])
    sys.setrecursionlimit(100000)
    warnings.simplefilter("ignore")
    parser = Parser(program)
    if what == "trees":
        sys.exit(not compare_trees(parser, rest))
    compare_errors(parser, int(rest[0]), int(rest[1]), rest[2:])


if __name__ == "__main__":
    main()
