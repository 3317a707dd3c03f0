"""Calls of each kind."""

def empty():
    pass


def two(a, b):
    return a


def kw(a, b=2, *, c=3):
    return a


def star(*a):
    return a


class C:
    __slots__ = ()

    def m(self):
        pass

    def n(self, x):
        return x

    @property
    def p(self):
        return 1

    @staticmethod
    def s():
        pass

    @classmethod
    def k(cls):
        pass


class D:
    x = 5

    def __init__(self, a):
        self.a = a

    def __getattr__(self, n):
        return 1

    def m(self):
        return self.a


def deco(f):

    def w(*a, **k):
        return f(*a, **k)
    return w


@deco
def decorated(a):
    return a


def mk():
    z = 1

    def inner():
        return z
    return inner


def bench_pos(n):
    for _ in range(n):
        two(1, 2)


def bench_none(n):
    for _ in range(n):
        empty()


def bench_kw(n):
    for _ in range(n):
        kw(1, c=2)


def bench_star(n):
    t = (1, 2)
    for _ in range(n):
        star(*t)


def bench_method(n):
    c = C()
    for _ in range(n):
        c.m()


def bench_bound(n):
    m = C().n
    for _ in range(n):
        m(1)


def bench_init(n):
    for _ in range(n):
        D(1)


def bench_closure(n):
    f = mk()
    for _ in range(n):
        f()


def bench_lambda(n):
    f = lambda x: x
    for _ in range(n):
        f(1)


def bench_deco(n):
    for _ in range(n):
        decorated(1)


def bench_static(n):
    for _ in range(n):
        C.s()


def bench_class(n):
    for _ in range(n):
        C.k()


def bench_len(n):
    l = [1]
    for _ in range(n):
        len(l)


def bench_builtin(n):
    for _ in range(n):
        abs(-5)


def bench_max(n):
    for _ in range(n):
        max(1, 2)


def bench_str(n):
    for _ in range(n):
        str(5)


def bench_int(n):
    for _ in range(n):
        int('5')


def bench_isinst(n):
    for _ in range(n):
        isinstance(n, int)
