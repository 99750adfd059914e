/*
 * liststrategy.c: how lists keep their items: nothing, boxed objects, unboxed
 * ints or floats, or an arithmetic range not yet written out. In: operations
 * with checked indices; out: items as objects. After PyPy's list strategies.
 * Neighbours: listobject.c (the type), listsort.c.
 */
#include "objects/abstract.h"
#include "objects/errors.h"
#include "objects/intobject.h"
#include "objects/liststore.h"
#include "objects/strobject.h"

TW_GC_TYPE(py_list);
TW_GC_TYPE_ATOMIC(py_rangestore);

/* ------------------------------------------------------- moving 8-byte items */

/* An item of any strategy: accesses through it may touch all of them. */
typedef uint64_t __attribute__((may_alias)) any64;
typedef intptr_t __attribute__((may_alias)) anysize;

void *py_list_storage(const struct py_list_strategy *s, intptr_t n)
{
    struct py_objarray *a; /* all have the capacity first */

    if (n > INTPTR_MAX / 16)
        return py_raise_nomemory();
    if (s == &py_list_ints)
        a = (struct py_objarray *)TW_NEW_VAR(py_intarray, n);
    else if (s == &py_list_floats)
        a = (struct py_objarray *)TW_NEW_VAR(py_floatarray, n);
    else
        a = TW_NEW_VAR(py_objarray, n);
    if (!a)
        return py_raise_nomemory();
    *(anysize *)a = n;
    return a;
}

tw_dont_look_inside int py_list_reserve(py_list *l, intptr_t n)
{
    intptr_t cap = *(anysize *)l->storage;
    void *a;

    if (n <= cap)
        return 0;
    /* An eighth and a bit more than asked: appending is linear. */
    if (n > cap && n <= cap + 1)
        n = n + (n >> 3) + (n < 9 ? 3 : 6);
    a = py_list_storage(l->strategy, n);
    if (!a)
        return -1;
    memcpy((char *)a + sizeof(intptr_t), LIST_ITEMS(l), (size_t)l->n * 8);
    l->storage = a;
    return 0;
}

/* Room for one item at i. */
static int open_gap(py_list *l, intptr_t i)
{
    if (py_list_reserve(l, l->n + 1) < 0)
        return -1;
    memmove(LIST_ITEMS(l) + (i + 1) * 8, LIST_ITEMS(l) + i * 8,
            (size_t)(l->n - i) * 8);
    l->n++;
    return 0;
}

static void close_gap(py_list *l, intptr_t i)
{
    l->n--;
    memmove(LIST_ITEMS(l) + i * 8, LIST_ITEMS(l) + (i + 1) * 8,
            (size_t)(l->n - i) * 8);
    memset(LIST_ITEMS(l) + l->n * 8, 0, 8);
}

static py_list *new_list(const struct py_list_strategy *s, void *storage,
                         intptr_t n)
{
    py_list *r = PY_NEW(py_list, &py_list_type);

    r->strategy = s;
    r->storage = storage;
    r->n = n;
    return r;
}

static py_list *array_getslice(py_list *l, intptr_t start, intptr_t step,
                               intptr_t n)
{
    char *a;
    const any64 *from = (const any64 *)LIST_ITEMS(l);
    any64 *to;

    if (n == 0)
        return py_list_new();
    a = py_list_storage(l->strategy, n);
    if (!a)
        return NULL;
    to = (any64 *)(a + sizeof(intptr_t));
    if (step == 1)
        memcpy(to, from + start, (size_t)n * 8);
    else
        for (intptr_t k = 0; k < n; k++, start += step)
            to[k] = from[start];
    return new_list(l->strategy, a, n);
}

static int array_delslice(py_list *l, intptr_t start, intptr_t step, intptr_t n)
{
    any64 *item = (any64 *)LIST_ITEMS(l);
    intptr_t to, next;

    if (n <= 0)
        return 0;
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    if (step == 1) {
        memmove(item + start, item + start + n, (size_t)(l->n - start - n) * 8);
    } else {
        to = next = start;
        for (intptr_t i = start; i < l->n; i++)
            if (i == next && n > 0 && (i - start) / step < n)
                next += step;
            else
                item[to++] = item[i];
        n = l->n - to;
    }
    memset(item + l->n - n, 0, (size_t)n * 8);
    l->n -= n;
    return 0;
}

static int array_reverse(py_list *l)
{
    any64 *item = (any64 *)LIST_ITEMS(l);

    for (intptr_t i = 0, j = l->n - 1; i < j; i++, j--) {
        any64 x = item[i];

        item[i] = item[j];
        item[j] = x;
    }
    return 0;
}

static int array_extend(py_list *l, py_list *other)
{
    intptr_t n = other->n;
    py_list *b;

    if (n == 0)
        return 0;
    b = py_list_unify(l, other);
    if (!b || py_list_reserve(l, l->n + n) < 0)
        return -1;
    memcpy(LIST_ITEMS(l) + l->n * 8, LIST_ITEMS(b), (size_t)n * 8);
    l->n += n;
    return 0;
}

static intptr_t find_generic(py_list *l, py_object *v, intptr_t start,
                             intptr_t stop)
{
    for (intptr_t i = start; i < stop && i < l->n; i++) {
        int c = py_richcompare_bool(l->strategy->getitem(l, i), v, PY_EQ);

        if (c)
            return c < 0 ? -2 : i;
    }
    return -1;
}

/* ---------------------------------------------------------------- objects */

#define OBJ(l) ((struct py_objarray *)(l)->storage)

static py_object *objects_getitem(py_list *l, intptr_t i)
{
    return OBJ(l)->item[i];
}

static int objects_setitem(py_list *l, intptr_t i, py_object *v)
{
    OBJ(l)->item[i] = v;
    return 0;
}

static int objects_append(py_list *l, py_object *v)
{
    intptr_t n = l->n;

    if (n == OBJ(l)->n && py_list_reserve(l, n + 1) < 0)
        return -1;
    OBJ(l)->item[n] = v;
    l->n = n + 1;
    return 0;
}

static int objects_insert(py_list *l, intptr_t i, py_object *v)
{
    if (open_gap(l, i) < 0)
        return -1;
    OBJ(l)->item[i] = v;
    return 0;
}

static py_object *objects_pop(py_list *l, intptr_t i)
{
    py_object *v = OBJ(l)->item[i];

    if (i == l->n - 1) {
        OBJ(l)->item[i] = NULL;
        l->n = i;
    } else {
        close_gap(l, i);
    }
    return v;
}

static int objects_generalize(py_list *l)
{
    (void)l;
    return 0;
}

/* An item of another type comes to an unboxed list. */
tw_dont_look_inside static int objects_generalize_set(py_list *l, intptr_t i,
                                                      py_object *v)
{
    return l->strategy->generalize(l) < 0 ? -1 : objects_setitem(l, i, v);
}

tw_dont_look_inside static int objects_generalize_append(py_list *l,
                                                         py_object *v)
{
    return l->strategy->generalize(l) < 0 ? -1 : objects_append(l, v);
}

int py_list_sort_objects(py_list *l, int reverse);
int py_list_sort_ints(py_list *l, int reverse);
int py_list_sort_floats(py_list *l, int reverse);

const struct py_list_strategy py_list_objects = {
    .name = "objects",
    .getitem = objects_getitem,
    .setitem = objects_setitem,
    .append = objects_append,
    .insert = objects_insert,
    .pop = objects_pop,
    .getslice = array_getslice,
    .delslice = array_delslice,
    .extend_list = array_extend,
    .find = find_generic,
    .sort = py_list_sort_objects,
    .reverse = array_reverse,
    .generalize = objects_generalize,
};

/* --------------------------------------------------------- ints and floats */

static int ints_generalize(py_list *l);
static int floats_generalize(py_list *l);

/* May an object that is no exact int equal an int? 0 no, 1 as *v, -1 ask it. */
static int int_equal_to(py_object *o, int64_t *v)
{
    (void)v;
    return (py_is_str(o) || o == py_None) ? 0 : -1;
}

static int float_equal_to(py_object *o, double *v)
{
    (void)v;
    return (py_is_str(o) || o == py_None) ? 0 : -1;
}

#define NAME ints
#define ARRAY py_intarray
#define CTYPE int64_t
#define IS(o) py_is_int_exact(o)
#define UNBOX(o) py_int_value(o)
#define BOX(v) py_int_new(v)
#define SAME(x, y) ((x) == (y))
#define EQUAL_TO_OTHER int_equal_to
#include "objects/list_unboxed.inc"

#define NAME floats
#define ARRAY py_floatarray
#define CTYPE double
#define IS(o) py_is_float_exact(o)
#define UNBOX(o) py_float_value(o)
#define BOX(v) py_float_new(v)
#define SAME(x, y)                                                             \
    ((x) == (y) || ((x) != (x) && !memcmp(&(x), &(y), sizeof(x))))
#define EQUAL_TO_OTHER float_equal_to
#include "objects/list_unboxed.inc"

const struct py_list_strategy py_list_ints = {
    .name = "ints",
    .getitem = ints_getitem,
    .setitem = ints_setitem,
    .append = ints_append,
    .insert = ints_insert,
    .pop = ints_pop,
    .getslice = array_getslice,
    .delslice = array_delslice,
    .extend_list = array_extend,
    .find = ints_find,
    .sort = py_list_sort_ints,
    .reverse = array_reverse,
    .generalize = ints_generalize,
};

const struct py_list_strategy py_list_floats = {
    .name = "floats",
    .getitem = floats_getitem,
    .setitem = floats_setitem,
    .append = floats_append,
    .insert = floats_insert,
    .pop = floats_pop,
    .getslice = array_getslice,
    .delslice = array_delslice,
    .extend_list = array_extend,
    .find = floats_find,
    .sort = py_list_sort_floats,
    .reverse = array_reverse,
    .generalize = floats_generalize,
};

/* ------------------------------------------------------------------ empty */

const struct py_list_strategy *py_list_strategy_for(py_object *v)
{
    if (py_is_int_exact(v))
        return &py_list_ints;
    if (py_is_float_exact(v))
        return &py_list_floats;
    return &py_list_objects;
}

static py_object *empty_getitem(py_list *l, intptr_t i)
{
    (void)l;
    (void)i;
    return py_raise(&py_IndexError, "list index out of range");
}

static int empty_setitem(py_list *l, intptr_t i, py_object *v)
{
    (void)v;
    empty_getitem(l, i);
    return -1;
}

static int empty_append(py_list *l, py_object *v)
{
    const struct py_list_strategy *s = py_list_strategy_for(v);
    void *a = py_list_storage(s, 4);

    if (!a)
        return -1;
    l->storage = a;
    l->strategy = s;
    return s->append(l, v);
}

static int empty_insert(py_list *l, intptr_t i, py_object *v)
{
    (void)i;
    return empty_append(l, v);
}

static py_object *empty_pop(py_list *l, intptr_t i)
{
    return empty_getitem(l, i);
}

static py_list *empty_getslice(py_list *l, intptr_t start, intptr_t step,
                               intptr_t n)
{
    (void)l;
    (void)start;
    (void)step;
    (void)n;
    return py_list_new();
}

static int empty_delslice(py_list *l, intptr_t start, intptr_t step, intptr_t n)
{
    (void)l;
    (void)start;
    (void)step;
    (void)n;
    return 0;
}

static int empty_extend(py_list *l, py_list *other)
{
    py_list *copy;

    if (other->n == 0)
        return 0;
    copy = other->strategy->getslice(other, 0, 1, other->n);
    if (!copy)
        return -1;
    l->strategy = copy->strategy;
    l->storage = copy->storage;
    l->n = copy->n;
    return 0;
}

static intptr_t empty_find(py_list *l, py_object *v, intptr_t start,
                           intptr_t stop)
{
    (void)l;
    (void)v;
    (void)start;
    (void)stop;
    return -1;
}

static int empty_sort(py_list *l, int reverse)
{
    (void)l;
    (void)reverse;
    return 0;
}

static int empty_reverse(py_list *l)
{
    (void)l;
    return 0;
}

static int empty_generalize(py_list *l)
{
    void *a = py_list_storage(&py_list_objects, 4);

    if (!a)
        return -1;
    l->storage = a;
    l->strategy = &py_list_objects;
    return 0;
}

const struct py_list_strategy py_list_empty = {
    .name = "empty",
    .getitem = empty_getitem,
    .setitem = empty_setitem,
    .append = empty_append,
    .insert = empty_insert,
    .pop = empty_pop,
    .getslice = empty_getslice,
    .delslice = empty_delslice,
    .extend_list = empty_extend,
    .find = empty_find,
    .sort = empty_sort,
    .reverse = empty_reverse,
    .generalize = empty_generalize,
};

/* ------------------------------------------------------------------ range */

#define RANGE(l) ((struct py_rangestore *)(l)->storage)

tw_dont_look_inside int py_list_materialize(py_list *l)
{
    struct py_rangestore r;
    struct py_intarray *a;

    if (l->strategy != &py_list_range)
        return 0;
    r = *RANGE(l);
    a = py_list_storage(&py_list_ints, l->n + 1);
    if (!a)
        return -1;
    for (intptr_t i = 0; i < l->n; i++)
        a->item[i] = r.start + i * r.step;
    l->strategy = &py_list_ints;
    l->storage = a;
    return 0;
}

static py_object *range_getitem(py_list *l, intptr_t i)
{
    return py_int_new(RANGE(l)->start + i * RANGE(l)->step);
}

static int range_setitem(py_list *l, intptr_t i, py_object *v)
{
    return py_list_materialize(l) < 0 ? -1 : ints_setitem(l, i, v);
}

static int range_append(py_list *l, py_object *v)
{
    return py_list_materialize(l) < 0 ? -1 : ints_append(l, v);
}

static int range_insert(py_list *l, intptr_t i, py_object *v)
{
    return py_list_materialize(l) < 0 ? -1 : ints_insert(l, i, v);
}

static py_object *range_pop(py_list *l, intptr_t i)
{
    if (i == l->n - 1) {
        py_object *v = range_getitem(l, i);

        l->n = i;
        return v;
    }
    return py_list_materialize(l) < 0 ? NULL : ints_pop(l, i);
}

static py_list *range_getslice(py_list *l, intptr_t start, intptr_t step,
                               intptr_t n)
{
    return py_list_range_new(RANGE(l)->start + start * RANGE(l)->step,
                             RANGE(l)->step * step, n);
}

static int range_delslice(py_list *l, intptr_t start, intptr_t step, intptr_t n)
{
    return py_list_materialize(l) < 0 ? -1 : array_delslice(l, start, step, n);
}

static int range_extend(py_list *l, py_list *other)
{
    return py_list_materialize(l) < 0 ? -1 : array_extend(l, other);
}

static intptr_t range_find(py_list *l, py_object *v, intptr_t start,
                           intptr_t stop)
{
    int64_t d, step = RANGE(l)->step;

    if (!py_is_int_exact(v))
        return find_generic(l, v, start, stop);
    if (__builtin_sub_overflow(py_int_value(v), RANGE(l)->start, &d) ||
        d % step)
        return -1;
    d /= step;
    return d >= start && d < stop && d < l->n ? d : -1;
}

static int range_sort(py_list *l, int reverse)
{
    return py_list_materialize(l) < 0 ? -1 : py_list_sort_ints(l, reverse);
}

static int range_reverse(py_list *l)
{
    struct py_rangestore *r;

    if (l->n == 0)
        return 0;
    r = TW_NEW(py_rangestore);
    r->start = RANGE(l)->start + (l->n - 1) * RANGE(l)->step;
    r->step = -RANGE(l)->step;
    l->storage = r;
    return 0;
}

static int range_generalize(py_list *l)
{
    return py_list_materialize(l) < 0 ? -1 : ints_generalize(l);
}

const struct py_list_strategy py_list_range = {
    .name = "range",
    .getitem = range_getitem,
    .setitem = range_setitem,
    .append = range_append,
    .insert = range_insert,
    .pop = range_pop,
    .getslice = range_getslice,
    .delslice = range_delslice,
    .extend_list = range_extend,
    .find = range_find,
    .sort = range_sort,
    .reverse = range_reverse,
    .generalize = range_generalize,
};

py_list *py_list_range_new(int64_t start, int64_t step, intptr_t n)
{
    struct py_rangestore *r;

    if (n <= 0)
        return py_list_new();
    r = TW_NEW(py_rangestore);
    r->start = start;
    r->step = step;
    return new_list(&py_list_range, r, n);
}

/* ------------------------------------------------------------- two lists */

py_list *py_list_unify(py_list *l, py_list *b)
{
    if (py_list_materialize(l) < 0)
        return NULL;
    if (b->strategy == &py_list_range) {
        b = range_getslice(b, 0, 1, b->n);
        if (py_list_materialize(b) < 0)
            return NULL;
    }
    if (l->strategy == &py_list_empty && b->strategy != &py_list_empty) {
        void *a = py_list_storage(b->strategy, b->n);

        if (!a)
            return NULL;
        l->storage = a;
        l->strategy = b->strategy;
    }
    if (l->strategy == b->strategy || b->strategy == &py_list_empty)
        return b;
    if (l->strategy->generalize(l) < 0)
        return NULL;
    if (b->strategy != &py_list_objects) {
        b = array_getslice(b, 0, 1, b->n);
        if (!b || b->strategy->generalize(b) < 0)
            return NULL;
    }
    return b;
}
