# What variables and options that set flags take for a value.
import os
import subprocess
import sys

FLAGS = "debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site", "verbose", "quiet", "hash_randomization"


def run(*options, code=None, **variables):
    code = code or f"import sys; print(*[getattr(sys.flags, name) for name in {FLAGS}], sys.stdout.write_through)"
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "")} | variables
    done = subprocess.run([sys.executable, *options, "-c", code], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    errors = [line for line in done.stderr.splitlines() if line.startswith("Fatal")]
    print(options, variables, done.returncode, done.stdout.strip(), *errors)


for name in ("DEBUG", "INSPECT", "OPTIMIZE", "DONTWRITEBYTECODE", "NOUSERSITE", "UNBUFFERED"):
    for value in "", "0", "1", "2", "-1", "x":
        run(**{"PYTHON" + name: value})
for options in ["-dd"], ["-ii"], ["-qq"], ["-OO", "-O"], ["-BB"]:
    run(*options)
for seed in "", "0", "1", "random", "abc", "-1", " 7", "7 ", "4294967295", "4294967296":
    run(PYTHONHASHSEED=seed)
    run("-R", PYTHONHASHSEED=seed)
LOADER = "import os; print(getattr(os.__spec__.loader, '__name__', type(os.__spec__.loader).__name__))"
for value in "", "on", "off", "0":
    run(code=LOADER, PYTHON_FROZEN_MODULES=value)
    run("-X", "frozen_modules=" + value, code=LOADER)
for value in "", "0", "1", "2", "3", "-1", "x", "1x":
    run("-X", "importtime=" + value, code="pass")
    run(code="pass", PYTHONPROFILEIMPORTTIME=value)
