"""Writes docstrings.txt: what CPython 3.14 reports as docstring and text signature of every built-in object.

Run it under the CPython 3.14 whose words are wanted:  python3.14 macros/docstrings.py
Format: a line `= KEY`, then the raw docstring as a C source would hold it ("name(sig)\\n--\\n\\ntext"), line by line.
A text line that begins with `=` or a backslash gets a backslash before it. A key without lines has no docstring.
"""

import codecs
import importlib
import os
import sys
import types

SKIP = {"antigravity", "this", "idlelib"}
# Modules that are themselves written in Python but re-export nothing of interest are found through these native names.
IMPORT_FIRST = ["asyncio", "collections", "contextvars", "ctypes", "datetime", "decimal", "functools", "re", "sqlite3",
                "ssl", "threading", "typing", "weakref", "xml.etree.ElementTree", "zoneinfo", "curses", "lzma", "zlib"]


def native_modules():
    names = set(sys.builtin_module_names)
    for folder in sys.path:
        if os.path.basename(folder) == "lib-dynload":
            names.update(file.split(".")[0] for file in os.listdir(folder) if ".so" in file)
    return sorted(name for name in names if "test" not in name and not name.startswith("xx") and name not in SKIP)


def raw(name, doc, signature):
    """The docstring as the C source holds it, or None."""
    if not isinstance(doc, str):
        doc = None
    if signature is not None:
        return f"{name}{signature}\n--\n\n{doc or ''}"
    return doc


def hidden_types():
    """Types that no module names."""
    async def coroutine():
        pass

    async def async_generator():
        yield

    def generator():
        yield

    def closure():
        return generator

    c = coroutine()
    yield type(c)
    yield type(c.__await__())
    c.close()
    a = async_generator()
    yield type(a)
    yield type(a.__aiter__())
    for step in (a.__anext__(), a.asend(None), a.athrow(ValueError), a.aclose()):
        yield type(step)
        step.close()
    yield type(generator())
    yield type(closure)
    yield type(closure.__code__)
    yield type(closure.__closure__[0])
    try:
        raise ValueError
    except ValueError as error:
        yield type(error.__traceback__)
        yield type(error.__traceback__.tb_frame)
        yield type(error.__traceback__.tb_frame.f_locals)
    yield type(closure.__code__.co_lines())
    yield type(closure.__code__.co_positions())
    yield type(closure.__code__.co_branches())
    d = {}
    for view in (d, d.keys(), d.values(), d.items()):
        yield type(view)
        yield type(iter(view))
        yield type(reversed(view))
    for thing in ([], (), "", "\xff", b"", bytearray(), range(1), range(1 << 70), set(), memoryview(b""), frozenset()):
        yield type(thing)
        yield type(iter(thing))
    yield type(iter(len, 1))
    for thing in ([], range(1)):
        yield type(reversed(thing))

    class Sequence:
        def __getitem__(self, index):
            raise IndexError
    yield type(iter(Sequence()))
    for thing in (len, [].append, [].__len__, list.__len__, list.append, dict.__dict__["fromkeys"], type.__dict__["__mro__"],
                  Sequence.__dict__["__dict__"], types.FunctionType.__dict__["__closure__"], Sequence().__getitem__,
                  type.__dict__, sys, None, ..., NotImplemented, list[int], int | str, sys.flags, sys.version_info,
                  sys.float_info, sys.int_info, sys.hash_info, sys.thread_info, sys.implementation, sys.monitoring,
                  sys.get_asyncgen_hooks(), sys.getwindowsversion if hasattr(sys, "getwindowsversion") else 0,
                  __import__("string").Template, __import__("contextvars").copy_context(),
                  __import__("weakref").ref(Sequence), __import__("weakref").proxy(Sequence),
                  __import__("weakref").proxy(Sequence()), slice(1), property(), b"".__class__.fromhex,
                  __import__("_imp"), memoryview(b"").__class__, object(), super(Sequence, Sequence)):
        yield type(thing)
    yield types.SimpleNamespace
    yield types.CapsuleType
    yield types.GenericAlias
    yield type(memoryview(b"")._from_flags) if hasattr(memoryview, "_from_flags") else type
    from string.templatelib import Interpolation, Template
    yield from (Interpolation, Template, type(iter(Template())))
    type Alias[T, *Ts, **P] = list[T]
    yield type(Alias)
    for parameter in Alias.__type_params__:
        yield type(parameter)
    yield type(Alias.__type_params__[1].__iter__())
    yield type(Alias.__type_params__[2].args)
    yield type(Alias.__type_params__[2].kwargs)
    yield type(Alias.evaluate_value)
    yield type(Alias[int, int, ...])
    import re
    p = re.compile("")
    yield from (type(p), type(p.match("")), type(p.scanner("")))
    import os, time
    yield from (type(os.scandir(os.sep)), type(time.localtime()), type(os.stat(os.sep)))
    for entry in os.scandir(os.sep):
        yield type(entry)
        break
    import itertools
    yield type(next(itertools.groupby("a"))[1])
    yield type(itertools.tee([])[0])
    import collections
    yield type(collections.OrderedDict().keys())
    yield type(iter(collections.OrderedDict()))
    yield type(iter(collections.deque()))
    yield type(reversed(collections.deque()))
    import threading
    yield from (type(threading.Lock()), type(threading.RLock()), type(threading.local()))
    import hashlib, hmac
    for algorithm in ("_md5", "_sha1", "_sha2", "_sha3", "_blake2"):
        module = importlib.import_module(algorithm)
        for name in dir(module):
            try:
                yield type(getattr(module, name)(b""))
            except Exception:
                pass
    import array, csv, io, random, struct, zlib, bz2, lzma, pickle, select, decimal, contextvars, gc
    yield type(iter(array.array("i")))
    yield type(csv.reader([]))
    yield type(csv.writer(io.StringIO()))
    yield type(struct.iter_unpack("i", bytes(4)))
    yield from (type(zlib.compressobj()), type(zlib.decompressobj()))
    yield from (type(contextvars.ContextVar("x")), type(contextvars.ContextVar("y").set(1)))
    try:
        yield type(select.epoll())
        yield type(select.poll())
    except Exception:
        pass
    import unicodedata
    yield type(unicodedata.ucd_3_2_0)
    import sqlite3
    connection = sqlite3.connect(":memory:")
    yield type(connection)
    yield type(connection.cursor())
    connection.close()
    import asyncio, functools, operator
    yield type(functools.cmp_to_key(len))
    yield type(functools.lru_cache(len))
    yield from (operator.itemgetter, operator.attrgetter, operator.methodcaller)
    import xml.parsers.expat
    yield type(xml.parsers.expat.ParserCreate())
    import xml.etree.ElementTree as tree
    yield type(tree.Element("a").iter())
    # Whatever the collector knows, and every built-in subclass.
    for thing in gc.get_objects():
        yield type(thing)


def main():
    entries = {}
    seen = set()

    def put(key, text):
        if key not in entries or entries[key] is None:
            entries[key] = text

    def put_type(t):
        if t in seen or not isinstance(t, type):
            return
        seen.add(t)
        # A type made by a `class` statement has functions or a __module__ entry of its own that is Python code.
        space = type.__getattribute__(t, "__dict__")
        if "__firstlineno__" in space or any(isinstance(v, types.FunctionType) for v in space.values()):
            return
        try:
            origin = sys.modules.get(t.__module__)
        except Exception:
            return
        if t.__flags__ & (1 << 9) and not t.__flags__ & (1 << 8):
            # A mutable heap type: of a native module only when it is not made by Python source.
            if origin is not None and getattr(origin, "__file__", "x.so").endswith(".py") and "__firstlineno__" in space:
                return
        module = t.__module__
        key = t.__qualname__ if module == "builtins" else f"{module}.{t.__qualname__}"
        own = "__doc__" in space or t is type
        doc = type.__getattribute__(t, "__doc__") if own else None
        signature = type.__dict__["__text_signature__"].__get__(t)
        put(key, raw(t.__name__, doc, signature))
        for name, value in space.items():
            kind = type(value).__name__
            if kind in ("method_descriptor", "classmethod_descriptor", "getset_descriptor", "member_descriptor"):
                signature = getattr(value, "__text_signature__", None)
                put(f"{key}.{name}", raw(name, value.__doc__, signature))
            elif kind == "staticmethod":
                inner = value.__func__
                if isinstance(inner, types.BuiltinFunctionType):
                    put(f"{key}.{name}", raw(name, inner.__doc__, inner.__text_signature__))
            elif isinstance(value, type):
                put_type(value)

    def put_module(module, name):
        doc = vars(module).get("__doc__")
        put(name, doc if isinstance(doc, str) else None)
        for attribute, value in vars(module).items():
            if isinstance(value, types.BuiltinFunctionType) and isinstance(value.__self__, types.ModuleType | None):
                put(f"{name}.{attribute}", raw(attribute, value.__doc__, value.__text_signature__))
            elif isinstance(value, type):
                put_type(value)
            elif isinstance(value, types.ModuleType) and value is not module and not hasattr(value, "__file__") \
                    and value.__name__ not in sys.builtin_module_names:
                put_module(value, value.__name__)

    for name in IMPORT_FIRST:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    for name in native_modules():
        try:
            module = importlib.import_module(name)
        except Exception as error:
            print(f"{name}: not imported: {error}", file=sys.stderr)
            continue
        put_module(module, name)
    # Error handlers stand in no module.
    for name in ("strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace"):
        handler = codecs.lookup_error(name)
        put(f"_codecs.{handler.__name__}", raw(handler.__name__, handler.__doc__, handler.__text_signature__))
    for t in hidden_types():
        put_type(t)
    queue = [object]
    walked = set()
    while queue:
        t = queue.pop()
        for sub in type.__subclasses__(t):
            if sub not in walked:
                walked.add(sub)
                put_type(sub)
                queue.append(sub)

    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "docstrings.txt")
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for key in sorted(entries):
            out.write(f"= {key}\n")
            text = entries[key]
            if text is None:
                continue
            for line in text.split("\n"):
                out.write("\\" + line if line[:1] in ("=", "\\") else line)
                out.write("\n")
    print(len(entries), "entries", file=sys.stderr)


if __name__ == "__main__":
    main()
