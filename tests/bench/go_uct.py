"""Go on a 7 by 7 board, played by UCT against itself.

Chains are found with union-find over the points, with pseudo-liberties counted
a chain; a tree of nodes is grown by upper confidence bounds, and its leaves are
valued by random play to the end under area scoring.
"""
from harness import main

SIZE = 7
POINTS = SIZE * SIZE
EMPTY, BLACK, WHITE = 0, 1, 2
PASS = -1
KOMI = 7.5
NAMES = '.XO'


def neighbour_table():
    table = []
    for p in range(POINTS):
        y, x = divmod(p, SIZE)
        near = []
        if y > 0:
            near.append(p - SIZE)
        if x > 0:
            near.append(p - 1)
        if x < SIZE - 1:
            near.append(p + 1)
        if y < SIZE - 1:
            near.append(p + SIZE)
        table.append(near)
    return table


NEAR = neighbour_table()


class Random(object):
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % n


class Board(object):
    def __init__(self):
        self.color = [EMPTY] * POINTS
        self.chain = list(range(POINTS))   # union-find parent
        self.liberties = [0] * POINTS      # pseudo-liberties, at the root
        self.stones = [None] * POINTS      # the chain's points, at the root
        self.ko = PASS
        self.to_move = BLACK
        self.passes = 0
        self.moves = 0
        self.empty = list(range(POINTS))
        self.where = list(range(POINTS))   # position of a point in `empty`

    def copy(self):
        other = Board.__new__(Board)
        other.color = self.color[:]
        other.chain = self.chain[:]
        other.liberties = self.liberties[:]
        other.stones = [s and s[:] for s in self.stones]
        other.ko = self.ko
        other.to_move = self.to_move
        other.passes = self.passes
        other.moves = self.moves
        other.empty = self.empty[:]
        other.where = self.where[:]
        return other

    def find(self, p):
        chain = self.chain
        root = p
        while chain[root] != root:
            root = chain[root]
        while chain[p] != root:
            chain[p], p = root, chain[p]
        return root

    def take_empty(self, p):
        last = self.empty.pop()
        if last != p:
            at = self.where[p]
            self.empty[at] = last
            self.where[last] = at

    def give_empty(self, p):
        self.where[p] = len(self.empty)
        self.empty.append(p)

    def is_eye(self, p, color):
        for q in NEAR[p]:
            if self.color[q] != color:
                return False
        return True

    def useful(self, p):
        """May and should the side to move play on the empty point p?"""
        if p == self.ko:
            return False
        mine = self.to_move
        counts = {}
        for q in NEAR[p]:
            if self.color[q] == EMPTY:
                return True
            root = self.find(q)
            counts[root] = counts.get(root, 0) + 1
        if self.is_eye(p, mine):
            return False
        for root, touching in counts.items():
            captured = self.liberties[root] == touching
            if captured != (self.color[root] == mine):
                return True
        return False

    def remove_chain(self, root):
        points = self.stones[root]
        self.stones[root] = None
        for p in points:
            self.color[p] = EMPTY
            self.give_empty(p)
        for p in points:
            for q in NEAR[p]:
                if self.color[q] != EMPTY:
                    self.liberties[self.find(q)] += 1
        for p in points:
            self.chain[p] = p
        return points

    def play(self, p):
        mine = self.to_move
        self.to_move = BLACK + WHITE - mine
        self.moves += 1
        if p == PASS:
            self.passes += 1
            self.ko = PASS
            return
        self.passes = 0
        self.take_empty(p)
        color = self.color
        color[p] = mine
        self.chain[p] = p
        self.stones[p] = [p]
        self.liberties[p] = 0
        for q in NEAR[p]:
            if color[q] == EMPTY:
                self.liberties[p] += 1
            else:
                self.liberties[self.find(q)] -= 1
        captured = []
        for q in NEAR[p]:
            if color[q] == mine:
                self.join(p, q)
            elif color[q] != EMPTY:
                root = self.find(q)
                if self.liberties[root] == 0:
                    captured += self.remove_chain(root)
        root = self.find(p)
        self.ko = PASS
        if (len(captured) == 1 and len(self.stones[root]) == 1 and
                self.liberties[root] == 1):
            self.ko = captured[0]

    def join(self, p, q):
        a, b = self.find(p), self.find(q)
        if a == b:
            return
        if len(self.stones[a]) < len(self.stones[b]):
            a, b = b, a
        self.chain[b] = a
        self.liberties[a] += self.liberties[b]
        self.stones[a] += self.stones[b]
        self.stones[b] = None

    def random_move(self, random):
        empty = self.empty
        n = len(empty)
        if n == 0:
            return PASS
        start = random.below(n)
        for i in range(n):
            p = empty[start + i - n]
            if self.useful(p):
                return p
        return PASS

    def finished(self):
        return self.passes >= 2 or self.moves >= 3 * POINTS

    def score(self):
        """Black's points less White's, by area; eyes count for their owner."""
        total = -KOMI
        for p in range(POINTS):
            color = self.color[p]
            if color == EMPTY:
                if self.is_eye(p, BLACK):
                    color = BLACK
                elif self.is_eye(p, WHITE):
                    color = WHITE
            if color == BLACK:
                total += 1
            elif color == WHITE:
                total -= 1
        return total

    def lines(self):
        return [' '.join(NAMES[c] for c in self.color[y * SIZE:(y + 1) * SIZE])
                for y in range(SIZE)]


class Node(object):
    def __init__(self, board, move):
        self.move = move
        self.wins = 0
        self.visits = 0
        self.children = []
        self.untried = [p for p in sorted(board.empty) if board.useful(p)]
        if not self.untried:
            self.untried.append(PASS)

    def best_child(self):
        """UCB1, with a square root in place of the logarithm."""
        best = None
        best_value = -1.0
        root = self.visits ** 0.5
        for child in self.children:
            value = (float(child.wins) / child.visits +
                     0.35 * (root / child.visits) ** 0.5)
            if value > best_value:
                best, best_value = child, value
        return best

    def most_visited(self):
        best = self.children[0]
        for child in self.children:
            if child.visits > best.visits:
                best = child
        return best


def simulate(root, start, random):
    board = start.copy()
    node = root
    path = [root]
    while not node.untried and node.children and not board.finished():
        node = node.best_child()
        board.play(node.move)
        path.append(node)
    if node.untried and not board.finished():
        i = random.below(len(node.untried))
        move = node.untried[i]
        node.untried[i] = node.untried[-1]
        node.untried.pop()
        board.play(move)
        child = Node(board, move)
        node.children.append(child)
        path.append(child)
    while not board.finished():
        board.play(board.random_move(random))
    black_won = board.score() > 0
    # A node holds the wins of the side that moved into it.
    mover = BLACK + WHITE - start.to_move
    for node in path:
        node.visits += 1
        if black_won == (mover == BLACK):
            node.wins += 1
        mover = BLACK + WHITE - mover


def think(board, simulations, random):
    root = Node(board, PASS)
    for _ in range(simulations):
        simulate(root, board, random)
    return root.most_visited()


def run():
    random = Random(42)
    board = Board()
    moves = []
    for _ in range(3):
        best = think(board, 150, random)
        moves.append('%d:%d/%d' % (best.move, best.wins, best.visits))
        board.play(best.move)
    return '\n'.join(board.lines() + [' '.join(moves)])


if __name__ == '__main__':
    main(run, 2)
