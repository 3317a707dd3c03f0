"""A frame that outlives its call showed the line of the last call in it, not that of its return."""
import sys

frame = None


def keep():
    global frame
    frame = sys._getframe(1)


def function(flag):
    keep()
    if flag:
        return 1
    return 2


for flag in True, False:
    function(flag)
    print(frame.f_lineno - frame.f_code.co_firstlineno)
