# What kind of class the native modules' classes are: made at run time or not, open to changes or not, collected or not.
import collections
import copyreg
import decimal
import functools
import gc
import io
import itertools
import json.scanner
import pickle
import random
import re
import select
import struct
import threading
import time
import typing
import zlib
import zoneinfo
import _random

HEAP, IMMUTABLE, BASE = 1 << 9, 1 << 8, 1 << 10


def show(cls):
    flags = [word for word, bit in (("heap", HEAP), ("immutable", IMMUTABLE), ("base", BASE)) if cls.__flags__ & bit]
    print(cls.__module__, cls.__qualname__, *flags, "__module__" in cls.__dict__)


for cls in (io.IOBase.__base__, io.BytesIO, io.StringIO, io.TextIOWrapper, io.FileIO, re.Pattern, re.Match, struct.Struct,
            collections.deque, collections.OrderedDict, collections.defaultdict, functools.partial, itertools.chain,
            decimal.Decimal, decimal.Context, _random.Random, select.epoll, time.struct_time, typing.TypeVar, typing.Generic,
            zoneinfo.ZoneInfo, type(threading.Lock()), type(zlib.compressobj()), json.scanner.c_make_scanner, int, dict):
    show(cls)

for cls in io.BytesIO, collections.deque, int:
    try:
        cls.extra = 1
    except TypeError as e:
        print(e)

_random.Random.extra = "added"
print(random.Random().extra)
del _random.Random.extra
print(hasattr(random.Random(), "extra"))
time.struct_time.extra = "added"
print(time.gmtime(0).extra, time.gmtime(0).tm_year, len(time.gmtime(0)))
del time.struct_time.extra

for value in (struct.Struct("i"), threading.Lock(), zoneinfo.ZoneInfo("UTC"), re.compile("a"), zlib.compressobj()):
    print(type(value).__name__, gc.is_tracked(value), gc.is_tracked(type(value)))


# A stream with a state of its own is pickled at every protocol.
class Text(io.TextIOWrapper):
    def __init__(self, raw, tag):
        super().__init__(raw)
        self.tag = tag

    def __getstate__(self):
        return self.tag, self.buffer.getvalue()

    def __setstate__(self, state):
        tag, value = state
        self.__init__(io.BytesIO(value), tag)


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    copy = pickle.loads(pickle.dumps(Text(io.BytesIO(b"data"), "ham"), protocol))
    print(copy.tag, copy.read())


# A class without a `__new__` of its own takes `object`'s.
class Raw(io.RawIOBase):
    def __init__(self, value):
        self.value = value


print(Raw(3).value, io.RawIOBase.__new__ is object.__new__, Raw.__new__(Raw, 1, 2).closed)
try:
    io.RawIOBase(1)
except TypeError as e:
    print(e)
