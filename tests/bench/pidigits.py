"""Digits of pi by a streaming spigot: arithmetic on growing longs.

Gibbons' algorithm on the series of Lambert's kind, with the state (q, r, t) of
a linear fractional transformation; a digit comes out when it is the same at
both ends of the interval.
"""
from harness import main


def pi_digits():
    q, r, t = 1, 0, 1
    k = 0
    while True:
        k += 1
        odd = 2 * k + 1
        q, r, t = q * k, (2 * q + r) * odd, t * odd
        if q > r:
            continue
        digit, rest = divmod(3 * q + r, t)
        if rest + q < t:
            yield int(digit)
            q *= 10
            r = 10 * (r - digit * t)


def run():
    lines = []
    text = ''
    digits = pi_digits()
    for i in range(1, 1801):
        text += str(next(digits))
        if i % 50 == 0:
            lines.append('%s :%d' % (text, i))
            text = ''
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 6)
