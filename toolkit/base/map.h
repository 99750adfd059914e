/*
 * map.h: a hash table from 64-bit keys to 64-bit values (numbers or pointers). For keys of
 * more words, hash them with tw_hash_bytes and chain the equal hashes through the values.
 */
#ifndef TW_MAP_H
#define TW_MAP_H

#include <stddef.h>
#include <stdint.h>

struct tw_map_entry {
    uint64_t key, value;
    uint32_t used; /* 0 free, 1 used, 2 deleted */
};

/* All zero: an empty map. */
struct tw_map {
    struct tw_map_entry *entries;
    uint32_t size; /* power of two, or 0 */
    uint32_t used, filled; /* filled: used and deleted */
};

/* The place of key's value, or NULL. Valid until the next tw_map_put. */
uint64_t *tw_map_find(const struct tw_map *m, uint64_t key);
/* The place of key's value, entered as 0 if it was not there. */
uint64_t *tw_map_put(struct tw_map *m, uint64_t key);
int tw_map_remove(struct tw_map *m, uint64_t key);
void tw_map_clear(struct tw_map *m); /* empty, memory kept */
void tw_map_free(struct tw_map *m);

static inline uint64_t tw_map_get(const struct tw_map *m, uint64_t key)
{
    uint64_t *v = tw_map_find(m, key);

    return v ? *v : 0;
}
static inline uint64_t tw_ptr_key(const void *p)
{
    return (uint64_t)(uintptr_t)p;
}

static inline uint64_t tw_hash_mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0x9e3779b97f4a7c15ull;
    return h ^ (h >> 29);
}
uint64_t tw_hash_bytes(const void *p, size_t n);

#endif
