import re

print(re.findall(r"\b(\w)(\w*)", "the quick brown"), re.split(r"[,;]\s*", "a, b;c"), re.sub(r"(\w+) (\w+)", r"\2 \g<1>", "hello world"), re.sub("a", lambda m: m[0].upper() * 2, "banana", count=2))
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?", "2026-11 rest")
print(m, m.groupdict(), m.span("month"), m.groups("-"), m.lastgroup, m.end(), m["year"], m.expand(r"\g<month>/\1"))
print(re.fullmatch("a+?b*", "aab"), re.search(r"(?<=x)y(?!z)", "xyz xy!"), re.findall(r"(?i)É|ß", "éß"), re.findall(r"(?s).+?$", "a\nb"), re.findall(r"^\w", "a\nb", re.M))
print(re.findall(r"(a)|(b)", "ab"), [m.span() for m in re.finditer("", "ab")], re.subn("x*", "-", "abxd"), re.escape("a.b*c"), re.split("(x)", "axbxc"), re.split("x", "axbxc", maxsplit=1))
print(re.compile(r"""
    (\d+)   # digits
    \s*
    ([a-z]+)""", re.X | re.I).match("12 AB").groups(), re.compile("a", re.A | re.M), re.findall(r"[^\W\d_]+|[\u00e0-\u00ff]", "abc1_é"), re.match(r"(\w+) \1", "ab ab").group())
print(re.match(r"(?>a+)b", "aaab"), re.match("a++b", "aab"), re.search(r"(?(1)a|b)" if False else r"(x)?(?(1)y|z)", "z"), re.findall(rb"\d", b"a1b2"), re.sub(r"\d", lambda m: str(int(m[0]) + 1), "a1b9"), re.findall(r"\d{2,3}?", "12345"))
for bad in ("(", "[a", "*a", "a{2,1}", "(?P<1>a)", r"\1", "(?<=a*)b", "a**", "(?z)", r"\q", "(?P=x)", "[z-a]", "a(?i)b", ")", "(?P<a>x)(?P<a>y)"):
    try:
        re.compile(bad)
        print(bad, "fine")
    except re.PatternError as error:
        print(bad, "->", error, error.pos)
print(re.match(r"(a?){20}a{20}", "a" * 20) is not None, len(re.findall(r"\w+", "word " * 500)), re.sub("", "-", "ab"), re.search("b", "abc", ).string)
