"""The set that notes executed annotations is a variable: what a program binds to its name was taken for a set."""


class Subclass(set):
    pass


for value in ("0", "{}", "[]", "''", "object()", "frozenset()", "Subclass()", "None"):
    for name in ("__conditional_annotations__", "globals()['__conditional_annotations__']"):
        try:
            exec(f"{name} = {value}\nx: int", {"Subclass": Subclass})
        except TypeError as error:
            print(value, error)
namespace = {}
exec("__conditional_annotations__ = {7}\nif True:\n    x: int", namespace)
print(namespace["__conditional_annotations__"], namespace["__annotate__"](1))
