"""Meteor: all ways to tile a 5 by 10 board of hexagons with ten pieces.

Every second row is shifted right by half a cell. Placements are bit masks over
the 50 cells, grouped by their lowest cell; the search always fills the lowest
free cell. A board turned by 180 degrees is the same board, so one piece is kept
to half of its turns, and the solutions are counted twice.
"""
from harness import main

WIDTH, HEIGHT = 5, 10
CELLS = WIDTH * HEIGHT
FULL = (1 << CELLS) - 1

# The six neighbours, as moves in axial coordinates (q, r), clockwise.
E, SE, SW, W, NW, NE = range(6)
MOVES = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]

# Each piece is five cells: a walk from the first; a pair of directions is one
# step of length two.
WALKS = [
    [E, E, E, SE],
    [SE, SW, W, SW],
    [E, E, SE, SW],
    [E, E, SW, SE],
    [SE, E, NE, (SE, SW)],
    [E, E, SW, E],
    [E, SE, SE, NE],
    [NE, SE, E, NE],
    [E, SE, E, E],
    [E, E, E, SW],
]
HALVED = 5  # the piece that takes only three of its six turns


def cells_of(walk, turn, flip):
    q = r = 0
    cells = [(0, 0)]
    for step in walk:
        for direction in step if isinstance(step, tuple) else (step,):
            d = (turn - direction if flip else turn + direction) % 6
            q += MOVES[d][0]
            r += MOVES[d][1]
        cells.append((q, r))
    return cells


def place(cells, row, col):
    """The mask of the piece with its first cell at (row, col), or None."""
    mask = 0
    for q, r in cells:
        y = row + r
        x = col - row // 2 + q + y // 2
        if not (0 <= x < WIDTH and 0 <= y < HEIGHT):
            return None
        mask |= 1 << (y * WIDTH + x)
    return mask


def neighbours():
    table = []
    for cell in range(CELLS):
        row, col = divmod(cell, WIDTH)
        near = []
        for q, r in MOVES:
            mask = place([(q, r)], row, col)
            if mask is not None:
                near.append(mask)
        table.append(near)
    return table


def has_bad_hole(mask, near, known):
    """Is there a free region whose size is not a multiple of five?"""
    free = FULL & ~mask
    while free:
        region = free & -free
        edge = region
        while edge:
            bit = edge & -edge
            edge ^= bit
            for other in near[bit.bit_length() - 1]:
                if other & free and not other & region:
                    region |= other
                    edge |= other
        if known[region] if region in known else note(region, known):
            return True
        free &= ~region
    return False


def note(region, known):
    bad = bin(region).count('1') % 5 != 0
    known[region] = bad
    return bad


def placements():
    """table[cell][piece]: masks whose lowest cell is `cell`."""
    near = neighbours()
    known = {}
    table = [[[] for _ in WALKS] for _ in range(CELLS)]
    for piece, walk in enumerate(WALKS):
        turns = 3 if piece == HALVED else 6
        shapes = [cells_of(walk, turn, flip)
                  for turn in range(turns) for flip in (False, True)]
        masks = set()
        for cells in shapes:
            for cell in range(CELLS):
                mask = place(cells, cell // WIDTH, cell % WIDTH)
                if mask is not None and not has_bad_hole(mask, near, known):
                    masks.add(mask)
        for mask in sorted(masks):
            low = (mask & -mask).bit_length() - 1
            table[low][piece].append(mask)
    return table


class Search(object):
    def __init__(self, table, limit):
        self.table = table
        self.limit = limit
        self.count = 0
        self.steps = 0
        self.smallest = None
        self.largest = None

    def found(self, chosen):
        board = [''] * CELLS
        for piece, mask in chosen:
            for cell in range(CELLS):
                if mask >> cell & 1:
                    board[cell] = str(piece)
        for text in (''.join(board), ''.join(reversed(board))):
            self.count += 1
            if self.smallest is None or text < self.smallest:
                self.smallest = text
            if self.largest is None or text > self.largest:
                self.largest = text

    def solve(self, board, pieces, chosen):
        if board == FULL:
            self.found(chosen)
            return
        low = (~board & (board + 1)).bit_length() - 1
        by_piece = self.table[low]
        for piece in range(len(WALKS)):
            if pieces >> piece & 1:
                continue
            for mask in by_piece[piece]:
                if mask & board:
                    continue
                self.steps += 1
                chosen.append((piece, mask))
                self.solve(board | mask, pieces | 1 << piece, chosen)
                chosen.pop()
                if self.count >= self.limit:
                    return


def lines_of(text):
    for y in range(HEIGHT):
        row = ' '.join(text[y * WIDTH:(y + 1) * WIDTH])
        yield ' ' + row if y & 1 else row


def search(limit):
    state = Search(placements(), limit)
    state.solve(0, 0, [])
    return state


def run():
    state = search(60)
    lines = ['%d solutions after %d steps' % (state.count, state.steps)]
    for text in (state.smallest, state.largest):
        lines.append('')
        lines.extend(lines_of(text))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 3)
