"""What finalizers of the main module's objects find at the end: modules that are still whole."""
import os
import socket
import subprocess


class Late:
    def __del__(self):
        print(os, os.path.join("a", "b"), helper())
        for call in (os.fork, lambda: subprocess.Popen(["/bin/true"], preexec_fn=helper)):
            try:
                call()
            except PythonFinalizationError as error:
                print(error)


def helper():
    return "helper"


class NoPath:
    __fspath__ = None


for open_it in (open, os.fspath, lambda path: compile("1", path, "eval")):
    try:
        open_it(NoPath())
    except TypeError as error:
        print(error)

timer = os.timerfd_create(1, flags=os.TFD_NONBLOCK)
print(os.get_inheritable(timer))
os.close(timer)

largest = 2**31 - 1 - socket.CMSG_SPACE(1)
print(socket.CMSG_SPACE(largest))
try:
    socket.CMSG_SPACE(largest + 1)
except OverflowError as error:
    print(error)

late = Late()
