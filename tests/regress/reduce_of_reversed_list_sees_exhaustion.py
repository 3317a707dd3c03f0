"""Looking up `reversed` for a `__reduce__` may run the iterator out."""

import builtins

names = builtins.__dict__
original = reversed
iterator = original([0, 1, 2])


class Key:
    def __hash__(self):
        return hash("reversed")

    def __eq__(self, other):
        list(iterator)
        return other == "reversed"


del names["reversed"]
names[Key()] = original
result = iterator.__reduce__()
del names["reversed"]
names["reversed"] = original
print(result)
