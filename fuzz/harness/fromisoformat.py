import datetime, _pydatetime


def same(theirs, ours, text):
    assert repr(theirs).replace("_pydatetime", "datetime") == repr(ours), (text, theirs, ours)


def read(name, text):
    ours = guarded(getattr(datetime, name).fromisoformat, text)
    theirs = guarded(getattr(_pydatetime, name).fromisoformat, text)
    same(theirs, ours, text)
    if ours is not None:
        assert getattr(datetime, name).fromisoformat(ours.isoformat()) == ours
        guarded(ours.strftime, text)
        guarded(format, ours, text)


def check(data):
    text = data.decode("utf-8", "surrogateescape") if len(data) < 5 else data.decode("latin-1")
    for name in "date", "time", "datetime":
        read(name, text)
