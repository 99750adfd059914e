/*
 * map.c: open addressing with linear probing; deleted entries are swept when the table is
 * rebuilt.
 */
#include "toolkit/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "toolkit/base/vec.h"

enum { FREE, USED, DELETED };

static struct tw_map_entry *slot(const struct tw_map *m, uint64_t key)
{
    struct tw_map_entry *grave = NULL;

    for (uint64_t h = tw_hash_mix(0, key);; h++) {
        struct tw_map_entry *e = &m->entries[h & (m->size - 1)];

        if (e->used == FREE)
            return grave ? grave : e;
        if (e->used == USED && e->key == key)
            return e;
        if (e->used == DELETED && !grave)
            grave = e;
    }
}

static void rebuild(struct tw_map *m)
{
    struct tw_map old = *m;

    m->size = m->used * 4 < 16         ? 16
              : m->used * 2 >= m->size ? m->size * 2
                                       : m->size;
    m->entries = tw_calloc(m->size, sizeof *m->entries);
    m->filled = m->used;
    for (uint32_t k = 0; k < old.size; k++)
        if (old.entries[k].used == USED)
            *slot(m, old.entries[k].key) = old.entries[k];
    free(old.entries);
}

uint64_t *tw_map_find(const struct tw_map *m, uint64_t key)
{
    if (!m->size)
        return NULL;
    struct tw_map_entry *e = slot(m, key);
    return e->used == USED ? &e->value : NULL;
}

uint64_t *tw_map_put(struct tw_map *m, uint64_t key)
{
    if ((m->filled + 1) * 4 > m->size * 3)
        rebuild(m);
    struct tw_map_entry *e = slot(m, key);
    if (e->used != USED) {
        m->filled += e->used == FREE;
        m->used++;
        *e = (struct tw_map_entry){key, 0, USED};
    }
    return &e->value;
}

int tw_map_remove(struct tw_map *m, uint64_t key)
{
    struct tw_map_entry *e = m->size ? slot(m, key) : NULL;

    if (!e || e->used != USED)
        return 0;
    e->used = DELETED;
    m->used--;
    return 1;
}

void tw_map_clear(struct tw_map *m)
{
    if (m->size)
        memset(m->entries, 0, m->size * sizeof *m->entries);
    m->used = m->filled = 0;
}

void tw_map_free(struct tw_map *m)
{
    free(m->entries);
    memset(m, 0, sizeof *m);
}

uint64_t tw_hash_bytes(const void *p, size_t n)
{
    const uint8_t *b = p;
    uint64_t h = n, w;

    for (; n >= 8; n -= 8, b += 8) {
        memcpy(&w, b, 8);
        h = tw_hash_mix(h, w);
    }
    w = 0;
    memcpy(&w, b, n);
    return tw_hash_mix(h, w);
}
