"""Many short-lived binary trees beside one that lives: allocation and GC."""
from harness import main


class Node(object):
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def check(self):
        if self.left is None:
            return 1
        return 1 + self.left.check() + self.right.check()


def make(depth):
    if depth == 0:
        return Node(None, None)
    return Node(make(depth - 1), make(depth - 1))


def run():
    smallest, largest = 4, 11
    lines = ['stretch of depth %d: %d' % (largest + 1,
                                          make(largest + 1).check())]
    kept = make(largest)
    for depth in range(smallest, largest + 1, 2):
        rounds = 1 << (largest - depth + smallest - 1)
        total = 0
        for _ in range(rounds):
            total += make(depth).check()
        lines.append('%d of depth %d: %d' % (rounds, depth, total))
    lines.append('kept, of depth %d: %d' % (largest, kept.check()))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 6)
