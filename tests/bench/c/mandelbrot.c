/* mandelbrot.c: the loops of ../mandelbrot.py in C. */
#include "harness.h"

enum { SIZE = 160, LIMIT = 50 };

static unsigned char rows[SIZE][SIZE / 8];

static void bitmap(void)
{
    for (int y = 0; y < SIZE; y++) {
        double ci = 2.0 * y / SIZE - 1.0;
        int byte = 0;

        for (int x = 0; x < SIZE; x++) {
            double cr = 2.0 * x / SIZE - 1.5;
            double zr = 0, zi = 0, tr = 0, ti = 0;

            for (int n = 0; n < LIMIT && tr + ti <= 4.0; n++) {
                zi = 2.0 * zr * zi + ci;
                zr = tr - ti + cr;
                tr = zr * zr;
                ti = zi * zi;
            }
            byte = byte << 1 | (tr + ti <= 4.0);
            if ((x & 7) == 7) {
                rows[y][x / 8] = (unsigned char)byte;
                byte = 0;
            }
        }
    }
}

static void run(char *result)
{
    int inside = 0, check = 0;

    bitmap();
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE / 8; x++) {
            inside += __builtin_popcount(rows[y][x]);
            check = (check * 31 + rows[y][x]) % 1000003;
        }
    snprintf(result, RESULT_SIZE, "inside %d, check %d", inside, check);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 6);
}
