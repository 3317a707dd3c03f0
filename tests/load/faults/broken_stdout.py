"""Writes to a standard output that is gone.  Usage: broken_stdout.py HOW"""
import os
import sys

HOW = sys.argv[1]
if HOW == "closed-descriptor":
    os.close(1)
elif HOW == "closed-stream":
    sys.stdout.close()
elif HOW == "none":
    sys.stdout = None
print("x")
if HOW in ("flushed", "closed-descriptor"):
    sys.stdout.flush()
if HOW == "much":
    for _ in range(100_000):
        print("a line of text")
