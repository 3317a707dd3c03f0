for i in range(10):
    if i == 3:
        continue
    elif i > 5:
        break
    print(i, end=" ")
else:
    print("not here")
print("i is", i)
for x in []:
    pass
else:
    print("empty loop else", "x" in globals())
n = 0
while n < 5:
    n += 1
    if n == 2:
        continue
    if n == 9:
        break
else:
    print("while else", n)
while True:
    n -= 1
    if not n:
        break


def nested():
    for a in range(3):
        for b in range(3):
            if a * b == 2:
                return a, b
            if b > a:
                break
        else:
            print("inner done", a)
    return None


print(nested())
print("yes" if n else "no", [("fizz" * (not k % 3) + "buzz" * (not k % 5)) or k for k in range(1, 16)])


class Sequence:
    def __getitem__(self, index):
        if index > 3:
            raise IndexError
        return index * 10


print(list(Sequence()), 20 in Sequence(), [*Sequence()], tuple(zip(Sequence(), "abcdef")))


class Iterator:
    def __init__(self):
        self.n = 3

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n


print(list(Iterator()), sum(Iterator()), max(Iterator()), dict(enumerate(Iterator(), 5)))
a, *b = Iterator()
print(a, b, list(iter(Iterator().__next__, 0)))
for (p, q), *r in [((1, 2), 3, 4), ((5, 6),)]:
    print(p, q, r)
items = [1, 2, 3]
for item in items:
    if item < 3:
        items.append(item + 2)
print(items)
d = {"a": 1}
try:
    for key in d:
        d[key + "x"] = 1
except RuntimeError as error:
    print(error)
try:
    for x in 5:
        pass
except TypeError as error:
    print(error)
assert True, "fine"
try:
    assert 1 > 2, ("message", 1)
except AssertionError as error:
    print(repr(error))
if 0: print("never")
else: print("one line"); print("two")
