# The folder of the script is the one that start-up put first, whatever sys.path says later; odd values in sys do no harm.
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "fractions.py"), "w") as file:
        file.write("shadowing = True\n")
    for start in ('import sys; sys.path.insert(0, "nowhere")', "import sys; sys.path = [0] + sys.path[:1]",
                  "import sys; sys.stdlib_module_names = None", "import sys; del sys.stdlib_module_names", "pass"):
        for use in "import fractions; fractions.Fraction", "from fractions import Fraction":
            with open(os.path.join(folder, "main.py"), "w") as file:
                file.write(start + "\n" + use + "\n")
            for options in [], ["-P"]:
                done = subprocess.run([sys.executable, *options, "main.py"], cwd=folder, capture_output=True, text=True)
                print(start, use, options, [line.replace(os.path.realpath(folder), "FOLDER") for line in done.stderr.splitlines()[-1:]])
