"""Scripts whose bytes are not what they say: CPython reads them line by line, and what it says depends on where it stands."""
import os
import subprocess
import sys
import tempfile

SCRIPTS = {
    "no declaration, second line": b"x = 1\ny = '\xff'\n",
    "no declaration, second line in a string": b"x = '''a\ny = '\xff'\n",
    "no declaration, second line after a backslash": b"x = \\\n'\xff'\n",
    "no declaration, third line": b"x = 1\ny = 2\nz = 'ab\xe4cd'\n",
    "no declaration, Windows line ends": b"x = 1\r\n\r\ny = '\xff'\r\n",
    "no declaration, after a broken token": b"x = 'abc\n\ny = '\xff'\n",
    "UTF-8 declared": b"# coding: utf-8\nx = 1\ny = '\xc3\xa4\xff'\n",
    "UTF-8 declared, in a string of lines": b"# coding: utf-8\nx = '''\n\n a \xff\n'''\n",
    "UTF-8 declared in the line after": b"# a \xff\n# coding: utf-8\nx = 1\n",
    "UTF-8 by another name": b"# coding: utf8\nx = '\xff'\n",
    "mark": b"\xef\xbb\xbfx = 1\ny = '\xff'\n",
    "mark and another encoding": b"\xef\xbb\xbf# coding: ascii\nx = 1\n",
    "ASCII declared": b"# coding: ascii\nx = 1\nx = '\xff'\n",
    "ASCII declared, much later": b"# coding: ascii\n" + b"x = 1\n" * 5000 + b"'\xff'\n",
    "Windows line ends and ASCII": b"\r\n# coding: ascii\r\nx = 1\r\n'\xff'\r\n",
    "Latin-1 declared, error of the compiler": b"# coding: latin-1\nreturn '\xe4'\n",
    "no encoding": b"# coding: nosuch\nx = 1\n",
    "null byte": b"x = 1\nprint('hi')\ny = '\0'\n",
    "null byte after a mark": b"\xef\xbb\xbf\0",
    "null byte after a declaration": b"# coding: latin-1\nx = 1\n\0y\n",
    "null byte after a bad one": b"x = 1\ny = 2\n\xff\0\n",
    "no line end": b"if 1:",
    "no line end after an operator": b"x = 1 +",
    "blank lines at the end": b"while 1:\n\n\n",
}

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "script.py")
    for name, source in SCRIPTS.items():
        with open(path, "wb") as file:
            file.write(source)
        done = subprocess.run([sys.executable, "-I", "-X", "utf8", path], capture_output=True)
        print("#", name)
        print(ascii(done.stderr.decode().replace(folder, "FOLDER")).replace("\\n", "\n"))
