/* arena.c: see arena.h. */
#include "parser/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tw/gc.h"

enum { FIRST_CHUNK = 16 << 10, LARGEST_CHUNK = 1 << 20, FIRST_BUCKETS = 64 };

static _Noreturn void out_of_memory(void)
{
    fputs("python27: out of memory while compiling\n", stderr);
    exit(1);
}

void arena_init(struct pyarena *a)
{
    memset(a, 0, sizeof *a);
    a->next_size = FIRST_CHUNK;
    a->nbuckets = FIRST_BUCKETS;
    a->buckets = arena_alloc(a, FIRST_BUCKETS * sizeof *a->buckets);
}

void arena_free(struct pyarena *a)
{
    for (struct arena_chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    memset(a, 0, sizeof *a);
}

void *arena_more(struct pyarena *a, size_t n)
{
    /* A large block gets a chunk of its own, behind the current one. */
    int alone = n > a->next_size / 4 && a->chunks;
    size_t size = alone ? n : a->next_size > n ? a->next_size : n;
    struct arena_chunk *c = calloc(1, sizeof *c + size);
    if (!c)
        out_of_memory();
    c->size = size;
    if (alone) {
        c->next = a->chunks->next;
        a->chunks->next = c;
        return c->data;
    }
    c->next = a->chunks;
    a->chunks = c;
    if (a->next_size < LARGEST_CHUNK)
        a->next_size *= 2;
    a->cur = c->data + n;
    a->end = c->data + size;
    return c->data;
}

void *arena_grow(struct pyarena *a, void *old, size_t n, size_t item,
                 int32_t *cap)
{
    int32_t newcap = *cap ? *cap * 2 : 4;
    void *p = arena_alloc(a, (size_t)newcap * item);
    if (n)
        memcpy(p, old, n * item);
    *cap = newcap;
    return p;
}

struct py_object *arena_keep(struct pyarena *a, struct py_object *o)
{
    if (!o)
        return NULL;
    struct arena_kept *k = a->kept;
    const intptr_t room = (intptr_t)(sizeof k->item / sizeof k->item[0]);
    if (!k || k->n == room) {
        k = tw_gc_malloc(sizeof *k);
        if (!k)
            out_of_memory();
        k->next = a->kept;
        a->kept = k;
    }
    k->item[k->n++] = o;
    return o;
}

static void rehash(struct pyarena *a)
{
    uint32_t n = a->nbuckets * 4;
    struct ident **b = arena_alloc(a, n * sizeof *b);
    for (uint32_t i = 0; i < a->nbuckets; i++) {
        for (struct ident *id = a->buckets[i], *next; id; id = next) {
            next = id->next;
            uint32_t h = (uint32_t)id->hash & (n - 1);
            id->next = b[h];
            b[h] = id;
        }
    }
    a->buckets = b;
    a->nbuckets = n;
}

struct ident *arena_ident(struct pyarena *a, const char *s, size_t n)
{
    uint64_t x = n;
    for (size_t i = 0; i < n; i++)
        x = (x ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    x ^= x >> 32;
    struct ident **b = &a->buckets[(uint32_t)x & (a->nbuckets - 1)];
    for (struct ident *id = *b; id; id = id->next)
        if (id->hash == x && id->len == n && !memcmp(id->text, s, n))
            return id;
    if (a->nidents++ > a->nbuckets) {
        rehash(a);
        b = &a->buckets[(uint32_t)x & (a->nbuckets - 1)];
    }
    struct ident *id = arena_alloc(a, sizeof *id + n + 1);
    id->hash = x;
    id->len = (uint32_t)n;
    memcpy(id->text, s, n);
    id->next = *b;
    *b = id;
    return id;
}
