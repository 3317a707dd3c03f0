import atexit

atexit.register(print, "at exit", 1)
atexit.register(lambda: print("first"))


class Loud:
    def __del__(self):
        print("deleted")


keep = Loud()
raise SystemExit(3)
