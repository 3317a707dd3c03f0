print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 != 4 in [4], not 1 in [1], (1).real is not None)


def say(x):
    print(x, end=" ")
    return x


print(say(1) < say(0) < say(5))
print(say(1) <= say(1) < say(2))
print(say(0) or say("") or say([]) or "end", say(1) and say("") and say(2))


class Ordered:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        print("eq", self.n, end=" ")
        return NotImplemented if not isinstance(other, Ordered) else self.n == other.n

    def __lt__(self, other):
        print("lt", self.n, end=" ")
        return NotImplemented if not isinstance(other, Ordered) else self.n < other.n

    def __bool__(self):
        print("bool", self.n, end=" ")
        return self.n > 0


a, b = Ordered(1), Ordered(2)
print(a == b, a != b, a < b, a > b, a == 5, 5 != a)
print(bool(a and b), not Ordered(0), 1 if Ordered(0) else 2)
for expression in ("a < 5", "5 > a", "a <= b", "1 < 'a'", "[1] < (1,)", "None < None", "{} < {}", "1j < 2j", "a in 5", "hash(a)",
                   "[1, [2]] < [1, ['a']]"):
    try:
        print(expression, eval(expression))
    except TypeError as error:
        print(expression, "->", error)
nan = float("nan")
print(nan == nan, nan in [nan], [nan] == [nan], nan != nan, min(nan, 1), max(1, nan), sorted([3, 1, 2], reverse=True))
print((1, 2) < (1, 2, 0), "a" < "b", "Z" < "a", [1, 2] == [1, 2.0], {1, 2} <= {1, 2, 3}, {1} < {1}, b"a" < b"b", {"a": 1} == {"a": 1.0})
print(10**20 == 1e20, 2**53 + 1 == float(2**53 + 1), 0.1 + 0.2 == 0.3, True == 1, False is False, -0.0 == 0.0)
