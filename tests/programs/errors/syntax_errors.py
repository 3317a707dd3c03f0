sources = """\
x = = 1
if True print(1)
print "hello"
f(a for a in b, c)
(1, 2
[1, 2)
"unclosed
'''never closed
def f(a, a): pass
def f(a=1, b): pass
def f(*): pass
return 5
yield 5
break
continue
await x
nonlocal x
1 = x
f() = 1
x + 1 = 2
None = 1
del f()
a b
for x range(3): pass
while True
class C
x = 5 6
import a.b as
from x import
from . import *, a
lambda x: = 1
{1: 2, 3}
{**a for a in b}
f(**a, *b)
f(a=1, 2)
f(a=1, a=2)
f(1=2)
f(True=1)
x := 1
(x.y := 1)
else: pass
try: pass
try: pass\nexcept: pass\nexcept ValueError: pass
with open(x) as 5: pass
0777
1_000_
0x
1a
5.5.5
é = 1; ? = 2
a = “text”
x = 'a' b'b'
global y; y = 1; def f(: pass
def f():\nprint(1)
  x = 1
if 1:\n    x\n  y
print(f'{x!}')
import __future__; from __future__ import nope
@
a if b
not
x = (yield)
async def f(): [await x for x in (yield)]
match x:\n    case a | b: pass
match x:\n    case {**rest, "a": 1}: pass
match x:\n    case a.b(c, d=1, e): pass
type X[T, T] = int
try: pass\nexcept* : pass
pass else
print(a, b c)
elif x: pass
def f():\n    global x\n    x = 1\n    nonlocal x
def f(x):\n    global x
x = 1 if 2 else
raise x from
assert
""".splitlines()
for source in sources:
    source = source.replace("\\n", "\n")
    try:
        compile(source, "<s>", "exec")
    except SyntaxError as error:
        print(f"{source!r}: {type(error).__name__}: {error.msg} ({error.lineno}:{error.offset}-{error.end_lineno}:{error.end_offset})")
    else:
        print(f"{source!r}: fine")
