/*
 * unicodedb.c: properties of characters, read from generated tables
 * (tools/gen_unicodedb.py). In: a code point; out: a property or case mapping.
 */
#include "objects/unicodedb.h"

enum {
    UC_ALPHA = 1,
    UC_SPACE = 2,
    UC_UPPER = 4,
    UC_LOWER = 8,
    UC_TITLE = 16,
    UC_BREAK = 32,
    UC_PRINT = 64,
    UC_NUMERIC = 128
};
enum { UC_SHIFT = 7 };

struct uc_record {
    uint8_t flags;
    int32_t upper, lower, title; /* distances */
    int8_t decimal, digit;       /* -1: none */
};

#include "objects/unicodetables.inc"

static const struct uc_record *record(uint32_t c)
{
    if (c > 0x10ffff)
        c = 0;
    return &records[record_of[(uint32_t)page_of[c >> UC_SHIFT] << UC_SHIFT |
                              (c & ((1 << UC_SHIFT) - 1))]];
}

#define PROPERTY(name, flag)                                                   \
    int py_uc_is##name(uint32_t c)                                             \
    {                                                                          \
        return (record(c)->flags & (flag)) != 0;                               \
    }
PROPERTY(space, UC_SPACE)
PROPERTY(alpha, UC_ALPHA)
PROPERTY(upper, UC_UPPER)
PROPERTY(lower, UC_LOWER)
PROPERTY(title, UC_TITLE)
PROPERTY(numeric, UC_NUMERIC)
PROPERTY(linebreak, UC_BREAK)
PROPERTY(printable, UC_PRINT)

int py_uc_decimal(uint32_t c)
{
    return record(c)->decimal;
}

int py_uc_digit(uint32_t c)
{
    return record(c)->digit;
}

uint32_t py_uc_toupper(uint32_t c)
{
    return c + (uint32_t)record(c)->upper;
}

uint32_t py_uc_tolower(uint32_t c)
{
    return c + (uint32_t)record(c)->lower;
}

uint32_t py_uc_totitle(uint32_t c)
{
    return c + (uint32_t)record(c)->title;
}
