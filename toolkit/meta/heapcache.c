/*
 * heapcache.c: see heapcache.h. What is known of an object that only the trace
 * has hangs at the object: nothing else can change it. The rest hangs in lists
 * by alias id; stores to what may be seen elsewhere look at all of these. With
 * many inlined calls, each with a frame of its own, the first kind is the bulk.
 */
#include "toolkit/meta/heapcache.h"

#include <stdlib.h>
#include <string.h>

#include <tw/gc.h>

#include "toolkit/base/vec.h"

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
    int32_t *fresh; /* by value number: entries of a base with HC_FRESH */
    uint32_t nfacts; /* of both */
    tw_vref *todo;  /* heapcache_escape's */
    uint32_t ntodo, todo_cap;
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
    free(h->fresh);
    free(h->todo);
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
    if (h->nfacts) {
        memset(h->facts, 0, h->nfacts);
        memset(h->fresh, 0xff, h->nfacts * sizeof *h->fresh);
    }
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
        h->fresh = realloc(h->fresh, n * sizeof *h->fresh);
        memset(h->fresh + h->nfacts, 0xff, (n - h->nfacts) * sizeof *h->fresh);
        h->nfacts = n;
    }
    h->facts[v] |= (uint8_t)fact;
}

int heapcache_get(const struct heapcache *h, tw_vref v,
                  const struct tw_alias *a, int64_t offset, int size,
                  struct tw_box *out)
{
    if (v < 0 || a->id >= h->nheads)
        return 0;
    for (int32_t e = heapcache_has(h, v, HC_FRESH) ? h->fresh[v]
                                                   : h->heads[a->id];
         e >= 0; e = h->entries[e].next) {
        const struct entry *x = &h->entries[e];

        if (x->base == v && x->offset == offset && x->size == size &&
            x->alias.id == a->id) {
            *out = x->box;
            return 1;
        }
    }
    return 0;
}

/* The list for an entry of that alias class whose base may be seen elsewhere. */
static int32_t *shared_list(struct heapcache *h, uint32_t id)
{
    if (h->heads[id] < 0) {
        uint32_t k = 0;

        while (k < h->nused && h->used[k] != id)
            k++;
        if (k == h->nused)
            h->used[h->nused++] = id;
    }
    return &h->heads[id];
}

static void will_escape(struct heapcache *h, tw_vref v)
{
    if (!heapcache_has(h, v, HC_FRESH))
        return;
    h->facts[v] &= (uint8_t)~HC_FRESH;
    TW_VEC_PUSH(h->todo, h->ntodo, h->todo_cap, v);
}

/* What escaping objects refer to escapes with them. */
static void escape_todo(struct heapcache *h)
{
    while (h->ntodo) {
        tw_vref w = h->todo[--h->ntodo];

        for (int32_t e = h->fresh[w], next; e >= 0; e = next) {
            struct entry *x = &h->entries[e];
            int32_t *list = shared_list(h, x->alias.id);

            next = x->next;
            x->next = *list;
            *list = e;
            will_escape(h, x->box.ref);
        }
        h->fresh[w] = -1;
    }
}

void heapcache_escape(struct heapcache *h, tw_vref v)
{
    will_escape(h, v);
    escape_todo(h);
}

static void add(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                int64_t offset, int size, int immutable, struct tw_box b)
{
    int32_t e, *list;

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
    list = heapcache_has(h, v, HC_FRESH) ? &h->fresh[v] : shared_list(h, a->id);
    h->entries[e] = (struct entry){.next = *list,
                                   .base = v,
                                   .offset = offset,
                                   .alias = *a,
                                   .box = b,
                                   .size = (uint8_t)size,
                                   .immutable = (uint8_t)immutable};
    *list = e;
}

void heapcache_loaded(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, int immutable, struct tw_box b)
{
    add(h, v, a, offset, size, immutable, b);
}

/* Drops the entries of one list for which the store may be seen. What a dropped
 * entry referred to may be loaded from there again and then has another name:
 * it is fresh no more; the caller escapes what todo has then. */
static void drop_list(struct heapcache *h, int32_t *link, tw_vref v,
                      const struct tw_alias *a, int64_t offset, int size)
{
    while (*link >= 0) {
        int32_t e = *link;
        struct entry *x = &h->entries[e];
        int same = x->base == v;
        int overlap = offset < 0 || (x->offset < offset + size &&
                                     offset < x->offset + x->size);

        if ((x->immutable && !(same && overlap)) ||
            !tw_alias_may(a, &x->alias) || (same && !overlap)) {
            link = &x->next;
            continue;
        }
        if (offset < 0 || x->offset != offset || x->size != size)
            will_escape(h, x->box.ref);
        *link = x->next;
        x->next = h->freelist;
        h->freelist = e;
    }
}

void heapcache_stored(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, struct tw_box b)
{
    /* Wide accesses elsewhere may overlap too, so every list is looked at;
     * there are few. */
    if (heapcache_has(h, v, HC_FRESH))
        drop_list(h, &h->fresh[v], v, a, offset, size);
    else
        for (uint32_t k = 0; k < h->nused; k++)
            drop_list(h, &h->heads[h->used[k]], v, a, offset, size);
    escape_todo(h);
    add(h, v, a, offset, size, 0, b);
}

void heapcache_call(struct heapcache *h, const struct tw_effect *e)
{
    for (uint32_t k = 0; k < h->nused; k++) {
        int32_t *link = &h->heads[h->used[k]];

        while (*link >= 0) {
            int32_t n = *link;
            struct entry *x = &h->entries[n];

            if (x->immutable || !tw_effect_writes(e, &x->alias)) {
                link = &x->next;
                continue;
            }
            *link = x->next;
            x->next = h->freelist;
            h->freelist = n;
        }
    }
}
