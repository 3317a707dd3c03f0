import re, warnings

warnings.simplefilter("ignore")


def use(pattern, text, data):
    for work in pattern.match, pattern.fullmatch, pattern.search:
        match = work(text)
        if match is not None:
            match.groups(), match.span(), match.groupdict(), match.regs
            assert 0 <= match.start() <= match.end() <= len(text)
    pattern.findall(text)
    pattern.split(text, 5)
    pattern.subn(data, text)
    list(pattern.finditer(text, 1, 12))
    scanner = pattern.scanner(text)
    while scanner.search():
        pass


def check(data):
    if len(data) < 2:
        return
    flags = 0
    for bit, flag in enumerate((re.I, re.M, re.S, re.X, re.A)):
        if data[0] >> bit & 1:
            flags |= flag
    pattern, _, text = data[1:].partition(b"\n")
    text = text[:64]
    if not data[0] & 128:
        pattern, text = pattern.decode("utf-8", "replace"), text.decode("utf-8", "replace")
        flags &= ~re.L
    compiled = guarded(re.compile, pattern, flags)
    if compiled is not None:
        guarded(use, compiled, text, pattern[:3])
    re.purge()
