/*
 * seqcommon.c: comparison and repr of sequences, argument bounds.
 * Neighbours: listobject.c, tupleobject.c.
 */
#include "objects/seqcommon.h"

#include "objects/abstract.h"
#include "objects/intobject.h"
#include "objects/errors.h"
#include "objects/strobject.h"

py_object *py_seq_richcompare(py_object *a, py_object *b, int op, py_seqget get,
                              py_lenfn len)
{
    intptr_t i, na = len(a), nb = len(b);

    if (na != nb && (op == PY_EQ || op == PY_NE))
        return py_bool(op == PY_NE);
    for (i = 0; i < len(a) && i < len(b); i++) {
        int c = py_richcompare_bool(get(a, i), get(b, i), PY_EQ);

        if (c < 0)
            return NULL;
        if (!c)
            break;
    }
    na = len(a);
    nb = len(b);
    if (i >= na || i >= nb) {
        switch (op) {
        case PY_LT:
            return py_bool(na < nb);
        case PY_LE:
            return py_bool(na <= nb);
        case PY_EQ:
            return py_bool(na == nb);
        case PY_NE:
            return py_bool(na != nb);
        case PY_GT:
            return py_bool(na > nb);
        default:
            return py_bool(na >= nb);
        }
    }
    if (op == PY_EQ)
        return py_False;
    if (op == PY_NE)
        return py_True;
    return py_richcompare(get(a, i), get(b, i), op);
}

int py_seq_repr_items(struct py_sb *sb, py_object *o, py_seqget get,
                      py_lenfn len)
{
    for (intptr_t i = 0; i < len(o); i++) {
        py_object *r = py_repr(get(o, i));

        if (!r || (i && py_sb_add(sb, ", ", 2) < 0) ||
            py_sb_add(sb, py_str_data((py_str *)r), py_str_len((py_str *)r)) <
                0)
            return -1;
    }
    return 0;
}

int py_seq_bound(py_object *o, intptr_t n, intptr_t *out)
{
    intptr_t i;

    if (!py_has_index(o))
        return py_raise_i(
            &py_TypeError,
            "slice indices must be integers or have an __index__ method");
    i = py_index_as_ssize(o, NULL);
    if (i == -1 && py_err_occurred())
        return -1;
    if (i < 0)
        i = i + n < 0 ? 0 : i + n;
    *out = i > n ? n : i;
    return 0;
}
