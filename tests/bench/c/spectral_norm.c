/* spectral_norm.c: the loops of ../spectral_norm.py in C. */
#include <math.h>

#include "harness.h"

enum { SIZE = 120, ROUNDS = 10 };

static double element(long i, long j)
{
    long ij = i + j;

    return 1.0 / (double)(ij * (ij + 1) / 2 + i + 1);
}

static void times(const double *v, double *out)
{
    for (long i = 0; i < SIZE; i++) {
        double s = 0;

        for (long j = 0; j < SIZE; j++)
            s += element(i, j) * v[j];
        out[i] = s;
    }
}

static void times_transposed(const double *v, double *out)
{
    for (long i = 0; i < SIZE; i++) {
        double s = 0;

        for (long j = 0; j < SIZE; j++)
            s += element(j, i) * v[j];
        out[i] = s;
    }
}

static void run(char *result)
{
    static double u[SIZE], v[SIZE], between[SIZE];
    double vbv = 0, vv = 0;

    for (int k = 0; k < SIZE; k++)
        u[k] = 1.0;
    for (int k = 0; k < ROUNDS; k++) {
        times(u, between);
        times_transposed(between, v);
        times(v, between);
        times_transposed(between, u);
    }
    for (int k = 0; k < SIZE; k++) {
        vbv += u[k] * v[k];
        vv += v[k] * v[k];
    }
    snprintf(result, RESULT_SIZE, "%.9f", sqrt(vbv / vv));
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 5);
}
