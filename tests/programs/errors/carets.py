"""Where the carets stand in tracebacks."""
import traceback


def f(*args, **kwargs):
    raise ValueError


class C:
    pass


x, data, none, c = 1, {"a": {"b": None}}, None, C()
sources = [
    "x + none", "(x) + (none)", "data['a']['b']['c']", "c.attribute.more", "f(x, data['a'])", "f(\n    x,\n    y=2,\n)", "x.y.z", "none()", "[f(i) for i in range(3)]",
    "x / 0 + 1", "-none", "not_there + 1", "f'{none.x} {x}'", "'ä' + 'ö' + none", "(lambda: x + none)()", "x if none.y else 2", "c[x]", "c[x:2] ", "none += 1", "del c.z", "a, b = x",
    "assert x == 2, 'bad'", "raise f", "import no_such_thing", "with none: pass", "for i in x: pass", "x == none < 3", "await_ = none[0] @ 1", "data['a'] = x[0]", "c.m(1)(2)",
]
for number, source in enumerate(sources):
    name = f"<source {number}>"
    import linecache
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    try:
        exec(compile(source, name, "exec"))
    except BaseException as error:
        print("".join(traceback.format_exception(error.with_traceback(error.__traceback__.tb_next))), end="")
