"""The chaos game: a fractal drawn by random affine maps along B-splines.

Each spline bends the picture into a strip beside itself; a point is thrown
through randomly chosen strips thousands of times, and the cells that it hits
are counted. Vectors, splines and knots are objects with operators.
"""
from harness import main


class Random(object):
    """A small generator of our own, the same on every implementation."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % n

    def unit(self):
        return self.below(1 << 20) / 1048576.0


class Vector(object):
    def __init__(self, x=0.0, y=0.0):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    def length(self):
        return (self.x * self.x + self.y * self.y) ** 0.5

    def mix(self, other, t):
        return self * (1.0 - t) + other * t


class Spline(object):
    """A B-spline of some degree, evaluated by de Boor's algorithm."""

    def __init__(self, points, degree):
        self.points = points
        self.degree = degree
        inner = len(points) - degree
        self.knots = ([0.0] * degree + [float(i) for i in range(inner + 1)] +
                      [float(inner)] * degree)

    def domain(self):
        return self.knots[self.degree], self.knots[len(self.points)]

    def span(self, t):
        for i in range(self.degree, len(self.points)):
            if t < self.knots[i + 1]:
                return i
        return len(self.points) - 1

    def __call__(self, t):
        degree, knots = self.degree, self.knots
        span = self.span(t)
        d = [self.points[span - degree + i] for i in range(degree + 1)]
        for level in range(1, degree + 1):
            for i in range(degree, level - 1, -1):
                low = knots[span - degree + i]
                high = knots[i + 1 + span - level]
                d[i] = d[i - 1].mix(d[i], (t - low) / (high - low))
        return d[degree]

    def length(self, steps):
        low, high = self.domain()
        total = 0.0
        last = self(low)
        for i in range(1, steps + 1):
            here = self(low + (high - low) * i / steps)
            total += (here - last).length()
            last = here
        return total


class ChaosGame(object):
    def __init__(self, splines, thickness, random):
        self.splines = splines
        self.thickness = thickness
        self.random = random
        self.minx = min(p.x for s in splines for p in s.points)
        self.maxx = max(p.x for s in splines for p in s.points)
        self.miny = min(p.y for s in splines for p in s.points)
        self.maxy = max(p.y for s in splines for p in s.points)
        self.width = self.maxx - self.minx
        self.height = self.maxy - self.miny
        # Longer splines are chosen more often.
        lengths = [s.length(100) for s in splines]
        total = sum(lengths)
        self.weights = [length / total for length in lengths]

    def choose(self):
        u = self.random.unit()
        for spline, weight in zip(self.splines, self.weights):
            u -= weight
            if u < 0.0:
                return spline
        return self.splines[-1]

    def transform(self, point):
        x = (point.x - self.minx) / self.width
        y = (point.y - self.miny) / self.height
        spline = self.choose()
        start, end = spline.domain()
        t = start + (end - start) * x
        base = spline(t)
        step = 1.0 / 5000
        if t + step > end:
            tangent = base - spline(t - step)
        else:
            tangent = spline(t + step) - base
        size = tangent.length()
        if size > 0.0:
            offset = (y - 0.5) * self.thickness
            base = Vector(base.x - tangent.y / size * offset,
                          base.y + tangent.x / size * offset)
        return self.clip(base)

    def clip(self, point):
        return Vector(min(max(point.x, self.minx), self.maxx),
                      min(max(point.y, self.miny), self.maxy))

    def play(self, size, rounds):
        grid = [[0] * size for _ in range(size)]
        point = Vector((self.minx + self.maxx) / 2, (self.miny + self.maxy) / 2)
        for _ in range(rounds):
            point = self.transform(point)
            x = int((point.x - self.minx) / self.width * (size - 1))
            y = int((point.y - self.miny) / self.height * (size - 1))
            grid[y][x] += 1
        return grid


def curve(degree, *numbers):
    points = [Vector(numbers[i], numbers[i + 1])
              for i in range(0, len(numbers), 2)]
    return Spline(points, degree)


SPLINES = [
    curve(3, 0.5, 3.2, 1.6, 3.4, 2.2, 2.9, 2.9, 2.5, 3.1, 1.8),
    curve(3, 2.8, 0.3, 2.1, 0.2, 1.4, 1.1, 1.1, 1.9, 0.9, 2.6, 0.2, 2.7),
    curve(2, 0.1, 0.9, 0.9, 1.3, 1.7, 0.8, 2.6, 1.2),
]


def run():
    game = ChaosGame(SPLINES, 0.25, Random(1234))
    grid = game.play(32, 4000)
    lines = []
    check = 0
    for row in grid:
        lines.append(''.join(' .:+*#'[min(5, n.bit_length())] for n in row))
        for n in row:
            check = (check * 33 + n) % 1000003
    lines.append('check %d' % check)
    return '\n'.join(line.rstrip() for line in lines)


if __name__ == '__main__':
    main(run, 4)
