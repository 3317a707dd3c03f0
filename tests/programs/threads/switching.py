"""A busy thread gives the GIL away after the switch interval, and nobody starves at a contended lock."""
import sys
import threading
import time

sys.setswitchinterval(0.0005)
print(sys.getswitchinterval())
stop = False
turns = [0, 0, 0]


def spin(i):
    while not stop:
        turns[i] += 1


threads = [threading.Thread(target=spin, args=(i,)) for i in range(3)]
for t in threads:
    t.start()
deadline = time.monotonic() + 20
while not all(turns) and time.monotonic() < deadline:
    time.sleep(0.001)
stop = True
for t in threads:
    t.join()
print("all ran:", all(turns))

lock = threading.Lock()
stop = False
got = [0, 0, 0, 0]


def contend(i):
    while not stop:
        with lock:
            got[i] += 1


threads = [threading.Thread(target=contend, args=(i,)) for i in range(4)]
for t in threads:
    t.start()
deadline = time.monotonic() + 20
while min(got) < 5 and time.monotonic() < deadline:
    time.sleep(0.005)
stop = True
for t in threads:
    t.join()
print("all got the lock:", min(got) >= 5, lock.locked())
