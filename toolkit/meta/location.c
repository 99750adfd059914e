/*
 * location.c: see location.h. The table holds the greens in memory that the
 * collector scans: a location printed later must still name a live object.
 */
#include "toolkit/meta/location.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tw/gc.h>

struct location {
    const struct tw_jitdriver *driver;
    union tw_value *greens;
};

static struct location *locations;
static uint32_t nlocations, cap;
static int32_t *buckets; /* chains through next */
static int32_t *next;
enum { NBUCKETS = 4096 };

static void grow(void)
{
    uint32_t n = cap ? 2 * cap : 256;
    struct location *l = tw_gc_malloc_uncollectable(n * sizeof *l);

    if (nlocations)
        memcpy(l, locations, nlocations * sizeof *l);
    if (locations)
        tw_gc_free_uncollectable(locations);
    locations = l;
    next = realloc(next, n * sizeof *next);
    cap = n;
    if (!buckets) {
        buckets = malloc(NBUCKETS * sizeof *buckets);
        for (int k = 0; k < NBUCKETS; k++)
            buckets[k] = -1;
    }
}

int64_t tw_location_id(const struct tw_jitdriver *d,
                       const union tw_value *greens)
{
    uint32_t h = tw_rt_hash(greens, d->ngreens) % NBUCKETS;
    struct location *l;

    if (buckets)
        for (int32_t k = buckets[h]; k >= 0; k = next[k])
            if (locations[k].driver == d &&
                !memcmp(locations[k].greens, greens,
                        d->ngreens * sizeof *greens))
                return k;
    if (nlocations == cap)
        grow();
    l = &locations[nlocations];
    l->driver = d;
    l->greens = tw_gc_malloc_uncollectable((d->ngreens + 1u) * sizeof *greens);
    memcpy(l->greens, greens, d->ngreens * sizeof *greens);
    next[nlocations] = buckets[h];
    buckets[h] = (int32_t)nlocations;
    return nlocations++;
}

void tw_location_print(int64_t id, char *buf, size_t size)
{
    const struct location *l;

    buf[0] = 0;
    if (id < 0 || id >= nlocations)
        return;
    l = &locations[id];
    if (l->driver->driver->get_printable_location)
        l->driver->driver->get_printable_location(l->greens, buf, size);
    else
        snprintf(buf, size, "%s", l->driver->driver->name);
}
