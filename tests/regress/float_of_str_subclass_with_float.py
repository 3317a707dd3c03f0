"""`float` asks a subclass of `str` for its `__float__` or `__index__` before it reads the text."""


class Floating(str):
    def __float__(self):
        return 7.0


class Indexing(str):
    def __index__(self):
        return 6


class Plain(str):
    pass


class OwnFloat(float):
    pass


print(float(Floating("1")), float(Indexing("3")), float(Plain("2")), OwnFloat(Floating("1")))
print(complex(Floating("1")))
