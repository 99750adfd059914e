"""Fannkuch: the longest pancake flip over all permutations of 1..n.

Permutations come in the order of counting in the factorial number system, by
rotating ever longer prefixes; the checksum adds and subtracts the flips in turn.
"""
from harness import main


def flips(perm):
    work = perm[:]
    count = 0
    first = work[0]
    while first:
        work[:first + 1] = work[first::-1]
        count += 1
        first = work[0]
    return count


def fannkuch(n):
    perm = list(range(n))
    counts = [0] * n
    longest = 0
    checksum = 0
    sign = 1
    while True:
        if perm[0]:
            f = flips(perm)
            if f > longest:
                longest = f
            checksum += sign * f
        sign = -sign
        i = 1
        while True:
            if i == n:
                return checksum, longest
            perm.insert(i, perm.pop(0))
            counts[i] += 1
            if counts[i] <= i:
                break
            counts[i] = 0
            i += 1


def run():
    return 'checksum %d, %d flips' % fannkuch(8)


if __name__ == '__main__':
    main(run, 6)
