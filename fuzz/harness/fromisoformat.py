import datetime, _pydatetime


def same(theirs, ours, text):
    assert repr(theirs).replace("_pydatetime", "datetime") == repr(ours), (text, theirs, ours)


def stops_early(name, theirs, text):
    """The library's Python version takes no notice of one or two characters at the end where the native one refuses them."""
    cls = getattr(_pydatetime, name)
    return any(guarded(cls.fromisoformat, text[:-n]) == theirs for n in (1, 2))


def read(name, text):
    ours = guarded(getattr(datetime, name).fromisoformat, text)
    theirs = guarded(getattr(_pydatetime, name).fromisoformat, text)
    if ours is None and theirs is not None and stops_early(name, theirs, text):
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
