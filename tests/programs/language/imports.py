import sys
import os.path as path, json
from collections import (OrderedDict, deque as Deque,)
import importlib
import importlib.machinery
from importlib import import_module
import xml.dom.minidom

print(path.basename("/a/b"), json.dumps([1]), OrderedDict(a=1), Deque([1], 2), xml.dom.minidom.__name__)
print(import_module("string").digits, __import__("os.path").__name__, __import__("os.path", fromlist=["x"]).__name__)
for statement in ("import no_such_module", "import os.nothing", "from os import nothing_here", "from json import decoder, nope",
                  "from . import x", "import json.nope.deeper", "from math import sine", "import colections"):
    try:
        exec(statement, {"__name__": "m", "__package__": ""})
    except ImportError as error:
        print(statement, "->", type(error).__name__, str(error).split(" (")[0], error.name)


def local():
    from math import pi, floor as fl
    import email.message
    return round(pi, 3), fl(2.5), "email" in locals(), email.message.__name__


print(local())
exec("from string import *", namespace := {})
print("ascii_letters" in namespace, "_re" in namespace, sorted(k for k in namespace if k[0].isupper()))

import types
module = types.ModuleType("made", "doc")
module.__dict__["__getattr__"] = lambda name: f"dynamic {name}"
sys.modules["made"] = module
import made
from made import anything
print(anything, made.other, made.__doc__, made)
del sys.modules["made"]
print(__name__, __spec__, __package__, "__file__" in globals(), __builtins__.__name__)
sys.modules["blocked"] = None
try:
    import blocked
except ModuleNotFoundError as error:
    print(error)


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("virtual"):
            return importlib.machinery.ModuleSpec(name, Loader, is_package=name == "virtual")


class Loader:
    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        module.value = module.__name__.upper()


sys.meta_path.insert(0, Finder)
import virtual.part
print(virtual.value, virtual.part.value, virtual.part.__package__, virtual.__path__)
