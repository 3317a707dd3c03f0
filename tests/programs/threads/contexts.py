"""contextvars: variables, tokens, contexts as mappings, and their errors."""
import contextvars
from contextvars import Context, ContextVar, Token


def attempt(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0])


v, w = ContextVar("v"), ContextVar("w", default=[1])
attempt(v.get)
attempt(v.get, 3)
print(w.get(), Token.MISSING)
token = v.set(5)
print(token.old_value is Token.MISSING, token.var is v)
v.reset(token)
attempt(v.reset, token)
attempt(v.reset, 1)
attempt(w.reset, v.set(1))
token = v.set(2)
c = Context()
attempt(c.run, v.reset, token)
with v.set(9) as inner:
    print(v.get())
print(v.get())
attempt(inner.__exit__, None, None, None)
attempt(c.run, c.run, print)
attempt(c.run)
attempt(lambda: 1 in c)
attempt(lambda: c[v])
attempt(hash, c)
attempt(Context, 1)
attempt(Token)
attempt(ContextVar, 1)

many = [ContextVar(str(i)) for i in range(500)]


def fill(n):
    for i, var in enumerate(many[:n]):
        var.set(i)


c.run(fill, 300)
copy = c.copy()
copy.run(fill, 500)
print(len(c), len(copy), sum(c.values()), sum(copy.values()))
print(sorted(int(var.name) for var in c) == list(range(300)), c == copy, c == c.copy())


def undo():
    tokens = [var.set(-1) for var in many]
    for var, token in zip(many, tokens):
        var.reset(token)


copy.run(undo)
print(len(copy), sum(copy.values()), copy.get(many[3]), copy.get(v, "none"))
print(contextvars.copy_context()[v], len(copy.items()), type(copy.keys()).__name__)
