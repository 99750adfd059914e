/*
 * descr.c: derived descriptors and memory access by descriptor. A derived descriptor is the same
 * access seen from another base pointer: the optimizer makes them when it folds ptr_add and
 * constant indices. They are interned for the life of the process; a lock guards the table.
 */
#include "toolkit/ir/descr.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"

struct derived {
    struct tw_fielddescr f; /* first: what callers see */
    struct derived *next;   /* equal hash */
    char name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct tw_map table; /* hash -> chain of struct derived */

static int same_access(const struct tw_fielddescr *a,
                       const struct tw_fielddescr *b)
{
    return a->offset == b->offset && a->size == b->size && a->type == b->type &&
           a->flags == b->flags && a->alias.id == b->alias.id &&
           a->alias.width == b->alias.width;
}

/* Names survive printing and parsing: "point.x+16" is point.x seen from 16 bytes before,
 * "tuple.item[3]" an item. */
static void name_of_offset(char *buf, size_t size,
                           const struct tw_fielddescr *d, int32_t offset)
{
    const char *plus = strrchr(d->name, '+');
    long moved = offset - d->offset;

    if (plus) {
        long before = 0;
        if (sscanf(plus, "+%ld", &before) == 1)
            moved += before;
    }
    snprintf(buf, size, "%.*s+%ld",
             plus ? (int)(plus - d->name) : (int)strlen(d->name), d->name,
             moved);
}

static void name_of_item(char *buf, size_t size, const struct tw_arraydescr *d,
                         int64_t index)
{
    const char *bracket = strstr(d->name, "[]");

    if (bracket)
        snprintf(buf, size, "%.*s[%lld]%s", (int)(bracket - d->name), d->name,
                 (long long)index, bracket + 2);
    else
        snprintf(buf, size, "%s[%lld]", d->name, (long long)index);
}

/* from: the field or array that it is derived from, for the name. */
static const struct tw_fielddescr *intern(const struct tw_fielddescr *want,
                                          const void *from, int64_t index)
{
    uint64_t h =
        tw_hash_mix(tw_hash_mix(want->alias.id, (uint32_t)want->offset),
                    (uint64_t)want->size << 16 |
                        (uint64_t)(uint8_t)want->type << 8 | want->flags);
    struct derived *d;

    pthread_mutex_lock(&lock);
    uint64_t *chain = tw_map_put(&table, h);
    for (d = (struct derived *)(uintptr_t)*chain; d; d = d->next)
        if (same_access(&d->f, want))
            break;
    if (!d) {
        char name[256];
        if (((const struct tw_descr *)from)->kind == TW_DK_FIELD)
            name_of_offset(name, sizeof name, from, want->offset);
        else
            name_of_item(name, sizeof name, from, index);
        d = tw_malloc(sizeof *d + strlen(name) + 1);
        d->f = *want;
        strcpy(d->name, name);
        d->f.name = d->name;
        d->next = (struct derived *)(uintptr_t)*chain;
        *chain = (uint64_t)(uintptr_t)d;
    }
    pthread_mutex_unlock(&lock);
    return &d->f;
}

const struct tw_fielddescr *tw_descr_field_at(const struct tw_fielddescr *d,
                                              int32_t offset)
{
    struct tw_fielddescr want = *d;

    if (offset == d->offset)
        return d;
    want.offset = offset;
    if (want.watch_offset != TW_WATCH_ITEM)
        want.watch_offset += offset - d->offset;
    return intern(&want, d, 0);
}

const struct tw_fielddescr *
tw_descr_item_as_field(const struct tw_arraydescr *d, int64_t index)
{
    struct tw_fielddescr want = {.dkind = TW_DK_FIELD,
                                 .type = d->type,
                                 .size = d->size,
                                 .flags = d->flags,
                                 .watch_offset = TW_WATCH_ITEM,
                                 .offset =
                                     (int32_t)(d->base + index * d->stride),
                                 .alias = d->alias,
                                 .vable_index = -1};

    return intern(&want, d, index);
}

union tw_value tw_load(const void *address, char type, int size, int flags)
{
    union tw_value v = {.i = 0};

    if (type == 'r') {
        memcpy(&v.r, address, sizeof v.r);
    } else if (type == 'f' && size == 4) {
        float f;
        memcpy(&f, address, sizeof f);
        v.f = f;
    } else if (type == 'f') {
        memcpy(&v.f, address, sizeof v.f);
    } else if (size == 8) {
        memcpy(&v.i, address, sizeof v.i);
    } else if (size == 4) {
        int32_t x;
        memcpy(&x, address, sizeof x);
        v.i = x;
    } else if (size == 2) {
        int16_t x;
        memcpy(&x, address, sizeof x);
        v.i = x;
    } else {
        int8_t x;
        memcpy(&x, address, sizeof x);
        v.i = flags & TW_F_BOOL ? x & 1 : x;
    }
    return v;
}

void tw_store(void *address, char type, int size, union tw_value v)
{
    if (type == 'r') {
        memcpy(address, &v.r, sizeof v.r);
    } else if (type == 'f' && size == 4) {
        float f = (float)v.f;
        memcpy(address, &f, sizeof f);
    } else if (type == 'f') {
        memcpy(address, &v.f, sizeof v.f);
    } else if (size == 8) {
        memcpy(address, &v.i, sizeof v.i);
    } else if (size == 4) {
        int32_t x = (int32_t)v.i;
        memcpy(address, &x, sizeof x);
    } else if (size == 2) {
        int16_t x = (int16_t)v.i;
        memcpy(address, &x, sizeof x);
    } else {
        int8_t x = (int8_t)v.i;
        memcpy(address, &x, sizeof x);
    }
}
