#!/usr/bin/env python3
"""Loads servers and compares their throughput on two interpreters, in turns of a few seconds, so that the machine's moods even out.

    run_servers.py [--seconds N] [--only echo,http] REFERENCE INTERPRETER

Both servers run and keep their connections open all the time; N is each one's time under load.  The clients run on the
reference.  A server passes when no byte is lost, no request fails, its memory stays flat after the first quarter, and it does
at least what the reference does.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

SERVERS = Path(__file__).resolve().parent / "servers"
TURN = 5
CONNECTIONS = {"echo": 2000, "http": 64}
#: How much the memory of a server may still grow after the first quarter.
GROWTH = 1.05


class Pair:
    """A server and its client."""

    def __init__(self, kind, interpreter, reference):
        self.server = subprocess.Popen([interpreter, SERVERS / f"{kind}_server.py"], stdout=subprocess.PIPE, text=True)
        port = self.server.stdout.readline().strip()
        command = [reference, SERVERS / "client.py", kind, port, str(CONNECTIONS[kind])]
        self.client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.client.stdout.readline()
        self.turns = []
        self.memory = []

    def processor_seconds(self):
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def resident(self):
        for line in Path(f"/proc/{self.server.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024

    def turn(self, seconds):
        before = self.processor_seconds()
        print(seconds, file=self.client.stdin, flush=True)
        result = json.loads(self.client.stdout.readline())
        result["processor"] = self.processor_seconds() - before
        self.turns.append(result)
        self.memory.append(self.resident())

    def total(self, what):
        return sum(turn[what] for turn in self.turns)

    def close(self):
        self.client.stdin.close()
        self.client.wait()
        self.server.kill()
        self.server.wait()


def measure(kind, seconds, reference, interpreter):
    pairs = [Pair(kind, command, reference) for command in (reference, interpreter)]
    try:
        for _ in range(max(4, round(seconds / TURN))):
            for pair in pairs:
                pair.turn(min(TURN, seconds / 4))
    finally:
        for pair in pairs:
            pair.close()
    rates = [pair.total("done") / pair.total("seconds") for pair in pairs]
    costs = [pair.total("processor") / max(1, pair.total("done")) * 1e6 for pair in pairs]
    tested = pairs[1]
    warm, last = tested.memory[len(tested.memory) // 4], tested.memory[-1]
    passed = rates[1] >= rates[0] and not tested.total("errors") and last <= warm * GROWTH
    print(
        f"{'ok' if passed else 'FAIL':4} {kind}: {CONNECTIONS[kind]} connections, {tested.total('seconds'):.0f} s, "
        f"{tested.total('done')} requests, {tested.total('bytes')} bytes, {tested.total('errors')} errors, "
        f"memory {warm:.1f} -> {last:.1f} MiB; {rates[1]:.0f} requests/s against {rates[0]:.0f}: {rates[1] / rates[0]:.2f}, "
        f"{costs[1]:.0f} us of processor time each against {costs[0]:.0f}",
        flush=True,
    )
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", default="echo,http")
    parser.add_argument("reference")
    parser.add_argument("interpreter")
    options = parser.parse_args()
    results = [measure(kind, options.seconds, options.reference, options.interpreter) for kind in options.only.split(",")]
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
