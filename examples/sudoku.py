"""Solve Sudoku puzzles by constraint propagation and search, and count the solutions of doubtful ones.

usage: sudoku.py [PUZZLE...]      (81 characters each, 0 or . for an empty cell)
"""
import sys
from itertools import islice, product

DIGITS = "123456789"
ROWS = "ABCDEFGHI"
CELLS = [row + column for row, column in product(ROWS, DIGITS)]
UNITS = (
    [[row + column for row in ROWS] for column in DIGITS]
    + [[row + column for column in DIGITS] for row in ROWS]
    + [
        [row + column for row, column in product(rows, columns)]
        for rows, columns in product(("ABC", "DEF", "GHI"), ("123", "456", "789"))
    ]
)
UNITS_OF = {cell: [unit for unit in UNITS if cell in unit] for cell in CELLS}
PEERS = {cell: sorted(set().union(*UNITS_OF[cell]) - {cell}) for cell in CELLS}


class Contradiction(Exception):
    """A cell has no digit left, or a digit no cell."""


class Grid:
    """For each cell the digits that are still possible."""

    def __init__(self, puzzle=None):
        if puzzle is None:
            return
        given = [character for character in puzzle if character in DIGITS + "0."]
        if len(given) != 81:
            raise ValueError(f"a puzzle has 81 cells, not {len(given)}")
        self.possible = dict.fromkeys(CELLS, DIGITS)
        for cell, digit in zip(CELLS, given, strict=True):
            if digit in DIGITS:
                self.assign(cell, digit)

    def copy(self):
        other = Grid()
        other.possible = self.possible.copy()
        return other

    def assign(self, cell, digit):
        for other in self.possible[cell]:
            if other != digit:
                self.eliminate(cell, other)
        if self.possible[cell] != digit:
            raise Contradiction(cell)

    def eliminate(self, cell, digit):
        if digit not in self.possible[cell]:
            return
        left = self.possible[cell] = self.possible[cell].replace(digit, "")
        if not left:
            raise Contradiction(cell)
        if len(left) == 1:
            for peer in PEERS[cell]:
                self.eliminate(peer, left)
        for unit in UNITS_OF[cell]:
            places = [place for place in unit if digit in self.possible[place]]
            if not places:
                raise Contradiction(digit)
            if len(places) == 1 and len(self.possible[places[0]]) > 1:
                self.assign(places[0], digit)

    @property
    def is_solved(self):
        return all(len(digits) == 1 for digits in self.possible.values())

    def solutions(self, statistics):
        """All ways to fill the grid, the most constrained cell first."""
        statistics["nodes"] += 1
        if self.is_solved:
            yield self
            return
        cell = min((c for c in CELLS if len(self.possible[c]) > 1), key=lambda c: len(self.possible[c]))
        for digit in self.possible[cell]:
            attempt = self.copy()
            try:
                attempt.assign(cell, digit)
            except Contradiction:
                statistics["dead ends"] += 1
                continue
            yield from attempt.solutions(statistics)

    def __str__(self):
        lines = []
        for number, row in enumerate(ROWS):
            if number in (3, 6):
                lines.append("------+-------+------")
            digits = [self.possible[row + column] if len(self.possible[row + column]) == 1 else "." for column in DIGITS]
            lines.append(" | ".join(" ".join(digits[i : i + 3]) for i in (0, 3, 6)))
        return "\n".join(lines)


PUZZLES = {
    "easy": "003020600900305001001806400008102900700000008006708200002609500800203009005010300",
    "hard": "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "two solutions": "48392165796734582125187649354813297672956413813679824537268951481425..6969541..82",
    "impossible": "4..1..8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "clash": "11...............................................................................",
    "too short": "12345",
}


def solve(name, puzzle):
    print(f"== {name}")
    statistics = {"nodes": 0, "dead ends": 0}
    try:
        found = list(islice(Grid(puzzle).solutions(statistics), 2))
    except ValueError as error:
        print(f"not a puzzle: {error}")
        return
    except Contradiction as contradiction:
        print(f"impossible from the start: nothing fits for {contradiction}")
        return
    match found:
        case []:
            print("no solution")
        case [only]:
            print(only)
        case [first, second]:
            differing = [cell for cell in CELLS if first.possible[cell] != second.possible[cell]]
            print(f"more than one solution; they differ in {', '.join(differing)}")
    print(", ".join(f"{value} {what}" for what, value in statistics.items()))


if __name__ == "__main__":
    puzzles = dict(enumerate(sys.argv[1:], 1)) or PUZZLES
    for name, puzzle in puzzles.items():
        solve(name, puzzle)
