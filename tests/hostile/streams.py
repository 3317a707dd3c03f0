"""Files in memory, and raw files that do things to the file above them."""

import csv
import io
import json
import pickle

from evil import Evil, EvilBuffer, EvilStr, callback, callback_text, evils, tick
from harness import all_of, cases, section


@section
def streams(this):
    deeds = {
        "close": lambda c: c.close(),
        "truncate": lambda c: (c.seek(0), c.truncate(0)),
        "write": lambda c: c.write(("x" if isinstance(c, io.StringIO) else b"x") * 5000),
        "init": lambda c: c.__init__(),
        "setstate": lambda c: c.__setstate__(c.__getstate__()),
    }
    operations = {
        "read": lambda c: c.read(Evil(3)),
        "readline": lambda c: c.readline(Evil(3)),
        "readlines": lambda c: c.readlines(Evil(3)),
        "seek": lambda c: c.seek(Evil(3)),
        "truncate": lambda c: c.truncate(Evil(3)),
        "write": lambda c: c.write(EvilBuffer()),
        "write text": lambda c: c.write(EvilStr("abc")),
        "writelines": lambda c: c.writelines(Evil()),
        "writelines map": lambda c: c.writelines(map(callback, [b"a", b"b"])),
        "iterate": all_of,
        "init": lambda c: c.__init__(EvilBuffer()),
        "setstate": lambda c: c.__setstate__((b"abc", Evil(1), None)),
        "print": lambda c: print(Evil(), Evil(), file=c, end=EvilStr("x")),
        "csv": lambda c: all_of(csv.reader(c)),
        "csv write": lambda c: csv.writer(c).writerow(evils()),
        "pickle": lambda c: pickle.dump(evils(), c),
        "unpickle": lambda c: pickle.load(c),
        "json": lambda c: json.dump(evils(), c, default=callback_text),
    }
    cases(this, lambda: io.BytesIO(b"1,2\n3,4\n5,6\n" * 3), deeds, operations, 3)
    cases(this, lambda: io.StringIO("1,2\n3,4\n5,6\n" * 3), deeds, operations, 3)
    readinto = {"readinto": lambda c: c.readinto(EvilBuffer()), "getbuffer": lambda c: c.getbuffer()[Evil(1)]}
    cases(this, lambda: io.BytesIO(b"1,2\n3,4\n5,6\n" * 3), deeds, readinto, 3)


@section
def raw_streams(this):
    """A raw file that does things to the buffered or text file above it."""

    class Raw(io.RawIOBase):
        def __init__(self):
            self.data = io.BytesIO(b"line\n" * 4000)

        def readable(self):
            return True

        writable = seekable = readable

        def readinto(self, b):
            tick()
            return self.data.readinto(b)

        def write(self, b):
            tick()
            return len(b)

        def seek(self, *args):
            tick()
            return self.data.seek(*args)

        def tell(self):
            tick()
            return self.data.tell()

        def truncate(self, n=None):
            tick()

        def flush(self):
            tick()

    def close(c):
        Raw.readable = lambda self: True
        c.close()

    buffered = {
        "close": lambda c: c.close(),
        "detach": lambda c: c.detach(),
        "init": lambda c: c.__init__(Raw(), 16),
        "read": lambda c: c.read(1),
        "seek": lambda c: c.seek(0),
        "flush": lambda c: c.flush(),
        "write": lambda c: c.write(b"x"),
    }
    operations = {
        "read": lambda c: c.read(9000),
        "read all": lambda c: c.read(),
        "read1": lambda c: c.read1(10),
        "peek": lambda c: c.peek(3),
        "readinto": lambda c: c.readinto(bytearray(10000)),
        "readinto evil": lambda c: c.readinto(EvilBuffer()),
        "readline": lambda c: c.readline(),
        "iterate": all_of,
        "write": lambda c: [c.write(b"x" * 5000) for _ in range(4)],
        "write evil": lambda c: c.write(EvilBuffer()),
        "seek": lambda c: c.seek(Evil(3)),
        "tell": lambda c: c.tell(),
        "truncate": lambda c: c.truncate(Evil(3)),
        "flush": lambda c: (c.write(b"abc"), c.flush()),
        "close": lambda c: (c.write(b"abc"), c.close()),
    }
    for kind in io.BufferedReader, io.BufferedWriter, io.BufferedRandom:
        cases(this, lambda: kind(Raw()), buffered, operations, 3)
    text = dict(buffered)
    text |= {
        "init": lambda c: c.__init__(io.BytesIO(b"abc")),
        "write": lambda c: c.write("x"),
        "reconfigure": lambda c: c.reconfigure(encoding="latin-1", newline="\r"),
    }
    operations = {
        "read": lambda c: c.read(9000),
        "read all": lambda c: c.read(),
        "readline": lambda c: c.readline(),
        "iterate": all_of,
        "write": lambda c: [c.write("x" * 5000) for _ in range(4)],
        "write lines": lambda c: [c.write("x\n") for _ in range(4)],
        "seek": lambda c: c.seek(Evil(3)),
        "tell": lambda c: (c.readline(), c.tell()),
        "truncate": lambda c: c.truncate(),
        "flush": lambda c: (c.write("abc"), c.flush()),
        "close": lambda c: (c.write("abc"), c.close()),
        "reconfigure": lambda c: (c.write("abc"), c.reconfigure(line_buffering=Evil())),
        "print": lambda c: print(*evils(), file=c, flush=True),
    }
    for mode in False, True:
        cases(this, lambda: io.TextIOWrapper(io.BufferedRandom(Raw()), "utf-8", line_buffering=mode), text, operations, 3)
    cases(this, lambda: io.TextIOWrapper(EvilFileObject(), "utf-8"), text, operations, 3)


class EvilFileObject(io.BufferedIOBase):
    left = 9

    def readable(self):
        return True

    writable = readable

    def read(self, n=-1):
        tick()
        self.left -= 1
        return b"line\n" if self.left > 0 else b""

    read1 = read

    def write(self, b):
        tick()
        return len(b)
