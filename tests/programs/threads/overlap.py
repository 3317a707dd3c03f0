"""Blocking calls let other threads run; results come back through a queue."""
import queue
import socket
import threading
import time

start = time.monotonic()
threads = [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("sleeps overlap:", time.monotonic() - start < 1.2)

left, right = socket.socketpair()


def echo():
    while data := right.recv(100):
        right.sendall(data.upper())


t = threading.Thread(target=echo)
t.start()
for word in (b"one", b"two"):
    left.sendall(word)
    print(left.recv(100))
left.close()
t.join()

work, done = queue.Queue(maxsize=3), queue.SimpleQueue()


def worker():
    while (n := work.get()) is not None:
        done.put(n * n)


threads = [threading.Thread(target=worker) for _ in range(3)]
for t in threads:
    t.start()
for n in range(200):
    work.put(n)
for _ in threads:
    work.put(None)
for t in threads:
    t.join()
print(sum(done.get() for _ in range(200)), done.empty())
