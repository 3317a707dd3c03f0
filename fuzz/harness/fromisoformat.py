import datetime, re, _pydatetime


def same(theirs, ours, text):
    assert repr(theirs).replace("_pydatetime", "datetime") == repr(ours), (text, theirs, ours)


def stops_early(name, theirs, text):
    """The library's Python version takes no notice of one or two characters at the end where the native one refuses them."""
    cls = getattr(_pydatetime, name)
    return any(guarded(cls.fromisoformat, text[:-n]) == theirs for n in (1, 2))


def spelled_out(name, text):
    """What the library's Python version may read where only the native one reads `text`: that one takes no notice of two bytes
    after a date without dashes, nor of what stands between a number and an offset where it may end; a NUL is an end, too; without
    colons its fractions need no point."""
    if name == "date":
        data = text.encode("utf-8", "surrogatepass")
        if len(data) == 10:
            yield data[:8].decode("utf-8", "replace")
        return
    day = 7 if name == "datetime" else 0
    ends = [len(text), *(i for i, c in enumerate(text) if c == "\0")]
    zones = [len(text), *(i for i, c in enumerate(text) if c in "+-Z" and i > day)]
    for end in ends:
        for zone in zones:
            for at in range(day, min(zone, end) + 1):
                short = text[:at] + (text[zone:end] if zone < end else "")
                yield short
                for start in range(day, at):
                    yield short[:start] + re.sub("([0-9]{6})([0-9]+)", r"\1.\2", short[start:])


def reads_on(name, ours, text):
    # There are too many ways to look at a long text.
    cls = getattr(_pydatetime, name)
    return len(text) > 40 or any(
        repr(guarded(cls.fromisoformat, plain)).replace("_pydatetime", "datetime") == repr(ours) for plain in spelled_out(name, text)
    )


def read(name, text):
    ours = guarded(getattr(datetime, name).fromisoformat, text)
    theirs = guarded(getattr(_pydatetime, name).fromisoformat, text)
    if ours is None and theirs is not None and stops_early(name, theirs, text):
        return
    if theirs is None and ours is not None and reads_on(name, ours, text):
        return
    same(theirs, ours, text)
    if ours is not None:
        assert getattr(datetime, name).fromisoformat(ours.isoformat()) == ours
        guarded(ours.strftime, text)
        guarded(format, ours, text)


def check(data):
    text = data.decode("utf-8", "surrogateescape") if len(data) < 5 else data.decode("latin-1")
    for name in "date", "time", "datetime":
        read(name, text)
