# Two operands die with one instruction; the first one's finaliser runs the collector, which must not see the second as dead.
import gc


class Text(str):
    def __del__(self):
        print("text dies", str(self))
        gc.collect()


class Thing:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return True

    def __add__(self, other):
        return 7

    def __getitem__(self, key):
        return 8

    def __contains__(self, key):
        return True

    def __del__(self):
        print(self.name, "dies")
        gc.collect()


def compare(a, b):
    return Text(a) == Text(b)


for _ in range(20):
    compare("a", "b")
for _ in range(20):
    Thing("x") == Thing("y")
    Thing("x") is Thing("y")
    Thing("x") + Thing("y")
    Thing("x")[Thing("y")]
    Thing("x") in Thing("y")
    [Thing("x")][0], {Text("k"): 1}[Text("k")]
    places = [Thing("z")]
    places[0] = Thing("w")
    del places
print("done")
