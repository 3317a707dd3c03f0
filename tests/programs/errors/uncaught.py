"""An error that nobody handles: chain, notes, carets."""


class Failure(Exception):
    pass


def parse(text):
    return int(text) + len(text)


def load(values):
    total = 0
    for value in values:
        total += parse(value)
    return total


print("before")
try:
    load(["1", "two", "3"])
except ValueError as error:
    error.add_note("while loading\nthe second value")
    raise Failure("cannot load") from error
