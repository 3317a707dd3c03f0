class Number:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"N({self.n})"


def binary(name):
    def forward(self, other):
        return f"{name}({self}, {other})" if isinstance(other, (int, Number)) else NotImplemented
    def reflected(self, other):
        return f"r{name}({self}, {other})"
    return forward, reflected


for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "divmod"):
    forward, reflected = binary(name)
    setattr(Number, f"__{name}__", forward)
    setattr(Number, f"__r{name}__", reflected)
for name in ("neg", "pos", "invert", "abs"):
    setattr(Number, f"__{name}__", lambda self, name=name: f"{name}({self})")
n = Number(1)
print(n + 1, 1 + n, n - n, n * 2, n @ n, n / 2, n // 2, n % 2, n**2, 2**n, n << 1, n >> 1, n & 1, 1 | n, n ^ 1, divmod(n, 1), divmod(1, n), sep="\n")
print(-n, +n, ~n, abs(n))


class Sub(Number):
    def __radd__(self, other):
        return "subclass first"


print(Number(1) + Sub(2), Sub(1) + Number(2))


class Container:
    def __getitem__(self, key):
        return key

    def __contains__(self, item):
        return item == "in"

    def __len__(self):
        return 3

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def __index__(self):
        return 2

    def __bool__(self):
        return False

    def __int__(self):
        return 42

    def __float__(self):
        return 4.5

    def __round__(self, n=None):
        return ("round", n)

    def __reversed__(self):
        return "reversed"

    def __length_hint__(self):
        return 1


c = Container()
print(c[1], c[1:2], c[::3], c[1, ..., 2:3], "in" in c, "out" in c, len(c), c(1, a=2), [10, 20, 30][c], bool(c), int(c), float(c), round(c), round(c, 1), reversed(c), hex(c), "ab" * c)
for expression in ("n + 'a'", "'a' + [1]", "n < n", "-'a'", "~1.5", "len(n)", "n[0]", "n()", "n.x", "1 @ 2", "[] - []", "{} | 1", "n += []", "iter(n)", "None + 1", "'a' % n", "1 in n", "print >> 1", "n[0] = 1", "del n[0]"):
    try:
        exec(f"print({expression!r}, '->', {expression})" if "=" not in expression and "del" not in expression else expression)
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
