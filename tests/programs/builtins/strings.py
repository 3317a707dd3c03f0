s = "Hello, Wörld"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.casefold(), s[::-1], s[-3:], s[1:8:2], len(s), s * 2, s + "!", "W" in s)
print(s.find("o"), s.rfind("o"), s.index("W"), s.count("l"), s.startswith(("x", "He")), s.endswith("ld"), s.replace("l", "L", 2))
print("a,b,,c".split(","), " a  b ".split(), "a b c".rsplit(None, 1), "x\ny\r\nz".splitlines(True), "k=v=w".partition("="), "k=v=w".rpartition("="))
print("-".join("abc"), "  x ".strip() + "|", "xxaxx".strip("x"), "abc".center(9, "*"), "7".zfill(3), "-7".zfill(4), "a\tb".expandtabs(4), "ab".ljust(4) + "|")
print("ß".upper(), "İ".lower(), "ŉ".title(), "ǆ".title(), "ΣΑΣ".lower(), "straße".casefold(), "é" == "e\u0301", "٣".isdigit(), "½".isnumeric(), "Ⅷ".isnumeric())
print("abc".isalpha(), "a1".isalnum(), "a b".isidentifier(), "class".isidentifier(), " \t".isspace(), "A b".istitle(), "\n".isprintable(), "abc".isascii())
print(repr("a'b"), repr('a"b'), repr("a'b\"c"), repr("\n\t\x00\x7f\xa0\u200b\U0001f600\ud800"), ascii("é😀"), "\N{BULLET}", r"\n", "\x41\101\u0041")
print("%s %r %d %5.2f %x %c %% %(a)s" % {"a": 1} if False else "%s|%r|%05d|%-5s|%+.1e|%x|%c|%%|%a" % ("a", "b", 42, "l", 12.5, 255, 65, "é"))
print("%(name)s is %(n)03d" % {"name": "x", "n": 7}, "%*d" % (5, 1), "{} {0}".count("{"), "{:>5}|{!r}|{a[0]}|{b.real}".format(1, "x", a=[9], b=2))
print("{0} {1} {0}".format("a", "b"), "{:{w}.{p}f}".format(3.14159, w=8, p=2), "{{}}".format(), "abc".translate({97: "x", 98: None}), str.maketrans("ab", "xy", "c"))
print("abc" < "abd", "a" < "B", sorted("bAc"), "abc".removeprefix("a"), "abc".removesuffix("bc"), "a-b_c".encode(), "é".encode("latin-1"), ord("€"), chr(128512))
for expression in ("'a' + 1", "'a' * 'b'", "'abc'[5]", "'abc'['x']", "'abc'.index('z')", "'%d' % 'x'", "'%s %s' % 'a'", "'%s' % (1, 2)", "'{} {1}'.format(1, 2)",
                   "'{}'.format()", "'{a}'.format()", "''.join([1])", "'é'.encode('ascii')", "'a'.split('')", "ord('ab')", "chr(-1)", "'a'.foo", "str(b'x', 'ascii', 'strict', 4)",
                   "'%z' % 1", "'%(a)s' % 5", "'abc'.replace('a')", "'x'.center(5, 'ab')", "'a' in 5", "5 in 'a'", "'abc'.encode('nope')", "'\\ud800'.encode()"):
    try:
        print(expression, "->", repr(eval(expression)))
    except Exception as error:
        print(expression, "->", type(error).__name__, error)
