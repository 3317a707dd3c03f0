import enum
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, asdict, astuple, dataclass, field, fields, replace


@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    tags: list[str] = field(default_factory=list, repr=False, compare=False)
    _: KW_ONLY
    stock: int = 0
    scale: InitVar[int] = 1

    def __post_init__(self, scale):
        self.price *= scale


i = Item(2.0, "x", ["t"], stock=3, scale=2)
print(i, asdict(i), astuple(i), i < Item(5.0, "a"), replace(i, name="y", scale=1), [f.name for f in fields(i)])


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    b: tuple = ()


f = Frozen(1)
print(f, hash(f) == hash(Frozen(1)), Frozen.__slots__, f == Frozen(1), Frozen.__match_args__)
for action in (lambda: setattr(f, "a", 2), lambda: Item(), lambda: exec("@dataclass\nclass B:\n    a: int = 1\n    b: str\n", globals()), lambda: exec("@dataclass\nclass B:\n    a: list = []\n", globals()), lambda: Item(1, "a", stok=1)):
    try:
        action()
    except (TypeError, ValueError, FrozenInstanceError) as error:
        print(type(error).__name__, error)


class Colour(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1

    @property
    def lower(self):
        return self.name.lower()


print(Colour.RED, repr(Colour.GREEN), Colour(1), Colour["RED"], list(Colour), Colour.ALIAS is Colour.RED, Colour.RED.lower, Colour.__members__, Colour.RED in Colour)


class Flag(enum.Flag):
    A = enum.auto()
    B = enum.auto()
    C = enum.auto()
    AB = A | B


class Level(enum.IntEnum):
    LOW, HIGH = range(1, 3)


class Name(enum.StrEnum):
    FIRST = enum.auto()


print(Flag.A | Flag.C, repr(Flag.AB), ~Flag.A, Flag(5), Flag.A in Flag.AB, list(Flag.AB), bool(Flag(0)), Level.HIGH > 1, Level.LOW + 1, f"{Level.HIGH} {Name.FIRST}", repr(Name("first")))
for action in (lambda: Colour(9), lambda: Colour["X"], lambda: setattr(Colour, "RED", 2), lambda: Flag(99), lambda: type("Sub", (Colour,), {}), lambda: exec("class D(enum.Enum):\n    A = 1\n    A = 2", globals())):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)
