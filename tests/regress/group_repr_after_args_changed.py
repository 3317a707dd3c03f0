"""An exception group's `repr` shows a list only where two arguments are left, the second of them a list."""


class Odd(list):
    def __repr__(self):
        return "odd"


class Sequence:
    def __getitem__(self, index):
        return [ValueError(1)][index]

    def __len__(self):
        return 1

    def __repr__(self):
        return "sequence"


for given in [ValueError()], (ValueError(),), Odd([ValueError()]), Sequence():
    print(repr(ExceptionGroup("g", given)))
    for args in (), (1,), ("x", [1]), ("x", (1,)), ("x", Odd()), ("x", [1], 2), ("x", None):
        group = ExceptionGroup("g", given)
        group.args = args
        print("   ", args, repr(group))
