# Warnings of unclosed files and sockets tell how to learn where they were made, or where they were.
import os
import socket
import sys
import tracemalloc
import warnings

warnings.simplefilter("always")
sys.stderr = sys.stdout


def shown(message, *rest):
    text = warnings._formatwarnmsg(message)
    return "\n".join(line for line in text.splitlines() if "ResourceWarning" not in line or "Enable" in line)


warnings._showwarnmsg = lambda message: print(shown(message).replace(os.path.dirname(__file__), "DIR"), type(message.source).__name__)


def leave():
    open(__file__)


leave()
left = socket.socket()
left = None
entries = os.scandir(os.path.dirname(__file__))
next(entries)
entries = None
tracemalloc.start(2)
leave()
