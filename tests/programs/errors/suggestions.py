import collections
import re
import traceback


class Point:
    def __init__(self):
        self.position = 1
        self.colour = 2

    def show(self):
        return colour


def local():
    counter = 1
    return conuter


def missing_import():
    return time.sleep


for action in (lambda: Point().positon, lambda: Point().color, lambda: Point().show(), local, missing_import, lambda: pritn("x"), lambda: collections.orderedDict, lambda: [].appendd,
               lambda: sys.path, lambda: Point().xyzzy, lambda: exec("from collections import namedtupel"), lambda: dict(a=1).kyes(), lambda: "a".startwith("b"), lambda: int("5").bitlength,
               lambda: print(**{"flsh": 1}), lambda: Tru, lambda: None.lower(), lambda: exec("import jsn"), lambda: Point(x=1), lambda: sorted([], kee=1)):
    try:
        action()
    except Exception as error:
        print(re.sub(r" \(/.*?\)", "", traceback.format_exception(error)[-1]), end="")
