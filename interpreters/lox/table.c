/*
 * table.c: open addressing with linear probing, keys compared by address.
 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *lox_table_get(const struct lox_table *table, const struct lox_string *key)
{
    if (table->size == 0)
        return NULL;
    for (size_t i = key->hash;; i++) {
        const struct lox_table_entry *e =
            &table->entries[i & (size_t)(table->size - 1)];
        if (e->key == key)
            return e->item;
        if (!e->key)
            return NULL;
    }
}

static void put(struct lox_table *table, struct lox_string *key, void *item)
{
    for (size_t i = key->hash;; i++) {
        struct lox_table_entry *e =
            &table->entries[i & (size_t)(table->size - 1)];
        if (!e->key || e->key == key) {
            table->count += !e->key;
            e->key = key;
            e->item = item;
            return;
        }
    }
}

static void grow(struct lox_table *table)
{
    struct lox_table old = *table;
    table->size = old.size ? 2 * old.size : 8;
    table->count = 0;
    table->entries = tw_gc_malloc((size_t)table->size * sizeof *table->entries);
    if (!table->entries) {
        fprintf(stderr, "lox: no memory for a table\n");
        exit(1);
    }
    lox_table_add_all(table, &old);
}

void lox_table_set(struct lox_table *table, struct lox_string *key, void *item)
{
    lox_string_hash(key);
    if (4 * (table->count + 1) > 3 * table->size)
        grow(table);
    put(table, key, item);
}

void lox_table_add_all(struct lox_table *table, const struct lox_table *from)
{
    for (intptr_t i = 0; i < from->size; i++)
        if (from->entries[i].key)
            lox_table_set(table, from->entries[i].key, from->entries[i].item);
}

struct lox_string *lox_intern(struct lox_table *strings, const char *chars,
                              intptr_t length)
{
    struct lox_string *s = lox_string_new(chars, length);
    lox_string_hash(s);
    for (size_t i = s->hash; strings->size > 0; i++) {
        struct lox_table_entry *e =
            &strings->entries[i & (size_t)(strings->size - 1)];
        if (!e->key)
            break;
        if (e->key->hash == s->hash && e->key->length == length &&
            memcmp(e->key->chars, chars, (size_t)length) == 0)
            return e->key;
    }
    s->interned = 1;
    lox_table_set(strings, s, s);
    return s;
}
