import sys

print("partial output", end="")
sys.stderr.write("to stderr\n")
try:
    sys.exit("the reason")
finally:
    print(" and cleanup")
