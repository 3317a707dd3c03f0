# frame.f_locals: keys that equal a name, reversed(), what cannot be deleted.
import sys
f = sys._getframe()
for n in ('f_trace_lines','f_trace_opcodes','f_lineno','f_trace','f_locals', 'f_back'):
    try: delattr(f, n); print(n,'ok')
    except Exception as e: print(n, type(e).__name__, e)
def g():
    x = 1; y = 2
    d = sys._getframe().f_locals
    print(reversed(d), list(reversed(d)))
    class I:
        def __hash__(s): return hash('x')
        def __eq__(s, o): return o == 'x'
    class S(str): pass
    for o in S('x'), I(), 'x':
        x = 1
        d[o] = 5
        print(d[o], x, list(d), type(o).__name__, o in d)

    for m in ('pop','popitem','clear','__delitem__'):
        try: print(getattr(d,m)('x') if m not in('popitem','clear') else getattr(d,m)())
        except Exception as e: print(m, type(e).__name__, e)
g()
