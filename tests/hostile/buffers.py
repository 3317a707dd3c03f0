"""Whatever has bytes that others look at: `bytearray`, `memoryview`, `array`, and error handlers of decoders."""

import array
import io
import operator
import pickle
import re
import struct
import zlib

from evil import Evil, EvilBuffer, EvilFile, EvilStr, callback, evils, tick
from harness import all_of, cases, section

BYTE_DEEDS = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: c.extend(b"x" * 1000),
    "shrink": lambda c: c.__delitem__(slice(1, None)),
    "pop": lambda c: c.pop(),
    "init": lambda c: c.__init__(b"ab"),
}


@section
def bytearrays(this):
    buffer = EvilBuffer
    operations = {
        "get": lambda c: c[Evil(3)],
        "set": lambda c: c.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.__setitem__(3, Evil(5)),
        "del": lambda c: c.__delitem__(Evil(3)),
        "slice set": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), Evil()),
        "slice set buffer": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), buffer()),
        "slice set step": lambda c: c.__setitem__(slice(Evil(0), Evil(6), Evil(2)), b"abc"),
        "slice get": lambda c: c[Evil(1) : Evil(4)],
        "slice del": lambda c: c.__delitem__(slice(Evil(0), Evil(6), Evil(2))),
        "append": lambda c: c.append(Evil(3)),
        "insert": lambda c: c.insert(Evil(2), Evil(3)),
        "pop": lambda c: c.pop(Evil(2)),
        "remove": lambda c: c.remove(Evil(2)),
        "extend": lambda c: c.extend(Evil()),
        "extend buffer": lambda c: c.extend(buffer()),
        "iadd": lambda c: operator.iadd(c, buffer()),
        "add": lambda c: c + buffer(),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "mul": lambda c: c * Evil(2),
        "join": lambda c: c.join([b"a", buffer(), bytearray(b"c")]),
        "join evil": lambda c: c.join(Evil()),
        "find": lambda c: c.find(b"3", Evil(0), Evil(7)),
        "find buffer": lambda c: c.find(buffer(b"34")),
        "find int": lambda c: c.find(Evil(3)),
        "count": lambda c: c.count(buffer(b"3")),
        "contains": lambda c: Evil(3) in c,
        "contains buffer": lambda c: buffer(b"34") in c,
        "replace": lambda c: c.replace(buffer(b"3"), buffer(b"abc")),
        "split": lambda c: c.split(buffer(b"3")),
        "partition": lambda c: c.partition(buffer(b"3")),
        "startswith": lambda c: c.startswith((buffer(b"1"), buffer(b"2"))),
        "strip": lambda c: c.strip(buffer(b"1")),
        "removeprefix": lambda c: c.removeprefix(buffer(b"1")),
        "translate": lambda c: c.translate(buffer(bytes(256)), buffer(b"1")),
        "equal": lambda c: c == buffer(),
        "less": lambda c: c < buffer(),
        "center": lambda c: c.center(Evil(3), b"x"),
        "expandtabs": lambda c: c.expandtabs(Evil(3)),
        "hex": lambda c: c.hex(":", Evil(2)),
        "percent": lambda c: bytearray(b"%s %b") % (c, buffer()),
        "percent self": lambda c: c.__mod__((Evil(), Evil())),
        "init": lambda c: c.__init__(Evil()),
        "init buffer": lambda c: c.__init__(buffer()),
        "decode": lambda c: c.decode("ascii", "hostile"),
        "resize": lambda c: c.resize(Evil(3)),
        "iterate": all_of,
        "int": lambda c: int.from_bytes(c, "big"),
        "memoryview": lambda c: memoryview(c)[Evil(1)],
        "struct": lambda c: struct.pack_into("3i", c, Evil(0), Evil(1), Evil(2), Evil(3)),
        "struct pack": lambda c: struct.pack("8s2i", c, Evil(1), Evil(2)),
        "struct iter": lambda c: all_of(struct.iter_unpack("2B", c)),
        "re": lambda c: re.sub(rb"\d", lambda m: (tick(), b"x")[1], c),
        "re iter": lambda c: all_of(re.finditer(rb"\d", c)),
        "re split": lambda c: [tick() for _ in re.compile(rb"\d").finditer(c)],
        "crc": lambda c: zlib.crc32(c, Evil(1)),
        "compress": lambda c: zlib.compress(c, Evil(1)),
        "BytesIO": lambda c: io.BytesIO(c).readinto(c),
        "array": lambda c: array.array("B", c),
        "frombytes": lambda c: array.array("i").frombytes(c),
        "fromhex": lambda c: bytes.fromhex("00ff"),
        "ascii": lambda c: str(c, "ascii", "hostile"),
        "float": lambda c: float(c),
        "int text": lambda c: int(c, Evil(10)),
        "maketrans": lambda c: bytes.maketrans(c, buffer()),
        "takebytes": lambda c: c.take_bytes(Evil(2)),
    }
    cases(this, lambda: bytearray(b"12345678"), BYTE_DEEDS, operations, 4)


@section
def error_handlers(this):
    import codecs

    def handler(error):
        tick()
        return "?", error.end

    codecs.register_error("hostile", handler)
    operations = {
        "ascii": lambda c: c.decode("ascii", "hostile"),
        "utf-8": lambda c: c.decode("utf-8", "hostile"),
        "utf-16": lambda c: c.decode("utf-16", "hostile"),
        "unicode_escape": lambda c: codecs.decode(c, "unicode_escape", "hostile"),
        "charmap": lambda c: codecs.charmap_decode(c, "hostile", {65: Evil()}),
        "shift_jis": lambda c: c.decode("shift_jis", "hostile"),
        "incremental": lambda c: codecs.getincrementaldecoder("utf-8")("hostile").decode(c, True),
        "utf-7": lambda c: c.decode("utf-7", "hostile"),
        "raw": lambda c: codecs.decode(c, "raw_unicode_escape", "hostile"),
    }
    cases(this, lambda: bytearray(b"a\xff\xfe\xfd\xfcbcd\\x"), BYTE_DEEDS, operations, 4)


@section
def memoryviews(this):
    class Holder:
        def __init__(self):
            self.data = bytearray(b"12345678")
            self.view = memoryview(self.data)

        def release(self):
            self.view.release()

    deeds = {
        "release": lambda c: c.release(),
        "release, clear": lambda c: (c.release(), c.data.clear()),
        "clear": lambda c: c.data.clear(),
    }
    operations = {
        "get": lambda c: c.view[Evil(3)],
        "set": lambda c: c.view.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.view.__setitem__(3, Evil(5)),
        "slice": lambda c: c.view[Evil(1) : Evil(4)],
        "slice set": lambda c: c.view.__setitem__(slice(Evil(0), Evil(8)), EvilBuffer()),
        "cast": lambda c: c.view.cast("i", [Evil(2)]),
        "cast set": lambda c: c.view.cast("f").__setitem__(0, Evil(2)),
        "cast bool": lambda c: c.view.cast("?").__setitem__(0, Evil(2)),
        "cast double": lambda c: c.view.cast("d").__setitem__(Evil(0), Evil(2)),
        "equal": lambda c: c.view == EvilBuffer(),
        "contains": lambda c: Evil(55) in c.view,
        "index": lambda c: c.view.index(Evil(60)),
        "count": lambda c: c.view.count(Evil(60)),
        "iterate": lambda c: all_of(c.view),
        "hash": lambda c: hash(c.view.toreadonly()),
        "hex": lambda c: c.view.hex(":", Evil(2)),
        "tobytes": lambda c: c.view.tobytes(EvilStr("C")),
        "bytes": lambda c: bytes(c.view) + EvilBuffer(),
        "with": with_view,
        "nested": lambda c: memoryview(EvilBuffer())[Evil(1)],
        "pack_into": lambda c: struct.pack_into("2i", c.view, Evil(0), Evil(1), Evil(2)),
        "unpack_from": lambda c: struct.unpack_from("2b", c.view, Evil(0)),
        "readinto": lambda c: io.BytesIO(b"123").readinto(c.view),
        "readinto evil": lambda c: EvilRaw().readinto1(c.view),
        "write": lambda c: io.BytesIO().write(EvilBuffer()),
        "join": lambda c: b"".join([c.view, EvilBuffer(), c.view]),
        "find": lambda c: b"1234".find(c.view, Evil(0)),
        "count bytes": lambda c: b"1234".count(c.view, Evil(0), Evil(4)),
        "array": lambda c: array.array("i", c.view),
        "pickle": lambda c: pickle.dumps(pickle.PickleBuffer(c.view), 5, buffer_callback=callback),
        "from_buffer": lambda c: int.from_bytes(c.view, "big"),
    }
    cases(this, Holder, deeds, operations, 4)


def with_view(c):
    with c.view as view:
        tick()
        return view[0]


class EvilRaw(io.BufferedReader):
    def __init__(self):
        class Raw(io.RawIOBase):
            def readable(self):
                return True

            def readinto(self, b):
                tick()
                b[:2] = b"ab"
                return 2

        super().__init__(Raw())


@section
def arrays(this):
    deeds = {
        "clear": lambda c: c.__delitem__(slice(None)),
        "grow": lambda c: c.extend(range(500)),
        "pop": lambda c: c.pop(),
        "shrink": lambda c: c.__delitem__(slice(1, None)),
    }
    operations = {
        "get": lambda c: c[Evil(3)],
        "set": lambda c: c.__setitem__(Evil(3), Evil(5)),
        "set value": lambda c: c.__setitem__(3, Evil(5)),
        "append": lambda c: c.append(Evil(5)),
        "insert": lambda c: c.insert(Evil(3), Evil(5)),
        "pop": lambda c: c.pop(Evil(3)),
        "extend": lambda c: c.extend(Evil()),
        "extend self": lambda c: c.extend(c),
        "fromlist": lambda c: c.fromlist(evils()),
        "slice": lambda c: c[Evil(1) : Evil(4)],
        "slice set": lambda c: c.__setitem__(slice(Evil(1), Evil(4)), array.array("i", evils())),
        "slice del": lambda c: c.__delitem__(slice(Evil(1), Evil(4))),
        "index": lambda c: c.index(Evil(9)),
        "index at": lambda c: c.index(Evil(9), Evil(1), Evil(7)),
        "count": lambda c: c.count(Evil(9)),
        "remove": lambda c: c.remove(Evil(9)),
        "contains": lambda c: Evil(9) in c,
        "equal": lambda c: c == array.array("i", evils()),
        "mul": lambda c: c * Evil(2),
        "imul": lambda c: operator.imul(c, Evil(2)),
        "iterate": all_of,
        "tofile": lambda c: c.tofile(EvilFile()),
        "fromfile": lambda c: c.fromfile(EvilFile(), Evil(2)),
        "frombytes": lambda c: c.frombytes(EvilBuffer()),
        "memoryview": lambda c: memoryview(c).__setitem__(Evil(1), Evil(2)),
        "sort": sorted,
        "pickle": lambda c: pickle.loads(pickle.dumps(c)),
    }
    cases(this, lambda: array.array("i", range(8)), deeds, operations, 4)
