/*
 * compare.c: the comparison of any two objects: rich comparison with its
 * fallbacks to three-way comparison and to the order of types, as Python 2
 * has them.
 */
#include "objects/runtime.h"

static const int swapped[6] = {PY_GT, PY_GE, PY_EQ, PY_NE, PY_LT, PY_LE};

/* Truth of "a op b" from a three-way result. */
static py_object *from_three_way(int c, int op)
{
    switch (op) {
    case PY_LT:
        return py_bool(c < 0);
    case PY_LE:
        return py_bool(c <= 0);
    case PY_EQ:
        return py_bool(c == 0);
    case PY_NE:
        return py_bool(c != 0);
    case PY_GT:
        return py_bool(c > 0);
    default:
        return py_bool(c >= 0);
    }
}

static py_object *try_rich(py_object *a, py_object *b, int op)
{
    py_type *ta = py_type_of(a), *tb = py_type_of(b);
    py_object *r;
    if (ta != tb && tb->tp_richcompare && py_subtype(tb, ta)) {
        r = tb->tp_richcompare(b, a, swapped[op]);
        if (r != py_NotImplemented)
            return r;
    }
    if (ta->tp_richcompare) {
        r = ta->tp_richcompare(a, b, op);
        if (r != py_NotImplemented)
            return r;
    }
    if (tb->tp_richcompare)
        return tb->tp_richcompare(b, a, swapped[op]);
    return py_NotImplemented;
}

/* 1: *a and *b were brought to one type; 0: they were not; -1: error. */
static int coerce_pair(py_object **a, py_object **b)
{
    if (py_type_of(*a) == py_type_of(*b) && !py_is_oldinst(*a))
        return 1;
    if (py_type_of(*a)->nb_coerce) {
        py_object *r = py_type_of(*a)->nb_coerce(*a, *b);
        if (!r)
            return -1;
        if (py_is_tuple(r) && ((py_tuple *)r)->n == 2) {
            *a = ((py_tuple *)r)->item[0];
            *b = ((py_tuple *)r)->item[1];
            return 1;
        }
    }
    if (py_type_of(*b)->nb_coerce) {
        py_object *r = py_type_of(*b)->nb_coerce(*b, *a);
        if (!r)
            return -1;
        if (py_is_tuple(r) && ((py_tuple *)r)->n == 2) {
            *b = ((py_tuple *)r)->item[0];
            *a = ((py_tuple *)r)->item[1];
            return 1;
        }
    }
    return 0;
}

/* -1, 0, 1; -2 error; 2 not comparable so. */
static int try_three_way(py_object *a, py_object *b)
{
    py_cmpfn f = py_type_of(a)->tp_compare, g = py_type_of(b)->tp_compare;
    if (py_is_oldinst(a))
        return f(a, b);
    if (py_is_oldinst(b))
        return g(a, b);
    if (f && f == g)
        return f(a, b);
    if (f == py_slot_compare || g == py_slot_compare)
        return py_slot_compare(a, b);
    int c = coerce_pair(&a, &b);
    if (c < 0)
        return -2;
    if (!c)
        return 2;
    f = py_type_of(a)->tp_compare;
    if (f && f == py_type_of(b)->tp_compare)
        return f(a, b);
    return 2;
}

static int default_three_way(py_object *a, py_object *b)
{
    py_type *ta = py_type_of(a), *tb = py_type_of(b);
    if (ta == tb)
        return a < b ? -1 : a > b;
    if (a == py_None)
        return -1;
    if (b == py_None)
        return 1;
    const char *na = py_is_number(a) ? "" : ta->name;
    const char *nb = py_is_number(b) ? "" : tb->name;
    int c = strcmp(na, nb);
    if (c)
        return c < 0 ? -1 : 1;
    return ta < tb ? -1 : 1;
}

static py_object *rich_slow(py_object *a, py_object *b, int op)
{
    py_object *r;
    py_type *t = py_type_of(a);
    if (t == py_type_of(b) && t != &py_oldinst_type) {
        if (t->tp_richcompare) {
            r = t->tp_richcompare(a, b, op);
            if (r != py_NotImplemented)
                return r;
        }
        if (t->tp_compare) {
            int c = t->tp_compare(a, b);
            if (c == -2)
                return NULL;
            return from_three_way(c, op);
        }
    }
    r = try_rich(a, b, op);
    if (r != py_NotImplemented)
        return r;
    int c = try_three_way(a, b);
    if (c >= 2)
        c = default_three_way(a, b);
    return c == -2 ? NULL : from_three_way(c, op);
}

py_object *py_richcompare(py_object *a, py_object *b, int op)
{
    if (py_recursion_enter_fast(py_ec, " in cmp"))
        return NULL;
    py_object *r = rich_slow(a, b, op);
    py_recursion_leave();
    return r;
}

int py_richcompare_bool(py_object *a, py_object *b, int op)
{
    if (py_is(a, b)) {
        if (op == PY_EQ)
            return 1;
        if (op == PY_NE)
            return 0;
    }
    py_object *r = py_richcompare(a, b, op);
    if (!r)
        return -1;
    if (r == py_True)
        return 1;
    if (r == py_False)
        return 0;
    return py_is_true(r);
}

static int cmp_slow(py_object *a, py_object *b)
{
    int c;
    py_type *t = py_type_of(a);
    if (t == py_type_of(b) && t->tp_compare) {
        c = t->tp_compare(a, b);
        if (!py_is_oldinst(a))
            return c;
        if (c != 2)
            return c;
    }
    static const struct {
        int op, outcome;
    } tries[3] = {{PY_EQ, 0}, {PY_LT, -1}, {PY_GT, 1}};
    for (int i = 0; i < 3; i++) {
        py_object *r = try_rich(a, b, tries[i].op);
        if (!r)
            return -2;
        if (r == py_NotImplemented)
            continue;
        int truth = py_is_true(r);
        if (truth < 0)
            return -2;
        if (truth)
            return tries[i].outcome;
    }
    c = try_three_way(a, b);
    return c < 2 ? c : default_three_way(a, b);
}

int py_cmp(py_object *a, py_object *b)
{
    if (a == b)
        return 0;
    if (py_recursion_enter(" in cmp"))
        return -2;
    int c = cmp_slow(a, b);
    py_recursion_leave();
    return c;
}
