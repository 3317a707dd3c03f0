# An executable with pyvenv.cfg beside it or above takes that folder for its prefix.
import os
import subprocess
import sys
import tempfile

SHOW = "import sys; print(sys.prefix); print(sys.base_prefix); print(sys._base_executable); print(sys.path[-1])"
with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    os.mkdir(os.path.join(folder, "bin"))
    python = os.path.join(folder, "bin", "python")
    os.symlink(sys.executable, python)
    os.makedirs(os.path.join(folder, "lib/python3.14/site-packages"))
    with open(os.path.join(folder, "pyvenv.cfg"), "w") as file:
        file.write(f"HOME = {os.path.dirname(sys.executable)}\ninclude-system-site-packages = false\n")
    output = subprocess.check_output([python, "-c", SHOW], text=True).splitlines()
    print(output[0] == folder, output[1] == sys.base_prefix, os.path.samefile(output[2], sys.executable))
    print(output[3].removeprefix(folder))
