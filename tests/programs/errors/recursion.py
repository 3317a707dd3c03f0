def forever(n):
    return forever(n + 1)


class Loop:
    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return self == other

    def __getattr__(self, name):
        return getattr(self, name + "x")


nested = []
for _ in range(100_000):
    nested = [nested]
for action in (lambda: forever(0), lambda: repr(Loop()), lambda: Loop() == Loop(), lambda: Loop().a, lambda: repr(nested), lambda: eval("(" * 5000 + ")" * 5000), lambda: eval("-" * 100_000 + "1"),
               lambda: nested == nested[:] and hash(str(nested))):
    try:
        action()
    except (RecursionError, SyntaxError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("fine")
while nested:
    nested = nested.pop()
print("done")
