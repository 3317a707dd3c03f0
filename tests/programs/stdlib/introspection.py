import ast
import dis
import inspect
import io
import sys
import tokenize
import types


def sample(a, b: int = 2, *args, key=None, **rest) -> str:
    """Docs."""
    for x in args:
        if x > a:
            yield x + b


print(inspect.signature(sample), inspect.isgeneratorfunction(sample), inspect.getdoc(sample), inspect.getsource(sample).splitlines()[0], sample.__code__.co_varnames, sample.__code__.co_flags)
print(ast.dump(ast.parse("x = [i ** 2 for i in y if i]"), indent=1))
print(ast.unparse(ast.parse("def f(a, /, *b, c: int=1): return (lambda x: x + 1)(a) if b else {**c}")), ast.literal_eval("[1, (2, 'a'), {'k': None}]"))
out = io.StringIO()
dis.dis(compile("x = a + 1\nif x: print(x)", "f", "exec"), file=out)
print(out.getvalue())
for token in tokenize.generate_tokens(io.StringIO("x = 'a' + 1  # c\n").readline):
    print(tokenize.tok_name[token.type], repr(token.string), token.start)
frame = sys._getframe()
print(frame.f_code.co_name, frame.f_lineno, frame.f_back, types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1}), sys.getsizeof([]), sys.getrefcount(object()))


def tracer(frame, event, arg):
    events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer


def traced():
    x = 1
    return x


events = []
sys.settrace(tracer)
traced()
sys.settrace(None)
print(events, code := (lambda: 0).__code__.replace(co_name="renamed").co_name)
print(sys.version_info[:2], sys.implementation.name, sys.byteorder, sys.maxsize, sys.float_info.dig, sys.flags.optimize, sys.getrecursionlimit(), sys.intern("a") is sys.intern("a"))
