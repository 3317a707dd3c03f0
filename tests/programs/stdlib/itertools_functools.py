import functools
import itertools as it
import operator

print(list(it.accumulate([1, 2, 3], operator.mul, initial=10)), list(it.batched("abcdefg", 3)), list(it.chain("ab", [1])), list(it.combinations("abc", 2)))
print(list(it.combinations_with_replacement("ab", 2)), list(it.compress("abc", [1, 0, 1])), list(it.islice(it.count(5, 2), 3)), list(it.islice(it.cycle("ab"), 5)))
print(list(it.dropwhile(lambda x: x < 3, range(5))), list(it.filterfalse(None, [0, 1])), [(k, list(g)) for k, g in it.groupby("aabbca")], list(it.pairwise("abc")))
print(list(it.permutations("abc", 2)), list(it.product("ab", repeat=2)), list(it.repeat(1, 2)), list(it.starmap(pow, [(2, 3)])), list(it.takewhile(bool, [1, 0, 1])))
a, b = it.tee("xyz")
print(next(a), list(b), list(a), list(it.zip_longest("ab", "c", fillvalue="-")), it.count(1.5, 0.5), it.repeat("x", 3), it.product([], [1]))
print(functools.reduce(operator.add, [[1], [2]], []), sorted("bca", key=functools.cmp_to_key(lambda x, y: ord(y) - ord(x))), functools.partial(int, base=2)("101"))


class Lazy:
    @functools.cached_property
    def value(self):
        print("computed", end=" ")
        return 42

    @functools.lru_cache(maxsize=2)
    def twice(self, x):
        return x * 2

    show = functools.partialmethod(print, "shown")


lazy = Lazy()
print(lazy.value, lazy.value, [lazy.twice(x) for x in (1, 2, 1, 3, 1)], Lazy.twice.cache_info())
lazy.show(1) if False else None
print(operator.itemgetter(1, 2)("abc"), operator.attrgetter("real")(5), operator.methodcaller("split", ",")("a,b"), operator.index(True), functools.partial(print, 1, sep="-"))
for call in (lambda: next(it.islice([1], -1)), lambda: it.combinations("a", -1), lambda: list(it.batched("a", 0)), lambda: list(it.batched("abc", 2, strict=True)), lambda: functools.reduce(max, [])):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
