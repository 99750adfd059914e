/*
 * formatspec.c: the format specifications of PEP 3101: `__format__` of numbers
 * and texts. In: [[fill]align][sign][#][0][width][,][.precision][type]; out: a
 * text of the specification's kind.
 */
#include <locale.h>
#include <math.h>

#include "objects/format.h"
#include "objects/python.h"
#include "objects/strimpl.h"

struct spec {
    uint32_t fill, align, sign, type; /* 0: not given */
    int alternate, thousands;
    intptr_t width, precision; /* -1: not given */
};

static int is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Digits from *i on: their value, -1 none, -2 error. */
static intptr_t digits(const struct py_span *s, intptr_t *i)
{
    intptr_t start = *i;
    while (*i < s->n && py_span_number(s, *i, *i + 1) >= 0)
        ++*i;
    return py_span_number(s, start, *i);
}

static int parse(const struct py_span *s, struct spec *f, uint32_t type,
                 uint32_t align)
{
    intptr_t i = 0;
    int aligned = 0;

    *f = (struct spec){0, align, 0, type, 0, 0, -1, -1};
    if (s->n >= 2 && is_align(py_span_at(s, 1))) {
        f->fill = py_span_at(s, 0);
        f->align = py_span_at(s, 1);
        aligned = 1;
        i = 2;
    } else if (s->n >= 1 && is_align(py_span_at(s, 0))) {
        f->align = py_span_at(s, 0);
        aligned = 1;
        i = 1;
    }
    if (i < s->n && memchr("+- ", (int)py_span_at(s, i), 3) &&
        py_span_at(s, i) < 128)
        f->sign = py_span_at(s, i++);
    if (i < s->n && py_span_at(s, i) == '#') {
        f->alternate = 1;
        i++;
    }
    if (!f->fill && i < s->n && py_span_at(s, i) == '0') {
        f->fill = '0';
        if (!aligned)
            f->align = '=';
        i++;
    }
    f->width = digits(s, &i);
    if (f->width == -2)
        return -1;
    if (i < s->n && py_span_at(s, i) == ',') {
        f->thousands = 1;
        i++;
    }
    if (i < s->n && py_span_at(s, i) == '.') {
        i++;
        f->precision = digits(s, &i);
        if (f->precision == -2)
            return -1;
        if (f->precision < 0)
            return py_raise_i(&py_ValueError,
                              "Format specifier missing precision");
    }
    if (s->n - i > 1)
        return py_raise_i(&py_ValueError, "Invalid conversion specification");
    if (i < s->n)
        f->type = py_span_at(s, i);
    if (f->thousands && !memchr("defgEG%F\0", (int)f->type, 9))
        return f->type > 32 && f->type < 128
                   ? py_raise_i(&py_ValueError, "Cannot specify ',' with '%c'.",
                                (int)f->type)
                   : py_raise_i(&py_ValueError,
                                "Cannot specify ',' with '\\x%x'.",
                                (unsigned)f->type);
    return 0;
}

static void *unknown_code(uint32_t type, py_object *o)
{
    if (type > 32 && type < 128)
        return py_raise(&py_ValueError,
                        "Unknown format code '%c' for object of type '%.200s'",
                        (int)type, py_type_of(o)->name);
    return py_raise(&py_ValueError,
                    "Unknown format code '\\x%x' for object of type '%.200s'",
                    (unsigned)type, py_type_of(o)->name);
}

/* ---------------------------------------------------------------- padding */

static intptr_t left_padding(const struct spec *f, intptr_t pad)
{
    return f->align == '>' ? pad : f->align == '^' ? pad / 2 : 0;
}

static py_object *padded(const struct spec *f, const struct py_span *s)
{
    struct py_tb b;
    intptr_t pad = f->width > s->n ? f->width - s->n : 0;
    intptr_t left = left_padding(f, pad);
    uint32_t fill = f->fill ? f->fill : ' ';

    py_tb_init(&b, s->wide);
    if (py_tb_fill(&b, fill, left) < 0 || py_tb_span(&b, s) < 0 ||
        py_tb_fill(&b, fill, pad - left) < 0)
        return NULL;
    return py_tb_finish(&b);
}

/* ------------------------------------------------------------------- text */

/* The specification as str or unicode; NULL with TypeError. */
static py_object *spec_text(py_object *spec)
{
    if (py_is_str(spec) || py_is_unicode(spec))
        return spec;
    return py_raise(&py_TypeError,
                    "__format__ arg must be str or unicode, not %T", spec);
}

/* For all but unicode the specification is a str, whatever it came as. */
static py_object *narrow_spec(py_object *spec)
{
    if (py_is_unicode(spec))
        return py_unicode_encode(spec, NULL, NULL);
    return spec_text(spec);
}

static py_object *empty_spec(py_object *o, py_object *spec)
{
    return py_is_unicode(spec) ? py_unicode_of(o) : py_str_of(o);
}

py_object *py_text_format(py_object *o, py_object *spec)
{
    struct spec f;

    if (!spec_text(spec))
        return NULL;
    if (py_is_str(o))
        spec = narrow_spec(spec);
    else if (py_is_str(spec))
        spec = (py_object *)py_unicode_coerce(spec);
    if (!spec)
        return NULL;
    struct py_span s = py_span_of(spec), text = py_span_of(o);
    if (s.n == 0)
        return empty_spec(o, spec);
    if (parse(&s, &f, 's', '<') < 0)
        return NULL;
    if (f.type != 's')
        return unknown_code(f.type, o);
    if (f.sign)
        return py_raise(&py_ValueError,
                        "Sign not allowed in string format specifier");
    if (f.alternate)
        return py_raise(&py_ValueError, "Alternate form (#) not allowed in "
                                        "string format specifier");
    if (f.align == '=')
        return py_raise(&py_ValueError, "'=' alignment not allowed in string "
                                        "format specifier");
    if (f.precision >= 0 && text.n > f.precision)
        text.n = f.precision;
    return padded(&f, &text);
}

/* ---------------------------------------------------------------- numbers */

/* A number taken apart, in ASCII. */
struct number {
    int negative;
    const char *prefix; /* 0x */
    const char *digits; /* before the point; ndigits of them */
    intptr_t ndigits;
    const char *rest; /* .25e+10, %; nrest characters */
    intptr_t nrest;
    const char *point; /* stands for the first character of rest, or NULL */
};
struct grouping {
    const char *separator, *sizes; /* as struct lconv has them */
};

static struct grouping grouping_of(const struct spec *f, const char **point)
{
    struct grouping g = {"", ""};
    if (f->thousands) {
        g.separator = ",";
        g.sizes = "\3";
    } else if (f->type == 'n') {
        struct lconv *l = localeconv();
        g.separator = l->thousands_sep;
        g.sizes = l->grouping;
        *point = l->decimal_point;
    }
    return g;
}

/* Digits with separators and zeros in front until it is at least min long,
 * written towards lower addresses from `end`. */
static char *group_digits(char *end, const char *d, intptr_t n, intptr_t min,
                          struct grouping g)
{
    intptr_t nsep = (intptr_t)strlen(g.separator);
    const char *size = g.sizes;
    intptr_t group = *size && *size != 127 ? *size : INTPTR_MAX;
    int first = 1;

    for (;;) {
        intptr_t want = n > min ? n : min;
        if (want < 1)
            want = 1;
        if (want > group)
            want = group;
        if (!first) {
            end -= nsep;
            memcpy(end, g.separator, (size_t)nsep);
        }
        first = 0;
        for (intptr_t k = 0; k < want; k++)
            *--end = n > 0 ? d[--n] : '0';
        min -= want;
        if (n <= 0 && min <= 0)
            return end;
        min -= nsep;
        if (size[0] && size[1]) {
            size++;
            group = *size != 127 ? *size : INTPTR_MAX;
        }
    }
}

static py_object *put_number(const struct spec *f, const struct number *v,
                             int wide)
{
    struct py_tb b;
    const char *point = v->point;
    struct grouping g = grouping_of(f, &point);
    const char *sign = v->negative      ? "-"
                       : f->sign == '+' ? "+"
                       : f->sign == ' ' ? " "
                                        : "";
    intptr_t nsign = (intptr_t)strlen(sign);
    intptr_t nprefix = (intptr_t)strlen(v->prefix);
    intptr_t skip = v->nrest && v->rest[0] == '.' && point ? 1 : 0;
    intptr_t npoint = skip ? (intptr_t)strlen(point) : 0;
    intptr_t around = nsign + nprefix + npoint + v->nrest - skip;
    intptr_t min = f->fill == '0' && f->align == '=' ? f->width - around : 0;
    intptr_t room = (v->ndigits + (min > 0 ? min : 0) + 4) *
                    (1 + (intptr_t)strlen(g.separator));
    char *area = tw_gc_malloc_atomic((size_t)room);
    if (!area)
        return py_raise_nomemory();
    /* Without digits (inf, nan) the zeros are ordinary padding. */
    char *d = v->ndigits
                  ? group_digits(area + room, v->digits, v->ndigits, min, g)
                  : area + room;
    intptr_t nd = area + room - d;
    intptr_t pad = f->width - around - nd;
    intptr_t left = pad > 0 ? left_padding(f, pad) : 0;
    intptr_t inside = pad > 0 && f->align == '=' ? pad : 0;
    uint32_t fill = f->fill ? f->fill : ' ';

    py_tb_init(&b, wide);
    if (py_tb_fill(&b, fill, left) < 0 || py_tb_ascii(&b, sign, nsign) < 0 ||
        py_tb_ascii(&b, v->prefix, nprefix) < 0 ||
        py_tb_fill(&b, fill, inside) < 0 || py_tb_ascii(&b, d, nd) < 0 ||
        (npoint && py_tb_ascii(&b, point, npoint) < 0) ||
        py_tb_ascii(&b, v->rest + skip, v->nrest - skip) < 0 ||
        py_tb_fill(&b, fill, pad - left - inside) < 0)
        return NULL;
    return py_tb_finish(&b);
}

static py_object *format_char(py_object *o, struct spec *f, int wide)
{
    if (f->sign)
        return py_raise(&py_ValueError, "Sign not allowed with integer format "
                                        "specifier 'c'");
    int64_t c = py_as_int64(o);
    if (c == -1 && py_err_occurred())
        return NULL;
    if (c < 0 || c >= (wide ? 0x110000 : 0x100))
        return py_raise(&py_OverflowError,
                        wide ? "%%c arg not in range(0x110000) (wide Python "
                               "build)"
                             : "%%c arg not in range(0x100)");
    py_object *text = wide ? (py_object *)py_unicode_char((uint32_t)c)
                           : (py_object *)py_str_char((unsigned char)c);
    struct py_span s = py_span_of(text);
    struct spec g = *f;
    if (g.align == '=')
        g.align = '>';
    return padded(&g, &s);
}

static py_object *format_integer(py_object *o, struct spec *f, int wide)
{
    struct number v = {0, "", "", 0, "", 0, NULL};
    int base = f->type == 'b'                     ? 2
               : f->type == 'o'                   ? 8
               : f->type == 'x' || f->type == 'X' ? 16
                                                  : 10;

    if (f->precision >= 0)
        return py_raise(&py_ValueError, "Precision not allowed in integer "
                                        "format specifier");
    if (f->type == 'c')
        return format_char(o, f, wide);
    char *s = py_long_to_cstr(o, base);
    if (!s)
        return NULL;
    v.negative = *s == '-';
    s += v.negative;
    if (f->type == 'X')
        for (char *p = s; *p; p++)
            if (*p >= 'a')
                *p = (char)(*p - 32);
    if (f->alternate)
        v.prefix = base == 2        ? "0b"
                   : base == 8      ? "0o"
                   : f->type == 'x' ? "0x"
                   : f->type == 'X' ? "0X"
                                    : "";
    v.digits = s;
    v.ndigits = (intptr_t)strlen(s);
    return put_number(f, &v, wide);
}

/* The text of a double in pieces; digits of inf and nan count as rest. */
static int split_float(struct number *v, char *s)
{
    v->negative = *s == '-';
    s += v->negative;
    v->prefix = "";
    v->digits = s;
    while (*s >= '0' && *s <= '9')
        s++;
    v->ndigits = s - v->digits;
    v->rest = s;
    v->nrest = (intptr_t)strlen(s);
    v->point = NULL;
    return 0;
}

/* The digits of x by f, which then reads as the type of its own. */
static char *float_text(double x, const struct spec *f)
{
    char code = (char)f->type;
    intptr_t precision = f->precision;
    int flags = 0;

    if (code == 0) {
        code = 'g';
        flags = PY_DTOA_ADD_DOT_0;
        if (precision < 0)
            precision = 12;
    } else if (code == 'n') {
        code = 'g';
    } else if (code == '%') {
        code = 'f';
        x *= 100;
    }
    if (precision < 0)
        precision = 6;
    if (precision > 1000000)
        return py_raise(&py_ValueError, "precision too big");
    char *s = py_double_to_cstr(x, code, (int)precision, flags);
    if (s && f->type == '%')
        strcat(s, "%");
    return s;
}

static py_object *format_double(py_object *o, double x, struct spec *f,
                                int wide)
{
    struct number v;

    if (f->type > 127 || !memchr("eEfFgGn%\0", (int)f->type, 9))
        return unknown_code(f->type, o);
    if (f->alternate)
        return py_raise(&py_ValueError, "Alternate form (#) not allowed in "
                                        "float format specifier");
    char *s = float_text(x, f);
    if (!s)
        return NULL;
    split_float(&v, s);
    return put_number(f, &v, wide);
}

py_object *py_int_format(py_object *o, py_object *spec)
{
    struct spec f;

    spec = narrow_spec(spec);
    if (!spec)
        return NULL;
    struct py_span s = py_span_of(spec);
    if (s.n == 0)
        return empty_spec(o, spec);
    if (parse(&s, &f, 'd', '>') < 0)
        return NULL;
    if (memchr("bcdoxXn", (int)f.type, 7))
        return format_integer(o, &f, s.wide);
    if (memchr("eEfFgG%", (int)f.type, 7)) {
        double x = py_as_double(o);
        if (x == -1.0 && py_err_occurred())
            return NULL;
        return format_double(o, x, &f, s.wide);
    }
    return unknown_code(f.type, o);
}

py_object *py_float_format(py_object *o, py_object *spec)
{
    struct spec f;

    spec = narrow_spec(spec);
    if (!spec)
        return NULL;
    struct py_span s = py_span_of(spec);
    if (s.n == 0)
        return empty_spec(o, spec);
    if (parse(&s, &f, 0, '>') < 0)
        return NULL;
    return format_double(o, py_float_value(o), &f, s.wide);
}

/* ---------------------------------------------------------------- complex */

/* One part, without padding. */
static py_object *complex_part(double x, const struct spec *f, int plus,
                               int wide)
{
    struct number v;
    struct spec g = *f;

    g.width = -1;
    g.fill = 0;
    if (plus)
        g.sign = '+';
    char *s = g.type ? float_text(x, &g)
                     : py_double_to_cstr(
                           x, 'g', g.precision < 0 ? 12 : (int)g.precision, 0);
    if (!s)
        return NULL;
    split_float(&v, s);
    return put_number(&g, &v, wide);
}

static py_object *format_complex(double re, double im, struct spec *f, int wide)
{
    /* Without a type it looks as str() does: parentheses, no zero real part. */
    int bare = f->type == 0, skip_real = bare && re == 0.0 && !signbit(re);
    struct py_tb b;

    py_tb_init(&b, wide);
    if (bare && !skip_real && py_tb_ascii(&b, "(", 1) < 0)
        return NULL;
    if (!skip_real && py_tb_text(&b, complex_part(re, f, 0, wide)) < 0)
        return NULL;
    if (py_tb_text(&b, complex_part(im, f, !skip_real, wide)) < 0 ||
        py_tb_ascii(&b, "j", 1) < 0 ||
        (bare && !skip_real && py_tb_ascii(&b, ")", 1) < 0))
        return NULL;
    struct py_span s = py_span_of(py_tb_finish(&b));
    return padded(f, &s);
}

py_object *py_complex_format(py_object *o, py_object *spec)
{
    struct spec f;
    struct py_complex *c = (struct py_complex *)o;

    spec = narrow_spec(spec);
    if (!spec)
        return NULL;
    struct py_span s = py_span_of(spec);
    if (s.n == 0)
        return empty_spec(o, spec);
    if (parse(&s, &f, 0, '>') < 0)
        return NULL;
    if (f.type > 127 || !memchr("eEfFgGn\0", (int)f.type, 8))
        return unknown_code(f.type, o);
    if (f.alternate)
        return py_raise(&py_ValueError, "Alternate form (#) not allowed in "
                                        "complex format specifier");
    if (f.fill == '0')
        return py_raise(&py_ValueError,
                        "Zero padding is not allowed in complex "
                        "format specifier");
    if (f.align == '=')
        return py_raise(&py_ValueError, "'=' alignment flag is not allowed in "
                                        "complex format specifier");
    return format_complex(c->real, c->imag, &f, s.wide);
}
