"""Texts, numbers, dates."""

import decimal
import gc
import re
import sys

from evil import Evil, EvilBuffer, EvilInt, EvilStr, EvilTable, callback, callback_text, evils, tick
from harness import cases, section


@section
def texts(this):
    patterns = {}
    deeds = {
        "collect": lambda c: gc.collect(),
        "clear": lambda c: c.clear(),
        "purge": lambda c: re.purge(),
    }
    operations = {
        "sub": lambda c: re.sub("a", lambda m: (tick(), c.append(m), m.group())[2], EvilStr("banana")),
        "sub drop": lambda c: re.compile("(a)(?=n)").sub(lambda m: (tick(), m.expand(r"\1"))[1], "banana" * 3),
        "subn": lambda c: re.subn("(.)", callback_text, "banana", count=Evil(3)),
        "match group": lambda c: re.match("(?P<a>b)(a)", EvilStr("banana")).group(Evil(1), Evil(2)),
        "match getitem": lambda c: re.match("(?P<a>b)(a)", "banana")[Evil(1)],
        "span": lambda c: re.match("(?P<a>b)(a)", "banana").span(Evil(1)),
        "pos": lambda c: re.compile("a").search("banana", Evil(1), Evil(4)),
        "buffer": lambda c: re.compile(b"3").search(EvilBuffer()),
        "scanner": lambda c: re.compile("a").scanner("banana", Evil(1)).search(),
        "split": lambda c: re.split("a", EvilStr("banana"), maxsplit=Evil(2)),
        "pattern": lambda c: re.compile(EvilStr("a+"), Evil(2)),
        "join": lambda c: EvilStr(",").join(map(lambda x: (tick(), EvilStr("x"))[1], range(4))),
        "replace": lambda c: "banana".replace(EvilStr("a"), EvilStr("b"), Evil(2)),
        "startswith": lambda c: "banana".startswith((EvilStr("a"), EvilStr("b")), Evil(0), Evil(3)),
        "translate": lambda c: "banana".translate(Evil()),
        "translate dict": lambda c: "banana".translate(EvilTable(c)),
        "percent": lambda c: "%s %r %d %*.*f %(x)s" % (Evil(), Evil(), Evil(), Evil(), Evil(), 1.5),
        "percent map": lambda c: "%(x)s %(y)r" % EvilTable(c),
        "format": lambda c: "{0} {0!r} {0:x} {0[1]} {0.value}".format(Evil()),
        "format nested": lambda c: "{:{}}{:{}}".format(Evil(), Evil(), Evil(), Evil()),
        "f": lambda c: f"{Evil()} {Evil()!r:{Evil()}} {Evil():{Evil()}}",
        "t": lambda c: eval('t"{Evil()} {Evil()!r:{Evil()}}"'),
        "str": lambda c: str(EvilBuffer(), "utf-8"),
        "int": lambda c: int(EvilStr("12"), Evil(3)),
        "float": lambda c: float(EvilBuffer(b"1.5")),
        "encode": lambda c: "a\xe9\u20ac".encode("ascii", "hostile-encode"),
        "charmap": lambda c: __import__("codecs").charmap_encode("abc\xe9", "hostile-encode", EvilTable(c)),
        "find": lambda c: "banana".find("a", Evil(1), Evil(5)),
        "getitem": lambda c: "banana"[Evil(1) : Evil(4) : Evil(2)],
        "compare": lambda c: [EvilStr("a") == EvilStr("a"), EvilStr("a") in {"a": 1}, "a" in [EvilStr("b")]],
        "intern": lambda c: sys.intern(str(EvilStr("hostile"))),
        "template": lambda c: __import__("string").Template("$a $b").substitute(EvilTable(c)),
        "exec": lambda c: exec(EvilBuffer(b"x=1\nxx\n"), {"x": Evil(), "xx": Evil()}),
        "compile": lambda c: compile(EvilBuffer(b"x=1\nxxx"), EvilStr("f"), "exec", Evil(0)),
        "unicodedata": lambda c: __import__("unicodedata").normalize("NFC", EvilStr("e\u0301")),
        "expat": lambda c: parse_expat(c),
        "etree": lambda c: build_tree(c),
    }
    import codecs

    codecs.register_error("hostile-encode", lambda e: (tick(), ("?", e.end))[1])
    cases(this, lambda: evils(), deeds, operations)


def parse_expat(c):
    import pyexpat

    p = pyexpat.ParserCreate()

    def start(name, attributes):
        tick()
        c.append(p)

    def end(name):
        tick()
        p.StartElementHandler = None
        p.EndElementHandler = lambda n: c.clear()

    p.StartElementHandler, p.EndElementHandler = start, end
    p.CharacterDataHandler = callback
    p.buffer_text = Evil()
    return p.Parse(b"<a x='1'><b>text</b><b>more</b></a>", True)


def build_tree(c):
    import xml.etree.ElementTree as E

    root = E.Element("a", {"x": "1"})
    root.extend([E.SubElement(root, "b") for _ in range(3)])

    class Tag(str):
        def __eq__(self, other):
            tick()
            root.clear()
            return True

        __hash__ = str.__hash__

    root.find(Tag("b"))
    root[:] = [E.Element("x") for _ in range(3)]
    root.findall(Tag("x"))
    root.extend(E.Element("z") for _ in range(3))
    list(root.iter(Tag("z")))
    root.findtext(Tag("z"), Evil())
    root.remove(E.Element("q"))


@section
def numbers(this):
    def make():
        return decimal.Context(prec=10)

    deeds = {
        "flags": lambda c: c.clear_flags(),
        "prec": lambda c: setattr(c, "prec", 1),
        "set": lambda c: decimal.setcontext(decimal.Context(prec=3)),
        "traps": lambda c: c.traps.update(dict.fromkeys(c.traps, True)),
        "collect": lambda c: gc.collect(),
    }

    class D(decimal.Decimal):
        def __new__(cls, *args):
            tick()
            return super().__new__(cls, *args)

        def __del__(self):
            tick()

    operations = {
        "new": lambda c: decimal.Decimal((0, [EvilInt(1), EvilInt(2)], Evil(1)), c),
        "tuple": lambda c: decimal.Decimal(Evil(), c),
        "list": lambda c: decimal.Decimal([0, (1, 2), EvilInt(1)]),
        "op": lambda c: c.add(D(1), EvilInt(3)),
        "op float": lambda c: D("1.5") + D("2.5") * Evil(),
        "round": lambda c: round(D("1.234"), Evil(1)),
        "pow": lambda c: pow(D(2), EvilInt(3), EvilInt(5)),
        "format": lambda c: format(D("1.5"), EvilStr(".3f")),
        "with": lambda c: with_context(c),
        "traps": lambda c: setattr(c, "traps", EvilTraps()),
        "flags": lambda c: setattr(c, "flags", {decimal.Inexact: Evil()}),
        "flags list": lambda c: decimal.Context(flags=Evil(), traps=[decimal.Inexact]),
        "compare": lambda c: D(1) == EvilInt(1),
        "hash": lambda c: {D(1): 1}[EvilInt(1)],
        "sum": lambda c: sum([D(1), Evil(), D(2)]),
        "int pow": lambda c: pow(EvilInt(3), EvilInt(100), EvilInt(7)),
        "int to_bytes": lambda c: EvilInt(3).to_bytes(Evil(3), EvilStr("big")),
        "divmod": lambda c: divmod(EvilInt(100), Evil(3)),
        "range": lambda c: [tick() for _ in range(Evil(1), Evil(5), Evil(2))],
        "range index": lambda c: range(10).index(EvilInt(3)),
        "range in": lambda c: Evil(3) in range(10),
        "slice": lambda c: slice(Evil(1), Evil(5), Evil(2)).indices(Evil(7)),
        "slice equal": lambda c: slice(Evil(1), Evil(5)) == slice(Evil(1), Evil(5)),
        "complex": lambda c: complex(Evil(1), Evil(2)),
        "float": lambda c: float(Evil(3)).__round__(Evil(1)),
        "math": lambda c: __import__("math").fsum(Evil()),
        "perm": lambda c: __import__("math").perm(Evil(5), Evil(2)),
        "random": lambda c: __import__("random").Random(3).choices(Evil(), k=Evil(2)),
        "setstate": lambda c: __import__("random").Random().setstate((3, tuple(map(EvilInt, range(625))), None)),
        "datetime": lambda c: evil_dates(),
        "fraction": lambda c: __import__("fractions").Fraction(EvilInt(3), EvilInt(6)) + Evil(),
        "tuple equal": lambda c: (Evil(1), Evil(2)) == (Evil(1), Evil(2)),
        "tuple in": lambda c: Evil(7) in (Evil(1), Evil(2)),
        "tuple hash": lambda c: hash((Evil(1), Evil(2))),
        "tuple repr": lambda c: repr((Evil(1), Evil(2))),
        "tuple concat": lambda c: (Evil(1), Evil(2)) + Evil(),
    }
    cases(this, make, deeds, operations)
    decimal.setcontext(decimal.Context())


def with_context(c):
    with decimal.localcontext(c) as context:
        tick()
        return context.divide(1, 3)


class EvilTraps(dict):
    def __len__(self):
        tick()
        return 9

    def __getitem__(self, key):
        tick()
        return Evil()


def evil_dates():
    import datetime

    class Zone(datetime.tzinfo):
        def utcoffset(self, when):
            tick()
            return datetime.timedelta(hours=1)

        def dst(self, when):
            tick()
            return None

        def tzname(self, when):
            tick()
            return "evil"

        def __eq__(self, other):
            tick()
            return False

    when = datetime.datetime(2020, 1, Evil(3), tzinfo=Zone())
    other = datetime.datetime(2020, 1, 1, tzinfo=Zone())
    return (
        when - other, when == other, hash(when), when.astimezone(Zone()), when.strftime("%z %Z %f"), when.isoformat(),
        when.timetuple(), when.replace(tzinfo=Zone()), datetime.timedelta(days=Evil(1)) * Evil(2), when.utctimetuple(),
        datetime.datetime.fromtimestamp(Evil(3), Zone()), repr(when), when.timetz() < other.timetz(),
    )  # fmt: skip
