/* What residual calls are known to do. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tw/jit.h>

struct a {
    int64_t x, y;
    char name[8];
};
static int64_t (*callback)(int64_t);
void unknown(void);

tw_dont_look_inside static void write_x(struct a *p)
{
    p->x = 1;
}
tw_dont_look_inside static void locals_only(int64_t n)
{
    struct a l = {n, n, "x"};
    memset(l.name, 0, sizeof l.name);
}
tw_dont_look_inside static void calls_unknown(void)
{
    unknown();
}
tw_dont_look_inside static void calls_write(struct a *p)
{
    write_x(p);
}
static int64_t one(int64_t v)
{
    return v + 1;
}
static int64_t two(int64_t v)
{
    return v * 2;
}
tw_no_effect int64_t quiet(int64_t v);

double f(struct a *p, double d, int64_t n)
{
    callback = n & 1 ? one : two;
    write_x(p);
    locals_only(n);
    calls_unknown();
    calls_write(p);
    p->y = callback(n) + quiet(n);
    printf("%s\n", p->name);
    return sin(d) + sqrt(d) + floor(d) + (double)strlen(p->name);
}

/* A pointer to a union's member that gets away makes the union anything. */
struct tagged {
    int64_t tag;
    union {
        int64_t i;
        double d;
    } u, escaping;
};
tw_dont_look_inside static void set(int64_t *p)
{
    *p = 5;
}
int64_t unions(struct tagged *t)
{
    int64_t before = t->u.i + t->escaping.i;
    set(&t->escaping.i);
    return before + t->u.i + t->escaping.i;
}
