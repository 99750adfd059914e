/*
 * table.h: hash tables from interned strings to pointers: global variables,
 * methods of a class, and the set of interned strings itself.
 */
#ifndef LOX_TABLE_H
#define LOX_TABLE_H

#include "value.h"

struct lox_table_entry {
    struct lox_string *key; /* NULL: free */
    void *item;
};

/* All zero is an empty table. size is 0 or a power of two, at most 3/4 full;
 * entries is memory that no trace looks into. Nothing is ever removed. */
struct lox_table {
    intptr_t count;
    intptr_t size;
    struct lox_table_entry *entries;
};

/* NULL if it is not there. */
void *lox_table_get(const struct lox_table *table,
                    const struct lox_string *key);
void lox_table_set(struct lox_table *table, struct lox_string *key, void *item);
/* Adds every pair of `from`. */
void lox_table_add_all(struct lox_table *table, const struct lox_table *from);

/* The one string with these characters. */
struct lox_string *lox_intern(struct lox_table *strings, const char *chars,
                              intptr_t length);

#endif
