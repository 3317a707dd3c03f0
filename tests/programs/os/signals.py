# Signals: Python handlers, interrupted calls, timers, waiting, masks.
import os
import select
import signal
import time

seen = []


def handler(number, frame):
    seen.append((number, frame is not None))


old = signal.signal(signal.SIGUSR1, handler)
print(old, signal.getsignal(signal.SIGUSR1) is handler)
os.kill(os.getpid(), signal.SIGUSR1)
print(seen)

# A sleep goes on after a handler, until its time is up.
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
start = time.monotonic()
time.sleep(0.2)
print(time.monotonic() - start >= 0.2, seen[-1])


class Alarm(Exception):
    pass


def fail(number, frame):
    raise Alarm(number)


signal.signal(signal.SIGALRM, fail)
for wait in (lambda: time.sleep(10), lambda: os.read(os.pipe()[0], 1), lambda: select.select([], [], [], 10), lambda: select.poll().poll(10_000)):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        wait()
    except Alarm as e:
        print("interrupted by", e)

signal.signal(signal.SIGALRM, signal.SIG_DFL)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("KeyboardInterrupt")

blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.kill(os.getpid(), signal.SIGUSR1)
print(blocked, signal.sigpending(), signal.sigwait([signal.SIGUSR1]))
os.kill(os.getpid(), signal.SIGUSR1)
info = signal.sigwaitinfo([signal.SIGUSR1])
print(info.si_signo, info.si_pid == os.getpid(), signal.sigtimedwait([signal.SIGUSR1], 0))
signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

r, w = os.pipe()
os.set_blocking(w, False)
print(signal.set_wakeup_fd(w))
os.kill(os.getpid(), signal.SIGUSR1)
print(os.read(r, 10), signal.set_wakeup_fd(-1) == w)
for wrong in (lambda: signal.signal(99, handler), lambda: signal.signal(2, None), lambda: signal.set_wakeup_fd(0 if False else 12345), lambda: signal.setitimer(99, 1)):
    try:
        wrong()
    except (ValueError, TypeError, OSError) as e:
        print(type(e).__name__, e)
print(signal.strsignal(signal.SIGTERM), len(signal.valid_signals()))
