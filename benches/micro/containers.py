"""Lists, tuples, dicts, sets."""

def bench_append(n):
    l = []
    for i in range(n):
        l.append(i)


def bench_index(n):
    l = [1, 2, 3]
    for i in range(n):
        l[1]


def bench_slice(n):
    l = [1, 2, 3]
    for i in range(n):
        l[1:]


def bench_build_list(n):
    for i in range(n):
        [i, i]


def bench_build_tuple(n):
    for i in range(n):
        (i, i)


def bench_unpack(n):
    for i in range(n):
        a, b = (i, n)
        a, b = (b, a)


def bench_get(n):
    d = {'a': 1}
    for i in range(n):
        d['a']


def bench_set(n):
    d = {}
    for i in range(n):
        d[i & 255] = i


def bench_build_dict(n):
    for i in range(n):
        {'a': i}


def bench_in(n):
    d = {5: 1}
    for i in range(n):
        i in d


def bench_getm(n):
    d = {'a': 1}
    for i in range(n):
        d.get('b')


def bench_add(n):
    s = set()
    for i in range(n):
        s.add(i & 1023)


def bench_sort(n):
    l = [i * 7919 % n for i in range(n)]
    l.sort()
