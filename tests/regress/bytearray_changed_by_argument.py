"""Arguments whose conversion changes the bytearray that they are given to."""


class Buffer:
    def __init__(self, change):
        self.change = change

    def __buffer__(self, flags):
        self.change()
        return memoryview(b"ABCDEFGH")


class Clearing:
    def __init__(self, target):
        self.target = target

    def __index__(self):
        self.target.clear()
        return 65


for name in "find", "count", "index", "rindex", "rfind":
    b = bytearray(b"A")
    try:
        print(getattr(b, name)(Clearing(b)))
    except BufferError as e:
        print(name, e)
b = bytearray(b"A")
try:
    print(Clearing(b) in b)
except TypeError as e:
    print(e)

b = bytearray(b"x" * 10)
b.extend(Buffer(lambda: b.extend(b"y" * 5)))
print(b)
b = bytearray(b"x" * 10)
b.extend(Buffer(b.clear))
print(b)

b = bytearray(b"0123456789")
view = memoryview(b)
try:
    b[1:-1:2] = b""
except BufferError as e:
    print(e)
view.release()
b[1:-1:2] = b""
print(b)
