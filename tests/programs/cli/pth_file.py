# A file `EXECUTABLE._pth` beside the executable says alone what `sys.path` is.
import os
import subprocess
import sys
import tempfile

SHOW = """
import sys
print([p for p in sys.path if "python3" not in p], "site" in sys.modules, sys.prefix)
print(sys.flags.isolated, sys.flags.no_site, sys.flags.ignore_environment, sys.flags.safe_path)
"""

with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    program = os.path.join(folder, "program")
    os.symlink(sys.executable, program)
    for more in [], ["import site"]:
        with open(program + "._pth", "w") as f:
            lines = ["# a remark", "", *sys.path[1:], ".", "lib/../x // # another", "//a//b/", "import os", *more]
            f.write("\r\n".join(lines))
        run = subprocess.run([program, "-c", SHOW], capture_output=True, text=True, env={"PYTHONPATH": "/unseen"})
        print((run.stdout + run.stderr).replace(folder, "FOLDER"), run.returncode)
