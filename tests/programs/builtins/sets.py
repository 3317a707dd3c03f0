a, b = {1, 2, 3}, frozenset([3, 4])
print(a | b, a & b, a - b, a ^ b, type(b | a).__name__, a <= {1, 2, 3, 4}, a.isdisjoint({9}), a >= {1}, a > a, len(a), 2 in a)
a.add(5); a.discard(9); a.remove(1); a.update([7], (8,)); a -= {7}; a &= {2, 3, 5, 8}; a ^= {2, 9}
print(sorted(a), a == {3, 5, 8, 9}, set(), frozenset(), {frozenset([1])}, hash(b) == hash(frozenset([4, 3])), set("aab") == {"a", "b"})
c = a.copy(); c.clear(); print(c, a.union([1], "x") == {1, 3, 5, 8, 9, "x"}, a.intersection(range(6)), a.difference([3], [5]) == {8, 9}, a.symmetric_difference([3, 1]) == {1, 5, 8, 9})
for expression in ("{[]}", "{1} | [2]", "{1}.remove(2)", "set().pop()", "hash(set())", "set(5)", "frozenset([1]).add(2)", "{1} < [1]", "{1}[0]", "{1} + {2}"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
print({frozenset([1, 2])} & {frozenset([2, 1])}, {1} in {frozenset([1])}, sorted({3, 1, 2} - {2}), {1, 1.0, True}, {i % 3 for i in range(9)})
