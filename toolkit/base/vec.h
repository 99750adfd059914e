/*
 * vec.h: growable arrays as three plain fields (pointer, count, capacity), so that readers
 * index them directly; and allocation that does not return NULL.
 */
#ifndef TW_VEC_H
#define TW_VEC_H

#include <stddef.h>
#include <stdint.h>

/* Ends the program with a message when memory is out. calloc: zeroed. */
void *tw_malloc(size_t n);
void *tw_calloc(size_t n, size_t size);
void *tw_realloc(void *p, size_t n);

/* Room for `more` further items; returns the array, *cap updated. */
void *tw_vec_grow(void *items, uint32_t n, uint32_t *cap, uint32_t more,
                  size_t size);

#define TW_VEC_ROOM(items, n, cap, more)                                       \
    ((items) =                                                                 \
         (uint64_t)(n) + (more) > (cap)                                        \
             ? tw_vec_grow((items), (n), &(cap), (more), sizeof *(items))      \
             : (items))
/* Appends x: TW_VEC_PUSH(v->items, v->n, v->cap, x). */
#define TW_VEC_PUSH(items, n, cap, x)                                          \
    do {                                                                       \
        TW_VEC_ROOM(items, n, cap, 1);                                         \
        (items)[(n)++] = (x);                                                  \
    } while (0)

/* A byte string under construction, with the varints of resume data. */
struct tw_bytes {
    uint8_t *data;
    uint32_t n, cap;
};
void tw_bytes_varint(struct tw_bytes *b, uint64_t v);
static inline uint64_t tw_read_varint(const uint8_t **p)
{
    uint64_t v = 0;
    int shift = 0;
    uint8_t c;

    do {
        c = *(*p)++;
        v |= (uint64_t)(c & 127) << shift;
        shift += 7;
    } while (c & 128);
    return v;
}
static inline uint64_t tw_zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}
static inline int64_t tw_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
