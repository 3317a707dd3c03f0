"""Attribute access of each kind."""

import sys


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


class S:
    __slots__ = ('a',)

    def __init__(self):
        self.a = 1


def bench_inst(n):
    d = D(1)
    for _ in range(n):
        d.a


def bench_store(n):
    d = D(1)
    for _ in range(n):
        d.a = n


def bench_slot(n):
    s = S()
    for _ in range(n):
        s.a


def bench_prop(n):
    c = C()
    for _ in range(n):
        c.p


def bench_classv(n):
    for _ in range(n):
        D.x


def bench_mod(n):
    for _ in range(n):
        sys.path


def bench_hook(n):
    d = D(1)
    for _ in range(n):
        d.zzz
