import dataclasses
import enum


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Colour(enum.Enum):
    RED = 1


def describe(value):
    match value:
        case 0 | 0.5:
            return "zero-ish"
        case True:
            return "true"
        case None:
            return "none"
        case int(n) if n > 100:
            return f"big {n}"
        case int() | float() as number:
            return f"number {number}"
        case Colour.RED:
            return "red"
        case "hello" | b"hello":
            return "greeting"
        case str() as text:
            return f"text of {len(text)}"
        case []:
            return "empty"
        case [only]:
            return f"one {only!r}"
        case [first, *_, last] if first == last:
            return "same ends"
        case (1, [2, *inner], *rest):
            return f"nested {inner} {rest}"
        case [*_]:
            return "sequence"
        case {"kind": "point", "at": {"x": x, **more}, **rest}:
            return f"mapping {x} {more} {rest}"
        case {"a": 1} | {"b": 1}:
            return "a or b"
        case {}:
            return "some mapping"
        case Point(0, y):
            return f"on the axis at {y}"
        case Point(x=x, y=y) if x == y:
            return "diagonal"
        case Point():
            return "point"
        case -1 | 1j | -2.5 + 3j:
            return "special"
        case _:
            return f"other {type(value).__name__}"


for value in (0, 0.5, True, None, 500, 7, 2.5, Colour.RED, "hello", b"hello", "xyz", [], [9], (), [1, 2, 1],
              (1, [2, 3, 4], 5), range(3), {"kind": "point", "at": {"x": 1, "z": 2}, "q": 3}, {"b": 1, "c": 2}, {}, Point(0, 5),
              Point(2, 2), Point(1, 2), 1j, -2.5 + 3j, {1}, b"other", iter([])):
    print(f"{value!r:.40} -> {describe(value)}" if not hasattr(value, "__next__") else describe(value))

match [1, 2]:
    case [a, b] if (total := a + b) > 5:
        print("big")
    case [a, b]:
        print("small", total, a, b)


class Bad:
    __match_args__ = ("x", "x")
    x = 1


for subject, source in ((Bad(), "Bad(1, 1)"), (Bad(), "Bad(1, 2, 3)"), (5, "int(1, 2)"), (Bad(), "Bad(x=1, y=2)")):
    try:
        exec(f"match subject:\n    case {source}: print('yes')\n    case _: print('no')")
    except TypeError as error:
        print(error)
