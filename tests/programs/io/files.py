"""Files: modes, buffering, seeking, errors, warnings of files nobody closed."""
import io
import os
import tempfile
import warnings


def show(call, *args, **kwargs):
    try:
        print(repr(call(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, str(error).replace(path, 'PATH').replace(folder, 'FOLDER'))


folder = tempfile.mkdtemp()
path = os.path.join(folder, 'file')
with open(path, 'w+b', buffering=8) as f:
    print(f.write(b'0123456789' * 3), f.tell(), f.seek(3), f.read(4), f.write(b'XY'), f.tell())
    f.seek(0)
    print(f.read())
    f.seek(-3, 2)
    print(f.peek()[:1], f.read1(2), f.readline(), f.truncate(5), f.seek(0), f.read())
with open(path, 'rb', buffering=0) as f:
    print(type(f).__name__, f.mode, f.closefd, f.readall(), f.read())
with open(path, 'a') as f:
    print(f.tell(), f.write('äöü\n'), f.tell())
print(open(path, 'rb').read() if False else '', end='')
with open(path, encoding='utf-8') as f:
    print(f.readline(), f.buffer.raw.tell() > 0, f.mode)
for mode in ('z', 'rw', 'rtb', 'rr', 'r+b+', ''):
    show(open, path, mode)
show(open, path, 'rb', encoding='utf-8')
show(open, path, 'r', 0)
show(open, os.path.join(folder, 'missing'))
show(open, folder)
show(open, path, 'x')
show(io.FileIO, path, 'q')
show(io.FileIO, -3)
show(io.FileIO, path, opener=lambda name, flags: -5)
f = io.FileIO(path)
show(f.write, b'')
f.close()
show(f.read)
print(repr(f))
for base in (io.IOBase, io.RawIOBase, io.BufferedIOBase, io.TextIOBase):
    show(base().read if hasattr(base, 'read') else base().fileno)
    show(base().seek, 0)


class Raw(io.RawIOBase):
    def __init__(self, parts):
        self.parts = list(parts)

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.parts:
            return 0
        part = self.parts.pop(0)
        if part is None:
            return None
        buffer[:len(part)] = part
        return len(part)


r = io.BufferedReader(Raw([b'ab', b'c\nd', None, b'ef', b'']))
print(r.read(1), r.readline(), r.read(10), r.read(), r.read())
print(io.BufferedReader(Raw([None])).read(5))


class Broken(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        return len(data) + 1


w = io.BufferedWriter(Broken(), 4)
show(w.write, b'much too long')
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    open(path)
print([str(c.message).replace(path, 'PATH') for c in caught], caught[0].category.__name__)
os.remove(path)
os.rmdir(folder)
