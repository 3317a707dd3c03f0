name = input("name? ")
print("hello", name)
try:
    input()
except EOFError as error:
    print(repr(error))
import sys
sys.stdout.write("no newline")
