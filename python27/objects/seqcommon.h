/*
 * seqcommon.h: what list and tuple share. Bodies: seqcommon.c.
 */
#ifndef PY_SEQCOMMON_H
#define PY_SEQCOMMON_H

#include "objects/object.h"

/* How a sequence's item is read without a call through types. */
typedef py_object *(*py_seqget)(py_object *seq, intptr_t i);

/* Rich comparison item by item; lens are asked again after every comparison,
 * which may run Python code. */
py_object *py_seq_richcompare(py_object *a, py_object *b, int op, py_seqget get,
                              py_lenfn len);
/* Appends "x, y, z" to a text, reprs of the items; -1 with exception. */
struct py_sb;
int py_seq_repr_items(struct py_sb *sb, py_object *o, py_seqget get,
                      py_lenfn len);
/* Python's reading of a start/stop argument of index(): clipped into 0..n.
 * 0, or -1 with exception. */
int py_seq_bound(py_object *o, intptr_t n, intptr_t *out);
/* key as an index into n items, negative ones from the end; not range-checked.
 * -1 with exception set on error (check py_err_occurred). */
static inline intptr_t py_seq_adjust(intptr_t i, intptr_t n)
{
    return i < 0 ? i + n : i;
}

#endif
