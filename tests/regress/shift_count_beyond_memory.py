# The count of a left shift was added to the bits there are without a look at the sum: it began again at zero.
for value in (1, -1, 1 << 40, 1 << 100, -(1 << 100), 0):
    for count in (2**63, 2**64 - 41, 2**64 - 1, 2**64, 2**65):
        for name, shift in (("<<", lambda: value << count), (">>", lambda: value >> count)):
            try:
                print(value, name, count, shift())
            except OverflowError as error:
                print(value, name, count, error)


class Releases:
    def __index__(self):
        view.release()
        return 1


# Bounds that release the view: the part that is taken lives on.
view = memoryview(bytearray(10))
print(len(view[Releases():]), len(memoryview(b"abc")[1:]))
