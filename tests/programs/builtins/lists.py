a = [3, 1, 2]
a.append(5); a.extend("xy"); a.insert(1, "i"); a.insert(-100, 0); a.insert(100, 9)
print(a, a.pop(), a.pop(0), a.index("x"), a.count(1))
a.remove("i"); a.reverse()
print(a, a[1:3], a[::-2], a[-2:], a * 2, a + [None], 5 in a, len(a))
b = a.copy(); b.clear(); print(b, a is not b)
words = ["pear", "fig", "apple", "kiwi"]
words.sort(key=len); print(words)
words.sort(key=lambda w: (-len(w), w), reverse=True); print(words, sorted(words), sorted([2.5, 1, True]))
x = list(range(10))
x[2:5] = []; x[1:1] = ["a", "b"]; x[-2:] = "zz"; x[::3] = [0] * 3; del x[::2]
print(x, [1, 2] == [1, 2], [1, 2] < [1, 3], list("ab"), [[0] * 2 for _ in range(2)])
r = []; r.append(r); print(r, [r, r])
stable = [(1, "b"), (0, "z"), (1, "a"), (0, "y")]
print(sorted(stable, key=lambda p: p[0]), sorted(stable, key=lambda p: p[0], reverse=True))
for expression in ("[1][5]", "[].pop()", "[1].pop(3)", "[1].remove(2)", "[1].index(2)", "[1]['a']", "[1, 'a'].sort()", "[1] + (2,)", "[1] * 1.5", "[1, 2].sort(len)",
                   "[1].insert(1)", "[].append()", "hash([])", "list(5)", "[1, 2, 3][::0]", "[1].foo", "[1, 2].index(2, 0, 1)", "[0] * (2**62)", "sorted([1], foo=1)"):
    try:
        print(expression, "->", eval(expression))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
evil = [3, 2, 1]
try:
    evil.sort(key=lambda v: evil.append(v) or v)
except ValueError as error:
    print(error, evil)
t = (1, 2, 2)
print(t.count(2), t.index(2), t + (3,), t * 2, hash(t) == hash((1, 2, 2)), (), (1,), t[1:], tuple("ab"), (1, 2) > (1,))
