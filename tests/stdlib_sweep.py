"""Compares what the modules of the standard library offer with a reference.

    krait tests/stdlib_sweep.py REFERENCE [MODULE ...]

REFERENCE is a CPython 3.14. Every name in `sys.stdlib_module_names` is imported in both, each module in a process of its own, and
`dir()`, the kinds of the values and `inspect.signature` of every callable are compared, for classes also their members. What differs is
printed; the exit code is 1 if anything does.
"""

import json
import subprocess
import sys

# Needs a display, or waits for other parts of the library.
LEFT_OUT = {"tkinter", "_tkinter", "turtle", "turtledemo", "idlelib", "curses", "_curses", "_curses_panel", "ctypes", "_ctypes",
            "antigravity", "this"}

# Where a module comes from is our business. Whether a class names its module, spells out how attributes are looked up as
# `object` does, or shows where its instances keep the function to call depends only on how it was made.
OURS = {"__file__", "__loader__", "__spec__", "__module__", "__getattribute__", "__setattr__", "__delattr__", "__vectorcalloffset__"}

PROBE = r'''
import contextlib, importlib, inspect, io, json, os, re, sys, warnings
warnings.simplefilter("ignore")

def signature(value):
    try:
        text = str(inspect.signature(value))
    except (ValueError, TypeError):
        return None
    # Default values show addresses, threads' numbers, sets in any order, and where this interpreter and its library stand.
    text = re.sub(" at 0x[0-9a-f]+", "", text)
    text = re.sub("[0-9]{10,}", "NUMBER", text)
    text = re.sub("[{]([^{}]*)[}]", lambda found: "{" + ", ".join(sorted(found[1].split(", "))) + "}", text)
    return text.replace(os.path.dirname(os.__file__), "LIBRARY").replace(sys.executable, "PYTHON")

# A field of the structure and a pair of functions behave alike, and so do functions that are told their class and others.
SAME_KIND = {"getset_descriptor": "member_descriptor", "builtin_method": "builtin_function_or_method"}

def describe(value, deep):
    kind = type(value).__name__
    facts = {"type": SAME_KIND.get(kind, kind)}
    if callable(value):
        facts["signature"] = signature(value)
    if deep and isinstance(value, type):
        # Which class of the hierarchy defines a member is nobody's business.
        facts["members"] = {name: describe(inspect.getattr_static(value, name, None), False)
                            for name in dir(value) if not name.startswith("_abc")}
    return facts

found = {}
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            found[name] = f"{type(error).__name__}: {error}"
            continue
    found[name] = {key: describe(getattr(module, key, None), True) for key in dir(module)
                   if type(getattr(module, key, None)).__name__ != "PyCapsule"}
print(json.dumps(found))
'''


def probe(command, name):
    try:
        run = subprocess.run([command, "-c", PROBE, name], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        return json.loads(run.stdout)[name]
    except subprocess.TimeoutExpired:
        return "takes too long"
    except (ValueError, KeyError):
        return f"exit {run.returncode}: {run.stderr.strip().splitlines()[-1:]}"


def differences(ours, theirs, path):
    """Lines that tell how two descriptions of a module or class differ."""
    if isinstance(theirs, str) or isinstance(ours, str):
        if isinstance(theirs, str) != isinstance(ours, str):
            yield f"{path}: {ours if isinstance(ours, str) else 'imports'}, not {theirs if isinstance(theirs, str) else 'imported'}"
        return
    for name in sorted(theirs.keys() - ours.keys() - OURS):
        yield f"{path}.{name} is missing"
    for name in sorted(ours.keys() - theirs.keys() - OURS):
        yield f"{path}.{name} is too much"
    for name in sorted((ours.keys() & theirs.keys()) - OURS):
        mine, other = ours[name], theirs[name]
        for fact in "type", "signature":
            if mine.get(fact) != other.get(fact):
                yield f"{path}.{name}: {fact} {mine.get(fact)}, not {other.get(fact)}"
        if "members" in mine and "members" in other:
            yield from differences(mine["members"], other["members"], f"{path}.{name}")


def main():
    reference, *names = sys.argv[1:]
    names = names or sorted(sys.stdlib_module_names - LEFT_OUT)
    total = 0
    for name in names:
        for line in differences(probe(sys.executable, name), probe(reference, name), name):
            total += 1
            print(line)
    print(f"{total} differences in {len(names)} modules")
    return total > 0


if __name__ == "__main__":
    sys.exit(main())
