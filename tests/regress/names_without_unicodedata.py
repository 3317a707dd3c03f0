# Names of characters come with module `unicodedata`, which a program may keep out; found once, it is not needed any more.
import codecs
import gc
import sys


def attempt(function):
    try:
        print(ascii(function()))
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "offset", None), getattr(e, "end_offset", None))


def all_ways():
    attempt(lambda: eval(r"'\N{DIGIT ONE}'"))
    attempt(lambda: eval(r"r'\N{DIGIT ONE}'"))
    attempt(lambda: eval(r"f'a\N{DIGIT ONE}b' 'c'"))
    attempt(lambda: b"abc\\N{DIGIT ONE}x".decode("unicode_escape"))
    attempt(lambda: b"abc\\N{DIGIT ONE}x".decode("unicode_escape", "replace"))
    attempt(lambda: b"abc\\\\N{DIGIT ONE}x".decode("unicode_escape"))
    attempt(lambda: "\u1234".encode("ascii", "namereplace"))
    attempt(lambda: codecs.lookup_error("namereplace")(UnicodeEncodeError("ascii", "\u1234", 0, 1, "x")))


print("unicodedata" in sys.modules)
for value in None, 1:
    sys.modules["unicodedata"] = value
    all_ways()
del sys.modules["unicodedata"]
all_ways()
print("unicodedata" in sys.modules)
del sys.modules["unicodedata"]
gc.collect()
sys.modules["unicodedata"] = None
all_ways()
