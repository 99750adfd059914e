/*
 * strtype.c: the types basestring and str: slots and construction.
 *
 * Neighbours: strobject.c (making), strmethods.c (methods), strmod.c (%),
 * unicodeobject.c, which takes over where one operand is unicode.
 */
#include "objects/python.h"
#include "objects/seqcommon.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"

#define S(o) ((py_str *)(o))

/* -------------------------------------------------------------- sequence */

static intptr_t str_length(py_object *o)
{
    return S(o)->n;
}

static py_object *str_concat(py_object *a, py_object *b)
{
    if (PY_LIKELY(py_is_str(b)))
        return (py_object *)py_str_concat(S(a), S(b));
    if (py_is_unicode(b))
        return py_unicode_concat(a, b);
    if (py_is_bytearray(b))
        return py_bytearray_concat(a, b);
    return py_raise(&py_TypeError, "cannot concatenate 'str' and '%T' objects",
                    b);
}

static py_object *str_repeat(py_object *o, intptr_t k)
{
    intptr_t n = S(o)->n, total;
    char *p;

    if (k < 0)
        k = 0;
    if (k == 1 && py_is_str_exact(o))
        return o;
    if (__builtin_mul_overflow(n, k, &total))
        return py_raise(&py_OverflowError, "repeated string is too long");
    if (total == 0)
        return &py_str_empty->base;
    py_str *r = py_str_alloc(total, &p);
    if (!r)
        return NULL;
    if (n == 1) {
        memset(p, S(o)->data[0], (size_t)total);
        return &r->base;
    }
    memcpy(p, S(o)->data, (size_t)n);
    for (intptr_t done = n; done < total; done *= 2)
        memcpy(p + done, p,
               (size_t)(done < total - done ? done : total - done));
    return &r->base;
}

static py_object *str_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)S(o)->n)
        return py_raise(&py_IndexError, "string index out of range");
    return (py_object *)py_str_char((unsigned char)S(o)->data[i]);
}

static py_object *str_getslice(py_object *o, intptr_t i, intptr_t j)
{
    if (i < 0)
        i = 0;
    if (j > S(o)->n)
        j = S(o)->n;
    if (j <= i)
        return &py_str_empty->base;
    if (i == 0 && j == S(o)->n && py_is_str_exact(o))
        return o;
    return (py_object *)py_str_new(S(o)->data + i, j - i);
}

static py_object *extended_slice(py_str *s, py_slice *slice)
{
    intptr_t start, stop, step, n;
    char *p;

    if (py_slice_indices(slice, s->n, &start, &stop, &step, &n) < 0)
        return NULL;
    if (n <= 0)
        return &py_str_empty->base;
    if (step == 1)
        return str_getslice(&s->base, start, start + n);
    py_str *r = py_str_alloc(n, &p);
    for (intptr_t i = 0; r && i < n; i++, start += step)
        p[i] = s->data[start];
    return (py_object *)r;
}

static py_object *str_subscript(py_object *o, py_object *key)
{
    if (py_is_int(key))
        return str_item(o, py_seq_adjust(py_int_value(key), S(o)->n));
    if (py_is_slice(key))
        return extended_slice(S(o), (py_slice *)key);
    if (!py_has_index(key))
        return py_raise(&py_TypeError,
                        "string indices must be integers, not %T", key);
    intptr_t i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return NULL;
    return str_item(o, py_seq_adjust(i, S(o)->n));
}

static int str_contains(py_object *o, py_object *x)
{
    if (py_is_str(x))
        return py_bytes_find(S(o)->data, S(o)->n, S(x)->data, S(x)->n) >= 0;
    if (py_is_unicode(x))
        return py_unicode_contains(o, x);
    return py_raise_i(&py_TypeError,
                      "'in <string>' requires string as left operand, not %T",
                      x);
}

/* ------------------------------------------------------------ comparison */

static int order(py_str *a, py_str *b)
{
    intptr_t n = a->n < b->n ? a->n : b->n;
    int c = memcmp(a->data, b->data, (size_t)n);
    return c ? c : a->n < b->n ? -1 : a->n > b->n;
}

static py_object *str_richcompare(py_object *a, py_object *b, int op)
{
    if (!py_is_str(a) || !py_is_str(b))
        return py_NotImplemented;
    switch (op) {
    case PY_EQ:
        return py_bool(py_str_eq(S(a), S(b)));
    case PY_NE:
        return py_bool(!py_str_eq(S(a), S(b)));
    case PY_LT:
        return py_bool(order(S(a), S(b)) < 0);
    case PY_LE:
        return py_bool(order(S(a), S(b)) <= 0);
    case PY_GT:
        return py_bool(order(S(a), S(b)) > 0);
    default:
        return py_bool(order(S(a), S(b)) >= 0);
    }
}

static int64_t str_hash(py_object *o)
{
    return py_str_hash(S(o));
}

/* ------------------------------------------------------------------ text */

static py_object *str_repr(py_object *o)
{
    return py_str_repr(S(o));
}

static py_object *str_str(py_object *o)
{
    if (py_is_str_exact(o))
        return o;
    return (py_object *)py_str_new(S(o)->data, S(o)->n);
}

static py_object *str_mod(py_object *a, py_object *b)
{
    return py_is_str(a) ? py_str_mod(a, b) : py_NotImplemented;
}

static const char *str_bytes(py_object *o, intptr_t *n)
{
    *n = S(o)->n;
    return S(o)->data;
}

static py_object *str_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    static const char *const names[] = {"object"};
    py_object *x;

    if (py_args_kw("str", args, nargs, kwnames, names, 1, 0, &x) < 0)
        return NULL;
    py_object *s = x ? py_str_of(x) : &py_str_empty->base;
    if (!s || type == &py_str_type)
        return s;
    py_str *r = (py_str *)py_alloc(type, 0);
    if (r) {
        r->hash = S(s)->hash;
        r->n = S(s)->n;
        r->data = S(s)->data;
        r->buf = S(s)->buf;
    }
    return (py_object *)r;
}

static py_object *basestring_new(py_type *type, py_object *const *args,
                                 intptr_t nargs, py_tuple *kwnames)
{
    (void)type;
    (void)args;
    (void)nargs;
    (void)kwnames;
    return py_raise(&py_TypeError,
                    "The basestring type cannot be instantiated");
}

struct py_basestring {
    py_object base;
};
TW_GC_TYPE(py_basestring);

py_type py_basestring_type = {
    PY_TYPE_HEAD("basestring", py_basestring),
    .flags = PY_TF_BASE,
    .doc = "The common base of str and unicode; for isinstance() only.",
    .tp_new = basestring_new,
};

py_type py_str_type = {
    PY_TYPE_HEAD("str", py_str),
    .base_type = &py_basestring_type,
    .flags = PY_TF_BASE | PY_TF_STR | PY_TF_SEQITEM,
    .doc = "str(object='') -> string\n\n"
           "The text that the object gives of itself; a string gives itself.",
    .methods = py_str_methods,
    .nb_mod = str_mod,
    .sq_length = str_length,
    .sq_concat = str_concat,
    .sq_repeat = str_repeat,
    .sq_item = str_item,
    .sq_getslice = str_getslice,
    .sq_contains = str_contains,
    .mp_length = str_length,
    .mp_getitem = str_subscript,
    .tp_repr = str_repr,
    .tp_str = str_str,
    .tp_hash = str_hash,
    .tp_richcompare = str_richcompare,
    .tp_new = str_new,
    .bf_read = str_bytes,
};
