/*
 * gc.c: what is reachable survives collections, whatever word refers to it.
 */
#include <stdio.h>
#include <string.h>
#include <tw/gc.h>

/* Sizes that fill their granules: the last word is a pointer. */
struct pair {
    intptr_t number;
    struct pair *next;
};
struct row {
    intptr_t length;
    struct pair *item[];
};
struct text {
    intptr_t length;
    char chars[];
};
static TW_GC_TYPE(pair);
static TW_GC_TYPE_VAR(row, item);
static TW_GC_TYPE_VAR_ATOMIC(text, chars);

enum { CHAIN = 2000, ROWS = 15, TEXTS = 300, ROUNDS = 5 };

static struct pair *chain;
static struct row *rows[ROWS];
static struct text *texts[TEXTS];
static int failures;

static void check(int ok, const char *what)
{
    if (!ok) {
        printf("not ok %s\n", what);
        failures++;
    }
}

static struct pair *pair_new(intptr_t number, struct pair *next)
{
    struct pair *p = TW_NEW(pair);
    check(p->number == 0 && !p->next, "fresh-memory-is-zero");
    p->number = number;
    p->next = next;
    return p;
}

static void build(void)
{
    for (intptr_t i = 0; i < CHAIN; i++)
        chain = pair_new(i, chain);
    for (intptr_t n = 0; n < ROWS; n++) {
        rows[n] = TW_NEW_VAR(row, n + 1);
        rows[n]->length = n + 1;
        for (intptr_t i = 0; i <= n; i++)
            rows[n]->item[i] = pair_new(100 * n + i, NULL);
    }
    for (intptr_t n = 0; n < TEXTS; n++) {
        texts[n] = TW_NEW_VAR(text, n);
        texts[n]->length = n;
        memset(texts[n]->chars, (int)(n % 100), (size_t)n);
    }
}

/* With the collector off, until everything that it took for free is used. */
static void use_what_is_free(void)
{
    size_t before = tw_gc_heap_size();
    tw_gc_enable(0);
    for (int i = 0; tw_gc_heap_size() == before; i++) {
        pair_new(-1, NULL);
        struct text *t = TW_NEW_VAR(text, i % 200);
        memset(t->chars, 'x', (size_t)(i % 200));
    }
    tw_gc_enable(1);
}

static void check_all(void)
{
    intptr_t i = CHAIN;
    for (const struct pair *p = chain; p; p = p->next)
        check(p->number == --i, "chain-through-last-words");
    check(i == 0, "chain-is-whole");
    for (intptr_t n = 0; n < ROWS; n++)
        for (i = 0; i <= n; i++)
            check(rows[n]->item[i]->number == 100 * n + i, "items-of-a-row");
    for (intptr_t n = 0; n < TEXTS; n++)
        for (i = 0; i < n; i++)
            check(texts[n]->chars[i] == n % 100, "atomic-contents");
}

/* What is given back is had again, zeroed, and no collection in between gives
 * it to anybody else. */
static void give_back(void)
{
    enum { N = 100 };
    static struct row *given[N]; /* static: the collector sees them */
    size_t size = sizeof(struct row) + 12 * sizeof(struct pair *);

    for (int i = 0; i < N; i++) {
        given[i] = TW_NEW_VAR(row, 12);
        given[i]->length = 12;
        for (int k = 0; k < 12; k++)
            given[i]->item[k] = pair_new(k, NULL);
    }
    for (int i = 0; i < N; i++)
        tw_gc_free(&tw_gctype_row, given[i], size);
    tw_gc_collect();
    for (int i = N; i-- > 0;) {
        struct row *r = TW_NEW_VAR(row, 12);

        check(r == given[i], "freed-memory-is-used-again");
        check(r->length == 0, "freed-memory-is-zero");
        for (int k = 0; k < 12; k++)
            check(!r->item[k], "freed-memory-is-zero");
    }
}

int main(void)
{
    tw_gc_init();
    build();
    give_back();
    for (int i = 0; i < ROUNDS && !failures; i++) {
        tw_gc_collect();
        use_what_is_free();
        check_all();
    }
    return failures != 0;
}
