/* fannkuch.c: the loops of ../fannkuch.py in C. */
#include "harness.h"

enum { N = 8 };

static int flips(const int *perm)
{
    int work[N], count = 0;

    memcpy(work, perm, sizeof work);
    while (work[0]) {
        for (int i = 0, j = work[0]; i < j; i++, j--) {
            int t = work[i];

            work[i] = work[j];
            work[j] = t;
        }
        count++;
    }
    return count;
}

static void run(char *result)
{
    int perm[N], counts[N] = {0}, longest = 0, checksum = 0, sign = 1, i;

    for (int k = 0; k < N; k++)
        perm[k] = k;
    for (;;) {
        if (perm[0]) {
            int f = flips(perm);

            longest = f > longest ? f : longest;
            checksum += sign * f;
        }
        sign = -sign;
        for (i = 1;; i++) {
            int first = perm[0];

            if (i == N) {
                snprintf(result, RESULT_SIZE, "checksum %d, %d flips", checksum,
                         longest);
                return;
            }
            memmove(perm, perm + 1, (size_t)i * sizeof *perm);
            perm[i] = first;
            if (++counts[i] <= i)
                break;
            counts[i] = 0;
        }
    }
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 6);
}
