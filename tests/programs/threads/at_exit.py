"""What happens to threads at the end: ordinary ones are waited for, daemons are not."""
import atexit
import threading
import time

atexit.register(print, "atexit")


def late():
    time.sleep(0.1)
    print("late")


def forever():
    while True:
        pass


threading.Thread(target=forever, daemon=True).start()
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
threading.Thread(target=late).start()


def fails():
    raise ValueError("seen by the hook")


threading.excepthook = lambda args: print("hook:", args.exc_type.__name__, args.exc_value, args.thread.name)
t = threading.Thread(target=fails, name="T")
t.start()
t.join()
print(threading.active_count())
