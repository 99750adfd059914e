/* marshalr.c: reading the marshal format; see pyc.h. */
#include <string.h>
#include "compiler/pyc.h"
#include "objects/python.h"

enum { MAX_DEPTH = 2000, LONG_SHIFT = 15 };

struct reader {
    const char *p, *end; /* of bytes in memory, or */
    FILE *fp;
    py_list *strings; /* interned ones read so far */
    int depth;
};

static void *bad(const char *what)
{
    return py_raise(&py_ValueError, "bad marshal data (%s)", what);
}

static int get_byte(struct reader *r)
{
    if (r->fp)
        return getc(r->fp);
    return r->p < r->end ? (unsigned char)*r->p++ : EOF;
}

/* n bytes to `to`; 0, or -1 with EOFError. */
static int get_bytes(struct reader *r, char *to, intptr_t n)
{
    if (r->fp) {
        if ((intptr_t)fread(to, 1, (size_t)n, r->fp) == n)
            return 0;
    } else if (r->end - r->p >= n) {
        memcpy(to, r->p, (size_t)n);
        r->p += n;
        return 0;
    }
    py_raise(&py_EOFError, "EOF read where object expected");
    return -1;
}

/* A little-endian number of n bytes, its sign extended. */
static int get_number(struct reader *r, int n, int64_t *out)
{
    char b[8];
    uint64_t v = 0;
    if (get_bytes(r, b, n))
        return -1;
    for (int i = n; --i >= 0;)
        v = v << 8 | (unsigned char)b[i];
    *out = (int64_t)(v << (64 - 8 * n)) >> (64 - 8 * n);
    return 0;
}

/* A length of things that take at least `least` bytes each. */
static int get_size(struct reader *r, const char *what, int least, intptr_t *n)
{
    int64_t v;
    if (get_number(r, 4, &v))
        return -1;
    if (v < 0) {
        bad(what);
        return -1;
    }
    if (!r->fp && v * least > r->end - r->p) {
        py_raise(&py_EOFError, "EOF read where object expected");
        return -1;
    }
    *n = (intptr_t)v;
    return 0;
}

/* `n` bytes as a str; read in pieces, so that a false length of a file takes
 * no more memory than the file has bytes. */
static py_str *get_text(struct reader *r, intptr_t n)
{
    enum { PIECE = 1 << 16 };
    if (!r->fp) {
        py_str *s = py_str_new(r->p, n);
        r->p += n;
        return s;
    }
    struct py_sb sb;
    char *buf = tw_gc_malloc_atomic(n < PIECE ? (size_t)n + 1 : PIECE);
    if (!buf)
        return py_raise_nomemory();
    py_sb_init(&sb);
    for (; n > 0; n -= PIECE) {
        intptr_t k = n < PIECE ? n : PIECE;
        if (get_bytes(r, buf, k) || py_sb_add(&sb, buf, k) < 0)
            return NULL;
    }
    return py_sb_finish(&sb);
}

static py_object *get_pylong(struct reader *r)
{
    int64_t size;
    if (get_number(r, 4, &size))
        return NULL;
    intptr_t n = size < 0 ? -size : size;
    if (n > INT32_MAX)
        return bad("long size out of range");
    if (!r->fp && n * 2 > r->end - r->p)
        return py_raise(&py_EOFError, "EOF read where object expected");
    /* As two's complement bytes of the magnitude, and one more for the sign. */
    intptr_t nbytes = (n * LONG_SHIFT + 7) / 8 + 1;
    unsigned char *b = tw_gc_malloc_atomic((size_t)nbytes + 8);
    if (!b)
        return py_raise_nomemory();
    memset(b, 0, (size_t)nbytes + 8);
    int64_t digit = 0;
    for (intptr_t i = 0; i < n; i++) {
        if (get_number(r, 2, &digit))
            return NULL;
        if (digit < 0)
            return bad("digit out of range in long");
        intptr_t bit = i * LONG_SHIFT;
        uint32_t v = (uint32_t)digit << bit % 8;
        for (int k = 0; k < 3; k++)
            b[bit / 8 + k] |= (unsigned char)(v >> 8 * k);
    }
    if (n && !digit)
        return bad("unnormalized long data");
    if (size < 0) {
        int carry = 1;
        for (intptr_t i = 0; i < nbytes; i++) {
            int v = (unsigned char)~b[i] + carry;
            b[i] = (unsigned char)v;
            carry = v >> 8;
        }
    }
    return py_long_from_bytes(b, (size_t)nbytes, 1, 1);
}

static int get_double(struct reader *r, int binary, double *out)
{
    char text[257];
    const char *end;
    int64_t bits;
    if (binary) {
        if (get_number(r, 8, &bits))
            return -1;
        memcpy(out, &bits, sizeof *out);
        return 0;
    }
    int n = get_byte(r);
    if (n == EOF) {
        py_raise(&py_EOFError, "EOF read where object expected");
        return -1;
    }
    if (get_bytes(r, text, n))
        return -1;
    text[n] = 0;
    *out = py_strtod(text, &end);
    if (end == text || *end) {
        py_raise(&py_ValueError, "could not convert string to float: %s", text);
        return -1;
    }
    return 0;
}

/* A value, or NULL: with an exception, or at the mark that ends a dict if
 * *null is asked for and set. */
static py_object *get_value(struct reader *r, int *null);

static py_object *get_object(struct reader *r, const char *what)
{
    int null = 0;
    py_object *v = get_value(r, &null);
    if (!v && null)
        py_raise(&py_TypeError, "NULL object in marshal data for %s", what);
    return v;
}

static py_object *get_tuple(struct reader *r)
{
    intptr_t n;
    if (get_size(r, "tuple size out of range", 1, &n))
        return NULL;
    py_list *l = py_list_new();
    for (intptr_t i = 0; i < n; i++) {
        py_object *v = get_object(r, "tuple");
        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return (py_object *)py_sequence_tuple((py_object *)l);
}

static py_object *get_list(struct reader *r)
{
    intptr_t n;
    if (get_size(r, "list size out of range", 1, &n))
        return NULL;
    py_list *l = py_list_new();
    for (intptr_t i = 0; i < n; i++) {
        py_object *v = get_object(r, "list");
        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return (py_object *)l;
}

static py_object *get_set(struct reader *r, py_type *type)
{
    intptr_t n;
    if (get_size(r, "set size out of range", 1, &n))
        return NULL;
    py_list *l = py_list_new();
    for (intptr_t i = 0; i < n; i++) {
        py_object *v = get_object(r, "set");
        if (!v || py_list_append(l, v) < 0)
            return NULL;
    }
    return py_call1(&type->base, (py_object *)l);
}

static py_object *get_dict(struct reader *r)
{
    py_dict *d = py_dict_new();
    for (;;) {
        int null = 0;
        py_object *key = get_value(r, &null);
        if (!key)
            return null ? (py_object *)d : NULL;
        py_object *value = get_value(r, &null);
        if (!value && !null)
            return NULL;
        if (value && py_dict_set(d, key, value) < 0)
            return NULL;
    }
}

static py_object *get_code(struct reader *r)
{
    int64_t num[4], firstline;
    py_object *part[8], *lnotab;
    for (int i = 0; i < 4; i++)
        if (get_number(r, 4, &num[i]))
            return NULL;
    for (int i = 0; i < 8; i++) {
        part[i] = get_object(r, "code object");
        if (!part[i])
            return NULL;
    }
    if (get_number(r, 4, &firstline))
        return NULL;
    lnotab = get_object(r, "code object");
    if (!lnotab)
        return NULL;
    /* code, consts, names, varnames, freevars, cellvars, filename, name */
    int sound = py_is_str_exact(part[0]) && py_is_str_exact(part[6]) &&
                py_is_str_exact(part[7]) && py_is_str_exact(lnotab) &&
                num[0] >= 0 && num[1] >= 0 && num[2] >= 0 &&
                num[2] <= 1 << 24 && num[1] <= 1 << 24;
    for (int i = 1; i < 6 && sound; i++) {
        sound = py_is_tuple_exact(part[i]);
        for (intptr_t k = 0; sound && i > 1 && k < ((py_tuple *)part[i])->n;
             k++)
            sound = py_is_str_exact(((py_tuple *)part[i])->item[k]);
    }
    if (!sound)
        return bad("code object");
    return (py_object *)py_code_new(
        (int)num[0], (int)num[1], (int)num[2], (int)num[3], (py_str *)part[0],
        (py_tuple *)part[1], (py_tuple *)part[2], (py_tuple *)part[3],
        (py_tuple *)part[4], (py_tuple *)part[5], (py_str *)part[6],
        (py_str *)part[7], (int)firstline, (py_str *)lnotab);
}

static py_object *get_str(struct reader *r, int interned)
{
    intptr_t n;
    if (get_size(r, "string size out of range", 1, &n))
        return NULL;
    py_str *s = get_text(r, n);
    if (!s || !interned)
        return (py_object *)s;
    s = py_intern(s);
    return py_list_append(r->strings, &s->base) < 0 ? NULL : &s->base;
}

static py_object *get_ref(struct reader *r)
{
    int64_t n;
    if (get_number(r, 4, &n))
        return NULL;
    if (n < 0 || n >= py_fastseq_len(&r->strings->base))
        return bad("string ref out of range");
    return py_fastseq_item(&r->strings->base, (intptr_t)n);
}

static py_object *get_float(struct reader *r, int binary, int complex)
{
    double re, im;
    if (get_double(r, binary, &re))
        return NULL;
    if (!complex)
        return py_float_new(re);
    return get_double(r, binary, &im) ? NULL : py_complex_new(re, im);
}

static py_object *get_int(struct reader *r, int n)
{
    int64_t v;
    return get_number(r, n, &v) ? NULL : py_int_new(v);
}

static py_object *get_unicode(struct reader *r)
{
    intptr_t n;
    if (get_size(r, "unicode size out of range", 1, &n))
        return NULL;
    py_str *s = get_text(r, n);
    return s ? py_unicode_from_utf8(py_str_data(s), py_str_len(s), NULL) : NULL;
}

static py_object *get_by_type(struct reader *r, int type, int *null)
{
    switch (type) {
    case EOF:
        return py_raise(&py_EOFError, "EOF read where object expected");
    case '0':
        *null = 1;
        return NULL;
    case 'N':
        return py_None;
    case 'S':
        return &py_StopIteration.base;
    case '.':
        return py_Ellipsis;
    case 'F':
        return py_False;
    case 'T':
        return py_True;
    case 'i':
        return get_int(r, 4);
    case 'I':
        return get_int(r, 8);
    case 'l':
        return get_pylong(r);
    case 'f':
        return get_float(r, 0, 0);
    case 'g':
        return get_float(r, 1, 0);
    case 'x':
        return get_float(r, 0, 1);
    case 'y':
        return get_float(r, 1, 1);
    case 't':
        return get_str(r, 1);
    case 's':
        return get_str(r, 0);
    case 'R':
        return get_ref(r);
    case 'u':
        return get_unicode(r);
    case '(':
        return get_tuple(r);
    case '[':
        return get_list(r);
    case '{':
        return get_dict(r);
    case '<':
        return get_set(r, &py_set_type);
    case '>':
        return get_set(r, &py_frozenset_type);
    case 'c':
        return get_code(r);
    default:
        return bad("unknown type code");
    }
}

static py_object *get_value(struct reader *r, int *null)
{
    if (++r->depth > MAX_DEPTH) {
        r->depth--;
        return py_raise(&py_ValueError, "recursion limit exceeded");
    }
    py_object *v = get_by_type(r, get_byte(r), null);
    r->depth--;
    return v;
}

py_object *py_marshal_loads(const char *s, intptr_t n, intptr_t *used)
{
    struct reader r = {.p = s, .end = s + n, .strings = py_list_new()};
    py_object *v = get_object(&r, "object");
    if (used)
        *used = r.p - s;
    return v;
}

py_object *py_marshal_load_file(FILE *fp)
{
    struct reader r = {.fp = fp, .strings = py_list_new()};
    return get_object(&r, "object");
}
