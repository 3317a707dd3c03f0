import signal
import os

try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(10**6):
        pass
except KeyboardInterrupt:
    print("caught", flush=True)
os.kill(os.getpid(), signal.SIGINT)
for _ in range(10**8):
    pass
