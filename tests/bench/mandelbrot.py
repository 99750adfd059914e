"""The Mandelbrot set as a bitmap: float arithmetic in the innermost loop."""
from harness import main


def bitmap(size, limit):
    """One bytearray a row, a bit a point, as in a PBM file."""
    rows = []
    for y in range(size):
        ci = 2.0 * y / size - 1.0
        row = bytearray()
        byte = 0
        for x in range(size):
            cr = 2.0 * x / size - 1.5
            zr = zi = tr = ti = 0.0
            n = 0
            while n < limit and tr + ti <= 4.0:
                zi = 2.0 * zr * zi + ci
                zr = tr - ti + cr
                tr = zr * zr
                ti = zi * zi
                n += 1
            byte = byte << 1 | (tr + ti <= 4.0)
            if x & 7 == 7:
                row.append(byte)
                byte = 0
        rows.append(row)
    return rows


def run():
    rows = bitmap(160, 50)
    inside = 0
    check = 0
    for row in rows:
        for byte in row:
            inside += bin(byte).count('1')
            check = (check * 31 + byte) % 1000003
    return 'inside %d, check %d' % (inside, check)


if __name__ == '__main__':
    main(run, 6)
