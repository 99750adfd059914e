/* marshalw.c: writing the marshal format; see pyc.h. */
#include <math.h>
#include <string.h>
#include "compiler/pyc.h"
#include "objects/python.h"

enum { MAX_DEPTH = 2000, LONG_SHIFT = 15, LONG_MASK = (1 << LONG_SHIFT) - 1 };

struct writer {
    struct py_sb out;
    py_dict *strings; /* interned ones written so far, by number; or NULL */
    intptr_t nstrings;
    int version, depth;
    const char *error; /* the first, or NULL */
};

static void fail(struct writer *w, const char *why)
{
    if (!w->error)
        w->error = why;
}

static void put(struct writer *w, const char *s, intptr_t n)
{
    if (py_sb_add(&w->out, s, n) < 0)
        fail(w, "memory");
}

static void put_byte(struct writer *w, int c)
{
    char ch = (char)c;
    put(w, &ch, 1);
}

static void put_long(struct writer *w, int64_t v, int n)
{
    char b[8];
    for (int i = 0; i < n; i++)
        b[i] = (char)(v >> 8 * i);
    put(w, b, n);
}

/* A length: must fit 31 bits. */
static int put_size(struct writer *w, intptr_t n)
{
    if (n > INT32_MAX) {
        fail(w, "unmarshallable object");
        return -1;
    }
    put_long(w, n, 4);
    return 0;
}

static void put_bytes(struct writer *w, const char *s, intptr_t n)
{
    if (!put_size(w, n))
        put(w, s, n);
}

/* Longs are written in digits of 15 bits. */
static void put_pylong(struct writer *w, const py_long *l)
{
    intptr_t nlimbs = l->size < 0 ? -l->size : l->size;
    const uint64_t *limb = nlimbs ? l->limb->item : NULL;
    intptr_t nbits =
        nlimbs ? nlimbs * 64 - __builtin_clzll(limb[nlimbs - 1]) : 0;
    intptr_t n = (nbits + LONG_SHIFT - 1) / LONG_SHIFT;
    if (n > INT32_MAX) {
        fail(w, "unmarshallable object");
        return;
    }
    put_byte(w, 'l');
    put_long(w, l->size < 0 ? -n : n, 4);
    for (intptr_t i = 0; i < n; i++) {
        intptr_t bit = i * LONG_SHIFT, k = bit / 64;
        int shift = (int)(bit % 64);
        uint64_t v = limb[k] >> shift;
        if (shift > 64 - LONG_SHIFT && k + 1 < nlimbs)
            v |= limb[k + 1] << (64 - shift);
        put_long(w, (int64_t)(v & LONG_MASK), 2);
    }
}

static void put_double(struct writer *w, double d, int binary)
{
    if (binary) {
        int64_t bits;
        memcpy(&bits, &d, sizeof bits);
        put_long(w, bits, 8);
        return;
    }
    const char *s = py_double_to_cstr(d, 'g', 17, 0);
    if (!s) {
        fail(w, "memory");
        return;
    }
    put_byte(w, (int)strlen(s));
    put(w, s, (intptr_t)strlen(s));
}

static void put_str(struct writer *w, py_str *s)
{
    if (w->strings && s->interned) {
        py_object *seen = py_dict_get_str(w->strings, s);
        if (seen) {
            put_byte(w, 'R');
            put_long(w, py_int_value(seen), 4);
            return;
        }
        if (py_dict_set_str(w->strings, s, py_int_new(w->nstrings++)) < 0)
            fail(w, "memory");
        put_byte(w, 't');
    } else
        put_byte(w, 's');
    put_bytes(w, py_str_data(s), py_str_len(s));
}

static void put_object(struct writer *w, py_object *v);

static void put_items(struct writer *w, py_object *seq, int type)
{
    intptr_t n = py_fastseq_len(seq);
    put_byte(w, type);
    if (put_size(w, n))
        return;
    for (intptr_t i = 0; i < n && !w->error; i++)
        put_object(w,
                   i < py_fastseq_len(seq) ? py_fastseq_item(seq, i) : py_None);
}

static void put_dict(struct writer *w, py_dict *d)
{
    intptr_t pos = 0;
    py_object *key, *value;
    put_byte(w, '{');
    while (!w->error && py_dict_next(d, &pos, &key, &value)) {
        put_object(w, key);
        put_object(w, value);
    }
    put_byte(w, '0');
}

static void put_code(struct writer *w, const py_code *c)
{
    put_byte(w, 'c');
    put_long(w, c->argcount, 4);
    put_long(w, c->nlocals, 4);
    put_long(w, c->stacksize, 4);
    put_long(w, c->flags, 4);
    put_object(w, (py_object *)c->code);
    put_object(w, (py_object *)c->consts);
    put_object(w, (py_object *)c->names);
    put_object(w, (py_object *)c->varnames);
    put_object(w, (py_object *)c->freevars);
    put_object(w, (py_object *)c->cellvars);
    put_object(w, (py_object *)c->filename);
    put_object(w, (py_object *)c->name);
    put_long(w, c->firstlineno, 4);
    put_object(w, (py_object *)c->lnotab);
}

static void put_number(struct writer *w, py_object *v)
{
    int binary = w->version > 1;
    if (py_is_int_exact(v)) {
        int64_t i = py_int_value(v);
        int wide = i != (int32_t)i;
        put_byte(w, wide ? 'I' : 'i');
        put_long(w, i, wide ? 8 : 4);
    } else if (py_is_long_exact(v))
        put_pylong(w, (py_long *)v);
    else if (py_is_float_exact(v)) {
        put_byte(w, binary ? 'g' : 'f');
        put_double(w, py_float_value(v), binary);
    } else {
        put_byte(w, binary ? 'y' : 'x');
        put_double(w, ((py_complex *)v)->real, binary);
        put_double(w, ((py_complex *)v)->imag, binary);
    }
}

static void put_other(struct writer *w, py_object *v)
{
    py_type *t = py_type_of(v);
    if (t == &py_unicode_type) {
        py_object *s = py_unicode_as_utf8(v);
        if (!s) {
            fail(w, "unmarshallable object");
            return;
        }
        put_byte(w, 'u');
        put_bytes(w, py_str_data((py_str *)s), py_str_len((py_str *)s));
    } else if (t == &py_set_type || t == &py_frozenset_type) {
        py_list *l = py_sequence_list(v);
        if (l)
            put_items(w, (py_object *)l, t == &py_set_type ? '<' : '>');
        else
            fail(w, "memory");
    } else if (t == &py_code_type)
        put_code(w, (py_code *)v);
    else {
        intptr_t n;
        const char *s = t->bf_read ? py_buffer_read(v, &n) : NULL;
        if (!s) {
            fail(w, "unmarshallable object");
            return;
        }
        put_byte(w, 's');
        put_bytes(w, s, n);
    }
}

static void put_object(struct writer *w, py_object *v)
{
    py_type *t = py_type_of(v);
    if (++w->depth > MAX_DEPTH)
        fail(w, "object too deeply nested to marshal");
    if (w->error)
        ;
    else if (v == py_None)
        put_byte(w, 'N');
    else if (v == &py_StopIteration.base)
        put_byte(w, 'S');
    else if (v == py_Ellipsis)
        put_byte(w, '.');
    else if (v == py_False)
        put_byte(w, 'F');
    else if (v == py_True)
        put_byte(w, 'T');
    else if (t == &py_int_type || t == &py_long_type || t == &py_float_type ||
             t == &py_complex_type)
        put_number(w, v);
    else if (t == &py_str_type)
        put_str(w, (py_str *)v);
    else if (t == &py_tuple_type)
        put_items(w, v, '(');
    else if (t == &py_list_type)
        put_items(w, v, '[');
    else if (t == &py_dict_type)
        put_dict(w, (py_dict *)v);
    else
        put_other(w, v);
    w->depth--;
}

py_str *py_marshal_dumps(py_object *v, int version)
{
    struct writer w = {.version = version};
    py_sb_init(&w.out);
    if (version > 0)
        w.strings = py_dict_new();
    put_object(&w, v);
    if (!w.error)
        return py_sb_finish(&w.out);
    if (!strcmp(w.error, "memory"))
        return py_err_occurred() ? NULL : py_raise_nomemory();
    py_err_clear();
    return py_raise(&py_ValueError, "%s", w.error);
}
