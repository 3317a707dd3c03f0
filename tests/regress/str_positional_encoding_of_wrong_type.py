"""What `str` says of an encoding that is no string differs between a positional argument and a keyword."""


class Other:
    pass


def show(*args, **kwargs):
    try:
        print(str(*args, **kwargs))
    except TypeError as error:
        print(error)


for wrong in None, 1, Other():
    show(b"a", wrong)
    show(b"a", "ascii", wrong)
    show(b"a", encoding=wrong)
    show(b"a", errors=wrong)
show(1, 2, 3, 4)
show(1, 2, 3, 4, errors=5)
show(b"a", "ascii", "strict")
show(object=b"a", encoding="ascii")
