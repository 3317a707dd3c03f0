print(abs(-2), all([]), any([0, 1]), bin(3), callable(len), chr(97), divmod(7, 3), list(enumerate("ab", 1)), list(filter(None, [0, 1, 2])), list(map(max, [1, 5], [3, 2])))
print(max("ab", "b", key=len), min([3, 1], default=0), max([], default="d"), pow(2, 5, 7), list(range(5, 0, -2)), list(reversed([1, 2])), round(2.567, 1), sum([[1], [2]], []))
print(list(zip("ab", [1, 2], strict=True)), isinstance(1, (str, int)), issubclass(bool, int), getattr(1, "nope", "d"), hasattr([], "append"), id(1) == id(1), type(1), repr("x"), format(5, "03"))
print(slice(1, 2).indices(5), range(0, 10, 3)[2], range(10)[2:5], 5 in range(0, 10, 5), len(range(0, -10, -3)), range(3) == range(0, 3, 1), hash(range(0)) == hash(range(1, 1)), iter([1]).__length_hint__())
print(eval("x + 1", {"x": 2}), exec("y = 5", ns := {}), ns["y"], compile("1 + 1", "f", "eval").co_consts, vars(type("T", (), {"a": 1}))["a"], dir(type("E", (), {"__slots__": ()})())[:2])
print(next(iter([]), "d"), list(iter(lambda i=iter([1, 2, 0]): next(i), 0)), sorted({"b": 1, "a": 2}), list(map(str, range(3))), "".join(map(chr, [72, 105])), print("a", "b", sep="-", end="!\n"))
for expression in ("abs('a')", "len(5)", "max()", "max([])", "min(1, 'a')", "sum(['a'])", "sum(['a'], '')", "list(zip('a', 'bc', strict=True))", "next(5)", "next(iter([]))", "range(1, 2, 0)", "range(1.5)", "isinstance(1, 5)",
                   "getattr(1, 2)", "int()", "open('/no/such/file')", "round('a')", "chr(1114112)", "ord(5)", "hash([])", "iter(5)", "reversed({1})", "divmod(1, 0)", "eval('1 +')", "sorted(5)", "map(1)", "list(map(1, [2]))",
                   "enumerate()", "type()", "type('a', 'b', 'c')", "super()", "setattr(1, 'a', 2)", "__import__('')", "format(1, 2)", "print(sep=1)", "issubclass(1, int)", "vars(1)", "pow(2, 3, 0)", "object(1)", "bytes(1, 2)"):
    try:
        print(expression, "->", eval(expression))
    except BaseException as error:
        print(expression, "->", type(error).__name__, error)
