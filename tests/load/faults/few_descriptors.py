"""What comes of a program that has used up its file descriptors."""
import asyncio
import resource
import socket
import subprocess
import sys
import tempfile
import threading

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
kept = []


def attempt(what, call):
    try:
        call()
    except Exception as error:
        print(what, type(error).__name__, getattr(error, "errno", None))
    else:
        print(what, "works")


def fill():
    while True:
        kept.append(open("/dev/null"))


async def nothing():
    pass


attempt("open", fill)
attempt("open once more", lambda: open("/dev/null"))
attempt("socket", socket.socket)
attempt("socketpair", socket.socketpair)
attempt("subprocess", lambda: subprocess.run([sys.executable, "-c", ""]))
attempt("asyncio", lambda: asyncio.run(nothing()))
attempt("temporary file", tempfile.TemporaryFile)
attempt("import", lambda: __import__("wave"))
thread = threading.Thread(target=print, args=("a thread runs",))
thread.start()
thread.join()
del kept[:5]
attempt("open with room", lambda: open("/dev/null").close())
attempt("subprocess with room", lambda: subprocess.run(["true"], check=True))
kept.clear()
attempt("asyncio at last", lambda: asyncio.run(nothing()))
attempt("import at last", lambda: __import__("wave"))
