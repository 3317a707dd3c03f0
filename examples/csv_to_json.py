"""Convert CSV to JSON with types worked out from the data, optionally grouped by a column.

usage: csv_to_json.py [FILE] [--group COLUMN] [--delimiter CHAR] [--compact]
"""
import argparse
import csv
import io
import json
import sys
from datetime import date

SAMPLE = '''\
id,name,department,salary,started,remote,notes
1,"Ada Lovelace",Research,5200.50,2019-03-01,yes,"likes ""engines"""
2,Grace Hopper,Navy,4800,2020-11-15,no,
3,"Turing, Alan",Research,5100,2018-06-23,yes,"two
lines"
4,Edsger Dijkstra,Teaching,,2021-01-04,no,short paths
5,Barbara Liskov,Teaching,5300.25,2017-09-30,yes,Ünïcode ✓
'''


class Mistake(Exception):
    """Something is wrong with the input; the text is for the user."""


def as_bool(text):
    match text.lower():
        case "yes" | "true":
            return True
        case "no" | "false":
            return False
        case _:
            raise ValueError(text)


CONVERTERS = [("integer", int), ("number", float), ("boolean", as_bool), ("date", date.fromisoformat), ("text", str)]


def column_type(values):
    """The first type that fits every value that is not empty."""
    for name, convert in CONVERTERS:
        try:
            for value in values:
                if value != "":
                    convert(value)
        except ValueError:
            continue
        return name, convert
    raise AssertionError("text fits everything")


def read(stream, delimiter):
    reader = csv.DictReader(stream, delimiter=delimiter, strict=True)
    if not reader.fieldnames:
        raise Mistake("the file is empty")
    rows = []
    for row in reader:
        if None in row:
            raise Mistake(f"line {reader.line_num}: more fields than columns: {row[None]}")
        if None in row.values():
            absent = [name for name, value in row.items() if value is None]
            raise Mistake(f"line {reader.line_num}: no value for {', '.join(absent)}")
        rows.append(row)
    return reader.fieldnames, rows


def convert(columns, rows):
    types = {column: column_type([row[column] for row in rows]) for column in columns}
    for row in rows:
        yield {column: None if row[column] == "" else types[column][1](row[column]) for column in columns}


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, date):
            return value.isoformat()
        return super().default(value)


def group(records, column):
    groups = {}
    for record in records:
        key = record.pop(column)
        groups.setdefault(str(key), []).append(record)
    return groups


def run(stream, arguments):
    columns, rows = read(stream, arguments.delimiter)
    result = list(convert(columns, rows))
    if arguments.group:
        if arguments.group not in columns:
            raise Mistake(f"no column {arguments.group!r}; there are {', '.join(columns)}")
        result = group(result, arguments.group)
    style = {"separators": (",", ":")} if arguments.compact else {"indent": 2}
    return json.dumps(result, cls=Encoder, ensure_ascii=False, **style)


def main(argv=None):
    parser = argparse.ArgumentParser(description="Convert CSV to JSON.")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--group", metavar="COLUMN")
    parser.add_argument("--delimiter", default=",", metavar="CHAR")
    parser.add_argument("--compact", action="store_true")
    arguments = parser.parse_args(argv)
    stream = open(arguments.file, newline="", encoding="utf-8") if arguments.file else io.StringIO(SAMPLE, newline="")
    try:
        with stream:
            print(run(stream, arguments))
    except (Mistake, csv.Error) as error:
        print(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main())
    for argv in ([], ["--group", "department", "--compact"], ["--group", "colour"]):
        print("$ csv_to_json.py", *argv)
        print("exit code", main(argv))
    print(run(io.StringIO("a;b\n1;2\n3;x\n"), argparse.Namespace(delimiter=";", group=None, compact=True)))
    for damaged in ("a,b\n1,2,3\n", "a,b\n1\n", "", 'a,b\n"1,2\n'):
        try:
            run(io.StringIO(damaged), argparse.Namespace(delimiter=",", group=None, compact=True))
        except (Mistake, csv.Error) as error:
            print(f"{damaged!r}: {type(error).__name__}: {error}")
