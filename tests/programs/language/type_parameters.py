import annotationlib
import typing


def first[T](items: list[T], default: T | None = None) -> T:
    return items[0] if items else default


class Stack[T: (int, str), *Ts, **P]:
    def push[U](self, item: T, other: U) -> "Stack[T]":
        return self


type Tree[T] = T | list[Tree[T]]
type Alias = dict[str, Undefined]

print(first.__type_params__, Stack.__type_params__, Stack.push.__type_params__, first([7]))
T, Ts, P = Stack.__type_params__
print(T.__constraints__, T.__bound__, Ts.__name__, P.__name__, Stack.__orig_bases__)
print(Tree, Tree.__value__, Tree[int], Tree.__type_params__, type(Tree).__name__)
try:
    Alias.__value__
except NameError as error:
    print(error)
Undefined = int
print(Alias.__value__)


class Default[A = int, B: float = bool]:
    pass


print([(p.__name__, p.__default__, p.__bound__) for p in Default.__type_params__], Default[str])


def annotated(a: Missing, b: int = 1) -> list[Missing]:
    later: NotEvaluated = 1
    return later


try:
    annotated.__annotations__
except NameError as error:
    print(error)
print(annotationlib.get_annotations(annotated, format=annotationlib.Format.STRING))
print(annotationlib.get_annotations(annotated, format=annotationlib.Format.FORWARDREF)["b"])
Missing = str
print(annotated.__annotations__, annotated(1))


class Fields:
    x: int
    y: "str" = "s"
    if True:
        z: list[Self]


Self = Fields
print(Fields.__annotations__, Fields.y, typing.get_type_hints(Fields)["y"])
module_level: int = 3
print(__annotations__ if "__annotations__" in globals() else __annotate__(1))
print(int | None, list[int] | str, typing.Optional[int], (int | str) == (str | int), isinstance(1, int | str))
