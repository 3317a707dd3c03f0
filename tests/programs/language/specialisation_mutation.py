"""Hot code whose assumptions are taken away: classes, globals, builtins, functions and instances changed inside the loop."""


def repeat(action, n=80):
    return [action() for _ in range(n)][-1]


# --- globals and builtins
answer = 1


def read_global():
    return answer


repeat(read_global)
answer = 2
print(read_global())
del answer
try:
    read_global()
except NameError as e:
    print(e)
answer = 3
print(read_global())


def use_len(x):
    return len(x)


repeat(lambda: use_len("abc"))
len = lambda x: "shadowed"
print(use_len("abc"))
del len
print(use_len("abc"), use_len(list(range(1000))))
import builtins

real = builtins.len
builtins.len = lambda x: "replaced"
print(use_len("abc"))
builtins.len = real
print(use_len("abc"))


# --- instance attributes
class P:
    kind = "class"

    def __init__(self, x):
        self.x = x

    def method(self):
        return "method"

    @property
    def prop(self):
        return self.x + 1


def attributes(o):
    return o.x, o.kind, o.method(), o.prop


p = P(1)
repeat(lambda: attributes(p))
print(attributes(p))
p.kind = "instance"
print(attributes(p))
p.method = lambda: "own"
print(attributes(p))
P.prop = property(lambda self: "new getter")
print(attributes(p))
P.prop = 5
print(attributes(p))
del P.prop
try:
    attributes(p)
except AttributeError as e:
    print(e)
P.prop = property(lambda self: self.x)
P.method = lambda self: "changed"
print(attributes(P(7)))
p.__dict__ = {"x": "from dict"}
print(attributes(p))
q = P(4)
q.__dict__["x"] = 44
print(attributes(q))
del q.x
try:
    attributes(q)
except AttributeError as e:
    print(e)


class Q(P):
    kind = "other"


q.x = 6
q.__class__ = Q
print(attributes(q))


def store(o, v):
    o.x = v
    return o.x


s = P(0)
repeat(lambda: store(s, 1))


class Watching(P):
    def __setattr__(self, name, value):
        object.__setattr__(self, name, ("watched", value))


s.__class__ = Watching
print(store(s, 2))
del Watching.__setattr__
print(store(s, 3))


class Slots:
    __slots__ = ("x", "y")


t = Slots()
repeat(lambda: store(t, 1))
print(store(t, "slot"))
del t.x
try:
    t.x
except AttributeError as e:
    print(e)


# --- __getattr__ and __getattribute__
class Hooked:
    def __init__(self):
        self.x = 1

    def __getattr__(self, name):
        return "hook:" + name


def get(o):
    return o.x


h = Hooked()
repeat(lambda: get(h))
print(get(h))
del h.x
print(get(h))
Hooked.x = "class"
print(get(h))
del Hooked.__getattr__
print(get(h))


class All:
    x = 0

    def __getattribute__(self, name):
        return "all:" + name


a = All()
repeat(lambda: get(a))
print(get(a))
All.__getattribute__ = lambda self, name: "second:" + name
print(get(a))
del All.__getattribute__
print(get(a))


# --- construction
class Made:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


def make(cls, *args):
    return cls(1)


def make_one():
    return Made(1)


repeat(make_one)
print(vars(make_one()))
Made.__init__ = lambda self, a: self.__dict__.update(z=a)
print(vars(make_one()))
Made.__init__ = lambda self, a: 5
try:
    repeat(make_one)
except TypeError as e:
    print(e)
Made.__init__ = lambda self: None
try:
    make_one()
except TypeError as e:
    print(e)
Made.__new__ = lambda cls, a: "from new"
print(make_one())


class Failing:
    def __init__(self, n):
        if n > 90:
            raise ValueError(n)


def fail():
    for i in range(100):
        Failing(i)


try:
    fail()
except ValueError as e:
    tb, depth = e.__traceback__, []
    while tb:
        depth.append(tb.tb_frame.f_code.co_name)
        tb = tb.tb_next
    print(e, depth)


# --- functions
def callee(a, b=10):
    return a, b


def call():
    return callee(1)


repeat(call)
callee.__defaults__ = (20,)
print(call())
callee.__defaults__ = None
try:
    call()
except TypeError as e:
    print(e)
callee.__code__ = (lambda a: ("other code", a)).__code__
print(call())


def keyword():
    return named(x=1, y=2)


def named(x, y):
    return x, y


repeat(keyword)
named = lambda y, x: ("swapped", y, x)
print(keyword())


def closures():
    out = []
    for i in range(60):
        def inner(k):
            return i + k
        out.append(inner(i))
    return out[-1]


print(closures())


# --- operators on changing types
def add(a, b):
    return a + b


for pair in [(1, 2), (1.5, 2), (2, 1.5), ("a", "b"), ([1], [2]), (10**20, 1), (True, 1)]:
    print(repeat(lambda: add(*pair)))


def compare(a, b):
    return a < b, a == b


for pair in [(1, 2), (1.5, float("nan")), ("a", "b"), (10**20, 1), ((1,), (1, 2))]:
    try:
        print(repeat(lambda: compare(*pair)))
    except TypeError as e:
        print(e)


def item(c, k):
    return c[k]


for c, k in [([1, 2], 0), ((1, 2), 1), ("héé", 1), ({1: "d"}, 1), ([1, 2], -1), ("日本", 0), ([1, 2, 3], slice(0, 2))]:
    print(repeat(lambda: item(c, k)))


class Items:
    def __getitem__(self, k):
        return ("item", k)


print(repeat(lambda: item(Items(), 3)))
Items.__getitem__ = lambda self, k: "changed"
print(item(Items(), 3))


def truth(x):
    return "yes" if x else "no"


class Plain:
    pass


for x in [0, 1, "", "s", None, [], [0], 10**30, Plain(), 0.0]:
    print(repeat(lambda: truth(x)), end=" ")
print()
Plain.__bool__ = lambda self: False
print(truth(Plain()))


# --- iteration
def total(it):
    n = 0
    for x in it:
        n += x
    return n


def gen():
    yield 1
    yield 2


for _ in range(60):
    assert total([1, 2]) == 3
print(total((1, 2)), total(range(3)), total(gen()), total({1: 0, 5: 0}), total(iter([4])))
growing = [1]
for x in growing:
    if x < 300:
        growing.append(x + 100)
print(growing)


def text():
    s = ""
    for i in range(50):
        s += "ab"
        t = s
        s += "c"
    return s == "abc" * 50, t[-2:], s.count("c")


print(text())


# --- super
class Base:
    def hello(self):
        return "base"

    value = 1


class Derived(Base):
    def hello(self):
        return super().hello() + "+derived"

    def attr(self):
        return super().value


d = Derived()
repeat(d.hello), repeat(d.attr)
print(d.hello(), d.attr())
Base.hello = lambda self: "new base"
Base.value = 2
print(d.hello(), d.attr())


# --- modules


m = type(builtins)("m")
m.x = 1


def module_attribute():
    return m.x


repeat(module_attribute)
m.x = 2
m.y = 3
print(module_attribute())
del m.x
try:
    module_attribute()
except AttributeError as e:
    print(e)


# --- class attributes
class Meta(type):
    pass


class K(metaclass=Meta):
    x = 1


def class_attribute():
    return K.x


repeat(class_attribute)
K.x = 2
print(class_attribute())
Meta.x = property(lambda cls: "metaclass")
print(class_attribute())


# --- recursion stays bounded
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


repeat(lambda: deep(5))
try:
    deep(10**6)
except RecursionError as e:
    print(e)


class Deep:
    def __init__(self, n):
        self.child = Deep(n - 1) if n else None


repeat(lambda: Deep(3))
try:
    Deep(10**6)
except RecursionError as e:
    print(e)


def unpack(v):
    a, b = v
    return b, a


for v in [(1, 2), [3, 4], "xy", {5: 0, 6: 0}, (1, 2, 3), (1,), [1, 2, 3]]:
    try:
        print(repeat(lambda: unpack(v)))
    except ValueError as e:
        print(e)
