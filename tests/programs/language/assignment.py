a, b = 1, 2
a, b = b, a
(c, [d, *e]), f = (1, [2, 3, 4]), 5
*g, h = "xyz"
print(a, b, c, d, e, f, g, h)
i = j = k = []
i.append(1)
print(i, j is k)
x = [1, 2, 3, 4, 5]
x[1:3] = "abc"
x[::2] = [0] * len(x[::2])
del x[0], x[-1:]
print(x)
n = 10
n += 5; n -= 1; n *= 2; n //= 3; n **= 2; n %= 50; n <<= 2; n >>= 1; n |= 1; n &= 0xFF; n ^= 3
print(n)
m = 7.0
m /= 2
print(m)


class Matrix:
    def __matmul__(self, other):
        return "matmul"

    def __imatmul__(self, other):
        return "imatmul"

    def __iadd__(self, other):
        print("iadd", other)
        return self


q = Matrix()
print(q @ q)
q += 3
q @= q
print(q)


def effects(name, value=None):
    print(name, end=" ")
    return value


d = {}
d[effects("key", "k")] = effects("value", 1)
effects("object", d)[effects("index", "k")] += effects("increment", 2)
print(d)
effects("first", d)["z"], effects("second", d)["y"] = effects("right", (1, 2))
print(d)
for statement in ("a, b = 1", "a, b = 1, 2, 3", "a, *b, c = 1,", "(a, b), c = 1, 2", "x[5:1:2] = [1]", "x[0:4:2] = 1, 2, 3",
                  "5 .x = 1", "None.x = 1", "'s'[0] = 1", "del (1,)[0]", "t = (1, [2]); t[1] += [3]", "del undefined"):
    try:
        exec(statement)
        print(statement, "ok")
    except Exception as error:
        print(statement, "->", type(error).__name__, error)
t = (1, [2])
try:
    t[1] += [3]
except TypeError:
    print(t)
print((y := 3) + y, [z for w in range(5) if (z := w * 2) > 4], z)
