/* error: a second merge point */
#include <tw/jit.h>

static const struct tw_driver driver = {
    .name = "t", .greens = "pc", .reds = "acc"};

int64_t run(int64_t acc)
{
    int64_t pc = 0;

    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc), TW_REDS(acc));
        if (pc++ > acc)
            return acc;
        if (pc & 1)
            tw_jit_merge_point(&driver, TW_GREENS(pc), TW_REDS(acc));
    }
}
