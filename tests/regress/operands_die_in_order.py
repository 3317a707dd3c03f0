# The order in which values die that one instruction releases, before and after it is specialised.
import contextlib
import io


class Text(str):
    def __del__(self):
        print("text dies", str(self), end="; ")


class Thing:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return True

    def __add__(self, other):
        return 7

    def __getitem__(self, key):
        return 8

    def __setitem__(self, key, v):
        return 8

    def __delitem__(self, key):
        return 8

    def __contains__(self, key):
        return True

    def __call__(self, *a, **k):
        pass

    def __del__(self):
        print(self.name, "dies", end="; ")


def g(a, b):
    c = Thing("c")
    d = Thing("d")


CASES = """\
Thing("x") == Thing("y")
Text("x") == Text("y")
Text("x") + Text("y")
Thing("x") is Thing("y")
Thing("x") + Thing("y")
Thing("x")[Thing("y")]
Thing("x")[Thing("y")]=Thing("z")
del Thing("x")[Thing("y")]
Thing("x")[Thing("y"):Thing("z")] = Thing("v")
slice(Thing("x"), Thing("y"))
Thing("x")[Thing("y"):Thing("z")]
Thing("x") in Thing("y")
Thing("x") in [Thing("y")]
[Thing("x")][0]
(Thing("x"),)[0]
{Text("k"):1}[Text("k")]
l=[Thing("x")]; l[0]=Thing("y"); del l
[Thing("x")][0]=Thing("y")
Thing("x").a=Thing("y")
Thing("x").name
Thing("f")(Thing("x"),Thing("y"))
Thing("f")(Thing("x"),a=Thing("y"))
Thing("f")(*[Thing("x")],**{"a":Thing("y")})
a,b=Thing("x"),Thing("y"); a=b=None
a,b=[Thing("x"),Thing("y")]; a=b=None
f"{Thing('x')}{Thing('y')}"
Thing("x")==Thing("y")==Thing("z")
len([Thing("x")]); isinstance(Thing("x"),Thing)
isinstance(Thing("x"),Thing)
[Thing("x")].append(Thing("y"))
(lambda a,b:None)(Thing("x"),Thing("y"))
[Thing("x"),Thing("y")]
(Thing("x"),Thing("y"))
{Thing: Thing("x"),1:Thing("y")}
{**{1:Thing("x")}, **{1:Thing("y")}}
Thing("x") and Thing("y")
[Thing("x")]+[Thing("y")]
l=[Thing("x")]; l+=[Thing("y")]; del l
(lambda a,b:[a,b] and None)(Thing("x"),Thing("y"))
g(Thing("x"),Thing("y"))
"""

for case in CASES.splitlines():
    code = compile(case, "case", "exec")
    print(case)
    for n in range(30):
        with contextlib.redirect_stdout(io.StringIO() if 3 < n < 28 else __import__("sys").stdout):
            print("   ", n, end=": ")
            exec(code)
            print()
