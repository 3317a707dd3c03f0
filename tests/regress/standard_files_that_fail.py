# Nothing that is written to a full device, a closed descriptor or a pipe without reader ends the interpreter, and nothing lost goes unsaid.
import os
import re
import subprocess
import sys


def run(*args, input="", **files):
    full = {name: open("/dev/full", "w") for name, kind in files.items() if kind == "full"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | full
    done = subprocess.run([sys.executable, *args], input=input, text=True, **streams)
    errors = re.sub(r"0x[0-9a-f]+", "0x", done.stderr or "").strip().splitlines()
    print(done.returncode, (done.stdout or "")[:40].splitlines(), errors[-2:])


# The prompt has nowhere to go; the results have.
run("-q", "-i", input="1+1\n", stderr="full")
run("-i", input="1/0\n", stderr="full")
run("--nonsense", stderr="full")
run("-X", "importtime", "-c", "print(3)", stderr="full")
run("-c", "1/0", stderr="full")
run("-V", stdout="full")
run("-c", "print(1)", stdout="full")
run("-u", "-c", "print(1)", stdout="full")
run("-c", "import sys; print(1); sys.exit(3)", stdout="full")
run("-c", "import sys; del sys.stderr; 1/0")
run("-c", "import sys; sys.stderr.close(); 1/0")
run("-c", "import sys; del sys.stdin; input()")
run("-c", """
import sys
class Stream:
    def write(self, text):
        return len(text)
    def flush(self):
        raise ValueError
sys.stderr = Stream()
""")
done = subprocess.run([sys.executable, "-q", "-i"], input="2+2\n", text=True, stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))
print(done.returncode, done.stdout.splitlines())
reader, writer = os.pipe()
os.close(reader)
print(subprocess.run([sys.executable, "-i", "-q"], input="1/0\n", text=True, stdout=subprocess.DEVNULL, stderr=writer).returncode)
os.close(writer)
done = subprocess.run([sys.executable, "-c", "pass"], stdin=os.open("/", os.O_RDONLY), stderr=subprocess.PIPE, text=True)
print(done.returncode, re.sub(r"0x\w+ \[.*?\]", "0x [name]", done.stderr))
