"""Symbol tables of sources with all kinds of scopes."""
import symtable

SOURCE = """
import os as system
from __future__ import generator_stop
glob = 1

def outer[T](first, /, second=2, *rest, key, **more) -> T:
    global glob, made
    cell = 1
    local: int
    def inner():
        nonlocal cell
        free = first
        return [x for x in rest if (y := x)], cell, glob, missing
    return inner

class Class[U](Base):
    attribute: U = 1
    __private = 2
    def method(self):
        return __class__, self.__private
    type Alias[V] = U | V
lambda a, b=1: a
(z for z in glob)
"""


def show(table, indent=0):
    pad = " " * indent
    print(f"{pad}{table.get_type()} {table.get_name()} line {table.get_lineno()}", end="")
    print("", *(word for word, is_so in [("nested", table.is_nested()), ("optimized", table.is_optimized()), ("children", table.has_children())] if is_so))
    if isinstance(table, symtable.Function):
        print(f"{pad} parameters {table.get_parameters()} locals {sorted(table.get_locals())} globals {sorted(table.get_globals())}")
        print(f"{pad} free {sorted(table.get_frees())} nonlocals {sorted(table.get_nonlocals())}")
    for name in sorted(table.get_identifiers()):
        symbol = table.lookup(name)
        facts = [fact for fact in dir(symbol) if fact.startswith("is_") and getattr(symbol, fact)()]
        print(f"{pad} {name}: {' '.join(fact.removeprefix('is_') for fact in facts)}")
    for child in table.get_children():
        show(child, indent + 2)


try:
    show(symtable.symtable(SOURCE, "source", "exec"))
except SyntaxError as error:
    print(error)
show(symtable.symtable(SOURCE.replace("from __future__ import generator_stop", ""), "source", "exec"))
show(symtable.symtable("a + (b := c)", "source", "eval"))
for text, mode in [("a b", "exec"), ("def f(x): global x", "exec"), ("nonlocal x", "exec"), ("", "eval"), ("a", "other"), ("def f(a, a): pass", "exec")]:
    try:
        print(symtable.symtable(text, "source", mode))
    except (SyntaxError, ValueError) as error:
        print(type(error).__name__, error)
