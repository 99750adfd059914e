/*
 * strobject.c: making, joining, comparing and interning strs.
 *
 * Neighbours: strtype.c (the type and its slots), strmethods.c (methods),
 * strescape.c (repr and escapes), strformat.c (texts made by C code).
 *
 * A str made here in one piece is pointer-free memory: its `data` points into
 * itself and its type is static. One that shares a buffer, and every instance
 * of a subclass, is scanned.
 */
#include "objects/python.h"

/* The fixed part is scanned, the characters are not worth it. */
const struct tw_gctype tw_gctype_py_str = {
    "py_str", sizeof(struct py_str), offsetof(struct py_str, item), 1, 0, 0};
static const struct tw_gctype own_gctype = {
    "py_str", sizeof(struct py_str), offsetof(struct py_str, item),
    1,        TW_GC_ATOMIC,          0};
TW_GC_TYPE_VAR_ATOMIC(py_strbuf, item);

enum {
    SHARE_MIN = 256, /* shorter sums are not worth a growing buffer */
};

/* ----------------------------------------------- shared small strings */

#define C1(c) (char)(c), 0,
#define C4(c) C1(c) C1(c + 1) C1(c + 2) C1(c + 3)
#define C16(c) C4(c) C4(c + 4) C4(c + 8) C4(c + 12)
#define C64(c) C16(c) C16(c + 16) C16(c + 32) C16(c + 48)
static const char char_bytes[512] = {C64(0) C64(64) C64(128) C64(192)};
#undef C1

#define C1(c) {{&py_str_type}, -1, 1, char_bytes + 2 * (c), NULL, 0, {}},
static struct py_str chars[256] = {C64(0) C64(64) C64(128) C64(192)};

static struct py_str empty = {{&py_str_type}, -1, 0, "", NULL, 0, {}};
py_str *py_str_empty = &empty;

py_str *py_str_char(unsigned char c)
{
    return &chars[c];
}

/* ------------------------------------------------------------- making */

py_str *py_str_alloc(intptr_t n, char **bytes)
{
    if (n < 0 || n > INTPTR_MAX - 64)
        return py_raise_nomemory();
    py_str *s = tw_gc_new_var(&own_gctype, n + 1);
    if (!s)
        return py_raise_nomemory();
    s->base.type = &py_str_type;
    s->hash = -1;
    s->n = n;
    s->data = s->item;
    *bytes = s->item;
    return s;
}

py_str *py_str_new(const char *s, intptr_t n)
{
    if (n <= 1)
        return n == 1 ? &chars[(unsigned char)*s] : &empty;
    char *p;
    py_str *r = py_str_alloc(n, &p);
    if (r)
        memcpy(r->item, s, (size_t)n);
    return r;
}

py_str *py_str_from(const char *cstr)
{
    return py_str_new(cstr, (intptr_t)strlen(cstr));
}

const char *py_str_cstr(py_str *s)
{
    if (!s->buf)
        return s->data;
    char *p = tw_gc_malloc_atomic((size_t)s->n + 1);
    if (!p)
        return py_raise_nomemory();
    memcpy(p, s->data, (size_t)s->n);
    return p;
}

/* ------------------------------------------------------------ joining */

/* data[0..n) of buf as a str. */
static py_str *buffer_view(struct py_strbuf *buf, const char *data, intptr_t n)
{
    py_str *s = PY_NEW(py_str, &py_str_type);
    s->hash = -1;
    s->n = n;
    s->data = data;
    s->buf = buf;
    return s;
}

static py_str *concat_copy(py_str *a, py_str *b, intptr_t n)
{
    char *p;
    py_str *r = py_str_alloc(n, &p);
    if (!r)
        return NULL;
    memcpy(p, a->data, (size_t)a->n);
    memcpy(p + a->n, b->data, (size_t)b->n);
    return r;
}

/* A fresh buffer with a + b and room for half as much again. */
static py_str *concat_grow(py_str *a, py_str *b, intptr_t n)
{
    struct py_strbuf *buf = TW_NEW_VAR(py_strbuf, n + n / 2 + 64);
    if (!buf)
        return concat_copy(a, b, n);
    buf->n = n + n / 2 + 64;
    buf->used = n;
    memcpy(buf->item, a->data, (size_t)a->n);
    memcpy(buf->item + a->n, b->data, (size_t)b->n);
    return buffer_view(buf, buf->item, n);
}

static py_str *concat(py_str *a, py_str *b)
{
    intptr_t n;
    if (__builtin_add_overflow(a->n, b->n, &n))
        return py_raise(&py_OverflowError, "strings are too large to concat");
    struct py_strbuf *buf = a->buf;
    if (buf && a->data + a->n == buf->item + buf->used &&
        buf->n - buf->used >= b->n) {
        memcpy(buf->item + buf->used, b->data, (size_t)b->n);
        buf->used += b->n;
        return buffer_view(buf, a->data, n);
    }
    /* Growth in small steps asks for a buffer: s = s + t, again and again. */
    if (n >= SHARE_MIN && b->n <= a->n / 2)
        return concat_grow(a, b, n);
    return concat_copy(a, b, n);
}

py_str *py_str_concat(py_str *a, py_str *b)
{
    if (a->n == 0 && py_is_str_exact(&b->base))
        return b;
    if (b->n == 0 && py_is_str_exact(&a->base))
        return a;
    return concat(a, b);
}

/* ------------------------------------------------------ hash, equality */

tw_elidable static int64_t hash_bytes(const char *data, intptr_t n)
{
    const unsigned char *p = (const unsigned char *)data;
    if (n == 0)
        return 0;
    uint64_t x = (uint64_t)*p << 7;
    for (intptr_t i = 0; i < n; i++)
        x = (1000003 * x) ^ p[i];
    x ^= (uint64_t)n;
    return x == UINT64_MAX ? -2 : (int64_t)x;
}

int64_t py_str_hash(py_str *s)
{
    int64_t h = s->hash;
    if (PY_UNLIKELY(h == -1)) {
        h = hash_bytes(s->data, s->n);
        s->hash = h;
    }
    return h;
}

int py_str_eq(py_str *a, py_str *b)
{
    return a == b ||
           (a->n == b->n && memcmp(a->data, b->data, (size_t)a->n) == 0);
}

int py_str_eq_cstr(py_str *a, const char *cstr)
{
    size_t n = strlen(cstr);
    return (size_t)a->n == n && memcmp(a->data, cstr, n) == 0;
}

/* ----------------------------------------------------------- interning
 * An open-addressed table, at most half full; entries stay for ever. */
static py_str **table;
static size_t table_size, table_used;

static size_t place(py_str *s)
{
    size_t i = (size_t)py_str_hash(s) & (table_size - 1);
    while (table[i] && !py_str_eq(table[i], s))
        i = (i + 1) & (table_size - 1);
    return i;
}

static void grow_table(void)
{
    py_str **old = table;
    size_t n = table_size;

    table_size = n ? n * 2 : 4096;
    table = tw_gc_malloc(table_size * sizeof *table);
    if (!table)
        py_fatal("no memory for the table of interned strings");
    for (size_t i = 0; i < n; i++)
        if (old[i])
            table[place(old[i])] = old[i];
}

/* An exact str of its own memory, equal to s. */
static py_str *own(py_str *s)
{
    if (s->n <= 1)
        return py_str_new(s->data, s->n);
    return py_is_str_exact(&s->base) && !s->buf ? s : py_str_new(s->data, s->n);
}

tw_dont_look_inside static py_str *intern(py_str *s)
{
    if (2 * table_used >= table_size)
        grow_table();
    size_t i = place(s);
    if (!table[i]) {
        s = own(s);
        py_str_hash(s);
        s->interned = 1;
        table[i] = s;
        table_used++;
    }
    return table[i];
}

py_str *py_intern(py_str *s)
{
    return s->interned ? s : intern(s);
}

py_str *py_intern_cstr(const char *cstr)
{
    return intern(py_str_from(cstr));
}
