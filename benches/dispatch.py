"""Checks an optimised executable: every instruction handler must go on to the next one by a jump, never by a call, or the native
stack would grow with each instruction. Needs objdump."""

import re
import subprocess
import sys


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: dispatch.py EXECUTABLE")
    command = ["objdump", "-d", "--no-show-raw-insn", "-C", sys.argv[1]]
    listing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    handlers, current = {}, None
    for line in listing.stdout:
        head = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if head:
            name = re.search(r"dispatch::handler::([A-Z0-9_]+)", head[1])
            current = handlers.setdefault(name[1], []) if name else None
        elif current is not None and line.startswith(" "):
            current.append(line)
    if not handlers:
        sys.exit("no handlers found: is the executable stripped, or not for this machine?")
    bad = [n for n, code in handlers.items() if any(re.search(r"call\s+\*\(%r\w+,%r\w+,8\)", l) for l in code)]
    saves = [n for n, code in handlers.items() if code and "push" in code[0]]
    print(f"{len(handlers)} handlers, {len(bad)} of them with a call where a jump should be: {', '.join(sorted(bad)) or 'none'}")
    print(f"{len(handlers) - len(saves)} save no register at their start")
    sys.exit(bool(bad))


main()
