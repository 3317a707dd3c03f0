# Two operands die with one instruction; the first one's finaliser runs the collector, which must not see the second as dead.
import gc

dead = []


class Text(str):
    def __del__(self):
        dead.append(str(self))
        gc.collect(0)


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
        dead.append(self.name)
        gc.collect(0)


def run():
    Text("a") == Text("b")
    Thing("c") == Thing("d")
    Thing("e") is Thing("f")
    Thing("g") + Thing("h")
    Thing("i")[Thing("j")]
    Thing("k") in Thing("l")
    [Thing("m")][0], {Text("n"): 1}[Text("n")]
    places = [Thing("o")]
    places[0] = Thing("p")


for _ in range(30):
    run()
for name in sorted(set(dead)):
    print(name, dead.count(name))
