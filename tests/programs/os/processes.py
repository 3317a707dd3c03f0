# Processes: fork, exec, waiting, pipes, spawn.
import os
import signal
import subprocess
import sys

pid = os.fork()
if pid == 0:
    os._exit(7)
pid2, status = os.waitpid(pid, 0)
print(pid == pid2, os.WIFEXITED(status), os.WEXITSTATUS(status), os.waitstatus_to_exitcode(status))
try:
    os.waitpid(pid, 0)
except ChildProcessError as e:
    print(e)

r, w = os.pipe()
if os.fork() == 0:
    os.close(r)
    os.write(w, b"from the child")
    os.execv("/nope" if False else "/bin/sh", ["sh", "-c", "exit 3"])
os.close(w)
print(os.read(r, 100), os.waitstatus_to_exitcode(os.wait()[1]))
os.close(r)

order = []
os.register_at_fork(before=lambda: order.append("before"), after_in_parent=lambda: order.append("parent"), after_in_child=lambda: order.append("child"))
pid = os.fork()
if pid == 0:
    os._exit(order == ["before", "child"])
print(order, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

r, w = os.pipe()
actions = [(os.POSIX_SPAWN_DUP2, w, 1), (os.POSIX_SPAWN_CLOSE, r)]
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "echo $NAME"], {"NAME": "value"}, file_actions=actions)
os.close(w)
print(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
os.close(r)
for wrong in [(1,), ("x",), ()]:
    try:
        os.posix_spawn("/bin/sh", ["sh"], {}, file_actions=[wrong])
    except TypeError as e:
        print(e)

print(subprocess.run(["echo", "hi"], capture_output=True))
print(subprocess.run("cat; exit 5", shell=True, input=b"text", capture_output=True))
for wrong in ({"args": ["/nope"]}, {"args": ["ls"], "cwd": "/nope"}, {"args": ["true"], "preexec_fn": lambda: 1 / 0}):
    try:
        subprocess.run(**wrong)
    except (OSError, subprocess.SubprocessError) as e:
        print(type(e).__name__, e)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
child.send_signal(signal.SIGTERM)
print(child.wait())
