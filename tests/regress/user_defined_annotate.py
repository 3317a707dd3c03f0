"""`__annotate__` that a class body defines itself lost against the one of its annotations; `**` took any iterable of pairs."""


class Own:
    a: int

    def __annotate__(format):
        return {"a": str}


print(Own.__annotations__, Own.__annotate__(1))
for display in ("{**1}", "{**[]}", "{**[(1, 2)]}", "dict(**[(1, 2)])"):
    try:
        print(eval(display))
    except TypeError as error:
        print(error)


def function():
    pass


function.__annotate__ = lambda format: 42
try:
    function.__annotations__
except TypeError as error:
    print(error)
