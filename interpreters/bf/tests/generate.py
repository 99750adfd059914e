#!/usr/bin/env python3
"""Writes the larger Brainfuck programs of this folder.

    python3 generate.py NAME > NAME.b     NAME: a function at the end of this file

A small assembler over named cells: the position of the pointer is known at every
place, so `at` moves it by the difference. Numbers are lists of hexadecimal
digits, the lowest first, a digit a cell, negative ones in complement; three
digits are behind the point.
"""
import sys

DIGITS, FRACTION = 5, 3


class Assembler:
    def __init__(self):
        self.out = []
        self.here = 0
        self.cells = 0

    # -- cells

    def cell(self):
        self.cells += 1
        return self.cells - 1

    def run(self, n):
        """n cells beside each other; the first is given back."""
        self.cells += n
        return self.cells - n

    def number(self):
        return [self.cell() for _ in range(DIGITS)]

    def at(self, cell):
        self.out.append('>' * (cell - self.here) + '<' * (self.here - cell))
        self.here = cell

    # -- single cells

    def add(self, cell, n):
        self.at(cell)
        self.out.append('+' * n + '-' * -n)

    def clear(self, cell):
        self.at(cell)
        self.out.append('[-]')

    def set(self, cell, n):
        self.clear(cell)
        self.add(cell, n)

    def put(self, cell):
        self.at(cell)
        self.out.append('.')

    def loop(self, cell, body):
        """while cell: body()."""
        self.at(cell)
        self.out.append('[')
        body()
        self.at(cell)
        self.out.append(']')

    def count_down(self, cell, body):
        def step():
            self.add(cell, -1)
            body()
        self.loop(cell, step)

    def when(self, cell, body):
        """if cell: body(), and the cell is 0 afterwards."""
        def once():
            body()
            self.clear(cell)
        self.loop(cell, once)

    def move(self, source, *targets):
        """Adds source to the targets, (cell, factor) or cell, and clears it."""
        def step():
            for target in targets:
                cell, by = target if isinstance(target, tuple) else (target, 1)
                self.add(cell, by)
        self.count_down(source, step)

    def copy(self, source, *targets):
        self.move(source, self.spare, *targets)
        self.move(self.spare, source)


class Arithmetic(Assembler):
    def __init__(self):
        super().__init__()
        self.spare = self.cell()
        # n, d, 1, 0, 0, quotient: the workplace of divide().
        self.work = self.run(6)
        self.quotient = self.work + 5
        self.sign = self.cell()
        self.flag = self.cell()
        self.digit = self.cell()
        self.left = self.number()
        self.right = self.number()
        self.product = [self.cell() for _ in range(2 * DIGITS)]

    def divide(self, cell, by=16):
        """cell becomes cell mod `by`; the quotient is left in self.quotient.

        d counts from `by` to 0 while n is used up. The pointer finds out
        whether d is 0 by where it comes to rest: on d, or behind the 1.
        """
        n = self.work
        self.move(cell, n)
        self.set(n + 1, by)
        self.set(n + 2, 1)
        self.clear(self.quotient)
        self.at(n)
        self.out.append('[->-[>]>[<' + '+' * by + '>>>>+<]<<<<]')
        self.set(cell, by)
        self.move(n + 1, (cell, -1))

    def settle(self, digits, low=0):
        """Carries from digits[low] upwards; what leaves the top is lost."""
        for i in range(low, len(digits)):
            self.divide(digits[i])
            if i + 1 < len(digits):
                self.move(self.quotient, digits[i + 1])

    def assign(self, number, value):
        scaled = int(round(value * 16 ** FRACTION)) % 16 ** DIGITS
        for cell in number:
            self.set(cell, scaled % 16)
            scaled //= 16

    def take(self, target, source):
        for t, s in zip(target, source):
            self.clear(t)
            self.copy(s, t)

    def plus(self, target, source):
        for t, s in zip(target, source):
            self.copy(s, t)
        self.settle(target)

    def negate(self, number):
        for cell in number:
            self.move(cell, (self.digit, -1))
            self.add(self.digit, 15)
            self.move(self.digit, cell)
        self.add(number[0], 1)
        self.settle(number)

    def is_negative(self, number):
        """Leaves 1 or 0 in self.quotient."""
        self.copy(number[-1], (self.digit, 2))
        self.divide(self.digit)
        self.clear(self.digit)

    def absolute(self, number):
        """Makes number positive; turns self.sign if it was not."""
        self.is_negative(number)
        self.move(self.quotient, self.flag, self.sign)
        self.when(self.flag, lambda: self.negate(number))

    def multiply(self, target):
        """target = left * right, by columns; uses left and right up."""
        self.clear(self.sign)
        self.absolute(self.left)
        self.absolute(self.right)
        for cell in self.product:
            self.clear(cell)
        # No column exceeds 15 + 15 * 15 before it is settled.
        for k in range(DIGITS + FRACTION):
            column = self.product[k:k + 2]
            self.settle_one(column)
            for i in range(max(0, k - DIGITS + 1), min(DIGITS, k + 1)):
                def row():
                    self.copy(self.right[k - i], column[0])
                self.copy(self.left[i], self.digit)
                self.count_down(self.digit, row)
                self.settle_one(column)
        for t, p in zip(target, self.product[FRACTION:]):
            self.clear(t)
            self.move(p, t)
        # Two minus signs cancel out.
        self.divide(self.sign, 2)
        self.when(self.sign, lambda: self.negate(target))

    def settle_one(self, column):
        self.divide(column[0])
        self.move(self.quotient, column[1])

    def text(self):
        code = ''.join(self.out)
        return '\n'.join(code[i:i + 76] for i in range(0, len(code), 76))


def mandelbrot(columns=64, rows=28, limit=40):
    a = Arithmetic()
    cr, ci, zr, zi = a.number(), a.number(), a.number(), a.number()
    # The multiplication is written once and run three times; operands and
    # results move through two queues.
    waiting = [(a.number(), a.number()) for _ in range(2)]
    results = [a.number() for _ in range(3)]
    sum_ = a.number()
    rounds, x, y, left, again, shade = (a.cell() for _ in range(6))

    def shift(target, source):
        for t, s in zip(target, source):
            a.clear(t)
            a.move(s, t)

    def one_product():
        shift(results[0], results[1])
        shift(results[1], results[2])
        a.multiply(results[2])
        shift(a.left, waiting[0][0])
        shift(a.right, waiting[0][1])
        shift(waiting[0][0], waiting[1][0])
        shift(waiting[0][1], waiting[1][1])

    def products():
        """results = zr * zr, zi * zi, zr * zi."""
        operands = [(a.left, a.right)] + waiting
        for (p, q), (f, g) in zip(operands, ((zr, zr), (zi, zi), (zr, zi))):
            a.take(p, f)
            a.take(q, g)
        a.set(rounds, 3)
        a.count_down(rounds, one_product)

    def iterate():
        """One step; `again` stays 1 if there is to be another."""
        a.clear(again)
        products()
        a.take(sum_, results[0])
        a.plus(sum_, results[1])
        # |z|^2 is 4 or more if its upper digit is not 0 or the lower is over 3.
        a.copy(sum_[FRACTION], (a.digit, 4))
        a.divide(a.digit)
        a.clear(a.digit)
        a.move(a.quotient, a.flag)
        a.copy(sum_[FRACTION + 1], a.flag)
        a.copy(left, again)
        a.when(a.flag, lambda: a.clear(again))
        a.copy(again, a.flag)
        a.clear(again)
        a.when(a.flag, advance)

    def advance():
        a.negate(results[1])
        a.take(zr, results[0])
        a.plus(zr, results[1])
        a.plus(zr, cr)
        a.take(zi, results[2])
        a.plus(zi, results[2])
        a.plus(zi, ci)
        a.add(left, -1)
        a.add(shade, 1)
        a.add(again, 1)

    def point():
        a.assign(zr, 0)
        a.assign(zi, 0)
        a.set(left, limit)
        a.set(again, 1)
        a.loop(again, iterate)
        # Inside: a star. Outside: a character for the number of steps.
        a.set(a.digit, 42)
        a.when(left, lambda: (a.clear(a.digit), a.move(shade, a.digit),
                              a.divide(a.digit, 12), a.add(a.digit, 46)))
        a.put(a.digit)
        a.clear(a.digit)
        a.clear(shade)
        a.assign(sum_, 2.7 / columns)
        a.plus(cr, sum_)

    def row():
        a.assign(cr, -2.05)
        a.set(x, columns)
        a.count_down(x, point)
        a.set(a.digit, 10)
        a.put(a.digit)
        a.clear(a.digit)
        a.assign(sum_, 2.3 / rows)
        a.plus(ci, sum_)

    a.assign(ci, -1.15)
    a.set(y, rows)
    a.count_down(y, row)
    return a.text()


class Decimals:
    """A decimal number of `size` digits that can be shown."""

    def __init__(self, a, size):
        self.a = a
        self.digits = [a.cell() for _ in range(size)]
        self.seen = a.cell()

    def settle(self):
        for i, cell in enumerate(self.digits):
            self.a.divide(cell, 10)
            if i + 1 < len(self.digits):
                self.a.move(self.a.quotient, self.digits[i + 1])

    def show(self):
        a = self.a
        a.clear(self.seen)
        for cell in reversed(self.digits):
            a.copy(cell, self.seen)
            a.copy(self.seen, a.flag)
            if cell == self.digits[0]:
                a.add(a.flag, 1)

            def write():
                a.copy(cell, a.digit)
                a.add(a.digit, 48)
                a.put(a.digit)
                a.clear(a.digit)
            a.when(a.flag, write)
        character(a, 10)


def character(a, code):
    a.set(a.digit, code)
    a.put(a.digit)
    a.clear(a.digit)


def squares(last=100):
    """0, 1, 4 ... last * last, by adding odd numbers."""
    a = Arithmetic()
    number = Decimals(a, 5)
    odd, left = a.cell(), a.cell()

    def step():
        number.show()
        a.copy(odd, number.digits[0])
        a.add(odd, 2)
        number.settle()

    a.set(odd, 1)
    a.set(left, last + 1)
    a.count_down(left, step)
    return a.text()


def fibonacci(last=90):
    a = Arithmetic()
    one, two = Decimals(a, 20), Decimals(a, 20)
    left = a.cell()

    def step():
        one.show()
        for i, j in zip(one.digits, two.digits):
            a.copy(j, i)
        one.settle()
        # Now one is the later of the two.
        for i, j in zip(one.digits, two.digits):
            a.move(i, a.digit)
            a.move(j, i)
            a.move(a.digit, j)

    a.set(two.digits[0], 1)
    a.set(left, last + 1)
    a.count_down(left, step)
    return a.text()


def primes(last=120):
    """Trial division by all smaller numbers."""
    a = Arithmetic()
    number = Decimals(a, 3)
    n, left, by, tries, part, rest, whole, prime = (a.cell() for _ in range(8))

    def divide_step():
        """part counts down from `by`; whole is 1 whenever it starts anew."""
        a.add(part, -1)
        a.set(whole, 1)
        a.copy(part, a.flag)
        a.when(a.flag, lambda: a.clear(whole))
        a.copy(whole, a.flag)
        a.when(a.flag, lambda: a.copy(by, part))

    def attempt():
        a.clear(part)
        a.copy(by, part)
        a.copy(n, rest)
        a.count_down(rest, divide_step)
        a.when(whole, lambda: a.clear(prime))
        a.add(by, 1)

    def candidate():
        a.set(prime, 1)
        a.set(by, 2)
        a.copy(n, tries)
        a.add(tries, -2)
        a.count_down(tries, attempt)

        def show():
            for cell in number.digits:
                a.clear(cell)
            a.copy(n, number.digits[0])
            number.settle()
            number.show()
        a.when(prime, show)
        a.add(n, 1)

    a.set(n, 2)
    a.set(left, last - 1)
    a.count_down(left, candidate)
    return a.text()


def sierpinski(size=32):
    """Pascal's triangle modulo 2, one row below the other."""
    a = Arithmetic()
    cells = [a.cell() for _ in range(size)]
    left = a.cell()

    def row():
        for cell in cells:
            a.copy(cell, (a.digit, 10))
            a.add(a.digit, 32)
            a.put(a.digit)
            a.clear(a.digit)
        character(a, 10)
        for i in range(size - 1, 0, -1):
            a.copy(cells[i - 1], cells[i])
            a.divide(cells[i], 2)

    a.set(cells[0], 1)
    a.set(left, size)
    a.count_down(left, row)
    return a.text()


if __name__ == '__main__':
    programs = {'mandelbrot': mandelbrot, 'squares': squares, 'primes': primes,
                'fibonacci': fibonacci, 'sierpinski': sierpinski}
    if len(sys.argv) != 2 or sys.argv[1] not in programs:
        sys.exit('usage: generate.py ' + '|'.join(sorted(programs)))
    print('Written by generate dot py %s' % sys.argv[1])
    print(programs[sys.argv[1]]())
