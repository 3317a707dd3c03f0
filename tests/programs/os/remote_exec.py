# Scripts that one process has another run.
import os
import subprocess
import sys
import tempfile

sys.unraisablehook = lambda a: print(a.err_msg.replace(folder, "DIR"), repr(a.exc_value))


def attempt(*args):
    try:
        print(sys.remote_exec(*args))
    except Exception as error:
        print(type(error).__name__, error)
    for _ in range(3):
        pass


folder = tempfile.mkdtemp()
script = os.path.join(folder, "script.py")
with open(script, "w") as file:
    file.write("import sys\nprint('here', sorted(globals()), sys._getframe().f_code.co_filename)\n")
failing = os.path.join(folder, "failing.py")
with open(failing, "w") as file:
    file.write("1 / 0\n")
attempt(os.getpid(), script)
attempt(os.getpid(), os.fsencode(script))
attempt(os.getpid(), failing)
attempt(os.getpid(), "not there.py")
attempt(os.getpid(), None)
attempt(os.getpid(), "a\0b")
attempt("1", script)
attempt(-1, script)
attempt(os.getpid(), folder)
print(sys.is_remote_debug_enabled())

CODE = "import sys; print('ready', flush=True); sys.stdin.readline()\nfor i in range(100): pass\nprint('done')"
child = subprocess.Popen([sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(child.stdout.readline())
sys.remote_exec(child.pid, script)
print(child.communicate(b"\n")[0])
child = subprocess.Popen([sys.executable, "-X", "disable-remote-debug", "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
attempt(child.pid, script)
child.communicate(b"\n")
