/*
 * util.h: what every step of codegen leans on: growing arrays, maps, memory
 * that lives as long as the process, and the one way to report an error.
 */
#ifndef CODEGEN_UTIL_H
#define CODEGEN_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* codegen is a process of a few seconds: nothing is freed but what grows. */
void *cg_alloc(size_t n);
void *cg_realloc(void *p, size_t n);
char *cg_strdup(const char *s);
char *cg_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints "tw-codegen: …" and exits with status 1. */
void cg_fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* VEC(int) v = {0}; VEC_PUSH(v, 3); v.p[0], v.n */
#define VEC(T)                                                                 \
    struct {                                                                   \
        T *p;                                                                  \
        uint32_t n, cap;                                                       \
    }
#define VEC_PUSH(v, x)                                                         \
    do {                                                                       \
        if ((v).n == (v).cap) {                                                \
            (v).cap = (v).cap ? (v).cap * 2 : 8;                               \
            (v).p = cg_realloc((v).p, (v).cap * sizeof *(v).p);                \
        }                                                                      \
        (v).p[(v).n++] = (x);                                                  \
    } while (0)

/* Pointer → pointer. NULL stands for "absent". */
struct ptrmap {
    const void **keys;
    void **values;
    uint32_t n, cap;
};
void *ptrmap_get(const struct ptrmap *m, const void *key);
void ptrmap_set(struct ptrmap *m, const void *key, void *value);
void ptrmap_free(struct ptrmap *m);
/* Small numbers in a ptrmap: 0 is absent. */
static inline uint32_t ptrmap_num(const struct ptrmap *m, const void *key)
{
    return (uint32_t)(uintptr_t)ptrmap_get(m, key);
}
static inline void ptrmap_setnum(struct ptrmap *m, const void *key, uint32_t v)
{
    ptrmap_set(m, key, (void *)(uintptr_t)v);
}

/* Byte string → number, interned; numbers from 1, 0 is absent. */
struct strmap {
    struct strmap_slot {
        const char *key;
        uint32_t len, value, hash;
    } *slots;
    uint32_t n, cap;
};
uint32_t strmap_get(const struct strmap *m, const void *key, size_t len);
void strmap_set(struct strmap *m, const void *key, size_t len, uint32_t value);

/* Sets of bits, all of one size. */
static inline size_t bits_words(uint32_t nbits)
{
    return (nbits + 31) / 32;
}
static inline int bit_get(const uint32_t *b, uint32_t k)
{
    return b[k / 32] >> (k % 32) & 1;
}
static inline void bit_set(uint32_t *b, uint32_t k)
{
    b[k / 32] |= 1u << (k % 32);
}
static inline void bit_clear(uint32_t *b, uint32_t k)
{
    b[k / 32] &= ~(1u << (k % 32));
}

#endif
