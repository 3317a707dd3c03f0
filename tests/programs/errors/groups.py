def fail(kind, text):
    raise kind(text)


def collect(*actions):
    errors = []
    for kind, text in actions:
        try:
            fail(kind, text)
        except Exception as error:
            errors.append(error)
    return errors


inner = ExceptionGroup("inner", collect((KeyError, "k"), (IndexError, "i")))
inner.add_note("a note on the inner group")
raise ExceptionGroup("outer", [*collect((ValueError, "v")), inner, *collect((TypeError, "t"))]) from RuntimeError("cause")
