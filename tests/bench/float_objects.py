"""Points in space: objects with float fields, made and thrown away."""
from math import cos, sin, sqrt

from harness import main


class Point(object):
    def __init__(self, i):
        self.x = s = sin(i)
        self.y = cos(i) * 3
        self.z = (s * s) / 2

    def __repr__(self):
        return '<%.6f, %.6f, %.6f>' % (self.x, self.y, self.z)

    def norm(self):
        return sqrt(self.x * self.x + self.y * self.y + self.z * self.z)

    def normalize(self):
        n = self.norm()
        self.x /= n
        self.y /= n
        self.z /= n

    def maximum(self, other):
        self.x = self.x if self.x > other.x else other.x
        self.y = self.y if self.y > other.y else other.y
        self.z = self.z if self.z > other.z else other.z
        return self

    def cross(self, other):
        out = Point.__new__(Point)
        out.x = self.y * other.z - self.z * other.y
        out.y = self.z * other.x - self.x * other.z
        out.z = self.x * other.y - self.y * other.x
        return out


def run():
    points = [Point(i) for i in range(40000)]
    for p in points:
        p.normalize()
    volume = 0.0
    for i in range(2, len(points)):
        c = points[i - 2].cross(points[i - 1])
        p = points[i]
        volume += c.x * p.x + c.y * p.y + c.z * p.z
    top = points[0]
    for p in points[1:]:
        top = top.maximum(p)
    return '%r %.6f' % (top, volume)


if __name__ == '__main__':
    main(run, 6)
