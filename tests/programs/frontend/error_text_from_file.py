"""The line that an error shows comes from the file that the source is said to be from, in its encoding."""
import os
import tempfile

FILES = {
    "Latin-1": b"# coding: latin-1\nreturn '\xe4' x\n",
    "undeclared": b"# c\nreturn '\xe4'\n",
    "UTF-8": "# \nr '\u00e4' \u20ac".encode(),
    "marked": b"\xef\xbb\xbf1\n\xef\xbb\xbfabc",
    "empty": b"",
    "old line ends": b"a\rb\rc\r",
    "Windows line ends": b"a\r\nb\r\nc\r\n",
}
SOURCES = ["\nreturn 1", "\nx y", b"# coding: latin-1\nx y", "\nif 1:", "\n'abc", "\nx = '\u00e4\u00f6\u00fc' y", "\n(x y",
           "\nfrom __future__ import x", "(\n1"]

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "other.py")
    for name, data in FILES.items():
        with open(path, "wb") as file:
            file.write(data)
        for source in SOURCES:
            for mode in ("exec", "single"):
                try:
                    compile(source, path, mode)
                except SyntaxError as e:
                    print(name, mode, ascii((e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text)))
