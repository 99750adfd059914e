/* literal.c: numbers and strings from their source text; see literal.h. */
#include "compiler/literal.h"

#include <string.h>
#include "compiler/error.h"
#include "objects/abstract.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

/* ----------------------------------------------------------------- numbers */

static int digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch |= 32;
    return ch >= 'a' && ch <= 'z' ? ch - 'a' + 10 : 99;
}

static py_object *integer(struct pyarena *a, const char *s, size_t n,
                          int negative)
{
    int base = 10, is_long = s[n - 1] == 'l' || s[n - 1] == 'L';
    n -= (size_t)is_long;
    if (s[0] == '0' && n > 1) {
        int kind = s[1] | 32;
        base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
        size_t prefix = kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1;
        s += prefix;
        n -= prefix;
    }
    uint64_t v = 0;
    size_t i = 0;
    for (; i < n; i++) {
        if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
            __builtin_add_overflow(v, (uint64_t)digit(s[i]), &v))
            break;
    }
    /* The sign belongs to the number: -2**63 is an int. */
    if (i == n && !is_long && v <= (uint64_t)INT64_MAX + (negative != 0))
        return py_int_new(negative ? (int64_t)-v : (int64_t)v);
    char *text = arena_alloc(a, n + 2);
    text[0] = '-';
    memcpy(text + 1, s, n);
    return negative ? py_long_from_digits(text, (intptr_t)n + 1, base)
                    : py_long_from_digits(text + 1, (intptr_t)n, base);
}

static py_object *number(struct pyarena *a, const char *s, size_t n,
                         int negative)
{
    int hex = n > 1 && s[0] == '0' && (s[1] | 32) == 'x';
    int imaginary = !hex && (s[n - 1] | 32) == 'j';
    int real = imaginary;
    for (size_t i = 0; i < n && !hex && !real; i++)
        real = s[i] == '.' || (s[i] | 32) == 'e';
    /* 09else: no octal number, so a decimal fraction after all. */
    if (!real && n > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9')
        for (size_t i = 1; i < n && !real; i++)
            real = s[i] == '8' || s[i] == '9';
    if (!real)
        return integer(a, s, n, negative);
    char *text = arena_alloc(a, n + 1);
    const char *end;
    memcpy(text, s, n - (size_t)imaginary);
    double v = py_strtod(text, &end);
    if (negative)
        v = -v;
    return imaginary ? py_complex_new(0.0, v) : py_float_new(v);
}

/* ----------------------------------------------------------------- strings */

/* One string token, prefix and quotes off. */
struct piece {
    const char *s;
    size_t n;
    uint8_t raw, unicode, escapes, ascii;
};

static struct piece take_apart(const char *s, size_t n, int unicode)
{
    struct piece p = {.unicode = (uint8_t)unicode, .ascii = 1};
    for (; *s != '\'' && *s != '"'; s++, n--) {
        int kind = *s | 32;
        if (kind == 'u')
            p.unicode = 1;
        else if (kind == 'b')
            p.unicode = 0;
        else
            p.raw = 1;
    }
    size_t quotes = n >= 6 && s[1] == s[0] && s[2] == s[0] ? 3 : 1;
    p.s = s + quotes;
    p.n = n - 2 * quotes;
    for (size_t i = 0; i < p.n; i++)
        p.ascii &= (unsigned char)p.s[i] < 0x80;
    p.escapes = memchr(p.s, '\\', p.n) != NULL;
    return p;
}

/* Appends s..s+n, which is UTF-8, in the encoding of the source. */
static int add_recoded(struct py_sb *sb, const char *s, intptr_t n,
                       const char *encoding)
{
    py_object *u = py_unicode_from_utf8(s, n, NULL);
    py_object *b = u ? py_unicode_encode(u, encoding, NULL) : NULL;
    if (!b)
        return -1;
    if (!py_is_str(b))
        return py_raise_i(&py_TypeError, "encoder gave no str");
    return py_sb_add(sb, py_str_data((py_str *)b), py_str_len((py_str *)b));
}

/* A byte string; `encoding` is set where its bytes must be recoded. Runs
 * outside ASCII are recoded one by one: their bytes may look like escapes. */
static py_object *bytes(const struct piece *p, const char *encoding)
{
    if (p->ascii || !encoding) {
        if (p->raw || !p->escapes)
            return (py_object *)py_str_new(p->s, (intptr_t)p->n);
        return py_str_unescape(p->s, (intptr_t)p->n, NULL);
    }
    struct py_sb sb;
    py_sb_init(&sb);
    for (size_t i = 0, j; i < p->n; i = j) {
        int outside = (unsigned char)p->s[i] >= 0x80;
        for (j = i; j < p->n; j++) {
            if (((unsigned char)p->s[j] >= 0x80) != outside)
                break;
            if (p->s[j] == '\\' && j + 1 < p->n && !p->raw &&
                (unsigned char)p->s[j + 1] < 0x80)
                j++;
        }
        if (outside) {
            if (add_recoded(&sb, p->s + i, (intptr_t)(j - i), encoding))
                return NULL;
            continue;
        }
        py_str *part =
            p->raw
                ? py_str_new(p->s + i, (intptr_t)(j - i))
                : (py_str *)py_str_unescape(p->s + i, (intptr_t)(j - i), NULL);
        if (!part || py_sb_add(&sb, py_str_data(part), py_str_len(part)))
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *text(struct pyarena *a, const struct piece *p, int utf8)
{
    const char *s = p->s;
    size_t n = p->n;
    if (!p->escapes)
        return utf8 || p->ascii ? py_unicode_from_utf8(s, (intptr_t)n, NULL)
                                : py_unicode_from_latin1(s, (intptr_t)n);
    if (!utf8 && !p->ascii) {
        /* Bytes of an unknown encoding count as Latin-1. */
        char *t = arena_alloc(a, 2 * n + 1);
        n = 0;
        for (size_t i = 0; i < p->n; i++) {
            unsigned char ch = (unsigned char)p->s[i];
            if (ch >= 0x80) {
                t[n++] = (char)(0xc0 | ch >> 6);
                ch = 0x80 | (ch & 0x3f);
            }
            t[n++] = (char)ch;
        }
        s = t;
    }
    return py_unicode_unescape(s, (intptr_t)n, p->raw);
}

static py_object *string(struct parser *ps, const struct literal *l,
                         const struct source *src)
{
    int future = (ps->flags & PARSE_UNICODE_LITERALS) != 0;
    py_object *all = NULL;
    for (const struct literal_piece *q = &l->first; q; q = q->next) {
        struct piece p = take_apart(src->text + q->start, q->len, future);
        py_object *one = p.unicode
                             ? text(ps->arena, &p, source_is_utf8(src))
                             : bytes(&p, src->recoded ? src->encoding : NULL);
        if (!one)
            return NULL;
        all = all ? py_add(all, one) : one;
        if (!all)
            return NULL;
    }
    return all;
}

/* A codec's error becomes a syntax error at the string. */
static void decode_error(const char *filename, int line)
{
    if (!py_err_matches(&py_UnicodeError))
        return;
    struct py_savedexc saved = py_err_save();
    py_object *what = py_str_of(saved.exc);
    if (!what)
        return;
    char *msg = tw_gc_malloc_atomic(128);
    size_t n = (size_t)py_str_len((py_str *)what);
    static const char head[] = "(unicode error) ";
    memcpy(msg, head, sizeof head - 1);
    if (n > 127 - (sizeof head - 1))
        n = 127 - (sizeof head - 1);
    memcpy(msg + sizeof head - 1, py_str_data((py_str *)what), n);
    msg[sizeof head - 1 + n] = 0;
    struct parse_error e = {.kind = PARSE_LATER, .msg = msg, .line = line};
    error_parse(filename, &e);
}

int literals_resolve(struct parser *ps, const struct source *src,
                     const char *filename)
{
    int left = ps->error.kind ? ps->literals_before_error : INT32_MAX;
    for (struct literal *l = ps->literals; l && left; l = l->next, left--) {
        py_object *v;
        if (l->node->kind == AST_Num)
            v = number(ps->arena, src->text + l->first.start, l->first.len,
                       l->negative);
        else
            v = string(ps, l, src);
        if (!v) {
            decode_error(filename, l->node->line);
            return -1;
        }
        arena_keep(ps->arena, v);
        if (l->node->kind == AST_Num)
            AST(Num, l->node)->n = v;
        else
            AST(Str, l->node)->s = v;
    }
    return 0;
}
