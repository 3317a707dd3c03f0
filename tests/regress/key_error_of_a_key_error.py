"""A missing key that is an exception, or a tuple, is the new exception's only argument."""

for key in KeyError("x"), (1, 2), LookupError("y"), None:
    for d in {}, dict.fromkeys("a"):
        try:
            d[key]
        except KeyError as e:
            print(repr(e), e.args, e.args[0] is key, e is key)
