# A timer that meddles with the profiler it is the timer of.
import _lsprof, sys
sys.unraisablehook = lambda u: print(type(u.exc_value), u.exc_value, u.err_msg.split("<")[0], u.object)
class T:
    def __init__(s, n, what): s.n=n; s.c=0; s.what=what
    def __call__(s):
        s.c+=1
        if s.c==s.n: getattr(p, s.what)()
        return s.c
for what in ('disable','clear','enable', 'getstats', '__init__'):
    for n in (1,2):
        print(what, n)
        p=_lsprof.Profiler(T(n, what)); p.enable(); (lambda: None)()
        try: p.disable()
        except Exception as e: print(repr(e))
        p.clear()
