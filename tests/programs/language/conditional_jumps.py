"""Conditional jumps right behind comparisons, tests of truth and membership, watched and unwatched."""
import sys


class Truth:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value


def paths(a, b, items):
    seen = []
    if a < b:
        seen.append("less")
    if not a < b:
        seen.append("not less")
    if a == b or a > 10**6:
        seen.append("equal or big")
    if a is b:
        seen.append("same")
    if a is not b and a not in items:
        seen.append("apart")
    while a in items:
        items = items[1:]
        seen.append("in")
    if items:
        seen.append("left")
    if not items:
        seen.append("none left")
    if a:
        seen.append("true")
    x = a <= b
    y = not (a != b)
    z = a in items
    return seen, x, y, z


def none(value):
    if value is None:
        return "none"
    if value is not None and value:
        return "something"
    return "nothing"


def loop(values):
    total = 0
    for value in values:
        if value > 500:
            continue
        if value % 2 == 0:
            total += value
        elif value is None:
            break
        else:
            total -= 1
    return total


cases = [(1, 2, [1, 1, 3]), (2, 2, []), (5000, 400, [5000]), (0, 0, []), (10**9, 1, [2])]
for _ in range(50):
    results = [paths(*case) for case in cases]
for result in results:
    print(result)
for _ in range(50):
    answers = [none(v) for v in (None, 0, 1, "", "a", [], [1], 1.5, 0.0, Truth(True), Truth(False), Truth)]
print(answers)
print([loop(range(1000)) for _ in range(30)][-1])

lines = []


def trace(frame, event, arg):
    if frame.f_code is paths.__code__ and event == "line":
        lines.append(frame.f_lineno - paths.__code__.co_firstlineno)
    return trace


sys.settrace(trace)
paths(1, 2, [1, 3])
paths(7, 7, [])
sys.settrace(None)
print(lines)

events = []
monitoring = sys.monitoring
monitoring.use_tool_id(3, "branches")
kinds = monitoring.events.BRANCH_LEFT | monitoring.events.BRANCH_RIGHT
monitoring.register_callback(3, monitoring.events.BRANCH_LEFT, lambda code, at, to: events.append(("left", at, to)))
monitoring.register_callback(3, monitoring.events.BRANCH_RIGHT, lambda code, at, to: events.append(("right", at, to)))
monitoring.set_local_events(3, loop.__code__, kinds)
loop([1, 2, 501, 4])
monitoring.set_local_events(3, loop.__code__, 0)
loop([1, 2, 501, 4])
monitoring.free_tool_id(3)
for event in events:
    print(*event)
