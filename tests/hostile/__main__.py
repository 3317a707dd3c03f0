"""Objects that change, empty or drop what is being worked on, from every special method and callback the built-in types call.

    tests/hostile [-v] [SECTION ...]

Each case makes a container, fills it with `Evil` objects and calls one operation; the n-th special method that the operation
calls does something to the container first. What comes of it does not matter (an exception of any kind is fine), only that the
process lives: run it with a checking build (`tests/README.md`), which ends at the first wrong use of memory. One line is
written for each section: a digest of the outcomes, to be compared with CPython's where wanted (`-v` writes every outcome).
"""

import sys

# Each of them adds its sections.
import buffers
import execution
import formats
import iteration
import mappings
import objects
import sequences
import streams
import values
from harness import SECTIONS

sys.setrecursionlimit(300)
sys.unraisablehook = lambda _: None

wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
for name, run in SECTIONS:
    if not wanted or name in wanted:
        run()
