"""Objects that do the deed: every special method ticks, and the n-th tick runs what was set."""



class Trap:
    """Runs `deed` at the n-th tick."""

    def __init__(self):
        self.left = 0
        self.deed = None

    def set(self, n, deed):
        self.left, self.deed = n, deed

    def tick(self):
        if self.left:
            self.left -= 1
            if not self.left and self.deed is not None:
                deed, self.deed = self.deed, None
                deed()
                # Takes the memory that became free.
                self.filler = [bytearray(n) for n in range(16, 513, 16)]


trap = Trap()

tick = trap.tick


class Evil:
    def __init__(self, value=0):
        self.value = value

    def __eq__(self, other):
        tick()
        return self.value == getattr(other, "value", other)

    def __lt__(self, other):
        tick()
        return self.value < getattr(other, "value", 0)

    def __gt__(self, other):
        tick()
        return self.value > getattr(other, "value", 0)

    def __hash__(self):
        tick()
        return hash(self.value) & 3

    def __index__(self):
        tick()
        return self.value & 7

    def __int__(self):
        tick()
        return self.value

    def __float__(self):
        tick()
        return float(self.value)

    def __complex__(self):
        tick()
        return complex(self.value)

    def __bool__(self):
        tick()
        return True

    def __len__(self):
        tick()
        return 3

    def __length_hint__(self):
        tick()
        return 3

    def __getitem__(self, key):
        tick()
        if isinstance(key, int) and key > 5:
            raise IndexError
        return Evil(1)

    def __iter__(self):
        tick()
        for n in range(4):
            tick()
            yield Evil(n)

    def keys(self):
        tick()
        return [Evil(n) for n in range(4)]

    def __contains__(self, x):
        tick()
        return False

    def __repr__(self):
        tick()
        return "evil"

    def __str__(self):
        tick()
        return "evil"

    def __bytes__(self):
        tick()
        return b"evil"

    def __format__(self, spec):
        tick()
        return "evil"

    def __fspath__(self):
        tick()
        return "/nonexistent/evil"

    def __call__(self, *args):
        tick()
        return Evil(len(args))

    def __add__(self, other):
        tick()
        return Evil(self.value + 1)

    __radd__ = __sub__ = __mul__ = __rmul__ = __or__ = __ror__ = __and__ = __rand__ = __mod__ = __rmod__ = __add__

    def __reduce_ex__(self, protocol):
        tick()
        return Evil, (self.value,)

    def __copy__(self):
        tick()
        return Evil(self.value)

    def __deepcopy__(self, memo):
        tick()
        return Evil(self.value)

    def __del__(self):
        tick()

    def __enter__(self):
        tick()
        return self

    def __exit__(self, *args):
        tick()


class EvilBuffer:
    """A buffer whose export does the deed."""

    def __init__(self, data=b"12345678"):
        self.data = bytearray(data)

    def __buffer__(self, flags):
        tick()
        return memoryview(self.data)

    def __release_buffer__(self, view):
        tick()


class EvilStr(str):
    def __eq__(self, other):
        tick()
        return str.__eq__(self, other)

    def __hash__(self):
        tick()
        return str.__hash__(self)

    def __str__(self):
        tick()
        return "evil"

    def __del__(self):
        tick()


class EvilInt(int):
    def __index__(self):
        tick()
        return 3

    def __eq__(self, other):
        tick()
        return int.__eq__(self, other)

    def __hash__(self):
        tick()
        return int.__hash__(self)

    def __lt__(self, other):
        tick()
        return int.__lt__(self, other)

    def __del__(self):
        tick()


def callback(*args):
    tick()
    return args[0] if args else None


def evils(n=5):
    return [Evil(k) for k in range(n)]


def callback_text(x):
    tick()
    return "x"


class EvilFile:
    def read(self, n=-1):
        tick()
        return b"12345678"[: n if n >= 0 else None]

    def readinto(self, b):
        tick()
        b[:1] = b"1"
        return 1

    def readline(self, n=-1):
        tick()
        return b"1,2\n"

    def write(self, data):
        tick()
        return len(data)

    def peek(self, n=0):
        tick()
        return b""


class EvilTable:
    def __init__(self, c):
        self.c = c

    def __getitem__(self, key):
        tick()
        return "x"


class EvilAwait:
    def __await__(self):
        tick()
        return self

    def __iter__(self):
        return self

    def __next__(self):
        tick()
        return self

    def send(self, x):
        tick()
        return self

    def throw(self, *a):
        tick()

    close = throw
