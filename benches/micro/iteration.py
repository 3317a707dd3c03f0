"""Loops over each kind of iterable."""

def bench_list(n):
    for x in [1] * n:
        pass


def bench_dict(n):
    for x in dict.fromkeys(range(n)):
        pass


def bench_items(n):
    for k, v in dict.fromkeys(range(n)).items():
        pass


def bench_gen(n):

    def g():
        for i in range(n):
            yield i
    for x in g():
        pass


def bench_genexp(n):
    sum((i for i in range(n)))


def bench_enum(n):
    for i, x in enumerate([1] * n):
        pass


def bench_zip(n):
    l = [1] * n
    for a, b in zip(l, l):
        pass


def bench_comp(n):
    [x for x in range(n)]


def bench_dictcomp(n):
    {x: x for x in range(n)}
