"""Pipelines of generators: numbers stream through stages that keep no lists.

Pull pipelines (filters, windows, merges, a recursive walk) and a push pipeline
of coroutines that are fed by send() and closed by GeneratorExit.
"""
from harness import main


def count(start):
    while True:
        yield start
        start += 1


def take(n, source):
    for item in source:
        if n == 0:
            return
        n -= 1
        yield item


def primes(limit):
    """A sieve whose multiples are generated on the fly."""
    composites = {}
    for n in take(limit, count(2)):
        steps = composites.pop(n, None)
        if steps is None:
            yield n
            composites.setdefault(n * n, []).append(n)
        else:
            for p in steps:
                composites.setdefault(n + p, []).append(p)


def random_numbers(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 8


def scaled(source, factor):
    for item in source:
        yield item % factor


def windows(source, size):
    window = []
    for item in source:
        window.append(item)
        if len(window) > size:
            window.pop(0)
        if len(window) == size:
            yield tuple(window)


def averages(source):
    for window in source:
        yield sum(window) / float(len(window))


def unique(source):
    last = None
    for item in source:
        if item != last:
            yield item
        last = item


def merge(a, b):
    """Two ascending streams as one."""
    done = object()
    x, y = next(a, done), next(b, done)
    while x is not done and y is not done:
        if x <= y:
            yield x
            x = next(a, done)
        else:
            yield y
            y = next(b, done)
    while x is not done:
        yield x
        x = next(a, done)
    while y is not done:
        yield y
        y = next(b, done)


def multiples(n, limit):
    i = n
    while i < limit:
        yield i
        i += n


def tree(low, high):
    """A balanced tree of the numbers low to high - 1, as nested tuples."""
    if low >= high:
        return None
    middle = (low + high) // 2
    return tree(low, middle), middle, tree(middle + 1, high)


def inorder(node):
    if node is not None:
        left, value, right = node
        for item in inorder(left):
            yield item
        yield value
        for item in inorder(right):
            yield item


def started(generator):
    next(generator)
    return generator


def router(test, yes, no):
    """A coroutine that sends what it is sent to one of two others."""
    try:
        while True:
            item = yield
            (yes if test(item) else no).send(item)
    except GeneratorExit:
        yes.close()
        no.close()
        raise


def summing(name, report):
    total = number = 0
    try:
        while True:
            item = yield total
            total += item
            number += 1
    finally:
        report.append('%s %d of %d' % (name, total, number))


def run():
    report = []
    report.append('primes %d' % sum(primes(20000)))

    stream = scaled(random_numbers(99), 1000)
    smooth = averages(windows(take(20000, stream), 4))
    report.append('smooth %.4f' % sum(x for x in smooth if x > 500.0))

    merged = unique(merge(merge(multiples(3, 60000), multiples(5, 60000)),
                          multiples(7, 60000)))
    report.append('merged %d' % sum(i * (n % 7 + 1)
                                    for n, i in enumerate(merged)))

    walk = inorder(tree(0, 5000))
    report.append('walk %d' % sum(a * b for a, b in zip(walk, count(1))))

    sink = started(router(lambda n: n % 3 == 0,
                          started(summing('threes', report)),
                          started(summing('others', report))))
    for n in take(20000, random_numbers(5)):
        sink.send(n % 1000)
    sink.close()
    return '\n'.join(report)


if __name__ == '__main__':
    main(run, 6)
