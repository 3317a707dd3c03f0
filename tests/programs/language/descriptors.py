class Typed:
    def __init__(self, kind):
        self.kind = kind

    def __set_name__(self, owner, name):
        self.name = name
        print("set_name", owner.__name__, name)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return instance.__dict__.get(self.name, f"no {self.name}")

    def __set__(self, instance, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name} must be {self.kind.__name__}")
        instance.__dict__[self.name] = value

    def __delete__(self, instance):
        del instance.__dict__[self.name]


class Point:
    x = Typed(int)
    y = Typed((float))

    def __init__(self, x):
        self.x = x

    @property
    def double(self):
        "twice"
        return self.x * 2

    @double.setter
    def double(self, value):
        self.x = value // 2

    @classmethod
    def origin(cls):
        return cls(0)

    @staticmethod
    def helper(a):
        return a + 1

    def __getattr__(self, name):
        if name.startswith("dyn_"):
            return name[4:]
        raise AttributeError(f"nothing called {name}", name=name, obj=self)


p = Point(3)
print(p.x, p.y, p.double, Point.double.__doc__, isinstance(Point.x, Typed))
p.double = 10
print(p.x, vars(p), p.dyn_hello, Point.origin().x, p.helper(1))
try:
    p.x = "no"
except TypeError as error:
    print(error)
del p.x
print(p.x)
for expression in ("p.other", "Point.nothing", "p.double.missing"):
    try:
        eval(expression)
    except AttributeError as error:
        print(expression, "->", error)
try:
    del p.double
except AttributeError as error:
    print(error)


class NonData:
    def __get__(self, instance, owner):
        return "from descriptor"


class Holder:
    attribute = NonData()


h = Holder()
print(h.attribute)
h.attribute = "own"
print(h.attribute, Holder.attribute)
print(Point.__init__.__get__(p, Point), sep="") if False else print(type(p.__init__).__name__, p.helper is Point.helper)


class Intercept:
    def __getattribute__(self, name):
        return f"<{name}>"

    def __setattr__(self, name, value):
        print("set", name, value)

    def __delattr__(self, name):
        print("del", name)

    def __dir__(self):
        return ["b", "a"]


i = Intercept()
i.a = 1
del i.a
print(i.anything, dir(i), len("abc".__class__.__name__))
