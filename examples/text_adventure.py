"""A text adventure: rooms, things and doors as a state machine. Reads commands from standard input.

Without a terminal and without input it plays a recorded game.
"""
import enum
import sys
from dataclasses import dataclass, field


class State(enum.Enum):
    PLAYING = enum.auto()
    WON = enum.auto()
    LOST = enum.auto()
    LEFT = enum.auto()

    @property
    def is_over(self):
        return self is not State.PLAYING


class Direction(enum.StrEnum):
    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"

    @property
    def opposite(self):
        order = [Direction.NORTH, Direction.EAST, Direction.SOUTH, Direction.WEST]
        return order[(order.index(self) + 2) % 4]


@dataclass
class Room:
    name: str
    text: str
    things: set[str] = field(default_factory=set)
    exits: dict[Direction, "Room"] = field(default_factory=dict)
    locked: set[Direction] = field(default_factory=set)
    is_dark: bool = False

    def join(self, direction, other):
        self.exits[direction] = other
        other.exits[direction.opposite] = self


class Refusal(Exception):
    """The command makes no sense here; the text tells the player why."""


class Game:
    def __init__(self):
        hall = Room("hall", "A hall with a dusty carpet.", {"lamp"})
        cellar = Room("cellar", "A damp cellar. Something glitters.", {"key", "spider"}, is_dark=True)
        library = Room("library", "Shelves up to the ceiling.", {"book"})
        garden = Room("garden", "A walled garden. You are free!")
        hall.join(Direction.SOUTH, cellar)
        hall.join(Direction.EAST, library)
        hall.join(Direction.NORTH, garden)
        hall.locked.add(Direction.NORTH)
        self.here = hall
        self.goal = garden
        self.carried = set()
        self.is_lit = False
        self.bites = 0
        self.turns = 0
        self.state = State.PLAYING

    # What the player sees

    def look(self):
        if self.here.is_dark and not self.is_lit:
            return "It is pitch dark."
        ways = ", ".join(sorted(self.here.exits))
        parts = [self.here.text, f"Exits: {ways}."]
        if self.here.things:
            parts.append(f"You see: {', '.join(sorted(self.here.things))}.")
        return " ".join(parts)

    def inventory(self):
        return f"You carry {', '.join(sorted(self.carried)) or 'nothing'}."

    # What the player does

    def go(self, direction):
        if direction not in self.here.exits:
            raise Refusal(f"You cannot go {direction}.")
        if direction in self.here.locked:
            raise Refusal("The door is locked.")
        self.here = self.here.exits[direction]
        if self.here is self.goal:
            self.state = State.WON
        return self.look()

    def take(self, thing):
        if thing not in self.here.things:
            raise Refusal(f"There is no {thing} here.")
        if self.here.is_dark and not self.is_lit:
            self.bites += 1
            if self.bites == 3:
                self.state = State.LOST
                return "The spider bites a third time. Everything goes black."
            raise Refusal("You grope around in the dark. Something bites you!")
        if thing == "spider":
            raise Refusal("It runs away. It comes back.")
        self.here.things.discard(thing)
        self.carried.add(thing)
        return f"Taken: {thing}."

    def attempt(self, thing):
        try:
            return self.take(thing)
        except Refusal as refusal:
            return f"{thing}: {refusal}"

    def drop(self, thing):
        self.need(thing)
        self.carried.remove(thing)
        self.here.things.add(thing)
        return f"Dropped: {thing}."

    def light(self):
        self.need("lamp")
        self.is_lit = not self.is_lit
        return f"The lamp is {'on' if self.is_lit else 'off'}. {self.look()}"

    def unlock(self):
        self.need("key")
        if not self.here.locked:
            raise Refusal("Nothing is locked here.")
        direction = self.here.locked.pop()
        return f"The key turns. The way {direction} is open."

    def need(self, thing):
        if thing not in self.carried:
            raise Refusal(f"You have no {thing}.")

    def obey(self, line):
        """One turn: a command to its answer."""
        self.turns += 1
        try:
            match line.lower().split():
                case []:
                    raise Refusal("Say something.")
                case ["look" | "l"]:
                    return self.look()
                case ["inventory" | "i"]:
                    return self.inventory()
                case ["go", ("north" | "south" | "east" | "west") as way] | [("north" | "south" | "east" | "west") as way]:
                    return self.go(Direction(way))
                case ["go", *rest]:
                    raise Refusal(f"Go where? {' '.join(rest) or '(nowhere)'} is no direction.")
                case ["take" | "get", "everything"]:
                    return "\n".join(self.attempt(thing) for thing in sorted(self.here.things)) or "Nothing here."
                case ["take" | "get", thing]:
                    return self.take(thing)
                case ["drop", thing]:
                    return self.drop(thing)
                case ["light" | "use", "lamp"]:
                    return self.light()
                case ["unlock", *_] | ["use", "key"]:
                    return self.unlock()
                case ["quit"]:
                    self.state = State.LEFT
                    return "Goodbye."
                case [verb, *_]:
                    raise Refusal(f"I do not know how to {verb}.")
        except Refusal as refusal:
            return str(refusal)


RECORDED = """look
north
go up
dance
take lamp
south
take key
light lamp
take spider
take key
drop key
take everything
get key
i
north
use key
unlock door
east
take everything
west
north"""


def main():
    game = Game()
    typed = [] if sys.stdin.isatty() else sys.stdin.read().splitlines()
    print(game.look())
    for line in typed or RECORDED.splitlines():
        print(f"\n> {line}")
        print(game.obey(line))
        if game.state.is_over:
            break
    print(f"\n[{game.state.name.lower()} after {game.turns} turns]")


if __name__ == "__main__":
    main()
