def unbound(a):
    if a:
        b = 1
    print(b)
    del a
    print(a)
    try:
        c = 1
    except OSError:
        pass
    return c


def cells(a, b):
    c = a

    def inner():
        nonlocal c
        c += b
        return c, d

    d = 1
    return inner


class C:
    x = 1
    y = [x for x in range(x)]
    z: int = 2

    def method(self):
        return super().method(), __class__


def swaps(a, b, c):
    a, b = b, a
    a, b, c = c, a, b
    a[0], b.x = b, c
    (d, e), *f = a
    return a, b, c, d, e, f


def borrowed(a, b):
    a = a.append(a, a := b)
    b = b
    return a + b, [a for a in b]


def many():
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = a8 = a9 = b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = b8 = b9 = 0
    c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = c8 = c9 = d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = d8 = d9 = 0
    e0 = e1 = e2 = e3 = e4 = e5 = e6 = e7 = e8 = e9 = f0 = f1 = f2 = f3 = f4 = f5 = f6 = f7 = f8 = f9 = 0
    g0 = g1 = g2 = g3 = g4 = g5 = g6 = g7 = 0
    if a0:
        return g6 + g7
    del g7
    return g7, a9


def inlined_cells(a, c, b):
    class D:
        f = [c for b in e if (lambda c: b[1:2])]
        f = e[1:b]

    def g():
        nonlocal b
        f = [c for b in e if (lambda c: b[1:2])]
        f = e[1:b]
