/*
 * harness.h: what harness.py is for the Python programs: `prog [N]` runs N times and prints the
 * first result, BENCH_STEADY=1 measures. Included by the programs here, which define run().
 */
#ifndef BENCH_C_HARNESS_H
#define BENCH_C_HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RESULT_SIZE = 200, STEADY = 50 };

static void run(char *result);

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median iteration of the later half. */
static double steady_state(char *result)
{
    double times[STEADY];

    for (int k = 0; k < STEADY; k++) {
        double start = now();

        run(result);
        times[k] = now() - start;
    }
    qsort(times + STEADY / 2, STEADY - STEADY / 2, sizeof *times, by_size);
    return times[STEADY / 2 + STEADY / 4];
}

static int bench_main(int argc, char **argv, int iterations)
{
    char first[RESULT_SIZE], result[RESULT_SIZE];
    const char *steady = getenv("BENCH_STEADY");

    run(first);
    printf("%s\n", first);
    if (steady && !strcmp(steady, "1")) {
        fprintf(stderr, "steady %.6f\n", steady_state(result));
        return 0;
    }
    for (int k = argc > 1 ? atoi(argv[1]) : iterations; k > 1; k--) {
        run(result);
        if (strcmp(first, result) != 0)
            return 1;
    }
    return 0;
}

#endif
