"""What SQLite calls back: what becomes of exceptions, and callbacks that change what calls them."""
import sqlite3
import sys
import warnings

sys.unraisablehook = lambda u: print("   ", u.exc_type.__name__, u.exc_value, u.err_msg.split(" at 0x")[0], u.object)
sqlite3.enable_callback_tracebacks(True)
def bad(*a): 1/0
class A:
    step=inverse=value=finalize=bad
class B:
    __init__=bad
class C: 
    def step(self,x): pass
    finalize=bad
class D: pass
class R:
    def __bool__(self): 1/0
    def __repr__(self): return "R()"
def t(f):
    try:
        found = f()
        print(type(found).__name__ if isinstance(found, sqlite3.Cursor) else found)
    except Exception as e:
        print(type(e).__name__, e)
cx=sqlite3.connect(":memory:")
cx.execute("create table t(a)"); cx.execute("insert into t values('a'),('b')")
cx.create_function("f",0,bad); t(lambda: cx.execute("select f()"))
cx.create_function("g",0,lambda: object); t(lambda: cx.execute("select g()"))
cx.create_function("h",0,lambda: 2**70); t(lambda: cx.execute("select h()"))
for n,c in ("A",A),("B",B),("C",C),("D",D):
    cx.create_aggregate("a"+n,1,c); t(lambda: cx.execute(f"select a{n}(a) from t").fetchall())
    cx.create_window_function("w"+n,1,c); t(lambda: cx.execute(f"select w{n}(a) over (order by a) from t").fetchall())
cx.create_collation("c", bad); t(lambda: cx.execute("select a from t order by a collate c").fetchall())
cx.create_collation("d", lambda a,b: None); t(lambda: cx.execute("select a from t order by a collate d").fetchall())
cx.set_authorizer(bad); t(lambda: cx.execute("select a from t"))
cx.set_authorizer(lambda *a: "x"); t(lambda: cx.execute("select a from t"))
cx.set_authorizer(lambda *a: 2**70); t(lambda: cx.execute("select a from t"))
cx.set_authorizer(None)
cx.set_progress_handler(bad,1); t(lambda: cx.execute("select a from t"))
cx.set_progress_handler(R,1); t(lambda: cx.execute("select a from t"))
cx.set_progress_handler(None,1)
cx.set_trace_callback(bad); t(lambda: cx.execute("select a from t"))
cx.set_trace_callback(None)

# Callbacks that take themselves away.
def away(*args):
    cx.set_authorizer(None)
    return sqlite3.SQLITE_OK
cx.set_authorizer(away); t(lambda: cx.execute("select a from t").fetchall())
def away():
    cx.set_progress_handler(None, 1)
    return 0
cx.set_progress_handler(away, 1); t(lambda: cx.execute("select a from t").fetchall())
cx.set_trace_callback(lambda sql: cx.set_trace_callback(None)); t(lambda: cx.execute("select a from t").fetchall())
cx.create_function("redefine", 0, lambda: cx.create_function("redefine", 0, None)); t(lambda: cx.execute("select redefine()").fetchall())
cu = cx.cursor()
cx.create_function("again", 0, lambda: cu.execute("select 1").fetchone()[0]); t(lambda: cu.execute("select again()").fetchall())
cx.create_function("gone", 0, None); t(lambda: cx.execute("select gone()"))
with warnings.catch_warnings():
    warnings.simplefilter("error")
    t(lambda: cx.create_function("named", 0, func=len))
    t(lambda: cx.create_aggregate("named", 0, aggregate_class=len))
    t(lambda: cx.set_authorizer(authorizer_callback=None))
    t(lambda: cx.set_progress_handler(None, n=1))
    t(lambda: cx.set_progress_handler(progress_handler=None, n=1))
    t(lambda: cx.set_trace_callback(trace_callback=None))
    t(lambda: sqlite3.Connection(":memory:", 1.0))
t(lambda: cx.create_function("f", -2, len)); t(lambda: cx.create_window_function("f", 5000, len))
t(lambda: cx.create_function()); t(lambda: cx.set_authorizer()); t(lambda: cx.set_progress_handler(None))
cx.close()
