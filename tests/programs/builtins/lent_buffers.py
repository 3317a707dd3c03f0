# Buffers that Python classes lend: who is called with which memoryview, and when.
import sys

sys.unraisablehook = lambda a: print("unraisable:", a.err_msg, repr(a.exc_value))


class Lender(bytearray):
    def __buffer__(self, flags):
        made = super().__buffer__(flags)
        print("lent, owner is self:", made.obj is self)
        return made

    def __release_buffer__(self, view):
        print("released", view.obj, bytes(view))
        super().__release_buffer__(view)


lender = Lender(b"hello")
with memoryview(lender) as view:
    print(bytes(view), type(view.obj).__name__)
lender.clear()


class Other(bytearray):
    def __buffer__(self, flags):
        return memoryview(b"something else")

    def __release_buffer__(self, view):
        try:
            super().__release_buffer__(view)
        except ValueError as error:
            print(error)


with memoryview(Other(b"hello")) as view:
    print(view.tobytes())


class Releaser(bytearray):
    def __release_buffer__(self, buffer):
        print("release", buffer.tobytes())
        for use in (
            lambda: memoryview(buffer), lambda: buffer[:1], lambda: buffer.cast("b"),
            lambda: buffer.toreadonly(), lambda: buffer.__buffer__(0),
        ):
            try:
                use()
            except ValueError as error:
                print(error)
        self.kept = buffer
        super().__release_buffer__(buffer)


releaser = Releaser(b"hello")
with memoryview(releaser):
    pass
releaser.clear()
try:
    releaser.kept.tobytes()
except ValueError as error:
    print(error)


class Same:
    def __init__(self):
        self.made = memoryview(b"abc")

    def __buffer__(self, flags):
        return self.made

    def __release_buffer__(self, view):
        print("the same:", view is self.made)
        1 / 0


print(bytes(Same()))

# What runs in between cannot release the view.
import array


class Hashed(array.array):
    def __hash__(self):
        view.release()
        return 1


class Separator(bytes):
    def __len__(self):
        other.release()
        return 1


view = memoryview(Hashed("B", b"abc")).toreadonly()
other = memoryview(bytearray(b"abc"))
for call in (lambda: hash(view), lambda: other.hex(Separator(b":"))):
    try:
        call()
    except BufferError as error:
        print(error)


class Index:
    def __index__(self):
        target.release()
        return 2


target = memoryview(bytearray(b"abcd"))
try:
    target[:Index()] = b"xy"
except ValueError as error:
    print(error)
