"""Trees: making, reading, checking, copying, compiling them."""
import ast
import copy
import pickle
import warnings

warnings.simplefilter("always")
warnings.showwarning = lambda message, category, *rest, **more: print("  ", category.__name__, message)


def fails(action):
    try:
        print("  no error:", action())
    except Exception as error:
        print("  ", type(error).__name__, error)


print(ast.dump(ast.parse("x: int = f(*a, **k)[1:2] if y else [i async for i in z]"), indent=1, include_attributes=False))
print(ast.dump(ast.parse("def f[T: int = str](a, /, b=1, *c, d, e=2, **g) -> None: 'doc'", type_comments=True)))
print(ast.dump(ast.parse("(int, *str, **dict) -> list", mode="func_type")))
print(ast.dump(ast.parse("f'{a!r:>{w}} {{b}}' t'{c=}'[0]" if False else "f'{a!r:>{w}} {{b}}'", mode="eval")))
print(ast.dump(ast.parse("x = 1  # type: int\nfor a in b:  # type: str\n    pass  # type: ignore[x]\n", type_comments=True)))

print("constructors")
fails(lambda: ast.Name("x", ast.Load(), 3))
fails(lambda: ast.Name("x", id="y"))
fails(lambda: ast.Name("x", colour="red").colour)
fails(lambda: ast.dump(ast.Name()))
fails(lambda: ast.dump(ast.Name("x")))
fails(lambda: ast.FunctionDef("f", ast.arguments()).decorator_list)
print(ast.BinOp.__match_args__, ast.BinOp._fields, ast.BinOp._attributes, ast.BinOp._field_types)
print(ast.Constant.__doc__, "|", ast.expr.__doc__.splitlines()[0])
print(repr(ast.parse("a + b * [c, d, e]").body[0]))

print("copies")
node = ast.parse("a + 1", mode="eval").body
print(ast.dump(copy.replace(node, op=ast.Sub())), ast.dump(copy.deepcopy(node)), ast.dump(pickle.loads(pickle.dumps(node))))
fails(lambda: copy.replace(node, colour=1))
fails(lambda: copy.replace(ast.Name("x"), id=None).id)

print("checks")


def check(*statements):
    tree = ast.fix_missing_locations(ast.Module([*statements]))
    fails(lambda: exec(compile(tree, "tree", "exec"), {}))


name = ast.Name("x", ast.Load())
check(ast.Expr(ast.Name("x", ast.Store())))
check(ast.Assign([name], name))
check(ast.Assign([], name))
check(ast.Delete([]))
check(ast.If(name, [], []))
check(ast.Try([ast.Pass()], [], [], []))
check(ast.Import([]))
check(ast.Import([ast.alias("True")]))
check(ast.FunctionDef("None", ast.arguments(), [ast.Pass()]))
check(ast.Expr(ast.Compare(name, [ast.Eq()], [])))
check(ast.Expr(ast.BoolOp(ast.And(), [name])))
check(ast.Expr(ast.Dict([name], [])))
check(ast.Expr(ast.Constant([])))
check(ast.Expr(ast.NamedExpr(ast.Attribute(name, "a", ast.Store()), name)))
check(ast.Match(name, [ast.match_case(ast.MatchStar(None), None, [ast.Pass()])]))
check(ast.Match(name, [ast.match_case(ast.MatchOr([ast.MatchAs()]), None, [ast.Pass()])]))
check(ast.Expr(ast.Constant(1, lineno=5, end_lineno=3, col_offset=0, end_col_offset=0)))
check(name)
check(None)
check(ast.Expr(3))
check(ast.Global([1]))
fails(lambda: compile(ast.Expression(ast.Constant((1, frozenset({2}), ..., b"b", 1j))), "tree", "eval"))
fails(lambda: eval(compile(ast.fix_missing_locations(ast.Expression(ast.Constant((1, frozenset({2}))))), "tree", "eval")))
fails(lambda: ast.parse("match x:\n case 1: pass", feature_version=(3, 9)))
fails(lambda: ast.parse("t''", feature_version=(3, 13)))
fails(lambda: compile("Tru\u1d49", "identifier", "eval"))
print(ast.dump(ast.parse("'%s-%r' % (a, b); __debug__; 1 + 2", optimize=1)))
print(ast.unparse(ast.parse("async def f(a, *, b: int=1): return (yield a), lambda *x: (x, *x), f'{a}', not a, -a ** -b")))
print(ast.literal_eval("{1: [2, (3,)], 'a': {4.5, -1j}}"))
