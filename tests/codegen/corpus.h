/*
 * corpus.h: what the functions of the corpus work on. Every pointer parameter
 * of a t_* function gets one of these, filled at random by harness.c.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tw/gc.h>
#include <tw/jit.h>

struct pair {
    int32_t a;
    int64_t b;
};
struct small {
    int16_t x, y;
};
struct inner {
    uint8_t tag;
    union {
        int64_t i;
        double d;
        struct small s;
    } u;
};
struct mem {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    float f32;
    double f64;
    bool flag;
    unsigned bits3 : 3, bits9 : 9;
    int sbits5 : 5;
    struct inner in;
    struct pair pairs[8];
    int32_t words[16];
    int64_t longs[16];
    double doubles[8];
    char bytes[64];
    int16_t grid[4][8];
    struct mem *next; /* another of the same, or NULL at times */
    struct mem *self;
    int64_t (*fn)(int64_t, int64_t);
    int64_t count;
    int64_t tail[];
};
enum {
    MEM_TAIL = 8,
    MEM_SIZE = sizeof(struct mem) + MEM_TAIL * sizeof(int64_t)
};

#endif
