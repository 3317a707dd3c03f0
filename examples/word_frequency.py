"""Count words in texts: the commonest words, letters, phrases, and how rich the language is.

usage: word_frequency.py [-n COUNT] [--by words|letters|pairs] [--ignore-case] [--stop FILE] [--csv] [FILE...]
"""
import argparse
import csv
import itertools
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

SAMPLE = """\
It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of
foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it
was the season of Darkness, it was the spring of hope, it was the winter of despair.

Über den naïve café-owner: "L'été n'est pas l'hiver", he said. STRASSE, Straße and ΣΊΣΥΦΟΣ don't agree 100%.
"""


def words(lines, fold):
    for line in lines:
        for match in WORD.finditer(unicodedata.normalize("NFC", line)):
            yield match[0].casefold() if fold else match[0]


def sources(files):
    if not files:
        yield "(sample)", SAMPLE.splitlines()
    for name in files:
        if name == "-":
            yield "(standard input)", sys.stdin
        else:
            with Path(name).open(encoding="utf-8", errors="replace") as stream:
                yield name, stream


def count(tokens, by):
    match by:
        case "words":
            return Counter(tokens)
        case "letters":
            return Counter(itertools.chain.from_iterable(tokens))
        case "pairs":
            return Counter(f"{a} {b}" for a, b in itertools.pairwise(tokens))


def table(counter, number):
    total = counter.total()
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    accumulated = itertools.accumulate(n for _, n in ranked)
    for rank, ((what, n), so_far) in enumerate(zip(ranked, accumulated), 1):
        if rank > number:
            break
        yield rank, what, n, n / total, so_far / total


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


def parser():
    result = argparse.ArgumentParser(prog="word_frequency.py", description="Count words in texts.")
    result.add_argument("files", nargs="*", metavar="FILE", help="texts; - is standard input")
    result.add_argument("-n", "--number", type=positive, default=5, metavar="COUNT", help="rows (default %(default)s)")
    result.add_argument("-b", "--by", choices=["words", "letters", "pairs"], default="words")
    result.add_argument("-i", "--ignore-case", action="store_true")
    result.add_argument("--stop", type=Path, metavar="FILE", help="words to leave out")
    style = result.add_mutually_exclusive_group()
    style.add_argument("--csv", action="store_true", help="comma-separated values")
    style.add_argument("--bars", action="store_true", help="a bar for each row")
    return result


def main(argv=None):
    arguments = parser().parse_args(argv)
    stop = set(arguments.stop.read_text(encoding="utf-8").split()) if arguments.stop else set()
    for name, lines in sources(arguments.files):
        tokens = [word for word in words(lines, arguments.ignore_case) if word not in stop]
        counter = count(tokens, arguments.by)
        rows = table(counter, arguments.number)
        if arguments.csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(["rank", arguments.by, "count", "share"])
            writer.writerows([rank, what, n, f"{share:.4f}"] for rank, what, n, share, _ in rows)
            continue
        print(f"{name}: {len(tokens)} words, {len(set(tokens))} different ({len(set(tokens)) / len(tokens):.0%})")
        for rank, what, n, share, so_far in rows:
            tail = "#" * round(share * 60) if arguments.bars else f"{so_far:7.1%}"
            print(f"{rank:3}. {what:14} {n:5} {share:7.2%} {tail}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main()
    else:
        for argv in ([], ["-i", "-n", "3", "--bars"], ["-b", "letters", "--csv", "-n4"], ["--by=pairs", "-in2"], ["-h"],
                     ["-n", "0"], ["--by", "lines"], ["--csv", "--bars"]):
            print("$ word_frequency.py", *argv)
            try:
                main(argv)
            except SystemExit as stop:
                print(f"[exit {stop.code}]")
