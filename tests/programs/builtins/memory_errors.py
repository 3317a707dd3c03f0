"""What does not fit into memory raises MemoryError, whatever it is that grows. Some of it fits if it is done without a copy."""

import array
import base64
import binascii
import itertools
import re
import resource
import time
import unicodedata

LIMIT = 300 << 20
resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
N = 25_000_000

CASES = """
(256).to_bytes((1 << 60) + 1)
(-5).to_bytes(1 << 60)
(256).to_bytes(1 << 31)
int.from_bytes(bytes(3 * N))
(b"a" * N).replace(b"a", b"bbbbbb")
bytearray(b"a" * N).replace(b"a", b"bbbbbb")
("a" * N).replace("a", "bbbbbb")
(b"a\\t" * N).expandtabs(100)
memoryview(b"a" * N).tolist()
array.array("B", b"a" * N).tolist()
array.array("w", "a" * N)
b"%300000000d" % 3
bytearray(b"%300000000d") % 3
re.sub("a", "bbbbb", "a" * N)
binascii.hexlify(b"a" * (3 * N))
base64.b64encode(b"a" * (4 * N))
binascii.b2a_qp(b"\\xff" * N)
repr("\\0" * (2 * N))
repr(b"\\xff" * (2 * N))
ascii("\\xe9" * (2 * N))
bytes.fromhex("aa" * (2 * N))
("\\u1234" * (N // 2)).encode("ascii", "namereplace")
("\\u1234" * N).encode("ascii", "backslashreplace")
(b"a" * (2 * N)).decode("cp1252")
(b"\\xff" * (2 * N)).decode("ascii", "backslashreplace")
(b"a" * (2 * N)).decode("unicode_escape")
(b"a" * (2 * N)).decode("shift_jis", "replace")
unicodedata.normalize("NFKD", "\\ufdfa" * (N // 4))
time.strftime("%A" * N)
list(itertools.product([None] * 9_000_000, [None] * 9_000_000))
b"".join(itertools.repeat(b"ab", 1 << 40))
bytearray(b"ab") * (6 * N)
"""
done = 0
for case in CASES.strip().splitlines():
    try:
        eval(case)
    except MemoryError:
        pass
    done += 1
print(done, "cases")
