"""Exceptions, with, match, def, super, global names."""

class D:
    x = 5

    def __init__(self, a):
        self.a = a

    def __getattr__(self, n):
        return 1

    def m(self):
        return self.a


class CM:

    def __enter__(self):
        return self

    def __exit__(self, *a):
        pass


def bench_exception(n):
    for _ in range(n):
        try:
            raise ValueError
        except ValueError:
            pass


def bench_try(n):
    for _ in range(n):
        try:
            pass
        except ValueError:
            pass


def bench_key_error(n):
    d = {}
    for _ in range(n):
        try:
            d[1]
        except KeyError:
            pass


def bench_with(n):
    c = CM()
    for _ in range(n):
        with c:
            pass


def bench_match(n):
    for i in range(n):
        match i & 3:
            case 0:
                pass
            case 1 | 2:
                pass
            case _:
                pass


def bench_match_sequence(n):
    t = (1, 2)
    for i in range(n):
        match t:
            case [a, 3]:
                pass
            case [1, b]:
                pass


def bench_global(n):
    for i in range(n):
        bench_global


def bench_super(n):

    class X(D):

        def m(self):
            return super().m()
    x = X(1)
    for i in range(n):
        x.m()


def bench_def(n):
    for i in range(n):

        def f():
            pass
