"""The DB-API on SQLite: values, transactions, functions, hooks, errors."""
import sqlite3
import threading


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "sqlite_errorname", ""))


con = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
con.execute("create table t(i integer primary key, x real, s text unique, b blob, p point)")


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        return f"{self.x};{self.y}"

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


sqlite3.register_converter("point", lambda b: Point(*map(int, b.split(b";"))))
cur = con.execute("insert into t values(?, ?, ?, ?, ?)", (1, 2.5, "é", b"\0\1", Point(3, 4)))
print(cur.rowcount, cur.lastrowid, cur.description, con.in_transaction)
cur.executemany("insert into t(s) values(:s)", [{"s": "a"}, {"s": "b"}])
print(cur.rowcount, con.total_changes)
print(con.execute('select i, x, s, b, p, 7 as "n [point]" from t where i = 1').description)
print(con.execute("select * from t").fetchall())
con.row_factory = sqlite3.Row
row = con.execute("select * from t order by i").fetchone()
print(row.keys(), row["S"], tuple(row), row[-1], row[0:2], row == row)
con.row_factory = None
con.commit()
for sql, args in [("select", ()), ("select ?", ()), ("select ?", (1, 2)), ("select :a", {}), ("select :a", (1,)), ("select 1; select 2", ()),
                  ("insert into t(s) values('a')", ()), ("select * from nowhere", ()), ("select ?", (1 << 70,)), ("select ?", (object,)),
                  ("select 'a\0'", ()), ("", ()), ("-- nothing", ()), ("select ?", 5)]:
    attempt(lambda: con.execute(sql, args).fetchall())
attempt(lambda: con.executemany("select ?", [(1,)]))
attempt(lambda: con.execute(1))
try:
    with con:
        con.execute("insert into t(s) values('c')")
        raise KeyError("undone")
except KeyError:
    print(con.execute("select count(*) from t").fetchone())


class Mean:
    def __init__(self):
        self.sum = self.n = 0

    def step(self, x):
        self.sum += x
        self.n += 1

    def inverse(self, x):
        self.sum -= x
        self.n -= 1

    def value(self):
        return self.sum / self.n

    finalize = value


con.create_function("twice", 1, lambda x: x * 2, deterministic=True)
con.create_function("bad", 0, lambda: 1 / 0)
con.create_aggregate("mean", 1, Mean)
con.create_window_function("sliding", 1, Mean)
con.create_collation("backwards", lambda a, b: (a < b) - (a > b))
print(con.execute("select twice(21), twice('ab'), mean(i) from t").fetchall())
print(con.execute("select sliding(i) over (order by i rows between 1 preceding and current row) from t").fetchall())
print(con.execute("select s from t order by s collate backwards").fetchall())
attempt(lambda: con.execute("select bad()"))
seen = []
con.set_trace_callback(seen.append)
con.execute("select ?", (5,)).fetchall()
con.set_trace_callback(None)
con.set_authorizer(lambda action, *rest: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_DELETE else sqlite3.SQLITE_OK)
attempt(lambda: con.execute("delete from t"))
con.set_authorizer(None)
con.set_progress_handler(lambda: 1, 1)
attempt(lambda: con.execute("select * from t").fetchall())
con.set_progress_handler(None, 0)
print(seen)
other = sqlite3.connect(":memory:")
con.backup(other, pages=1, progress=lambda *state: print(state))
print("\n".join(other.iterdump()))
data = other.serialize()
third = sqlite3.connect(":memory:")
third.deserialize(data)
print(third.execute("select count(*) from t").fetchone())
with third.blobopen("t", "b", 1) as blob:
    print(len(blob), blob[0], blob[:], blob.read(1), blob.tell())
    blob[1] = 9
    attempt(lambda: blob.write(b"too long"))
print(third.execute("select b from t where i = 1").fetchone(), third.getlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH) > 0)
con2 = sqlite3.connect(":memory:", check_same_thread=False)
worker = threading.Thread(target=lambda: print(con2.execute("select 42").fetchone()))
worker.start()
worker.join()
con.close()
attempt(lambda: con.execute("select 1"))
strict = sqlite3.connect(":memory:", autocommit=False)
print(strict.in_transaction, strict.autocommit)
strict.execute("create table q(a)")
strict.commit()
print(strict.in_transaction)
for c in other, third, con2, strict:
    c.close()
print([sqlite3.IntegrityError.__mro__[1].__name__, sqlite3.apilevel, sqlite3.paramstyle, sqlite3.threadsafety, sqlite3.complete_statement("select 1;")])
