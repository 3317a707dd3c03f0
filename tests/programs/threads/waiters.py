# Dozens of threads that want the GIL at once: with short blocking calls, computing, over sockets; nobody is left waiting,
# also not when the program ends while they do.
import socket
import sys
import threading
import time


def run(target, count, *args):
    done = []

    def work(number):
        target(number, *args)
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(done) == list(range(count))


def short_calls(number):
    for _ in range(200):
        time.sleep(0)


def mixed(number):
    for turn in range(40):
        if number % 3:
            time.sleep(0.0001 * (turn % 3))
        sum(range(2000))


def talk(number):
    a, b = socket.socketpair()
    with a, b:
        for turn in range(50):
            text = b"%d %d" % (number, turn)
            a.sendall(text)
            assert b.recv(100) == text
            assert b.send(text * 3) == 3 * len(text)
            assert a.recv(1000) == text * 3


def send_much(number):
    # More than the kernel takes at once: a socket that waits takes all of it.
    a, b = socket.socketpair()
    with a, b:
        data = bytes(range(256)) * 250
        got = bytearray()

        def read():
            while len(got) < 20 * len(data):
                got.extend(b.recv(1 << 16))

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(20):
            assert a.send(data) == len(data)
        reader.join(60)
        assert got == data * 20


print("short calls", run(short_calls, 60))
print("mixed", run(mixed, 40))
print("talk", run(talk, 30))
print("much", run(send_much, 4))

interval = sys.getswitchinterval()
sys.setswitchinterval(1e-5)
print("often", run(mixed, 40))
sys.setswitchinterval(interval)

# A peer that is gone.
a, b = socket.socketpair()
b.close()
for call in (a.send, a.sendall):
    try:
        call(b"lost")
    except OSError as error:
        print(type(error).__name__)
a.close()
a, b = socket.socketpair()
a.settimeout(0.01)
try:
    for _ in range(1000):
        a.send(b"x" * 60000)
except TimeoutError as error:
    print(error)
a.setblocking(False)
try:
    a.send(b"x" * 60000)
except BlockingIOError as error:
    print(error.errno)
a.close()
b.close()


def forever():
    while True:
        time.sleep(0)


def compute():
    while True:
        pass


for target in [forever] * 10 + [compute] * 3:
    threading.Thread(target=target, daemon=True).start()
time.sleep(0.05)
print("end")
