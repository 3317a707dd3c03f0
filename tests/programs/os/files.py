# Files and directories: the calls, and the texts of their errors.
import os
import posix
import stat
import tempfile


def attempt(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except BaseException as e:
        print(function.__name__, "->", type(e).__name__, e, getattr(e, "filename", None), getattr(e, "filename2", None))
    else:
        print(function.__name__, "->", result)


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


attempt(os.stat, "/nope")
attempt(os.stat, b"/nope")
attempt(os.stat, Path("/nope"))
attempt(os.stat, Path(1))
attempt(os.stat, None)
attempt(os.stat, 1.5)
attempt(os.stat, "a\0b")
attempt(os.stat, -1)
attempt(os.stat, 2**40)
attempt(os.stat, "x", dir_fd=1.5)
attempt(os.stat, 3, dir_fd=0)
attempt(os.stat, 3, follow_symlinks=False)
attempt(os.lstat, 3)
attempt(os.listdir, "/nope")
attempt(os.listdir, 1.5)
attempt(os.rename, 1, 2)
attempt(os.rename, "/nope", "/nope2")
attempt(os.link, "/nope", "/nope2")
attempt(os.symlink, "a", "/nope/b")
attempt(os.open, "/nope", os.O_RDONLY)
attempt(os.chown, "/nope", -2, 0)
attempt(os.chown, "/nope", "a", 0)
attempt(os.chown, 3, 0, 0, dir_fd=3)
attempt(os.utime, "/nope", (1, 2, 3))
attempt(os.utime, "/nope", ns=(1,))
attempt(os.utime, "/nope", (1, 2), ns=(1, 2))
attempt(os.read, 0, -1)
attempt(os.urandom, -1)
attempt(os.sysconf, "x")
attempt(os.putenv, "a=b", "c")
attempt(os.fspath, 1)
attempt(posix.stat)
attempt(posix.lseek, 1, 2)
attempt(posix._path_normpath, "a//b/../c\0d")
attempt(posix._path_normpath, "//a/./b/..")
attempt(posix._path_splitroot_ex, "//a/b")
attempt(posix._path_splitroot_ex, b"///a")

with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "file")
    fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o640)
    print(os.write(fd, b"hello world"), os.lseek(fd, 0, os.SEEK_SET), os.read(fd, 5), os.pread(fd, 5, 6))
    print(os.get_inheritable(fd), os.get_blocking(fd), os.isatty(fd))
    parts = [bytearray(3), bytearray(4)]
    print(os.preadv(fd, parts, 0), parts)
    os.ftruncate(fd, 4)
    st = os.fstat(fd)
    print(st.st_size, stat.filemode(st.st_mode), len(st), st[6], type(st).__name__)
    os.close(fd)
    os.utime(name, ns=(1_500_000_000_123_456_789, 1_600_000_000_987_654_321))
    st = os.stat(name)
    print(st.st_atime_ns, st.st_mtime_ns, st.st_mtime, st[8])
    os.mkdir(os.path.join(folder, "sub"))
    os.symlink("file", os.path.join(folder, "link"))
    print(os.readlink(os.path.join(folder, "link")), sorted(os.listdir(folder)))
    with os.scandir(folder) as entries:
        for e in sorted(entries, key=lambda e: e.name):
            print(e, e.is_dir(), e.is_file(), e.is_symlink(), e.is_file(follow_symlinks=False), e.stat().st_size == 4)
    fd = os.open(folder, os.O_RDONLY)
    print(sorted(os.listdir(fd)), os.stat("file", dir_fd=fd).st_size)
    os.rename("file", "other", src_dir_fd=fd, dst_dir_fd=fd)
    os.unlink("link", dir_fd=fd)
    os.rmdir("sub", dir_fd=fd)
    print(os.listdir(fd))
    os.close(fd)
