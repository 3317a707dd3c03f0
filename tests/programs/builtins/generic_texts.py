# Generic aliases, unions and type parameters.
import types
import typing


def show(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


class Parameter:
    def __repr__(self):
        return "<P>"


first, late = Parameter(), Parameter()
first.__typing_subst__ = lambda value: value
alias = types.GenericAlias(dict, (first, late))
print(alias.__parameters__)
late.__typing_subst__ = lambda value: value
show(lambda: alias[0])


class Unpacked:
    __typing_is_unpacked_typevartuple__ = True

    def __typing_prepare_subst__(*_):
        return None

    def __typing_subst__(*_):
        return 42


type Alias[*_] = 0
show(lambda: Alias[Unpacked()][0])
T, U, S = typing.TypeVar("T"), typing.TypeVar("U"), typing.TypeVar("S", default=str)


class Box(typing.Generic[T, U, S]):
    pass


show(lambda: Box[int])
show(lambda: dict[T, U][int])
show(lambda: typing.ParamSpec("P", bound=(int, str)).__bound__)
items = []


class Clearing:
    def __repr__(self):
        items.clear()
        return "x"


items += [Clearing(), 1]
show(lambda: repr(types.GenericAlias(int, items)))
print({"__origin__", "append"} <= set(dir(list[int])), "__bases__" in dir(list[int]))
union = int | str
for other in 3, "x", [1], 1.5, None:
    show(lambda: union | other)
    show(lambda: other | union)
show(lambda: int | "x")
print(union.__module__)
space = {}
exec("""
import typing
def f[T, *Ts, **P](): pass
modules = [p.__module__ for p in f.__type_params__]
modules += [typing.TypeVar("T").__module__, typing.ParamSpec("P").__module__, typing.TypeVarTuple("Ts").__module__]
""", space)
print(space["modules"])
