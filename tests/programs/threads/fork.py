"""The child of a fork in a program with busy threads is a whole program with one thread."""
import os
import threading
import warnings

warnings.simplefilter("ignore")
stop = False


def spin():
    while not stop:
        [i for i in range(50)]


def wait(lock):
    with lock:
        pass


held = threading.Lock()
held.acquire()
threads = [threading.Thread(target=spin), threading.Thread(target=wait, args=(held,))]
for t in threads:
    t.start()
bad = 0
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        alone = threading.active_count() == 1
        t = threading.Thread(target=lambda: None)
        t.start()
        t.join()
        os._exit(0 if alone and threading.main_thread() is threading.current_thread() else 3)
    bad += os.waitpid(pid, 0)[1] != 0
stop = True
held.release()
for t in threads:
    t.join()
print("bad children:", bad)
