# -b: warnings where bytes meet text.
import warnings

warnings.showwarning = lambda message, category, *rest: print(category.__name__, message)
warnings.simplefilter("always")
for call in (
    lambda: str(b"a"), lambda: str(bytearray(b"a")), lambda: b"a" == "a", lambda: bytearray(b"a") != "a",
    lambda: "a" == b"a", lambda: b"1" == 1, lambda: 1 == b"1", lambda: b"a" < b"b", lambda: "%s" % b"a",
    lambda: f"{b'a'}", lambda: "%r" % b"a", lambda: b"a" in ["a"], lambda: memoryview(b"a") == "a", lambda: str(b"a", "ascii"),
):
    print(repr(call()))
