/*
 * bytearray.c: the type bytearray: making, slots and changing in place.
 *
 * Neighbours: bytearraymethods.c. Bytes leave cheaply at the front: `start`
 * moves, and the room is used again when the buffer is next copied.
 */
#include "objects/bytearrayimpl.h"
#include "objects/python.h"
#include "objects/seqcommon.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"

TW_GC_TYPE(py_bytearray);

#define B(o) ((py_bytearray *)(o))

/* ---------------------------------------------------------------- storage */

static struct py_bytes *new_buffer(intptr_t n)
{
    struct py_bytes *buf =
        n < INTPTR_MAX - 64 ? TW_NEW_VAR(py_bytes, n + 1) : NULL;
    if (!buf)
        return py_raise_nomemory();
    buf->n = n;
    return buf;
}

py_object *py_ba_alloc(intptr_t n, char **bytes)
{
    struct py_bytes *buf = new_buffer(n);
    if (!buf)
        return NULL;
    py_bytearray *b = PY_NEW(py_bytearray, &py_bytearray_type);
    b->n = n;
    b->buf = buf;
    *bytes = buf->item;
    return &b->base;
}

py_object *py_bytearray_new(const char *s, intptr_t n)
{
    char *p;
    py_object *o = py_ba_alloc(n, &p);
    if (o && n)
        memcpy(((py_bytearray *)o)->buf->item, s, (size_t)n);
    return o;
}

static int grow(py_bytearray *b, intptr_t more)
{
    intptr_t want;
    if (__builtin_add_overflow(b->n, more, &want) || want > INTPTR_MAX / 2) {
        py_raise_nomemory();
        return -1;
    }
    struct py_bytes *buf = new_buffer(want + want / 8 + 16);
    if (!buf)
        return -1;
    memcpy(buf->item, py_ba_data(&b->base), (size_t)b->n);
    b->buf = buf;
    b->start = 0;
    return 0;
}

int py_ba_reserve(py_bytearray *b, intptr_t more)
{
    return b->buf->n - b->start - b->n >= more ? 0 : grow(b, more);
}

int py_ba_replace(py_bytearray *b, intptr_t i, intptr_t j, const char *s,
                  intptr_t m)
{
    intptr_t more = m - (j - i);
    const char *old = py_ba_data(&b->base);

    if (m && s >= old && s <= old + b->n) { /* our own bytes: a copy first */
        char *copy = tw_gc_malloc_atomic((size_t)m);
        if (!copy) {
            py_raise_nomemory();
            return -1;
        }
        s = memcpy(copy, s, (size_t)m);
    }
    if (more > 0 && py_ba_reserve(b, more) < 0)
        return -1;
    char *p = py_ba_data(&b->base);
    if (i == 0 && more < 0) {
        b->start -= more;
        p -= more;
    } else {
        memmove(p + j + more, p + j, (size_t)(b->n - j));
    }
    if (m)
        memcpy(p + i, s, (size_t)m);
    b->n += more;
    return 0;
}

/* ----------------------------------------------------------------- values */

const char *py_ba_buffer(py_object *o, intptr_t *n)
{
    if (!py_type_of(o)->bf_read || py_is_unicode(o))
        return NULL;
    const char *s = py_buffer_read(o, n);
    if (!s)
        py_err_clear();
    return s;
}

int py_ba_byte(py_object *v)
{
    int64_t x;

    if (py_is_str_exact(v)) {
        if (((py_str *)v)->n != 1)
            return py_raise_i(&py_ValueError, "string must be of size 1");
        return (unsigned char)((py_str *)v)->data[0];
    }
    if (!py_is_int(v) && !py_is_long(v)) {
        py_object *i = py_has_index(v) ? py_index(v) : NULL;
        if (!i && py_err_occurred() && !py_err_matches(&py_TypeError) &&
            !py_err_matches(&py_AttributeError))
            return -1;
        if (!i) {
            py_err_clear();
            return py_raise_i(&py_TypeError,
                              "an integer or string of size 1 is required");
        }
        v = i;
    }
    x = py_index_as_ssize(v, NULL);
    if (x == -1 && py_err_occurred())
        return -1;
    if (x < 0 || x > 255)
        return py_raise_i(&py_ValueError, "byte must be in range(0, 256)");
    return (int)x;
}

static int append_byte(py_bytearray *b, int c)
{
    if (py_ba_reserve(b, 1) < 0)
        return -1;
    py_ba_data(&b->base)[b->n++] = (char)c;
    return 0;
}

int py_ba_extend(py_bytearray *b, py_object *iterable)
{
    intptr_t n;
    const char *s = py_ba_buffer(iterable, &n);
    py_object *it, *v;

    if (s)
        return py_ba_replace(b, b->n, b->n, s, n);
    it = py_iter(iterable);
    if (!it)
        return -1;
    while ((v = py_iternext(it))) {
        int c = py_ba_byte(v);
        if (c < 0 || append_byte(b, c) < 0)
            return -1;
    }
    return py_err_occurred() ? -1 : 0;
}

/* --------------------------------------------------------------- sequence */

static intptr_t ba_length(py_object *o)
{
    return B(o)->n;
}

static const char *ba_bytes(py_object *o, intptr_t *n)
{
    *n = B(o)->n;
    return py_ba_data(o);
}

static char *ba_writable(py_object *o, intptr_t *n)
{
    *n = B(o)->n;
    return py_ba_data(o);
}

py_object *py_bytearray_concat(py_object *a, py_object *b)
{
    intptr_t n, m;
    char *p;
    const char *s = py_ba_buffer(a, &n), *t = s ? py_ba_buffer(b, &m) : NULL;

    if (!t)
        return py_raise(&py_TypeError, "can't concat %.100s to %.100s",
                        py_type_of(a)->name, py_type_of(b)->name);
    py_object *r = py_ba_alloc(n + m, &p);
    if (!r)
        return NULL;
    memcpy(p, s, (size_t)n);
    memcpy(p + n, t, (size_t)m);
    return r;
}

static py_object *ba_iconcat(py_object *o, py_object *x)
{
    intptr_t n;
    const char *s = py_ba_buffer(x, &n);
    if (!s)
        return py_raise(&py_TypeError, "can't concat %.100s to %.100s",
                        py_type_of(x)->name, py_type_of(o)->name);
    return py_ba_replace(B(o), B(o)->n, B(o)->n, s, n) < 0 ? NULL : o;
}

static int fill_repeat(char *p, const char *s, intptr_t n, intptr_t total)
{
    if (n == 1)
        memset(p, s[0], (size_t)total);
    else
        for (intptr_t i = 0; i < total; i += n)
            memmove(p + i, s, (size_t)n);
    return 0;
}

static py_object *ba_repeat(py_object *o, intptr_t k)
{
    intptr_t total;
    char *p;
    if (k < 0)
        k = 0;
    if (__builtin_mul_overflow(B(o)->n, k, &total))
        return py_raise_nomemory();
    py_object *r = py_ba_alloc(total, &p);
    if (r && total)
        fill_repeat(p, py_ba_data(o), B(o)->n, total);
    return r;
}

static py_object *ba_irepeat(py_object *o, intptr_t k)
{
    intptr_t total, n = B(o)->n;
    if (k < 0)
        k = 0;
    if (__builtin_mul_overflow(n, k, &total))
        return py_raise_nomemory();
    if (total > n && py_ba_reserve(B(o), total - n) < 0)
        return NULL;
    if (total)
        fill_repeat(py_ba_data(o), py_ba_data(o), n, total);
    B(o)->n = total;
    return o;
}

static py_object *ba_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)B(o)->n)
        return py_raise(&py_IndexError, "bytearray index out of range");
    return py_int_new((unsigned char)B(o)->buf->item[B(o)->start + i]);
}

static int ba_setitem_at(py_object *o, intptr_t i, py_object *v)
{
    if ((uintptr_t)i >= (uintptr_t)B(o)->n)
        return py_raise_i(&py_IndexError, "bytearray index out of range");
    if (!v)
        return py_ba_replace(B(o), i, i + 1, NULL, 0);
    int c = py_is_int(v) && (uint64_t)py_int_value(v) < 256
                ? (int)py_int_value(v)
                : py_ba_byte(v);
    if (c < 0)
        return -1;
    if (PY_UNLIKELY((uintptr_t)i >= (uintptr_t)B(o)->n))
        return py_raise_i(&py_IndexError, "bytearray index out of range");
    B(o)->buf->item[B(o)->start + i] = (char)c;
    return 0;
}

static py_object *extended_get(py_object *o, py_object *key)
{
    intptr_t start, stop, step, n;
    char *p;

    if (py_slice_indices((py_slice *)key, B(o)->n, &start, &stop, &step, &n) <
        0)
        return NULL;
    if (step == 1 || n <= 0)
        return py_bytearray_new(py_ba_data(o) + start, n > 0 ? n : 0);
    py_object *r = py_ba_alloc(n, &p);
    for (intptr_t i = 0; r && i < n; i++, start += step)
        p[i] = py_ba_data(o)[start];
    return r;
}

/* key as a position; -1 with an exception (check py_err_occurred). */
static intptr_t position(py_object *o, py_object *key)
{
    if (!py_has_index(key))
        return py_raise_i(&py_TypeError, "bytearray indices must be integers");
    intptr_t i = py_index_as_ssize(key, &py_IndexError);
    if (i == -1 && py_err_occurred())
        return -1;
    return py_seq_adjust(i, B(o)->n);
}

static py_object *ba_subscript(py_object *o, py_object *key)
{
    if (py_is_int(key))
        return ba_item(o, py_seq_adjust(py_int_value(key), B(o)->n));
    if (py_is_slice(key))
        return extended_get(o, key);
    intptr_t i = position(o, key);
    return i == -1 && py_err_occurred() ? NULL : ba_item(o, i);
}

/* Deletes n bytes, `step` apart, the lowest at start. */
static void delete_every(py_bytearray *b, intptr_t start, intptr_t step,
                         intptr_t n)
{
    char *p = py_ba_data(&b->base);
    intptr_t to = start, next = start;
    for (intptr_t i = start; i < b->n; i++) {
        if (n > 0 && i == next) {
            next += step;
            n--;
        } else {
            p[to++] = p[i];
        }
    }
    b->n = to;
}

static int extended_set(py_object *o, py_object *key, py_object *v)
{
    intptr_t start, stop, step, n, m = 0;
    const char *s = NULL;

    if (v && !(s = py_ba_buffer(v, &m))) {
        if (py_is_number(v) || py_is_unicode(v))
            return py_raise_i(&py_TypeError, "can assign only bytes, buffers, "
                                             "or iterables of ints in range(0, "
                                             "256)");
        py_object *copy = py_call1(&py_bytearray_type.base, v);
        if (!copy)
            return -1;
        s = ba_bytes(copy, &m);
    }
    if (py_slice_indices((py_slice *)key, B(o)->n, &start, &stop, &step, &n) <
        0)
        return -1;
    if (n < 0)
        n = 0;
    if (step == 1)
        return py_ba_replace(B(o), start, start + n, s, m);
    if (m == 0) {
        if (step < 0) {
            start += step * (n - 1);
            step = -step;
        }
        if (n)
            delete_every(B(o), start, step, n);
        return 0;
    }
    if (m != n)
        return py_raise_i(&py_ValueError,
                          "attempt to assign bytes of size %zd to extended "
                          "slice of size %zd",
                          m, n);
    if (v == o) {
        v = py_bytearray_new(s, m);
        s = ba_bytes(v, &m);
    }
    for (intptr_t i = 0; i < n; i++, start += step)
        py_ba_data(o)[start] = s[i];
    return 0;
}

static int ba_ass_subscript(py_object *o, py_object *key, py_object *v)
{
    if (py_is_int(key))
        return ba_setitem_at(o, py_seq_adjust(py_int_value(key), B(o)->n), v);
    if (py_is_slice(key))
        return extended_set(o, key, v);
    if (!py_has_index(key))
        return py_raise_i(&py_TypeError, "bytearray indices must be integer");
    intptr_t i = position(o, key);
    return i == -1 && py_err_occurred() ? -1 : ba_setitem_at(o, i, v);
}

static int ba_contains(py_object *o, py_object *x)
{
    intptr_t n;
    if (py_has_index(x)) {
        intptr_t c = py_index_as_ssize(x, &py_ValueError);
        if (c == -1 && py_err_occurred()) {
            py_err_clear();
        } else {
            if (c < 0 || c > 255)
                return py_raise_i(&py_ValueError,
                                  "byte must be in range(0, 256)");
            return memchr(py_ba_data(o), (int)c, (size_t)B(o)->n) != NULL;
        }
    }
    const char *s = py_ba_buffer(x, &n);
    if (!s)
        return py_raise_i(&py_TypeError,
                          "Type %.100s doesn't support the buffer API",
                          py_type_of(x)->name);
    return py_bytes_find(py_ba_data(o), B(o)->n, s, n) >= 0;
}

static py_object *ba_richcompare(py_object *a, py_object *b, int op)
{
    intptr_t n, m;
    const char *s = py_ba_buffer(a, &n), *t = s ? py_ba_buffer(b, &m) : NULL;

    if (!t)
        return py_NotImplemented;
    int c = memcmp(s, t, (size_t)(n < m ? n : m));
    if (c == 0)
        c = n < m ? -1 : n > m;
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

static py_object *ba_str(py_object *o)
{
    return (py_object *)py_str_new(py_ba_data(o), B(o)->n);
}

/* As of a str, but that a single quote is escaped between double ones, too. */
static py_object *ba_repr(py_object *o)
{
    struct py_sb sb;
    const char *s = py_ba_data(o);
    intptr_t n = B(o)->n;
    char quote =
        memchr(s, '\'', (size_t)n) && !memchr(s, '"', (size_t)n) ? '"' : '\'';

    py_sb_init(&sb);
    if (py_sb_addf(&sb, "bytearray(b%c", quote) < 0)
        return NULL;
    for (intptr_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        int r = c == '\'' || c == '\\' ? py_sb_addf(&sb, "\\%c", c)
                : c == '\t'            ? py_sb_adds(&sb, "\\t")
                : c == '\n'            ? py_sb_adds(&sb, "\\n")
                : c == '\r'            ? py_sb_adds(&sb, "\\r")
                : c < ' ' || c >= 0x7f ? py_sb_addf(&sb, "\\x%02x", c)
                                       : py_sb_addc(&sb, (char)c);
        if (r < 0)
            return NULL;
    }
    return py_sb_addf(&sb, "%c)", quote) < 0 ? NULL
                                             : (py_object *)py_sb_finish(&sb);
}

/* --------------------------------------------------------------- iterator */

struct py_bytearrayiter {
    py_object base;
    py_object *bytes; /* NULL: exhausted */
    intptr_t index;
};
TW_GC_TYPE(py_bytearrayiter);
static py_type iterator_type;

static py_object *ba_iter(py_object *o)
{
    struct py_bytearrayiter *it = PY_NEW(py_bytearrayiter, &iterator_type);
    it->bytes = o;
    return &it->base;
}

static py_object *iter_self(py_object *o)
{
    return o;
}

static py_object *iter_next(py_object *o)
{
    struct py_bytearrayiter *it = (struct py_bytearrayiter *)o;
    if (!it->bytes)
        return NULL;
    if (it->index < B(it->bytes)->n)
        return ba_item(it->bytes, it->index++);
    it->bytes = NULL;
    return NULL;
}

static py_object *iter_hint(py_object *o)
{
    struct py_bytearrayiter *it = (struct py_bytearrayiter *)o;
    return py_int_new(it->bytes ? B(it->bytes)->n - it->index : 0);
}

static const struct py_methoddef iter_methods[] = {
    PY_M0("__length_hint__", iter_hint, NULL),
    PY_MEND,
};
static py_type iterator_type = {
    PY_TYPE_HEAD("bytearray_iterator", py_bytearrayiter),
    .methods = iter_methods,
    .tp_iter = iter_self,
    .tp_iternext = iter_next,
};

/* ----------------------------------------------------------- construction */

static py_object *ba_new(py_type *type, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    if (py_type_ready(&iterator_type) < 0)
        return NULL;
    struct py_bytes *buf = new_buffer(0);
    py_bytearray *b = buf ? (py_bytearray *)py_alloc(type, 0) : NULL;
    if (b)
        b->buf = buf;
    return (py_object *)b;
}

/* The bytes of a text, by its encoding. */
static int init_text(py_bytearray *b, py_object *x, py_object *enc,
                     py_object *errs)
{
    const char *encoding = NULL, *errors = NULL;

    if (!enc && py_is_unicode(x))
        return py_raise_i(&py_TypeError,
                          "unicode argument without an encoding");
    if ((enc && !(encoding = py_arg_cstr(enc, "bytearray", 2))) ||
        (errs && !(errors = py_arg_cstr(errs, "bytearray", 3))))
        return -1;
    x = py_encode_any(x, encoding, errors);
    return x ? py_ba_extend(b, x) : -1;
}

static int ba_init(py_object *o, py_object *const *args, intptr_t nargs,
                   py_tuple *kwnames)
{
    static const char *const names[] = {"source", "encoding", "errors"};
    py_object *a[3];

    if (py_args_kw("bytearray", args, nargs, kwnames, names, 3, 0, a) < 0)
        return -1;
    if (B(o)->n && py_ba_replace(B(o), 0, B(o)->n, NULL, 0) < 0)
        return -1;
    if (!a[0]) {
        if (a[1] || a[2])
            return py_raise_i(&py_TypeError,
                              "encoding or errors without sequence argument");
        return 0;
    }
    if (py_is_unicode(a[0]) || (py_is_str(a[0]) && a[1]))
        return init_text(B(o), a[0], a[1], a[2]);
    if (a[1] || a[2])
        return py_raise_i(&py_TypeError,
                          "encoding or errors without a string argument");
    if (py_has_index(a[0]) && !py_is_str(a[0])) {
        intptr_t n = py_index_as_ssize(a[0], &py_OverflowError);
        if (n == -1 && py_err_occurred()) {
            if (!py_err_catch(&py_TypeError))
                return -1;
        } else {
            if (n < 0)
                return py_raise_i(&py_ValueError, "negative count");
            if (py_ba_reserve(B(o), n) < 0)
                return -1;
            memset(py_ba_data(o), 0, (size_t)n);
            B(o)->n = n;
            return 0;
        }
    }
    return py_ba_extend(B(o), a[0]);
}

py_type py_bytearray_type = {
    PY_TYPE_HEAD("bytearray", py_bytearray),
    .flags = PY_TF_BASE | PY_TF_SEQITEM,
    .doc = "bytearray(iterable_of_ints) -> bytearray\n"
           "bytearray(string, encoding[, errors]) -> bytearray\n"
           "bytearray(bytes_or_bytearray) -> copy\n"
           "bytearray(memory_view) -> bytearray\n"
           "bytearray(int) -> so many zero bytes\n\n"
           "A changeable array of bytes.",
    .methods = py_bytearray_methods,
    .sq_length = ba_length,
    .sq_concat = py_bytearray_concat,
    .sq_repeat = ba_repeat,
    .sq_item = ba_item,
    .sq_setitem = ba_setitem_at,
    .sq_contains = ba_contains,
    .sq_iconcat = ba_iconcat,
    .sq_irepeat = ba_irepeat,
    .mp_length = ba_length,
    .mp_getitem = ba_subscript,
    .mp_setitem = ba_ass_subscript,
    .tp_repr = ba_repr,
    .tp_str = ba_str,
    .tp_hash = py_hash_notimpl,
    .tp_richcompare = ba_richcompare,
    .tp_iter = ba_iter,
    .tp_init = ba_init,
    .tp_new = ba_new,
    .bf_read = ba_bytes,
    .bf_write = ba_writable,
};
