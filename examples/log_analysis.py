"""Summarise a web server's access log: traffic by hour, slowest paths, clients that look like scanners.

usage: log_analysis.py [FILE]      (without a file, a sample log is made up)
"""
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from statistics import mean, median

LINE = re.compile(
    r"""(?P<host>\S+)\ \S+\ (?P<user>\S+)\ \[(?P<time>[^\]]+)\]\ 
        "(?P<method>[A-Z]+)\ (?P<path>\S+)\ HTTP/[\d.]+"\ 
        (?P<status>\d{3})\ (?P<size>\d+|-)\ (?P<seconds>\d+\.\d+)""",
    re.VERBOSE,
)
TIME_FORMAT = "%d/%b/%Y:%H:%M:%S %z"


def sample_lines(count=600):
    """A made-up log; a small generator of our own keeps it the same everywhere."""
    state = 20260101
    def draw(limit):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return (state >> 8) % limit

    paths = ["/", "/index.html", "/api/items", "/api/items/42", "/login", "/static/app.js", "/search?q=krait"]
    now = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
    for i in range(count):
        now += timedelta(seconds=draw(90))
        host = f"10.0.{draw(3)}.{draw(8)}"
        path = paths[min(draw(9), 6)]
        status = 500 if draw(40) == 0 else 404 if draw(15) == 0 else 200
        if draw(25) == 0:
            host, path, status = "203.0.113.9", f"/wp-admin/{draw(50)}.php", 404
        size = "-" if status == 500 else 200 + draw(20_000)
        seconds = (5 + draw(100)) / 1000 * (8 if path.startswith("/search") else 1)
        yield f'{host} - - [{now:{TIME_FORMAT}}] "GET {path} HTTP/1.1" {status} {size} {seconds:.3f}\n'
        if i % 200 == 150:
            yield "this line is damaged\n"


def parse(lines):
    for number, line in enumerate(lines, 1):
        match = LINE.match(line)
        if match is None:
            yield number, None
            continue
        row = match.groupdict()
        row["time"] = datetime.strptime(row["time"], TIME_FORMAT)
        row["status"] = int(row["status"])
        row["size"] = 0 if row["size"] == "-" else int(row["size"])
        row["seconds"] = float(row["seconds"])
        row["path"], _, row["query"] = row["path"].partition("?")
        yield number, row


def human(size):
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.1f} {unit}" if unit != "B" else f"{size} B"
        size /= 1024
    return f"{size:.1f} GiB"


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main():
    lines = open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sample_lines()
    hours, statuses, traffic = Counter(), Counter(), Counter()
    times, missing = defaultdict(list), defaultdict(set)
    damaged = []
    for number, row in parse(lines):
        if row is None:
            damaged.append(number)
            continue
        hours[row["time"].replace(minute=0, second=0)] += 1
        statuses[row["status"]] += 1
        traffic[row["host"]] += row["size"]
        times[row["path"]].append(row["seconds"])
        if row["status"] == 404:
            missing[row["host"]].add(row["path"])

    total = statuses.total()
    print(f"{total} requests, {human(traffic.total())} sent, {len(damaged)} damaged lines {damaged}")
    print("\nBy hour:")
    peak = max(hours.values())
    for hour, count in sorted(hours.items()):
        print(f"  {hour:%a %d %b %H:00}  {count:4}  {'█' * (count * 40 // peak)}")
    print("\nBy status:")
    for status, count in sorted(statuses.items()):
        print(f"  {status}  {count:4}  {count / total:6.1%}")
    print("\nSlowest paths:")
    print(f"  {'path':18} {'n':>4} {'mean':>8} {'median':>8} {'95%':>8}")
    often = {path: values for path, values in times.items() if len(values) >= 10}
    for path, values in sorted(often.items(), key=lambda item: -mean(item[1]))[:5]:
        print(f"  {path:18} {len(values):4} {mean(values):8.4f} {median(values):8.4f} {percentile(values, 95):8.3f}")
    print("\nMost traffic:")
    for host, size in traffic.most_common(3):
        print(f"  {host:12} {human(size):>10}")
    print("\nLooks like a scanner (many different missing pages):")
    for host, paths in missing.items():
        if len(paths) > 8:
            print(f"  {host}: {len(paths)} paths, such as {', '.join(sorted(paths)[:3])}")


if __name__ == "__main__":
    main()
