/*
 * array.c: the module array: sequences of numbers or characters of one C type.
 * Items are read and stored by the functions of array_kinds.c.
 */
#include <stdio.h>

#include "modules/array_kinds.h"
#include "objects/fileobject.h"
#include "objects/seqcommon.h"

TW_GC_TYPE(py_array);
static py_type array_type, arrayiter_type;
#define A(o) ((struct py_array *)(o))
#define is_array(o) py_isinst(o, &array_type)

static inline const struct py_arraykind *kind_of(py_object *o)
{
    return tw_promote(A(o)->kind);
}

/* ------------------------------------------------------------- storage */

/* n items; new ones are zero. Room grows by an eighth. */
tw_dont_look_inside static int resize(struct py_array *a, intptr_t n)
{
    struct py_bytes *old = a->store, *b;
    intptr_t size = a->kind->size, room = old ? old->n : 0, want;

    if (n * size > room) {
        intptr_t spare = (n >> 3) + (n < 9 ? 3 : 7);

        if (n > INTPTR_MAX / 2 / size)
            return py_raise_nomemory(), -1;
        want = (a->n ? n + spare : n) * size;
        b = TW_NEW_VAR(py_bytes, want);
        if (!b)
            return py_raise_nomemory(), -1;
        b->n = want;
        if (old)
            memcpy(b->item, old->item, (size_t)(a->n * size));
        a->store = b;
    }
    a->n = n;
    return 0;
}

static struct py_array *new_array(py_type *type, const struct py_arraykind *k,
                                  intptr_t n)
{
    struct py_array *a = A(py_alloc(type, 0));

    if (!a)
        return NULL;
    a->kind = k;
    return n == 0 || resize(a, n) == 0 ? a : NULL;
}

static char *at(py_object *o, intptr_t i)
{
    char *p = py_array_bytes(A(o));

    return p ? p + i * A(o)->kind->size : NULL;
}

static void copy_items(py_object *to, intptr_t i, py_object *from, intptr_t j,
                       intptr_t n)
{
    if (n > 0)
        memmove(at(to, i), at(from, j), (size_t)(n * A(to)->kind->size));
}

static int append(py_object *o, py_object *v)
{
    intptr_t n = A(o)->n;

    if (kind_of(o)->set(A(o), -1, v) < 0)
        return -1;
    struct py_bytes *b = A(o)->store;
    if (b && (n + 1) * kind_of(o)->size <= b->n)
        A(o)->n = n + 1;
    else if (resize(A(o), n + 1) < 0)
        return -1;
    return kind_of(o)->set(A(o), n, v);
}

/* Items i..j give way to n items of `from` (NULL: none). */
tw_dont_look_inside static int replace(py_object *o, intptr_t i, intptr_t j,
                                       py_object *from, intptr_t n)
{
    intptr_t len = A(o)->n, tail = len - j;

    if (from == o) { /* before it moves */
        struct py_array *c = new_array(&array_type, A(o)->kind, n);

        if (!c)
            return -1;
        copy_items(&c->base, 0, from, 0, n);
        from = &c->base;
    }
    if (i + n > INTPTR_MAX - tail)
        return py_raise_nomemory(), -1;
    if (n > j - i && resize(A(o), i + n + tail) < 0)
        return -1;
    copy_items(o, i + n, o, j, tail);
    if (from)
        copy_items(o, i, from, 0, n);
    return n < j - i ? resize(A(o), i + n + tail) : 0;
}

/* ------------------------------------------------------------- sequence */

static intptr_t array_length(py_object *o)
{
    return A(o)->n;
}

static py_object *array_item(py_object *o, intptr_t i)
{
    if ((uintptr_t)i >= (uintptr_t)A(o)->n)
        return py_raise(&py_IndexError, "array index out of range");
    return kind_of(o)->get(A(o), i);
}

static int array_setitem(py_object *o, intptr_t i, py_object *v)
{
    if ((uintptr_t)i >= (uintptr_t)A(o)->n)
        return py_raise_i(&py_IndexError,
                          "array assignment index out of range");
    if (!v)
        return replace(o, i, i + 1, NULL, 0);
    return kind_of(o)->set(A(o), i, v);
}

static void clip(py_object *o, intptr_t *i, intptr_t *j)
{
    intptr_t n = A(o)->n;

    *i = *i < 0 ? 0 : *i > n ? n : *i;
    *j = *j < *i ? *i : *j > n ? n : *j;
}

static py_object *array_getslice(py_object *o, intptr_t i, intptr_t j)
{
    clip(o, &i, &j);
    struct py_array *r = new_array(&array_type, A(o)->kind, j - i);
    if (r)
        copy_items(&r->base, 0, o, i, j - i);
    return (py_object *)r;
}

static int array_setslice(py_object *o, intptr_t i, intptr_t j, py_object *v)
{
    clip(o, &i, &j);
    if (!v)
        return replace(o, i, j, NULL, 0);
    if (!is_array(v))
        return py_raise_i(&py_TypeError,
                          "can only assign array (not \"%.200s\") to array "
                          "slice",
                          py_type_of(v)->name);
    if (A(v)->kind != A(o)->kind)
        return py_raise_i(&py_TypeError,
                          "bad argument type for built-in operation");
    return replace(o, i, j, v, A(v)->n);
}

static py_object *array_subscript(py_object *o, py_object *key)
{
    intptr_t start, stop, step, n, i;

    if (PY_LIKELY(py_is_int_exact(key))) {
        i = py_int_value(key);
        return array_item(o, i < 0 ? i + A(o)->n : i);
    }
    if (py_has_index(key)) {
        i = py_index_as_ssize(key, &py_IndexError);
        if (i == -1 && py_err_occurred())
            return NULL;
        return array_item(o, i < 0 ? i + A(o)->n : i);
    }
    if (!py_is_slice(key))
        return py_raise(&py_TypeError, "array indices must be integers");
    if (py_slice_indices((py_slice *)key, A(o)->n, &start, &stop, &step, &n) <
        0)
        return NULL;
    if (step == 1)
        return array_getslice(o, start, start + n);
    struct py_array *r = new_array(&array_type, A(o)->kind, n);
    for (i = 0; r && i < n; i++)
        copy_items(&r->base, i, o, start + i * step, 1);
    return (py_object *)r;
}

/* del o[start::step], n items. */
static int delete_slice(py_object *o, intptr_t start, intptr_t step, intptr_t n)
{
    intptr_t len = A(o)->n, to;

    if (n == 0)
        return 0;
    if (step < 0) {
        start += (n - 1) * step;
        step = -step;
    }
    to = start;
    for (intptr_t k = 0; k < n; k++) {
        intptr_t from = start + k * step + 1,
                 end = k + 1 < n ? start + (k + 1) * step : len;

        copy_items(o, to, o, from, end - from);
        to += end - from;
    }
    return resize(A(o), len - n);
}

static int set_slice(py_object *o, py_object *key, py_object *v)
{
    intptr_t start, stop, step, n;

    if (v && !is_array(v))
        return py_raise_i(&py_TypeError,
                          "can only assign array (not \"%.200s\") to array "
                          "slice",
                          py_type_of(v)->name);
    if (v && A(v)->kind != A(o)->kind)
        return py_raise_i(&py_TypeError,
                          "bad argument type for built-in operation");
    if (v == o) {
        v = array_getslice(o, 0, A(o)->n);
        if (!v)
            return -1;
    }
    if (py_slice_indices((py_slice *)key, A(o)->n, &start, &stop, &step, &n) <
        0)
        return -1;
    if (step == 1)
        return replace(o, start, start + n, v, v ? A(v)->n : 0);
    if (!v)
        return delete_slice(o, start, step, n);
    if (A(v)->n != n)
        return py_raise_i(&py_ValueError,
                          "attempt to assign array of size %zd to extended "
                          "slice of size %zd",
                          A(v)->n, n);
    for (intptr_t i = 0; i < n; i++)
        copy_items(o, start + i * step, v, i, 1);
    return 0;
}

static int array_ass_subscript(py_object *o, py_object *key, py_object *v)
{
    intptr_t i;

    if (PY_LIKELY(py_is_int_exact(key)))
        i = py_int_value(key);
    else if (py_has_index(key)) {
        i = py_index_as_ssize(key, &py_IndexError);
        if (i == -1 && py_err_occurred())
            return -1;
    } else if (py_is_slice(key))
        return set_slice(o, key, v);
    else
        return py_raise_i(&py_TypeError, "array indices must be integer");
    return array_setitem(o, i < 0 ? i + A(o)->n : i, v);
}

static py_object *array_concat(py_object *a, py_object *b)
{
    if (!is_array(b))
        return py_raise(&py_TypeError,
                        "can only append array (not \"%.200s\") to array",
                        py_type_of(b)->name);
    if (A(a)->kind != A(b)->kind)
        return py_raise(&py_TypeError,
                        "bad argument type for built-in operation");
    struct py_array *r = new_array(&array_type, A(a)->kind, A(a)->n + A(b)->n);
    if (r) {
        copy_items(&r->base, 0, a, 0, A(a)->n);
        copy_items(&r->base, A(a)->n, b, 0, A(b)->n);
    }
    return (py_object *)r;
}

/* Makes of the n items that are there k times as many. */
static int repeat(py_object *o, intptr_t n, intptr_t k)
{
    intptr_t want;

    if (k < 0)
        k = 0;
    if (__builtin_mul_overflow(n, k, &want))
        return py_raise_nomemory(), -1;
    if (resize(A(o), want) < 0)
        return -1;
    for (intptr_t i = n; i < want; i += n)
        copy_items(o, i, o, 0, n);
    return 0;
}

static py_object *array_repeat(py_object *o, intptr_t k)
{
    py_object *r = array_getslice(o, 0, A(o)->n);

    return r && repeat(r, A(o)->n, k) == 0 ? r : NULL;
}

static py_object *array_irepeat(py_object *o, intptr_t k)
{
    return repeat(o, A(o)->n, k) < 0 ? NULL : o;
}

static int extend(py_object *o, py_object *b)
{
    if (is_array(b)) {
        if (A(b)->kind != A(o)->kind)
            return py_raise_i(&py_TypeError,
                              "can only extend with array of same kind");
        return replace(o, A(o)->n, A(o)->n, b, A(b)->n);
    }
    py_object *it = py_iter(b), *v;
    if (!it)
        return -1;
    while ((v = py_iternext(it)))
        if (append(o, v) < 0)
            return -1;
    return py_err_occurred() ? -1 : 0;
}

static py_object *array_iconcat(py_object *o, py_object *b)
{
    if (!is_array(b))
        return py_raise(&py_TypeError,
                        "can only extend array with array (not \"%.200s\")",
                        py_type_of(b)->name);
    return extend(o, b) < 0 ? NULL : o;
}

/* Position of the first item equal to v: -1 none, -2 error. */
static intptr_t find(py_object *o, py_object *v)
{
    for (intptr_t i = 0; i < A(o)->n; i++) {
        py_object *x = kind_of(o)->get(A(o), i);
        int eq = x ? py_eq(x, v) : -1;

        if (eq)
            return eq < 0 ? -2 : i;
    }
    return -1;
}

static int array_contains(py_object *o, py_object *v)
{
    intptr_t i = find(o, v);

    return i == -2 ? -1 : i >= 0;
}

static py_object *array_richcompare(py_object *a, py_object *b, int op)
{
    if (!is_array(a) || !is_array(b))
        return py_NotImplemented;
    if (A(a)->n != A(b)->n && (op == PY_EQ || op == PY_NE))
        return py_bool(op == PY_NE);
    for (intptr_t i = 0; i < A(a)->n && i < A(b)->n; i++) {
        py_object *x = kind_of(a)->get(A(a), i), *y = kind_of(b)->get(A(b), i);
        int eq = x && y ? py_eq(x, y) : -1;

        if (eq < 0)
            return NULL;
        if (!eq)
            return op == PY_EQ   ? py_False
                   : op == PY_NE ? py_True
                                 : py_richcompare(x, y, op);
    }
    intptr_t n = A(a)->n, m = A(b)->n;
    return py_bool(op == PY_LT   ? n < m
                   : op == PY_LE ? n <= m
                   : op == PY_EQ ? n == m
                   : op == PY_NE ? n != m
                   : op == PY_GT ? n > m
                                 : n >= m);
}

/* -------------------------------------------------------------- methods */

static py_object *m_append(py_object *o, py_object *v)
{
    return append(o, v) < 0 ? NULL : py_None;
}

static py_object *m_extend(py_object *o, py_object *b)
{
    return extend(o, b) < 0 ? NULL : py_None;
}

static py_object *m_insert(py_object *o, py_object *where, py_object *v)
{
    intptr_t i, n = A(o)->n;

    if (py_arg_ssize(where, &i) < 0 || A(o)->kind->set(A(o), -1, v) < 0)
        return NULL;
    n = A(o)->n;
    if (i < 0)
        i = i + n < 0 ? 0 : i + n;
    if (i > n)
        i = n;
    if (resize(A(o), n + 1) < 0)
        return NULL;
    copy_items(o, i + 1, o, i, n - i);
    return A(o)->kind->set(A(o), i, v) < 0 ? NULL : py_None;
}

static py_object *m_pop(py_object *o, py_object *where)
{
    intptr_t i = -1;

    if (where && py_arg_ssize(where, &i) < 0)
        return NULL;
    if (A(o)->n == 0)
        return py_raise(&py_IndexError, "pop from empty array");
    if (i < 0)
        i += A(o)->n;
    if (i < 0 || i >= A(o)->n)
        return py_raise(&py_IndexError, "pop index out of range");
    py_object *v = kind_of(o)->get(A(o), i);
    return v && replace(o, i, i + 1, NULL, 0) == 0 ? v : NULL;
}

static py_object *m_index(py_object *o, py_object *v)
{
    intptr_t i = find(o, v);

    if (i == -1)
        return py_raise(&py_ValueError, "array.index(x): x not in list");
    return i < 0 ? NULL : py_int_new(i);
}

static py_object *m_remove(py_object *o, py_object *v)
{
    intptr_t i = find(o, v);

    if (i == -1)
        return py_raise(&py_ValueError, "array.remove(x): x not in list");
    return i < 0 || replace(o, i, i + 1, NULL, 0) < 0 ? NULL : py_None;
}

static py_object *m_count(py_object *o, py_object *v)
{
    intptr_t count = 0;

    for (intptr_t i = 0; i < A(o)->n; i++) {
        py_object *x = kind_of(o)->get(A(o), i);
        int eq = x ? py_eq(x, v) : -1;

        if (eq < 0)
            return NULL;
        count += eq;
    }
    return py_int_new(count);
}

static py_object *m_reverse(py_object *o)
{
    size_t size = A(o)->kind->size;
    char t[8];

    for (intptr_t i = 0, j = A(o)->n - 1; i < j; i++, j--) {
        memcpy(t, at(o, i), size);
        memcpy(at(o, i), at(o, j), size);
        memcpy(at(o, j), t, size);
    }
    return py_None;
}

static py_object *m_byteswap(py_object *o)
{
    int size = A(o)->kind->size;

    for (intptr_t i = 0; i < A(o)->n; i++) {
        char *p = at(o, i);

        for (int k = 0; k < size / 2; k++) {
            char t = p[k];
            p[k] = p[size - 1 - k];
            p[size - 1 - k] = t;
        }
    }
    return py_None;
}

static py_object *m_buffer_info(py_object *o)
{
    return (py_object *)py_tuple_pack2(
        py_int_from_uint64((uintptr_t)py_array_bytes(A(o))),
        py_int_new(A(o)->n));
}

static py_object *m_copy(py_object *o)
{
    return array_getslice(o, 0, A(o)->n);
}

static py_object *m_deepcopy(py_object *o, py_object *memo)
{
    (void)memo;
    return m_copy(o);
}

static py_object *m_tolist(py_object *o)
{
    py_list *l = py_list_with_room(A(o)->n);

    for (intptr_t i = 0; l && i < A(o)->n; i++) {
        py_object *v = kind_of(o)->get(A(o), i);

        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return (py_object *)l;
}

static py_object *m_fromlist(py_object *o, py_object *list)
{
    intptr_t old = A(o)->n;

    if (!py_is_list(list))
        return py_raise(&py_TypeError, "arg must be list");
    for (intptr_t i = 0; i < py_list_len((py_list *)list); i++)
        if (append(o, py_list_get((py_list *)list, i)) < 0) {
            A(o)->n = old;
            return NULL;
        }
    return py_None;
}

static py_object *m_tostring(py_object *o)
{
    return (py_object *)py_str_new(A(o)->n ? at(o, 0) : "",
                                   A(o)->n * A(o)->kind->size);
}

static int add_bytes(py_object *o, const char *s, intptr_t n)
{
    intptr_t old = A(o)->n, size = A(o)->kind->size;

    if (n % size)
        return py_raise_i(&py_ValueError,
                          "string length not a multiple of item size");
    if (n > INTPTR_MAX / 2)
        return py_raise_nomemory(), -1;
    if (n && resize(A(o), old + n / size) < 0)
        return -1;
    if (n)
        memcpy(at(o, old), s, (size_t)n);
    return 0;
}

static py_object *m_fromstring(py_object *o, py_object *s)
{
    intptr_t n;

    if (py_is_unicode(s) && !(s = py_unicode_encode(s, NULL, NULL)))
        return NULL;
    if (s == o)
        return py_raise(&py_ValueError,
                        "array.fromstring(x): x cannot be self");
    const char *p = py_arg_bytes(s, "fromstring", 1, &n);
    return p && add_bytes(o, p, n) == 0 ? py_None : NULL;
}

static py_object *m_fromunicode(py_object *o, py_object *u)
{
    if (A(o)->kind->code != 'u')
        return py_raise(&py_ValueError,
                        "fromunicode() may only be called on type 'u' arrays");
    if (py_is_str(u) &&
        !(u = py_unicode_decode(py_str_data((py_str *)u),
                                py_str_len((py_str *)u), NULL, NULL)))
        return NULL;
    if (!py_is_unicode(u))
        return py_arg_error("fromunicode", 1, "unicode", u);
    return add_bytes(o, (const char *)((py_unicode *)u)->data,
                     4 * ((py_unicode *)u)->n) < 0
               ? NULL
               : py_None;
}

static py_object *m_tounicode(py_object *o)
{
    if (A(o)->kind->code != 'u')
        return py_raise(&py_ValueError,
                        "tounicode() may only be called on type 'u' arrays");
    return (py_object *)py_unicode_new((const uint32_t *)(void *)at(o, 0),
                                       A(o)->n);
}

static py_object *m_fromfile(py_object *o, py_object *f, py_object *count)
{
    intptr_t n, size = A(o)->kind->size, old = A(o)->n, got;

    if (!py_is_file(f))
        return py_raise(&py_TypeError, "arg1 must be open file");
    if (py_arg_ssize(count, &n) < 0)
        return NULL;
    FILE *fp = py_file_stream(f);
    if (!fp)
        return NULL;
    if (n <= 0)
        return py_None;
    if (n > INTPTR_MAX / size - old)
        return py_raise_nomemory();
    if (resize(A(o), old + n) < 0)
        return NULL;
    got = (intptr_t)fread(at(o, old), (size_t)size, (size_t)n, fp);
    if (got == n)
        return py_None;
    if (resize(A(o), old + got) < 0)
        return NULL;
    if (ferror(fp)) {
        py_raise_errno(&py_IOError);
        clearerr(fp);
        return NULL;
    }
    return py_raise(&py_EOFError, "not enough items in file");
}

static py_object *m_tofile(py_object *o, py_object *f)
{
    size_t n = (size_t)A(o)->n;

    if (!py_is_file(f))
        return py_raise(&py_TypeError, "arg must be open file");
    FILE *fp = py_file_stream(f);
    if (!fp)
        return NULL;
    if (n && fwrite(at(o, 0), A(o)->kind->size, n, fp) != n) {
        py_raise_errno(&py_IOError);
        clearerr(fp);
        return NULL;
    }
    return py_None;
}

static py_object *code_str(py_object *o)
{
    return (py_object *)py_str_char((unsigned char)A(o)->kind->code);
}

/* What repr() shows: text, or a list. */
static py_object *contents(py_object *o)
{
    return A(o)->kind->code == 'c'   ? m_tostring(o)
           : A(o)->kind->code == 'u' ? m_tounicode(o)
                                     : m_tolist(o);
}

static py_object *m_reduce(py_object *o)
{
    py_object *d = py_getattr_maybe(o, py_id___dict__), *c;

    if (!d) {
        if (py_err_occurred())
            return NULL;
        d = py_None;
    }
    py_tuple *args;
    if (A(o)->n) {
        c = m_tolist(o);
        args = c ? py_tuple_pack2(code_str(o), c) : NULL;
    } else
        args = py_tuple_pack1(code_str(o));
    return args ? (py_object *)py_tuple_pack3((py_object *)py_type_of(o),
                                              &args->base, d)
                : NULL;
}

static py_object *array_repr(py_object *o)
{
    if (A(o)->n == 0)
        return (py_object *)py_str_format_c("array('%c')", A(o)->kind->code);
    py_object *v = contents(o);
    return v ? (py_object *)py_str_format_c("array('%c', %R)", A(o)->kind->code,
                                            v)
             : NULL;
}

static const char *array_read(py_object *o, intptr_t *n)
{
    *n = A(o)->n * A(o)->kind->size;
    return A(o)->n ? at(o, 0) : "";
}

static char *array_writable(py_object *o, intptr_t *n)
{
    static char none[1];

    *n = A(o)->n * A(o)->kind->size;
    return A(o)->n ? at(o, 0) : none;
}

static py_object *get_typecode(py_object *o, void *data)
{
    (void)data;
    return code_str(o);
}

static py_object *get_itemsize(py_object *o, void *data)
{
    (void)data;
    return py_int_new(A(o)->kind->size);
}

/* ------------------------------------------------------------- creation */

static int code_arg(py_object *o)
{
    if (py_is_str(o) && py_str_len((py_str *)o) == 1)
        return (unsigned char)py_str_data((py_str *)o)[0];
    if (py_is_unicode(o) && ((py_unicode *)o)->n == 1 &&
        ((py_unicode *)o)->data[0] < 128)
        return (int)((py_unicode *)o)->data[0];
    return py_raise_i(&py_TypeError,
                      "array() argument 1 or typecode must be char (string or "
                      "ascii-unicode with length 1), not %s",
                      py_type_shortname(py_type_of(o)));
}

/* Fills a new array from the constructor's second argument. */
static int fill(py_object *o, py_object *v)
{
    char code = A(o)->kind->code;

    if (py_is_list(v) || py_is_tuple(v)) {
        intptr_t n = py_fastseq_len(v);

        if (n && resize(A(o), n) < 0)
            return -1;
        for (intptr_t i = 0; i < n; i++)
            if (A(o)->kind->set(A(o), i, py_fastseq_item(v, i)) < 0)
                return -1;
        return 0;
    }
    if (py_is_str(v) || py_is_bytearray(v))
        return m_fromstring(o, v) ? 0 : -1;
    if (py_is_unicode(v) && code == 'u')
        return m_fromunicode(o, v) ? 0 : -1;
    return 0;
}

static py_object *array_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    if (type == &array_type && kwnames && kwnames->n)
        return py_raise(&py_TypeError,
                        "array.array() does not take keyword arguments");
    if (nargs < 1 || nargs > 2)
        return py_raise(
            &py_TypeError, "array() takes at %s %d argument%s (%zd given)",
            nargs ? "most" : "least", nargs ? 2 : 1, nargs ? "s" : "", nargs);
    int code = code_arg(args[0]);
    if (code < 0)
        return NULL;
    py_object *v = nargs > 1 ? args[1] : NULL;
    int known = !v || py_is_list(v) || py_is_str(v) || py_is_tuple(v) ||
                py_is_bytearray(v) || (code == 'u' && py_is_unicode(v));
    if (!known && !(v = py_iter(v)))
        return NULL;
    const struct py_arraykind *k = py_arraykind_find(code);
    if (!k)
        return py_raise(&py_ValueError, "bad typecode (must be c, b, B, u, h, "
                                        "H, i, I, l, L, f or d)");
    py_object *o = (py_object *)new_array(type, k, 0);
    if (!o || (v && (known ? fill(o, v) : extend(o, v)) < 0))
        return NULL;
    return o;
}

/* -------------------------------------------------------------- iterator */

struct py_arrayiter {
    py_object base;
    py_object *array;
    intptr_t i;
};
TW_GC_TYPE(py_arrayiter);

static py_object *array_iter(py_object *o)
{
    struct py_arrayiter *it = PY_NEW(py_arrayiter, &arrayiter_type);

    it->array = o;
    return &it->base;
}

static py_object *arrayiter_next(py_object *o)
{
    struct py_arrayiter *it = (struct py_arrayiter *)o;
    py_object *a = it->array;

    if (it->i >= A(a)->n)
        return NULL;
    return kind_of(a)->get(A(a), it->i++);
}

static py_object *self_iter(py_object *o)
{
    return o;
}

static py_type arrayiter_type = {
    PY_TYPE_HEAD("arrayiterator", py_arrayiter),
    .tp_iter = self_iter,
    .tp_iternext = arrayiter_next,
};

static const struct py_methoddef array_methods[] = {
    PY_M1("append", m_append, "append(x): a new item at the end."),
    PY_M0("buffer_info", m_buffer_info,
          "buffer_info() -> (address, length in items)"),
    PY_M0("byteswap", m_byteswap,
          "byteswap(): the bytes of each item in reverse order."),
    PY_M0("__copy__", m_copy, "A copy."),
    PY_M1("count", m_count, "count(x) -> how many items equal x"),
    PY_M1("__deepcopy__", m_deepcopy, "A copy."),
    PY_M1("extend", m_extend, "extend(array or iterable): new items."),
    PY_M2("fromfile", m_fromfile, "fromfile(f, n): n items from a file."),
    PY_M1("fromlist", m_fromlist, "fromlist(list): all its items or none."),
    PY_M1("fromstring", m_fromstring, "fromstring(s): items as bytes."),
    PY_M1("fromunicode", m_fromunicode,
          "fromunicode(u): characters, for type 'u' only."),
    PY_M1("index", m_index, "index(x) -> position of the first x"),
    PY_M2("insert", m_insert, "insert(i, x): x before position i."),
    PY_M(0, 1, "pop", m_pop, "pop([i]) -> item i, taken out; default the last"),
    PY_M2("read", m_fromfile, "Old name of fromfile."),
    PY_M0("__reduce__", m_reduce, "State for pickling."),
    PY_M1("remove", m_remove, "remove(x): takes out the first x."),
    PY_M0("reverse", m_reverse, "reverse(): the other way round, in place."),
    PY_M1("tofile", m_tofile, "tofile(f): all items to a file."),
    PY_M0("tolist", m_tolist, "tolist() -> a list of the items"),
    PY_M0("tostring", m_tostring, "tostring() -> the items as bytes"),
    PY_M0("tounicode", m_tounicode, "tounicode() -> text, for type 'u' only"),
    PY_M1("write", m_tofile, "Old name of tofile."),
    PY_MEND,
};
static const struct py_getset array_getset[] = {
    {"typecode", get_typecode, NULL, "the code that it was made with", NULL},
    {"itemsize", get_itemsize, NULL, "bytes of an item", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static py_type array_type = {
    PY_TYPE_HEAD("array.array", py_array),
    .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_SEQITEM,
    .doc = "array(typecode [, initializer]) -> a sequence of C values\n\n"
           "Type codes: c character; b B, h H, i I, l L signed and unsigned "
           "integers of 1,\n2, 4 and 8 bytes; u Unicode character; f d "
           "floating point. The initializer is a\nlist, a string of bytes, or "
           "anything iterable.",
    .methods = array_methods,
    .getset = array_getset,
    .sq_length = array_length,
    .sq_concat = array_concat,
    .sq_repeat = array_repeat,
    .sq_item = array_item,
    .sq_setitem = array_setitem,
    .sq_getslice = array_getslice,
    .sq_setslice = array_setslice,
    .sq_contains = array_contains,
    .sq_iconcat = array_iconcat,
    .sq_irepeat = array_irepeat,
    .mp_length = array_length,
    .mp_getitem = array_subscript,
    .mp_setitem = array_ass_subscript,
    .tp_repr = array_repr,
    .tp_hash = py_hash_notimpl,
    .tp_richcompare = array_richcompare,
    .tp_iter = array_iter,
    .tp_new = array_new,
    .bf_read = array_read,
    .bf_write = array_writable,
};

static const struct py_methoddef functions[] = {PY_MEND};

static int init(py_module *m)
{
    if (py_module_set_type(m, "array", &array_type) < 0 ||
        py_module_set_type(m, "ArrayType", &array_type) < 0)
        return -1;
    return py_type_ready(&arrayiter_type);
}

const struct py_moduledef py_module_array = {
    "array", "Arrays: sequences of numbers or characters of one C type.",
    functions, init};
