# Importlib writes to sys.stderr under -v before the standard files exist; -X importtime reports every import.
import subprocess
import sys


def errors(*args):
    done = subprocess.run([sys.executable, *args], capture_output=True)
    return done.returncode, done.stderr.decode().splitlines()


status, lines = errors("-v", "-c", "pass")
print(status, *lines[:3], sep="\n")
status, lines = errors("-S", "-X", "importtime", "-c", "import keyword")
print(status, lines[0])
print(lines[-1].split("|")[-1], len(lines[-1].split("|")))
status, lines = errors("-S", "-X", "importtime=2", "-c", "import keyword, keyword")
print(lines[-1])
status, lines = errors("-c", b"print('\xff')")
print(status, *lines, sep="\n")
