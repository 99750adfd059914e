/*
 * vec.c: growth of arrays, and allocation that stops the program when memory is out.
 */
#include "toolkit/base/vec.h"

#include <stdlib.h>

#include "toolkit/base/log.h"

void *tw_malloc(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (!p)
        tw_fatal("out of memory (%zu bytes)", n);
    return p;
}

void *tw_calloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);

    if (!p)
        tw_fatal("out of memory (%zu × %zu bytes)", n, size);
    return p;
}

void *tw_realloc(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);

    if (!q)
        tw_fatal("out of memory (%zu bytes)", n);
    return q;
}

void *tw_vec_grow(void *items, uint32_t n, uint32_t *cap, uint32_t more,
                  size_t size)
{
    uint64_t want = (uint64_t)n + more, c = *cap ? (uint64_t)*cap * 2 : 8;

    if (c < want)
        c = want;
    if (c > UINT32_MAX)
        tw_fatal("an array of %llu items is more than the toolkit can hold",
                 (unsigned long long)want);
    *cap = (uint32_t)c;
    return tw_realloc(items, (size_t)c * size);
}

void tw_bytes_varint(struct tw_bytes *b, uint64_t v)
{
    do {
        uint8_t c = v & 127;

        v >>= 7;
        TW_VEC_PUSH(b->data, b->n, b->cap, (uint8_t)(v ? c | 128 : c));
    } while (v);
}
