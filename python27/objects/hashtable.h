/*
 * hashtable.h: the compact, insertion-ordered hash table under dict and set:
 * an index of small integers into a dense array of entries (hash, key, value).
 * After the design of PyPy's ordered dict. Bodies: hashtable.c.
 *
 * Invariants: index has a power of two of cells, mask + 1; a cell is EMPTY,
 * DELETED or the number of an entry; entries [0, fill) were used, a removed one
 * has key NULL; `used` counts live ones; fill <= capacity of the entries.
 * Keys are hashed once: tables copied from one another keep the hashes.
 */
#ifndef PY_HASHTABLE_H
#define PY_HASHTABLE_H

#include "objects/object.h"

struct py_entry {
    int64_t hash;
    py_object *key, *value;
};
struct py_entries {
    intptr_t n; /* capacity */
    struct py_entry item[];
};
struct py_index {
    intptr_t n;
    int32_t item[];
};
struct py_table {
    struct py_entries *entries;
    struct py_index *index;
    intptr_t mask, used, fill;
    intptr_t cells; /* that are not EMPTY: fewer than three quarters of all */
};
typedef struct py_table py_table;
TW_GC_TYPE_DECL(py_table);

/* What kind of keys a table is known to hold, which allows faster search. */
enum py_keykind { PY_KEYS_STR, PY_KEYS_INT, PY_KEYS_ANY };

py_table *py_table_new(intptr_t room); /* NULL MemoryError */
/* Only live entries, same order. */
py_table *py_table_copy(const py_table *t);
/* The entry of key, -1 when absent, -2 with an exception. */
intptr_t py_table_find_str(const py_table *t, py_str *key);
intptr_t py_table_find_int(const py_table *t, int64_t key);
intptr_t py_table_find(py_table *t, py_object *key, int64_t hash);
/* Adds a key that is not there; 0 or -1 with MemoryError. */
int py_table_add(py_table *t, py_object *key, int64_t hash, py_object *value);
void py_table_remove(py_table *t, intptr_t entry);
/* The first live entry at or after i, -1 at the end. */
intptr_t py_table_next(const py_table *t, intptr_t i);
/* The last live entry, -1 when empty. */
intptr_t py_table_last(py_table *t);

/* The kind of keys after adding key to a table of `kind`. */
static inline enum py_keykind py_keykind_of(py_object *key)
{
    extern py_type py_str_type, py_int_type;

    if (py_type_of(key) == &py_str_type)
        return PY_KEYS_STR;
    return py_type_of(key) == &py_int_type ? PY_KEYS_INT : PY_KEYS_ANY;
}

#endif
