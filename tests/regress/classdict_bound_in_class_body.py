"""A class body that binds `__classdict__` took the cell of its namespace from the annotation scopes within, which then read past their frame."""


class Annotated:
    __classdict__: int


print(Annotated.__annotations__)


class Bound:
    __classdict__ = 3
    x: __classdict__
    type Alias = __classdict__

    def generic[T: __classdict__](self):
        return __classdict__


print(Bound.__annotations__, Bound.Alias.__value__)
print(Bound.generic.__type_params__[0].__bound__)
try:
    Bound().generic()
except NameError as error:
    print(error)


# The errors of the symbol table hold their place in attributes only.
for source in (
    "def f(x): global x",
    "nonlocal x",
    "def f[__classdict__](): pass",
    "from __future__ import nothing",
    "class A[T: (yield)]: pass",
    "return",
):
    try:
        compile(source, "name", "exec")
    except SyntaxError as error:
        print(error.args, error.filename, error.lineno, error.offset, error.end_lineno, error.end_offset, error.text)
