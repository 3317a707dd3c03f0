print("hi")
import sys
print("e", file=sys.stderr)
1/0
