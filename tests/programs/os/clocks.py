# Module time: conversion, formatting, clocks, errors.
import os
import time

os.environ["TZ"] = "EST+05EDT,M4.1.0,M10.5.0"
time.tzset()
print(time.tzname, time.timezone, time.altzone, time.daylight)


def attempt(function, *args):
    try:
        print(function.__name__, function(*args))
    except BaseException as e:
        print(function.__name__, type(e).__name__, e)


t = time.localtime(1_500_000_000)
print(t, t.tm_zone, t.tm_gmtoff, time.mktime(t), tuple(time.gmtime(0)))
print(time.asctime(t), time.ctime(0), time.strftime("%Y-%m-%d %H:%M:%S %Z %z %j %U é%%", t))
print(time.strptime("30 Nov 00", "%d %b %y"))
print(time.strftime("%Y\0%d", (2000, 1, 2, 0, 0, 0, 0, 0, 0)))
attempt(time.gmtime, "a")
attempt(time.gmtime, 2**60)
attempt(time.gmtime, float("nan"))
attempt(time.asctime, 1)
attempt(time.asctime, (1,))
attempt(time.asctime, (1, 13, 1, 1, 1, 1, 1, 1, 1))
attempt(time.strftime, 1)
attempt(time.sleep, -1)
attempt(time.sleep, "a")
attempt(time.sleep, float("nan"))
attempt(time.clock_gettime, 99)
attempt(time.get_clock_info, "x")
for name in "time", "monotonic", "perf_counter", "process_time", "thread_time":
    info = time.get_clock_info(name)
    print(name, info.implementation, info.monotonic, info.adjustable)
print(abs(time.time() - time.time_ns() / 1e9) < 1, type(time.monotonic_ns()), time.monotonic() <= time.monotonic())
print(time.struct_time(range(9)), time.struct_time(range(11)).tm_gmtoff)
