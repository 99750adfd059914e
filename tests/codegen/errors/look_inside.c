/* error: loops is marked tw_look_inside, but it has a loop (tw_unroll_safe allows that) */
#include <tw/jit.h>

tw_look_inside int loops(int n)
{
    int s = 0;
    while (n > 0)
        s += n--;
    return s;
}
