"""The plain prompt ends well whatever its statements did, and a null byte takes the rest of its line away."""
import subprocess
import sys

for lines in (b"\0", b"\0\nprint(1)\n", b"x=\0 5\nprint(2)\n", b"x y\n", b"1/0\n", b"raise SystemExit(3)\n"):
    done = subprocess.run([sys.executable, "-I", "-i"], input=lines, capture_output=True)
    print(lines, done.returncode, done.stdout)
