"""Numbers and strings."""

def bench_int(n):
    a = 1
    for i in range(n):
        a = a + i & 1023


def bench_intbig(n):
    a = 1000
    for i in range(n):
        a = i * 3 - a


def bench_div(n):
    for i in range(n):
        i // 3
        i % 7


def bench_float(n):
    a = 1.0
    for i in range(n):
        a = a * 0.5 + 1.0


def bench_truediv(n):
    for i in range(n):
        i / 3


def bench_cmp(n):
    c = 0
    for i in range(n):
        if i < 5:
            c += 1


def bench_str(n):
    s = ''
    for i in range(n):
        s += 'x'


def bench_fstr(n):
    for i in range(n):
        f'{i}:{n}'


def bench_join(n):
    ''.join(['ab'] * n)
