"""N queens twice over: recursive generators, and backtracking over bit masks."""
from harness import main


def permutations(items):
    """All orders of the list `items`, by recursive generators."""
    if len(items) <= 1:
        yield items
        return
    for i in range(len(items)):
        rest = items[:i] + items[i + 1:]
        for tail in permutations(rest):
            yield [items[i]] + tail


def by_permutation(n):
    found = []
    for columns in permutations(list(range(n))):
        up = set()
        down = set()
        for row in range(n):
            up.add(columns[row] + row)
            down.add(columns[row] - row)
        if len(up) == len(down) == n:
            found.append(columns)
    return found


def by_mask(n, columns=0, up=0, down=0):
    full = (1 << n) - 1
    if columns == full:
        return 1
    count = 0
    free = full & ~(columns | up | down)
    while free:
        bit = free & -free
        free ^= bit
        count += by_mask(n, columns | bit, (up | bit) << 1, (down | bit) >> 1)
    return count


def run():
    slow = by_permutation(8)
    text = ' '.join(str(c) for c in slow[-1])
    return '8 queens: %d, the last %s; by masks 8: %d, 9: %d' % (
        len(slow), text, by_mask(8), by_mask(9))


if __name__ == '__main__':
    main(run, 5)
