/*
 * arena.c: bump allocation in chunks that grow with the arena. Used by meta/, opt/ and the
 * backends for everything that dies together.
 */
#include "toolkit/base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/log.h"
#include "toolkit/base/vec.h"

enum { ALIGN = 16, FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

struct tw_arena_chunk {
    struct tw_arena_chunk *older;
    size_t size;
    _Alignas(ALIGN) char bytes[];
};

static void more(struct tw_arena *a, size_t n)
{
    size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;

    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size < n)
        size = n;
    struct tw_arena_chunk *c = tw_malloc(sizeof *c + size);
    c->older = a->chunk;
    c->size = size;
    a->chunk = c;
    a->next = c->bytes;
    a->end = c->bytes + size;
}

void *tw_arena_alloc(struct tw_arena *a, size_t n)
{
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if ((size_t)(a->end - a->next) < n || !a->chunk)
        more(a, n);
    void *p = a->next;
    a->next += n;
    a->total += n;
    return memset(p, 0, n);
}

void *tw_arena_copy(struct tw_arena *a, const void *p, size_t n)
{
    void *q = tw_arena_alloc(a, n);

    return n ? memcpy(q, p, n) : q;
}

char *tw_arena_strdup(struct tw_arena *a, const char *s)
{
    return tw_arena_copy(a, s, strlen(s) + 1);
}

void tw_arena_free(struct tw_arena *a)
{
    for (struct tw_arena_chunk *c = a->chunk, *older; c; c = older) {
        older = c->older;
        free(c);
    }
    memset(a, 0, sizeof *a);
}
