matrix = [[1, 2, 3], [4, 5, 6]]
print([x for row in matrix for x in row if x % 2], [[row[i] for row in matrix] for i in range(3)])
print({x % 3 for x in range(10)}, {k: v for k, v in zip("abc", range(3))}, list(x for x in ()))
x = "outer"
print([x for x in range(3)], x)
print([y := 5, y**2], [last := n for n in range(4)], last)
print([(a, b) for a in range(3) for b in range(a)], [*range(3), *"ab"], {**{"a": 1}, "b": 2}, {*[1, 2], 2})


class Scope:
    items = [1, 2]
    doubled = [i * 2 for i in items]
    try:
        nested = [i for _ in items for i in items]
    except NameError as error:
        print(error)


print(Scope.doubled)


def function():
    k = 10
    parts = [lambda: (k, i) for i in range(2)]
    return [p() for p in parts], [[k + i for i in range(j)] for j in range(3)]


print(function())
try:
    [1 / z for z in (1, 0)]
except ZeroDivisionError:
    print("z" in globals())
try:
    {[]: 1 for _ in "a"}
except TypeError as error:
    print(error)
print([i if i else "zero" for i in range(3)], [not i for i in (0, 1)], [*[i for i in "ab"], *(j for j in "cd")])
print({i: {j for j in range(i)} for i in range(3)}, sum(i * i for i in range(100)))
