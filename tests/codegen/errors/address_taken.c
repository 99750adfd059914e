/* error: 'total' is alive at the merge point of driver "t" (line 13) */
#include <tw/jit.h>

static const struct tw_driver driver = {
    .name = "t", .greens = "pc", .reds = "acc"};
int next(int64_t *total);

int64_t run(void)
{
    int64_t pc = 0, acc = 0, total = 0;

    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc), TW_REDS(acc));
        if (pc++ > 10)
            return acc + total;
        acc += next(&total);
    }
}
