/* error: tw_can_enter_jit of driver "t" in back: it must stand */
#include <tw/jit.h>

static const struct tw_driver driver = {
    .name = "t", .greens = "pc", .reds = "acc"};

__attribute__((noinline)) static void back(int64_t pc, int64_t acc)
{
    tw_can_enter_jit(&driver, TW_GREENS(pc), TW_REDS(acc));
}
int64_t run(int64_t acc)
{
    int64_t pc = 0;

    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc), TW_REDS(acc));
        if (pc++ > acc)
            return acc;
        back(pc, acc);
    }
}
