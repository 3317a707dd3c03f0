import sys

print(sys.argv, __name__, sys.flags.optimize, sys.orig_argv[1:], sys.path[0].endswith("cli"))
