"""zip of two iterables, which has a shortcut: who is asked first, what is lost at the end, whether a tuple is given again."""

log = []


def items(name, n, fail=None):
    for i in range(n):
        log.append(name)
        if i == fail:
            raise ValueError(name)
        yield i
    log.append(name + "!")


def show(*args, **kwargs):
    log.clear()
    try:
        result = list(zip(*args, **kwargs))
    except ValueError as e:
        result = f"ValueError: {e}"
    print(result, "".join(log))


show(items("a", 2), items("b", 2))
show(items("a", 3), items("b", 1))
show(items("a", 1), items("b", 3))
show(items("a", 3, fail=1), items("b", 3))
show(items("a", 3), items("b", 3, fail=1))
show(items("a", 2), items("b", 2), strict=True)
show(items("a", 3), items("b", 1), strict=True)
show(items("a", 1), items("b", 3), strict=True)
show(items("a", 2), items("b", 2), items("c", 2))
show(items("a", 2))
show()
rest = iter([1, 2, 3])
print(list(zip(rest, [10])), list(rest))
kept = [pair for pair in zip("abc", "def")]
print(kept)
z = zip([1, 2, 3], [4, 5, 6])
first = next(z)
second = next(z)
print(first, second, first is second, hash(first) == hash((1, 4)), hash(second) == hash((2, 5)))
total = 0
for a, b in zip(range(100), range(100, 0, -1)):
    total += a * b
print(total)
print(list(zip({1: 2}.items(), {3: 4}.values())), next(zip([], [1]), "empty"))
table = dict.fromkeys("abc", 1)
try:
    for key in table:
        table[key + key] = 1
except RuntimeError as e:
    print(e)
try:
    for key, value in table.items():
        del table[key]
        table[key * 3] = value
except RuntimeError as e:
    print(e)
