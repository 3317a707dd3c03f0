# Mapped memory: slices, searching, positions, resizing, errors.
import mmap
import tempfile


def attempt(function, *args, **kwargs):
    try:
        print(function.__name__, "->", function(*args, **kwargs))
    except BaseException as e:
        print(function.__name__, "->", type(e).__name__, e)


attempt(mmap.mmap, -1, 0)
attempt(mmap.mmap, -1, -1)
attempt(mmap.mmap, -1, 10, access=9)
attempt(mmap.mmap, -1, 10, flags=2, access=1)
attempt(mmap.mmap, 9999, 10)
with tempfile.TemporaryFile() as file:
    file.write(b"hello world\n" * 10)
    file.flush()
    fd = file.fileno()
    attempt(mmap.mmap, fd, 1000)
    attempt(mmap.mmap, fd, 0, offset=4096)
    m = mmap.mmap(fd, 0)
    print(m, len(m), m.closed)
    print(m.find(b"world"), m.find(b"world", 7), m.rfind(b"world"), m.find(b"x"), m.find(b"", 200))
    print(m.read(5), m.tell(), m.readline(), m.read_byte(), m.seek(-1, 2), m.read(), m.read())
    for call in (lambda: m.seek(-1), lambda: m.seek(0, 9), lambda: m.read_byte(), lambda: m.write(b"xx"), lambda: m.flush(1), lambda: m.move(0, 5, 1000), lambda: m.madvise(0, -1)):
        attempt(call)
    m.seek(0)
    print(m.write(b"HELLO"), m.move(6, 0, 5), m[:12], m[::3][:4], m[-1], m[5:2])
    m[0] = 74
    m[1:3] = b"ab"
    m[3:9:2] = b"xyz"
    print(m[:12])
    for index, value in ((1000, 1), (0, 256), (0, "a"), (slice(0, 3), b"ab"), ("a", 1)):
        attempt(m.__setitem__, index, value)
    m.resize(50)
    print(len(m), m.size())
    view = memoryview(m)
    attempt(m.close)
    attempt(m.resize, 60)
    view.release()
    m.close()
    attempt(m.read)
    print(m)
    with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as m:
        attempt(m.write, b"a")
        attempt(m.__setitem__, 0, 1)
        attempt(m.resize, 10)
        print(m, memoryview(m).readonly)
with mmap.mmap(-1, 100) as m:
    attempt(m.resize, 200)
    print(list(m[:3]), bytes(m)[:2], [*m][:2])
