# Archives stand on sys.path and run as programs.
import os
import subprocess
import sys
import tempfile
import zipfile
import zipimport

print(sys.path_hooks[0] is zipimport.zipimporter)
with tempfile.TemporaryDirectory() as folder:
    archive = os.path.join(folder, "a.zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("pack/__init__.py", "from . import inner\n")
        file.writestr("pack/inner.py", "def f():\n    return 1 / 0\n")
        file.writestr("__main__.py", "import sys, pack\nprint(__name__, pack.__loader__.prefix == '', sys.argv[1:])\n")
    sys.path.insert(0, archive)
    import pack

    print(type(pack.__loader__).__name__, pack.__file__.removeprefix(folder))
    try:
        pack.inner.f()
    except ZeroDivisionError as error:
        print(error.__traceback__.tb_next.tb_frame.f_code.co_filename.removeprefix(folder))
    done = subprocess.run([sys.executable, archive, "x"], capture_output=True, text=True)
    print(done.returncode, done.stdout, done.stderr)
