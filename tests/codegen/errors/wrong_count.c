/* error: driver "t" names 1 greens and 2 reds, but the merge point passes 1 and 1 */
#include <tw/jit.h>

static const struct tw_driver driver = {
    .name = "t", .greens = "pc", .reds = "acc more"};

int64_t run(int64_t acc)
{
    int64_t pc = 0;

    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc), TW_REDS(acc));
        if (pc++ > acc)
            return acc;
    }
}
