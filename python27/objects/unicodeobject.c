/*
 * unicodeobject.c: the type unicode: making, slots and construction.
 *
 * Neighbours: unicodemethods.c (methods), unicodecodec.c and its kin
 * (encodings), strtype.c, which hands over here where an operand is unicode.
 * Characters are UCS-4; the object and its characters are two pieces of memory,
 * the second without pointers.
 */
#include "objects/python.h"
#include "objects/seqcommon.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"
#include "objects/unicodeimpl.h"

#define U(o) ((py_unicode *)(o))

TW_GC_TYPE(py_unicode);

/* ---------------------------------------------------------------- making */

static const uint32_t no_chars[1];
static struct py_unicode empty = {{&py_unicode_type}, -1, 0, no_chars, NULL};
static py_unicode *latin1[256];

static uint32_t *new_chars(intptr_t n)
{
    if (n < 0 || n > INTPTR_MAX / 4 - 64) {
        py_raise_nomemory();
        return NULL;
    }
    uint32_t *p = tw_gc_malloc_atomic(((size_t)n + 1) * sizeof *p);
    if (!p)
        py_raise_nomemory();
    return p;
}

static py_unicode *with_chars(uint32_t *p, intptr_t n)
{
    py_unicode *u = PY_NEW(py_unicode, &py_unicode_type);
    u->hash = -1;
    u->n = n;
    u->data = p;
    return u;
}

py_unicode *py_unicode_alloc(intptr_t n, uint32_t **chars)
{
    uint32_t *p = new_chars(n);
    if (!p)
        return NULL;
    *chars = p;
    return with_chars(p, n);
}

py_unicode *py_unicode_char(uint32_t c)
{
    uint32_t *p;
    if (c < 256 && latin1[c])
        return latin1[c];
    py_unicode *u = py_unicode_alloc(1, &p);
    if (!u)
        return NULL;
    *p = c;
    if (c < 256)
        latin1[c] = u;
    return u;
}

py_unicode *py_unicode_new(const uint32_t *s, intptr_t n)
{
    if (n == 0)
        return &empty;
    if (n == 1)
        return py_unicode_char(*s);
    uint32_t *p = new_chars(n);
    if (!p)
        return NULL;
    memcpy(p, s, (size_t)n * sizeof *p);
    return with_chars(p, n);
}

/* ------------------------------------------------------------ growing text */

int py_ub_reserve(struct py_ub *b, intptr_t more)
{
    intptr_t want;
    if (b->room - b->n >= more)
        return 0;
    if (__builtin_add_overflow(b->n, more, &want) || want > INTPTR_MAX / 16) {
        py_raise_nomemory();
        return -1;
    }
    want += want / 2 + 16;
    uint32_t *p = tw_gc_malloc_atomic((size_t)want * sizeof *p);
    if (!p) {
        py_raise_nomemory();
        return -1;
    }
    if (b->n)
        memcpy(p, b->data, (size_t)b->n * sizeof *p);
    b->data = p;
    b->room = want;
    return 0;
}

int py_ub_add(struct py_ub *b, const uint32_t *s, intptr_t n)
{
    if (py_ub_reserve(b, n) < 0)
        return -1;
    if (n)
        memcpy(b->data + b->n, s, (size_t)n * sizeof *s);
    b->n += n;
    return 0;
}

int py_ub_addc(struct py_ub *b, uint32_t c)
{
    if (b->n == b->room && py_ub_reserve(b, 1) < 0)
        return -1;
    b->data[b->n++] = c;
    return 0;
}

int py_ub_add_ascii(struct py_ub *b, const char *s, intptr_t n)
{
    if (py_ub_reserve(b, n) < 0)
        return -1;
    for (intptr_t i = 0; i < n; i++)
        b->data[b->n++] = (unsigned char)s[i];
    return 0;
}

py_unicode *py_ub_finish(struct py_ub *b)
{
    return py_unicode_new(b->data, b->n);
}

/* -------------------------------------------------------------- conversion */

py_object *py_unicode_from_object(py_object *o, const char *encoding,
                                  const char *errors)
{
    intptr_t n;
    if (py_is_unicode(o))
        return py_raise(&py_TypeError, "decoding Unicode is not supported");
    const char *s;
    if (py_is_str(o)) {
        s = ((py_str *)o)->data;
        n = ((py_str *)o)->n;
    } else {
        if (py_is_bytearray(o))
            return py_raise(&py_TypeError,
                            "decoding bytearray is not supported");
        s = py_buffer_read(o, &n);
        if (!s) {
            if (py_err_catch(&py_TypeError))
                py_raise(&py_TypeError,
                         "coercing to Unicode: need string or buffer, %s found",
                         py_type_of(o)->name);
            return NULL;
        }
    }
    if (n == 0)
        return &empty.base;
    return py_unicode_decode(s, n, encoding, errors);
}

py_unicode *py_unicode_coerce(py_object *o)
{
    intptr_t n;
    if (py_is_unicode(o))
        return U(o);
    if (py_is_str(o))
        return U(py_unicode_decode(((py_str *)o)->data, ((py_str *)o)->n, NULL,
                                   NULL));
    if (py_is_bytearray(o))
        return py_raise(&py_TypeError, "decoding bytearray is not supported");
    const char *s = py_buffer_read(o, &n);
    if (s)
        return U(py_unicode_decode(s, n, NULL, NULL));
    if (py_err_catch(&py_TypeError))
        py_raise(&py_TypeError,
                 "coercing to Unicode: need string or buffer, %s found",
                 py_type_of(o)->name);
    return NULL;
}

/* ---------------------------------------------------------------- sequence */

static intptr_t uni_length(py_object *o)
{
    return U(o)->n;
}

py_object *py_unicode_concat(py_object *a, py_object *b)
{
    uint32_t *p;
    py_unicode *x = py_unicode_coerce(a);
    py_unicode *y = x ? py_unicode_coerce(b) : NULL;
    if (!y)
        return NULL;
    if (x->n == 0 && py_is_unicode_exact(&y->base))
        return &y->base;
    if (y->n == 0 && py_is_unicode_exact(&x->base))
        return &x->base;
    py_unicode *r = py_unicode_alloc(x->n + y->n, &p);
    if (!r)
        return NULL;
    memcpy(p, x->data, (size_t)x->n * sizeof *p);
    memcpy(p + x->n, y->data, (size_t)y->n * sizeof *p);
    return &r->base;
}

static py_object *uni_repeat(py_object *o, intptr_t k)
{
    intptr_t n = U(o)->n, total;
    uint32_t *p;

    if (k < 0)
        k = 0;
    if (k == 1 && py_is_unicode_exact(o))
        return o;
    if (__builtin_mul_overflow(n, k, &total))
        return py_raise(&py_OverflowError, "repeated string is too long");
    if (total == 0)
        return &empty.base;
    py_unicode *r = py_unicode_alloc(total, &p);
    for (intptr_t i = 0; r && i < total; i += n)
        memcpy(p + i, U(o)->data, (size_t)n * sizeof *p);
    return (py_object *)r;
}

static py_object *uni_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)U(o)->n)
        return py_raise(&py_IndexError, "string index out of range");
    return (py_object *)py_unicode_char(U(o)->data[i]);
}

static py_object *uni_getslice(py_object *o, intptr_t i, intptr_t j)
{
    if (i < 0)
        i = 0;
    if (j > U(o)->n)
        j = U(o)->n;
    if (j <= i)
        return &empty.base;
    if (i == 0 && j == U(o)->n && py_is_unicode_exact(o))
        return o;
    return (py_object *)py_unicode_new(U(o)->data + i, j - i);
}

static py_object *extended_slice(py_unicode *u, py_slice *slice)
{
    intptr_t start, stop, step, n;
    uint32_t *p;

    if (py_slice_indices(slice, u->n, &start, &stop, &step, &n) < 0)
        return NULL;
    if (n <= 0)
        return &empty.base;
    if (step == 1)
        return uni_getslice(&u->base, start, start + n);
    py_unicode *r = py_unicode_alloc(n, &p);
    for (intptr_t i = 0; r && i < n; i++, start += step)
        p[i] = u->data[start];
    return (py_object *)r;
}

static py_object *uni_subscript(py_object *o, py_object *key)
{
    if (py_is_int(key))
        return uni_item(o, py_seq_adjust(py_int_value(key), U(o)->n));
    if (py_is_slice(key))
        return extended_slice(U(o), (py_slice *)key);
    if (!py_has_index(key))
        return py_raise(&py_TypeError, "string indices must be integers");
    intptr_t i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return NULL;
    return uni_item(o, py_seq_adjust(i, U(o)->n));
}

int py_unicode_contains(py_object *o, py_object *x)
{
    if (!py_is_unicode(x) && !py_is_str(x)) {
        py_unicode *probe = py_unicode_coerce(x);
        if (!probe) {
            if (py_err_catch(&py_TypeError))
                py_raise(
                    &py_TypeError,
                    "'in <string>' requires string as left operand, not %T", x);
            return -1;
        }
        x = &probe->base;
    }
    py_unicode *needle = py_unicode_coerce(x);
    py_unicode *text = needle ? py_unicode_coerce(o) : NULL;
    if (!text)
        return -1;
    return py_ucs4_find(text->data, text->n, needle->data, needle->n) >= 0;
}

/* -------------------------------------------------------------- comparison */

/* Both as unicode for == and its kin: 1; 0 when they do not compare so; -1. */
static int both(py_object *a, py_object *b, py_unicode **x, py_unicode **y)
{
    if ((!py_is_unicode(a) && !py_is_str(a)) ||
        (!py_is_unicode(b) && !py_is_str(b)))
        return 0;
    *x = py_unicode_coerce(a);
    *y = *x ? py_unicode_coerce(b) : NULL;
    return *y ? 1 : -1;
}

static py_object *uni_richcompare(py_object *a, py_object *b, int op)
{
    py_unicode *x = NULL, *y = NULL;
    int c = both(a, b, &x, &y);

    if (c == 0)
        return py_NotImplemented;
    if (c < 0) {
        /* A str that is not ASCII equals no unicode, with a warning. */
        if ((op != PY_EQ && op != PY_NE) ||
            !py_err_catch(&py_UnicodeDecodeError))
            return NULL;
        if (py_warn(&py_UnicodeWarning,
                    op == PY_EQ
                        ? "Unicode equal comparison failed to convert "
                          "both arguments to Unicode - interpreting "
                          "them as being unequal"
                        : "Unicode unequal comparison failed to convert "
                          "both arguments to Unicode - interpreting "
                          "them as being unequal",
                    1) < 0)
            return NULL;
        return py_bool(op == PY_NE);
    }
    c = op <= PY_LE || op >= PY_GT || x->n == y->n
            ? py_ucs4_cmp(x->data, x->n, y->data, y->n)
            : 1;
    switch (op) {
    case PY_EQ:
        return py_bool(c == 0);
    case PY_NE:
        return py_bool(c != 0);
    case PY_LT:
        return py_bool(c < 0);
    case PY_LE:
        return py_bool(c <= 0);
    case PY_GT:
        return py_bool(c > 0);
    default:
        return py_bool(c >= 0);
    }
}

/* The same as of the str with the same characters. */
static int64_t uni_hash(py_object *o)
{
    py_unicode *u = U(o);

    if (u->hash != -1)
        return u->hash;
    uint64_t x = u->n ? (uint64_t)u->data[0] << 7 : 0;
    for (intptr_t i = 0; i < u->n; i++)
        x = (1000003 * x) ^ u->data[i];
    x ^= (uint64_t)u->n;
    u->hash = x == UINT64_MAX ? -2 : (int64_t)x;
    return u->hash;
}

/* -------------------------------------------------------------------- text */

static py_object *uni_repr(py_object *o)
{
    return py_unicode_repr(U(o));
}

static py_object *uni_str(py_object *o)
{
    return py_unicode_encode(o, NULL, NULL);
}

static py_object *uni_mod(py_object *a, py_object *b)
{
    return py_is_unicode(a) ? py_str_mod(a, b) : py_NotImplemented;
}

static const char *uni_bytes(py_object *o, intptr_t *n)
{
    *n = U(o)->n * 4;
    return (const char *)U(o)->data;
}

static py_object *from_arguments(py_object *x, py_object *enc, py_object *errs)
{
    const char *encoding = NULL, *errors = NULL;

    if (!x)
        return &empty.base;
    if (!enc && !errs)
        return py_unicode_of(x);
    if ((enc && !(encoding = py_arg_cstr(enc, "unicode", 2))) ||
        (errs && !(errors = py_arg_cstr(errs, "unicode", 3))))
        return NULL;
    return py_unicode_from_object(x, encoding, errors);
}

static py_object *uni_new(py_type *type, py_object *const *args, intptr_t nargs,
                          py_tuple *kwnames)
{
    static const char *const names[] = {"string", "encoding", "errors"};
    py_object *a[3];

    if (py_args_kw("unicode", args, nargs, kwnames, names, 3, 0, a) < 0)
        return NULL;
    py_object *u = from_arguments(a[0], a[1], a[2]);
    if (!u || type == &py_unicode_type)
        return u;
    py_unicode *r = (py_unicode *)py_alloc(type, 0);
    if (r) {
        r->hash = U(u)->hash;
        r->n = U(u)->n;
        r->data = U(u)->data;
    }
    return (py_object *)r;
}

py_type py_unicode_type = {
    PY_TYPE_HEAD("unicode", py_unicode),
    .base_type = &py_basestring_type,
    .flags = PY_TF_BASE | PY_TF_UNICODE | PY_TF_SEQITEM,
    .doc = "unicode(object='') -> unicode object\n"
           "unicode(string[, encoding[, errors]]) -> unicode object\n\n"
           "The text of an object, or a string decoded; encoding is by default "
           "the\ncurrent default string encoding, errors may be 'strict', "
           "'replace' or 'ignore'\nor the name of a registered handler.",
    .methods = py_unicode_methods,
    .nb_mod = uni_mod,
    .sq_length = uni_length,
    .sq_concat = py_unicode_concat,
    .sq_repeat = uni_repeat,
    .sq_item = uni_item,
    .sq_getslice = uni_getslice,
    .sq_contains = py_unicode_contains,
    .mp_length = uni_length,
    .mp_getitem = uni_subscript,
    .tp_repr = uni_repr,
    .tp_str = uni_str,
    .tp_hash = uni_hash,
    .tp_richcompare = uni_richcompare,
    .tp_new = uni_new,
    .bf_read = uni_bytes,
};
