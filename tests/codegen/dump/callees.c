/* What indirect calls may reach, and what is nobody's business but the callee's. */
#include <stdlib.h>
#include <string.h>
#include <tw/jit.h>

typedef int64_t (*fn)(int64_t);
struct ops {
    const char *name;
    fn first, second;
};
static int64_t f1(int64_t v)
{
    return v + 1;
}
static int64_t f2(int64_t v)
{
    return v + 2;
}
static int64_t f3(int64_t v)
{
    return v + 3;
}
static int64_t f4(int64_t v)
{
    return v + 4;
}
static const struct ops table[] = {{"a", f1, f2}, {"b", f1, f3}};

/* By field, whatever the object. */
int64_t by_field(const struct ops *o, int64_t v)
{
    return o->first(v) + o->second(v);
}

/* The field's address is taken: a plain pointer stores there. */
struct slots {
    int64_t n;
    fn taken, by_bytes, copied;
};
static void put(fn *where, fn f)
{
    *where = f;
}
void fill(struct slots *s, int64_t offset)
{
    put(&s->taken, f3);
    *(fn *)((char *)s + offset) = f4;
}
int64_t by_slot(struct slots *s, int64_t v)
{
    return s->taken(v) + s->by_bytes(v);
}

/* Whole structs are copied, through parameters and results too. */
static struct slots made(fn f)
{
    struct slots s = {0, NULL, NULL, f};

    return s;
}
int64_t by_copy(struct slots *s, int64_t v, const struct ops *o)
{
    struct slots here = made(o->first);

    *s = here;
    return s->copied(v);
}

/* A caller's local and new memory are nobody's business. */
struct pair {
    int64_t a, b;
};
tw_dont_look_inside static void set_pair(struct pair *p, int64_t v)
{
    p->a = v;
    p->b = v;
}
tw_dont_look_inside static int64_t with_local(int64_t v)
{
    struct pair p;

    set_pair(&p, v);
    return p.a;
}
tw_dont_look_inside static struct pair *with_new(int64_t v)
{
    struct pair *p = malloc(sizeof *p);

    set_pair(p, v);
    return p;
}
tw_dont_look_inside static void with_others(struct pair *p)
{
    struct pair *q = with_new(1);

    set_pair(q->a ? p : q, 2);
}
tw_dont_look_inside static void copies(struct pair *p, const struct pair *q)
{
    struct pair mine = *q;

    *p = mine;
}
struct text {
    int64_t n;
    char bytes[];
};
tw_dont_look_inside static void fill_text(struct text *t, const char *s)
{
    memcpy(t->bytes, s, (size_t)t->n);
}
tw_dont_look_inside static void fill_bytes(char *s, int64_t n)
{
    memset(s, 0, (size_t)n);
}
static int compare(const void *a, const void *b)
{
    return ((const struct pair *)a)->a < ((struct pair *)b)->b;
}
tw_dont_look_inside static void sorts(struct pair *p)
{
    qsort(p, 2, sizeof *p, compare);
}
void callers(struct pair *p, struct pair *q, struct text *t)
{
    with_local(1);
    with_new(2);
    with_others(p);
    copies(p, q);
    fill_text(t, table[p->a].name);
    fill_bytes(t->bytes, 1);
    sorts(p);
}
