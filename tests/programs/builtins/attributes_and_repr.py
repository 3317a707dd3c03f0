class Plain:
    attribute = 1

    def method(self):
        pass

    @staticmethod
    def static():
        pass

    @classmethod
    def klass(cls):
        pass


p = Plain()
print(repr(Plain), repr(Plain.method)[:31], repr(len), repr(list.append), repr([].append)[:25], repr(type(p).__dict__["static"])[:22], repr(None), repr(NotImplemented), repr(...))
print(Plain.method.__name__, Plain.method.__qualname__, p.method.__self__ is p, p.method.__func__ is Plain.method, p.method == p.method, Plain.klass.__self__)
p.x = 1
print(p.__dict__, vars(p) is p.__dict__, sorted(a for a in dir(p) if not a.startswith("__")), Plain.__dict__.__class__.__name__, Plain.__name__, Plain.__bases__, Plain.__subclasses__())
p.__class__ = type("Other", (Plain,), {})
print(type(p).__name__, isinstance(p, Plain), p.attribute, Plain.__doc__, Plain.__module__)
print(type(int.__add__), type((1).__add__), type(str.join), type(dict.fromkeys), type(type.__dict__["__name__"]), type(lambda: 0), type(iter([])), type(iter({})), type({}.keys()), type(range(1)), sep="\n")
print(int.__doc__[:20], len.__doc__, len.__text_signature__, int.__basicsize__, object.__itemsize__, (1).__sizeof__(), list.__hash__, bool.__mro__)
for statement in ("p.missing", "Plain.missing", "del p.missing", "None.foo", "p.method.x = 1", "Plain.__dict__['a'] = 1", "len.x = 1", "p.__class__ = int", "p.__dict__ = 5", "int.foo = 1", "Plain.__name__ = 5", "(5).real = 1", "[].lenght",
                  "p.atribute", "type(p).mro = 3; p.foo", "Plain.__bases__ = ()", "object().__dict__", "import math; math.pie", "p.__class__ = Plain, 1", "print.__name__ = 'x'"):
    try:
        exec(statement)
        print(statement, "ok")
    except Exception as error:
        print(statement, "->", type(error).__name__, error)
