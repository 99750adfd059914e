/*
 * arena.h: memory that is given back all at once: what a compilation, a pass or a loop token
 * needs while it lives. Not scanned by the collector.
 */
#ifndef TW_ARENA_H
#define TW_ARENA_H

#include <stddef.h>

struct tw_arena_chunk;

/* All zero: an empty arena. */
struct tw_arena {
    struct tw_arena_chunk *chunk; /* newest first */
    char *next, *end;
    size_t total; /* bytes handed out */
};

/* Zeroed, aligned for any type. Never NULL. */
void *tw_arena_alloc(struct tw_arena *a, size_t n);
void *tw_arena_copy(struct tw_arena *a, const void *p, size_t n);
char *tw_arena_strdup(struct tw_arena *a, const char *s);
void tw_arena_free(struct tw_arena *a);

#define TW_ARENA_NEW(a, type) ((type *)tw_arena_alloc((a), sizeof(type)))
#define TW_ARENA_ARRAY(a, type, n)                                             \
    ((type *)tw_arena_alloc((a), sizeof(type) * (size_t)(n)))

#endif
