from string.templatelib import Interpolation, Template, convert

name, n = "World", 5
template = t"Hello {name!r:>10}, {n + 1} times {n=}"
print(type(template).__name__, template.strings, template.values)
for part in template:
    match part:
        case str():
            print("text", repr(part))
        case Interpolation(value, expression, conversion, spec):
            print("value", repr(value), expression, conversion, repr(spec))
print(template)


def render(template, escape=str):
    return "".join(
        part if isinstance(part, str) else format(convert(escape(part.value), part.conversion), part.format_spec)
        for part in template
    )


print(render(template), render(t"{'<b>'}", lambda v: v.replace("<", "&lt;")))
print((t"a{1}" + t"b{2}c").strings, t"".strings, t"{n}{n}".strings, len(list(t"{n}{n}")))
print(t"x{n:{n}d}".interpolations[0].format_spec, rt"\d{n}".strings)
try:
    t"a" + "b"
except TypeError as error:
    print(error)
print(Template("a", Interpolation(1, "x", "s", ".2"), "b"), t'{"nested" + f"{n}"}'.values)
