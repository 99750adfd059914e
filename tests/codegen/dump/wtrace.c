/* Functions that stay residual calls, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <tw/jit.h>

static jmp_buf where;
static volatile int signal_flag;

static int looped(int n)
{
    int s = 0;
    while (n > 0)
        s += n--;
    return s;
}
__attribute__((noinline)) static int jumps(int n)
{
    return setjmp(where) ? 1 : n;
}
__attribute__((noinline)) static int sets_volatile(int n)
{
    signal_flag = n;
    return n;
}
__attribute__((noinline)) static int assembly(int n)
{
    __asm__("" : "+r"(n));
    return n;
}
__attribute__((noinline)) static int variadic(int n, ...)
{
    va_list ap;
    int r;
    va_start(ap, n);
    r = va_arg(ap, int);
    va_end(ap);
    return r;
}
__attribute__((noinline)) static int wide(int64_t n)
{
    return (int)((__int128)n * n >> 70);
}
__attribute__((noinline)) static int extended(double n)
{
    return (int)((long double)n * 3);
}
__attribute__((noinline)) static int computed(int n)
{
    static void *const labels[] = {&&a, &&b};
    goto *labels[n & 1];
a:
    return 3;
b:
    return 4;
}
__attribute__((noinline)) static int vla(int n)
{
    char buf[n & 15];
    buf[n & 7] = 1;
    return buf[n & 7];
}
__attribute__((noinline)) static int atomic(int *n)
{
    return __atomic_fetch_add(n, 1, __ATOMIC_SEQ_CST);
}
int f(int n)
{
    return looped(n) + jumps(n) + sets_volatile(n) + assembly(n) +
           variadic(n, 2) + wide(n) + extended(n) + computed(n) + vla(n) +
           atomic(&n);
}
