/*
 * heapcache.c: see heapcache.h. Entries hang in lists by alias id, so that a
 * store looks at the entries of its own alias class only (wide classes look at
 * all lists).
 */
#include "toolkit/meta/heapcache.h"

#include <stdlib.h>
#include <string.h>

#include <tw/gc.h>

struct entry {
    int32_t next;
    tw_vref base;
    int64_t offset;
    struct tw_alias alias;
    struct tw_box box; /* constants hold references: scanned memory */
    uint8_t size;
    uint8_t immutable;
};

struct heapcache {
    int32_t *heads; /* by alias id */
    uint32_t nheads;
    uint32_t *used; /* alias ids whose list is not empty (may repeat not) */
    uint32_t nused;
    struct entry *entries;
    uint32_t nentries, cap;
    int32_t freelist;
    uint8_t *facts; /* by value number */
    uint32_t nfacts;
};

struct heapcache *heapcache_new(uint32_t naliases)
{
    struct heapcache *h = calloc(1, sizeof *h);

    h->nheads = naliases + 1;
    h->heads = malloc(h->nheads * sizeof *h->heads);
    h->used = malloc(h->nheads * sizeof *h->used);
    for (uint32_t k = 0; k < h->nheads; k++)
        h->heads[k] = -1;
    h->cap = 256;
    h->entries = tw_gc_malloc_uncollectable(h->cap * sizeof *h->entries);
    h->freelist = -1;
    return h;
}

void heapcache_free(struct heapcache *h)
{
    free(h->heads);
    free(h->used);
    free(h->facts);
    tw_gc_free_uncollectable(h->entries);
    free(h);
}

void heapcache_reset(struct heapcache *h)
{
    for (uint32_t k = 0; k < h->nused; k++)
        h->heads[h->used[k]] = -1;
    h->nused = 0;
    h->nentries = 0;
    h->freelist = -1;
    if (h->nfacts)
        memset(h->facts, 0, h->nfacts);
}

int heapcache_has(const struct heapcache *h, tw_vref v, unsigned fact)
{
    return v >= 0 && (uint32_t)v < h->nfacts && (h->facts[v] & fact);
}

void heapcache_add(struct heapcache *h, tw_vref v, unsigned fact)
{
    if (v < 0)
        return;
    if ((uint32_t)v >= h->nfacts) {
        uint32_t n = ((uint32_t)v + 256) * 2;

        h->facts = realloc(h->facts, n);
        memset(h->facts + h->nfacts, 0, n - h->nfacts);
        h->nfacts = n;
    }
    h->facts[v] |= (uint8_t)fact;
}

void heapcache_escape(struct heapcache *h, tw_vref v)
{
    tw_vref todo[32];
    int n = 0;

    if (!heapcache_has(h, v, HC_FRESH))
        return;
    todo[n++] = v;
    h->facts[v] &= (uint8_t)~HC_FRESH;
    /* What it refers to escapes with it. */
    while (n) {
        tw_vref w = todo[--n];

        for (uint32_t k = 0; k < h->nused; k++)
            for (int32_t e = h->heads[h->used[k]]; e >= 0;
                 e = h->entries[e].next) {
                tw_vref x = h->entries[e].box.ref;

                if (h->entries[e].base != w || !heapcache_has(h, x, HC_FRESH))
                    continue;
                h->facts[x] &= (uint8_t)~HC_FRESH;
                if (n < 32)
                    todo[n++] = x;
                else
                    heapcache_reset(h);
            }
    }
}

int heapcache_get(const struct heapcache *h, tw_vref v,
                  const struct tw_alias *a, int64_t offset, int size,
                  struct tw_box *out)
{
    if (v < 0 || a->id >= h->nheads)
        return 0;
    for (int32_t e = h->heads[a->id]; e >= 0; e = h->entries[e].next) {
        const struct entry *x = &h->entries[e];

        if (x->base == v && x->offset == offset && x->size == size) {
            *out = x->box;
            return 1;
        }
    }
    return 0;
}

static void add(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                int64_t offset, int size, int immutable, struct tw_box b)
{
    int32_t e;

    if (v < 0 || a->id >= h->nheads || offset < 0)
        return;
    if (h->freelist >= 0) {
        e = h->freelist;
        h->freelist = h->entries[e].next;
    } else {
        if (h->nentries == h->cap) {
            struct entry *n =
                tw_gc_malloc_uncollectable(2 * h->cap * sizeof *n);

            memcpy(n, h->entries, h->cap * sizeof *n);
            tw_gc_free_uncollectable(h->entries);
            h->entries = n;
            h->cap *= 2;
        }
        e = (int32_t)h->nentries++;
    }
    if (h->heads[a->id] < 0) {
        uint32_t k = 0;

        while (k < h->nused && h->used[k] != a->id)
            k++;
        if (k == h->nused)
            h->used[h->nused++] = a->id;
    }
    h->entries[e] = (struct entry){.next = h->heads[a->id],
                                   .base = v,
                                   .offset = offset,
                                   .alias = *a,
                                   .box = b,
                                   .size = (uint8_t)size,
                                   .immutable = (uint8_t)immutable};
    h->heads[a->id] = e;
}

void heapcache_loaded(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, int immutable, struct tw_box b)
{
    add(h, v, a, offset, size, immutable, b);
}

/* Drops the entries of one list for which the store may be seen. What a dropped
 * entry referred to may be loaded from there again and then has another name:
 * it is fresh no more. */
static void drop_list(struct heapcache *h, uint32_t id, tw_vref v,
                      const struct tw_alias *a, int64_t offset, int size)
{
    int32_t *link = &h->heads[id];
    tw_vref lost[16];
    unsigned nlost = 0;

    while (*link >= 0) {
        int32_t e = *link;
        struct entry *x = &h->entries[e];
        int same = x->base == v;
        int overlap = offset < 0 || (x->offset < offset + size &&
                                     offset < x->offset + x->size);
        int distinct = !same && (heapcache_has(h, x->base, HC_FRESH) ||
                                 heapcache_has(h, v, HC_FRESH));

        if ((x->immutable && !(same && overlap)) ||
            !tw_alias_may(a, &x->alias) || distinct || (same && !overlap)) {
            link = &x->next;
            continue;
        }
        if (heapcache_has(h, x->box.ref, HC_FRESH) &&
            (offset < 0 || x->offset != offset || x->size != size)) {
            if (nlost < 16)
                lost[nlost] = x->box.ref;
            nlost++;
        }
        *link = x->next;
        x->next = h->freelist;
        h->freelist = e;
    }
    if (nlost > 16) {
        heapcache_reset(h);
        return;
    }
    while (nlost)
        heapcache_escape(h, lost[--nlost]);
}

void heapcache_stored(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, struct tw_box b)
{
    /* Wide accesses elsewhere may overlap too, so every list is looked at;
     * there are few. */
    for (uint32_t k = 0; k < h->nused; k++) /* nused becomes 0 by a reset */
        drop_list(h, h->used[k], v, a, offset, size);
    add(h, v, a, offset, size, 0, b);
}

void heapcache_call(struct heapcache *h, const struct tw_effect *e)
{
    for (uint32_t k = 0; k < h->nused; k++) {
        int32_t *link = &h->heads[h->used[k]];

        while (*link >= 0) {
            int32_t n = *link;
            struct entry *x = &h->entries[n];

            if (x->immutable || heapcache_has(h, x->base, HC_FRESH) ||
                !tw_effect_writes(e, &x->alias)) {
                link = &x->next;
                continue;
            }
            *link = x->next;
            x->next = h->freelist;
            h->freelist = n;
        }
    }
}
