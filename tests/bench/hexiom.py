"""Hexiom: puts numbered tiles on a hexagonal board.

Each tile shows how many of its six neighbours must hold a tile; empty cells are
free of rules. The solver keeps for each cell the set of values it may still
have, narrows those sets by neighbour counting and by the supply of tiles until
nothing changes, and guesses at the most constrained cell.
"""
from harness import main

EMPTY = 7  # the value of a cell without a tile; 0 to 6 are tiles
VALUES = range(8)


class Hex(object):
    """The board: cells in rows, and for each the list of its neighbours."""

    def __init__(self, radius):
        self.radius = radius
        self.rows = []
        index = {}
        for r in range(-radius + 1, radius):
            row = []
            for q in range(-radius + 1, radius):
                if -radius < q + r < radius:
                    index[q, r] = len(index)
                    row.append(index[q, r])
            self.rows.append(row)
        self.count = len(index)
        self.near = [None] * self.count
        for (q, r), cell in index.items():
            around = [(q + 1, r), (q, r + 1), (q - 1, r + 1),
                      (q - 1, r), (q, r - 1), (q + 1, r - 1)]
            self.near[cell] = [index[at] for at in around if at in index]


class Contradiction(Exception):
    pass


class Position(object):
    """For each cell the possible values, and how many of each are still free."""

    def __init__(self, board, supply, choices=None):
        self.board = board
        self.supply = supply
        if choices is None:
            choices = [set(VALUES) for _ in range(board.count)]
            for cell, options in enumerate(choices):
                for value in range(len(board.near[cell]) + 1, 7):
                    options.discard(value)
        self.choices = choices

    def copy(self):
        return Position(self.board, self.supply,
                        [set(options) for options in self.choices])

    def neighbour_counts(self, cell):
        """How many neighbours surely hold a tile, and how many might."""
        sure = possible = 0
        for other in self.board.near[cell]:
            options = self.choices[other]
            if EMPTY not in options:
                sure += 1
                possible += 1
            elif len(options) > 1:
                possible += 1
        return sure, possible

    def narrow_cell(self, cell):
        """Drops the values that the neighbours rule out."""
        options = self.choices[cell]
        sure, possible = self.neighbour_counts(cell)
        bad = [v for v in options if v != EMPTY and not sure <= v <= possible]
        if not bad:
            return False
        options.difference_update(bad)
        if not options:
            raise Contradiction
        return True

    def settle_neighbours(self, cell):
        """A known tile whose count is reached decides its open neighbours."""
        options = self.choices[cell]
        if len(options) != 1 or EMPTY in options:
            return False
        (value,) = options
        sure, possible = self.neighbour_counts(cell)
        changed = False
        if sure == value and possible > sure:
            for other in self.board.near[cell]:
                theirs = self.choices[other]
                if EMPTY in theirs and len(theirs) > 1:
                    theirs.clear()
                    theirs.add(EMPTY)
                    changed = True
        elif possible == value and possible > sure:
            for other in self.board.near[cell]:
                theirs = self.choices[other]
                if EMPTY in theirs and len(theirs) > 1:
                    theirs.discard(EMPTY)
                    changed = True
        return changed

    def narrow_supply(self):
        """No value is used more often than there are tiles of it."""
        changed = False
        for value in VALUES:
            fixed = []
            open_cells = []
            for cell, options in enumerate(self.choices):
                if value in options:
                    if len(options) == 1:
                        fixed.append(cell)
                    else:
                        open_cells.append(cell)
            have = self.supply[value]
            if len(fixed) > have or len(fixed) + len(open_cells) < have:
                raise Contradiction
            if open_cells and len(fixed) == have:
                for cell in open_cells:
                    self.choices[cell].discard(value)
                changed = True
            elif open_cells and len(fixed) + len(open_cells) == have:
                for cell in open_cells:
                    self.choices[cell] = set([value])
                changed = True
        return changed

    def narrow(self):
        changed = True
        while changed:
            changed = False
            for cell in range(self.board.count):
                if self.narrow_cell(cell):
                    changed = True
                if self.settle_neighbours(cell):
                    changed = True
            if self.narrow_supply():
                changed = True

    def most_constrained(self):
        best = None
        best_key = None
        for cell, options in enumerate(self.choices):
            if len(options) > 1:
                known = 0
                for other in self.board.near[cell]:
                    if len(self.choices[other]) == 1:
                        known += 1
                key = (len(options), -known, cell)
                if best is None or key < best_key:
                    best, best_key = cell, key
        return best


class Solver(object):
    def __init__(self, board, supply):
        self.board = board
        self.supply = supply
        self.guesses = 0
        self.dead_ends = 0

    def solve(self, position):
        try:
            position.narrow()
        except Contradiction:
            self.dead_ends += 1
            return None
        cell = position.most_constrained()
        if cell is None:
            return position
        for value in sorted(position.choices[cell], reverse=True):
            self.guesses += 1
            attempt = position.copy()
            attempt.choices[cell] = set([value])
            done = self.solve(attempt)
            if done is not None:
                return done
        return None


def puzzle(radius, tiles, seed):
    """How many of each value a random filling with `tiles` tiles needs."""
    board = Hex(radius)
    cells = list(range(board.count))
    for i in range(board.count - 1, 0, -1):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        j = (seed >> 8) % (i + 1)
        cells[i], cells[j] = cells[j], cells[i]
    used = set(cells[:tiles])
    supply = [0] * 8
    for cell in range(board.count):
        if cell in used:
            supply[sum(1 for o in board.near[cell] if o in used)] += 1
        else:
            supply[EMPTY] += 1
    return board, supply


def check(board, supply, values):
    count = [0] * 8
    for cell, value in enumerate(values):
        count[value] += 1
        if value != EMPTY:
            around = sum(1 for o in board.near[cell] if values[o] != EMPTY)
            if around != value:
                raise ValueError('cell %d has %d neighbours, not %d' %
                                 (cell, around, value))
    if count != supply:
        raise ValueError('tiles used: %r of %r' % (count, supply))


def draw(board, values):
    lines = []
    for row in board.rows:
        text = ' '.join('.' if values[c] == EMPTY else str(values[c])
                        for c in row)
        lines.append(' ' * (2 * board.radius - 1 - len(row)) + text)
    return lines


def run():
    lines = []
    for radius, tiles, seed in PUZZLES:
        board, supply = puzzle(radius, tiles, seed)
        solver = Solver(board, supply)
        done = solver.solve(Position(board, supply))
        values = [min(options) for options in done.choices]
        check(board, supply, values)
        lines.append('%d tiles on %d cells: %d guesses, %d dead ends' % (
            tiles, board.count, solver.guesses, solver.dead_ends))
        lines.extend(draw(board, values))
    return '\n'.join(lines)


PUZZLES = [(3, 9, 4), (3, 12, 4), (3, 14, 2)]

if __name__ == '__main__':
    main(run, 4)
