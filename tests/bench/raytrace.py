"""A ray tracer: spheres over a chequered floor, shadows and reflections."""
from math import sqrt

from harness import main

EPSILON = 1e-6


class Vector(object):
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, o):
        return Vector(self.x + o.x, self.y + o.y, self.z + o.z)

    def __sub__(self, o):
        return Vector(self.x - o.x, self.y - o.y, self.z - o.z)

    def __neg__(self):
        return Vector(-self.x, -self.y, -self.z)

    def scale(self, k):
        return Vector(self.x * k, self.y * k, self.z * k)

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    def cross(self, o):
        return Vector(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z,
                      self.x * o.y - self.y * o.x)

    def unit(self):
        return self.scale(1.0 / sqrt(self.dot(self)))

    def reflect(self, normal):
        return self - normal.scale(2 * self.dot(normal))


class Ray(object):
    def __init__(self, origin, direction):
        self.origin = origin
        self.direction = direction.unit()

    def at(self, t):
        return self.origin + self.direction.scale(t)


class Color(object):
    def __init__(self, r, g, b):
        self.r = r
        self.g = g
        self.b = b

    def add(self, o, k):
        return Color(self.r + o.r * k, self.g + o.g * k, self.b + o.b * k)

    def times(self, k):
        return Color(self.r * k, self.g * k, self.b * k)


class Surface(object):
    def __init__(self, color, mirror=0.2, diffuse=0.6, ambient=0.2):
        self.color = color
        self.mirror = mirror
        self.diffuse = diffuse
        self.ambient = ambient

    def color_at(self, point):
        return self.color


class Chequered(Surface):
    def __init__(self, color, other, size):
        Surface.__init__(self, color)
        self.other = other
        self.size = size

    def color_at(self, point):
        # Shifted so that the truncation never meets a negative number.
        x = int(point.x / self.size + 1000.0)
        z = int(point.z / self.size + 1000.0)
        return self.color if (x + z) % 2 == 0 else self.other


class Sphere(object):
    def __init__(self, center, radius, surface):
        self.center = center
        self.radius = radius
        self.surface = surface

    def hit(self, ray):
        """The distance along the ray, or None."""
        to = self.center - ray.origin
        along = to.dot(ray.direction)
        square = self.radius * self.radius - to.dot(to) + along * along
        if square < 0.0:
            return None
        root = sqrt(square)
        if along - root > EPSILON:
            return along - root
        if along + root > EPSILON:
            return along + root
        return None

    def normal_at(self, point):
        return (point - self.center).unit()


class Plane(object):
    def __init__(self, point, normal, surface):
        self.point = point
        self.normal = normal.unit()
        self.surface = surface

    def hit(self, ray):
        slope = ray.direction.dot(self.normal)
        if abs(slope) < EPSILON:
            return None
        t = (self.point - ray.origin).dot(self.normal) / slope
        return t if t > EPSILON else None

    def normal_at(self, point):
        return self.normal


class Scene(object):
    def __init__(self):
        self.things = []
        self.lights = []
        self.eye = Vector(0.0, 1.8, 10.0)
        self.look_at = Vector(0.0, 1.0, 0.0)
        self.background = Color(0.1, 0.15, 0.3)
        self.rays = 0

    def nearest(self, ray):
        best = None
        best_t = 0.0
        for thing in self.things:
            t = thing.hit(ray)
            if t is not None and (best is None or t < best_t):
                best, best_t = thing, t
        return best, best_t

    def lit(self, point, light):
        to = light - point
        distance = sqrt(to.dot(to))
        ray = Ray(point, to)
        for thing in self.things:
            t = thing.hit(ray)
            if t is not None and t < distance:
                return False
        return True

    def trace(self, ray, depth):
        self.rays += 1
        thing, t = self.nearest(ray)
        if thing is None:
            return self.background
        point = ray.at(t)
        normal = thing.normal_at(point)
        surface = thing.surface
        base = surface.color_at(point)
        out = base.times(surface.ambient)
        for light in self.lights:
            to = (light - point).unit()
            strength = to.dot(normal)
            if strength > 0.0 and self.lit(point, light):
                out = out.add(base, strength * surface.diffuse)
        if surface.mirror > 0.0 and depth > 0:
            bounced = Ray(point, ray.direction.reflect(normal))
            out = out.add(self.trace(bounced, depth - 1), surface.mirror)
        return out

    def render(self, width, height):
        forward = (self.look_at - self.eye).unit()
        right = forward.cross(Vector(0.0, 1.0, 0.0)).unit()
        up = right.cross(forward)
        rows = []
        for y in range(height):
            row = []
            for x in range(width):
                dx = (x - width / 2.0) / width
                dy = (height / 2.0 - y) / width
                direction = forward + right.scale(dx) + up.scale(dy)
                row.append(self.trace(Ray(self.eye, direction), 3))
            rows.append(row)
        return rows


def clamp(x):
    return max(0, min(255, int(x * 255)))


def build():
    scene = Scene()
    scene.lights = [Vector(30.0, 30.0, 10.0), Vector(-10.0, 30.0, 20.0)]
    scene.things.append(Sphere(Vector(1.0, 3.0, -6.0), 3.0,
                               Surface(Color(1.0, 1.0, 0.0), 0.4)))
    for i in range(5):
        scene.things.append(Sphere(Vector(-3.0 + i * 1.4, 0.6, -1.0), 0.6,
                                   Surface(Color(0.2 * i, 0.4, 1 - 0.2 * i))))
    scene.things.append(Plane(Vector(0.0, 0.0, 0.0), Vector(0.0, 1.0, 0.0),
                              Chequered(Color(0.9, 0.9, 0.9),
                                        Color(0.1, 0.1, 0.1), 1.5)))
    return scene


def run():
    scene = build()
    rows = scene.render(48, 36)
    lines = []
    check = 0
    for row in rows:
        text = ''
        for c in row:
            r, g, b = clamp(c.r), clamp(c.g), clamp(c.b)
            check = (check * 31 + (r << 16 | g << 8 | b)) % 1000003
            text += ' .:-=+*#%@'[(r + g + b) * 9 // 765]
        lines.append(text.rstrip())
    lines.append('%d rays, check %d' % (scene.rays, check))
    return '\n'.join(lines)


if __name__ == '__main__':
    main(run, 4)
