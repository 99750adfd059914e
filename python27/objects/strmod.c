/*
 * strmod.c: the operator % of str and unicode. In: a format and a tuple, a
 * mapping or one value; out: a text of the format's kind, or unicode as soon as
 * one of the values is.
 */
#include "objects/python.h"
#include "objects/strimpl.h"

enum { LEFT = 1, SIGN = 2, BLANK = 4, ALT = 8, ZERO = 16 };

struct formatter {
    struct py_span fmt;
    intptr_t i;           /* the next character of fmt */
    struct py_tb out;
    py_object *args;      /* as given, or the value that a key named */
    py_object *mapping;   /* what keys are looked up in, or NULL */
    intptr_t nargs, next; /* of a tuple; -1 and -2 (then -1) for one value */
    /* the conversion at hand */
    int flags;
    intptr_t width, precision; /* precision -1: none */
};

static py_object *next_arg(struct formatter *f)
{
    if (f->next < f->nargs) {
        f->next++;
        return f->nargs < 0 ? f->args
                            : ((py_tuple *)f->args)->item[f->next - 1];
    }
    return py_raise(&py_TypeError, "not enough arguments for format string");
}

/* The format's text, too, is unicode from here on. */
static int widen(struct formatter *f)
{
    if (!f->fmt.wide) {
        py_unicode *u =
            (py_unicode *)py_unicode_decode(f->fmt.p, f->fmt.n, NULL, NULL);
        if (!u)
            return -1;
        f->fmt = py_span_of(&u->base);
    }
    return py_tb_widen(&f->out);
}

/* ------------------------------------------------------ reading a format */

/* The character at i, advancing; -1 with ValueError at the end. */
static int64_t take(struct formatter *f)
{
    if (f->i >= f->fmt.n)
        return py_raise_i(&py_ValueError, "incomplete format");
    return py_span_at(&f->fmt, f->i++);
}

/* (key), the parenthesis taken already. */
static int read_key(struct formatter *f)
{
    intptr_t start = f->i;
    int depth = 1;

    if (!f->mapping)
        return py_raise_i(&py_TypeError, "format requires a mapping");
    while (depth > 0 && f->i < f->fmt.n) {
        uint32_t c = py_span_at(&f->fmt, f->i++);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    if (depth > 0)
        return py_raise_i(&py_ValueError, "incomplete format key");
    struct py_span key = py_span_cut(&f->fmt, start, f->i - 1);
    f->args = py_getitem(f->mapping, py_span_object(&key));
    f->nargs = -1;
    f->next = -2;
    return f->args ? 0 : -1;
}

/* A number or *, whose first character is c. The character behind, or -1. */
static int64_t read_number(struct formatter *f, int64_t c, intptr_t *out,
                           const char *too_big)
{
    int v = 0;

    if (c == '*') {
        py_object *x = next_arg(f);
        if (!x)
            return -1;
        if (!py_is_int(x))
            return py_raise_i(&py_TypeError, "* wants int");
        *out = py_int_value(x);
        if (*out != (int)*out)
            return py_raise_i(&py_OverflowError,
                              "Python int too large to convert to C int");
        return take(f);
    }
    for (; c >= '0' && c <= '9'; c = take(f))
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (int)(c - '0'), &v))
            return py_raise_i(&py_ValueError, too_big);
    *out = v;
    return c;
}

static int flag_of(int64_t c)
{
    switch (c) {
    case '-':
        return LEFT;
    case '+':
        return SIGN;
    case ' ':
        return BLANK;
    case '#':
        return ALT;
    case '0':
        return ZERO;
    default:
        return 0;
    }
}

/* Everything between % and the conversion's letter, which is returned. */
static int64_t read_conversion(struct formatter *f)
{
    int64_t c;
    int bit;

    f->flags = 0;
    f->width = -1;
    f->precision = -1;
    c = take(f);
    if (c == '(') {
        if (read_key(f) < 0)
            return -1;
        c = take(f);
    }
    for (; c >= 0 && (bit = flag_of(c)); c = take(f))
        f->flags |= bit;
    if (c == '*' || (c >= '0' && c <= '9')) {
        c = read_number(f, c, &f->width, "width too big");
        if (c >= 0 && f->width < 0) {
            f->flags |= LEFT;
            f->width = -f->width;
        }
    }
    if (c == '.') {
        f->precision = 0;
        c = take(f);
        if (c >= 0)
            c = read_number(f, c, &f->precision, "prec too big");
        if (f->precision < 0)
            f->precision = 0;
    }
    if (c == 'h' || c == 'l' || c == 'L')
        c = take(f);
    return c;
}

/* ------------------------------------------------------------- conversions */

static int put_text(struct formatter *f, py_object *text)
{
    struct py_span s = py_span_of(text);
    if (f->precision >= 0 && s.n > f->precision)
        s.n = f->precision;
    intptr_t pad = f->width - s.n;
    if (pad <= 0)
        return py_tb_span(&f->out, &s);
    if (!(f->flags & LEFT) && py_tb_fill(&f->out, ' ', pad) < 0)
        return -1;
    if (py_tb_span(&f->out, &s) < 0)
        return -1;
    return f->flags & LEFT ? py_tb_fill(&f->out, ' ', pad) : 0;
}

/* str(x), or what __str__ gave when that is unicode. */
static py_object *str_or_unicode(py_object *x)
{
    if (py_is_str_exact(x))
        return x;
    py_unaryfn str = py_type_of(x)->tp_str;
    if (!str)
        return py_repr(x);
    py_object *r = str(x);
    if (r && !py_is_str(r) && !py_is_unicode(r))
        return py_raise(&py_TypeError, "__str__ returned non-string (type %T)",
                        r);
    return r;
}

static int convert_text(struct formatter *f, py_object *x, int64_t letter)
{
    py_object *t;

    if (letter == 'r') {
        t = py_repr(x);
        if (t && f->out.wide)
            t = (py_object *)py_unicode_coerce(t);
        return t ? put_text(f, t) : -1;
    }
    if (!f->out.wide && !py_is_unicode(x)) {
        t = str_or_unicode(x);
        if (!t)
            return -1;
        if (py_is_str(t))
            return put_text(f, t);
    }
    if (widen(f) < 0)
        return -1;
    t = py_unicode_of(x);
    return t ? put_text(f, t) : -1;
}

/* Sign, prefix, zeros, digits and blanks in their order. */
static int put_number(struct formatter *f, const char *sign, const char *prefix,
                      const char *digits, intptr_t zeros)
{
    struct py_tb *out = &f->out;
    intptr_t nsign = (intptr_t)strlen(sign), npre = (intptr_t)strlen(prefix);
    intptr_t n = (intptr_t)strlen(digits);
    intptr_t pad = f->width - (nsign + npre + zeros + n);
    int left = f->flags & LEFT;

    if (pad > 0 && !left && f->flags & ZERO) {
        zeros += pad;
        pad = 0;
    }
    if ((!left && py_tb_fill(out, ' ', pad) < 0) ||
        py_tb_ascii(out, sign, nsign) < 0 ||
        py_tb_ascii(out, prefix, npre) < 0 || py_tb_fill(out, '0', zeros) < 0 ||
        py_tb_ascii(out, digits, n) < 0)
        return -1;
    return left ? py_tb_fill(out, ' ', pad) : 0;
}

static const char *sign_text(struct formatter *f, int negative)
{
    return negative ? "-" : f->flags & SIGN ? "+" : f->flags & BLANK ? " " : "";
}

/* x as an int or long; NULL with TypeError. */
static py_object *integer_of(py_object *x, int64_t letter)
{
    if (py_is_int(x) || py_is_long(x))
        return x;
    if (py_is_number(x)) {
        py_object *r = py_number_int(x);
        if (!r) {
            py_err_clear();
            r = py_number_long(x);
        }
        if (!r)
            py_err_clear();
        else if (py_is_int(r) || py_is_long(r))
            return r;
    }
    return py_raise(&py_TypeError,
                    "%%%c format: a number is required, not %.200s",
                    (int)letter, py_type_of(x)->name);
}

static int bad_result(py_object *x, int64_t letter, const char *method)
{
    return py_raise_i(&py_ValueError,
                      "%%%c format: invalid result of %s (type=%.200s)",
                      (int)letter, method, py_type_of(x)->name);
}

/* A subclass of long says its digits by __str__, __oct__ or __hex__. */
static int convert_by_method(struct formatter *f, py_object *x, int64_t letter)
{
    py_type *t = py_type_of(x);
    int octal = letter == 'o', hex = letter == 'x' || letter == 'X';
    const char *method = octal ? "__oct__" : hex ? "__hex__" : "__str__";
    py_object *r = octal ? t->nb_oct(x) : hex ? t->nb_hex(x) : t->tp_str(x);
    if (!r)
        return -1;
    if (!py_is_str(r))
        return py_raise_i(&py_TypeError,
                          "expected string or Unicode object, %T found", r);
    intptr_t n = ((py_str *)r)->n;
    char *s = tw_gc_malloc_atomic((size_t)n + 1);
    memcpy(s, py_str_data((py_str *)r), (size_t)n);
    if (n && s[n - 1] == 'L')
        s[--n] = 0;
    int negative = n && *s == '-';
    s += negative;
    n -= negative;
    if (n <= 2 * hex || ((octal || hex) && *s != '0') ||
        (hex && (s[1] | 32) != 'x'))
        return bad_result(x, letter, method);
    if (letter == 'X')
        for (char *p = s; *p; p++)
            if (*p >= 'a' && *p <= 'z')
                *p = (char)(*p - 32);
    const char *prefix = "";
    if (hex) {
        if (f->flags & ALT)
            prefix = letter == 'x' ? "0x" : "0X";
        s += 2;
        n -= 2;
    } else if (octal && !(f->flags & ALT) && n > 1) {
        s++;
        n--;
    }
    return put_number(f, sign_text(f, negative), prefix, s,
                      f->precision > n ? f->precision - n : 0);
}

static int convert_integer(struct formatter *f, py_object *x, int64_t letter)
{
    int base = letter == 'o' ? 8 : letter == 'x' || letter == 'X' ? 16 : 10;
    const char *prefix = "";

    x = integer_of(x, letter == 'i' ? 'd' : letter);
    if (x && py_is_long(x) && !py_is_long_exact(x))
        return convert_by_method(f, x, letter == 'i' ? 'd' : letter);
    char *s = x ? py_long_to_cstr(x, base) : NULL;
    if (!s)
        return -1;
    int negative = *s == '-';
    s += negative;
    intptr_t n = (intptr_t)strlen(s);
    if (letter == 'X')
        for (char *p = s; *p; p++)
            if (*p >= 'a')
                *p = (char)(*p - 32);
    if (f->flags & ALT && base == 16)
        prefix = letter == 'x' ? "0x" : "0X";
    if (f->flags & ALT && base == 8 && *s != '0' && f->precision <= n)
        prefix = "0";
    return put_number(f, sign_text(f, negative), prefix, s,
                      f->precision > n ? f->precision - n : 0);
}

static int convert_float(struct formatter *f, py_object *x, int64_t letter)
{
    double v = py_is_float(x) ? py_float_value(x) : py_as_double(x);
    if (v == -1.0 && py_err_occurred()) {
        if (f->out.wide || !py_err_catch(&py_TypeError))
            return -1;
        return py_raise_i(&py_TypeError, "float argument required, not %.200s",
                          py_type_of(x)->name);
    }
    if (f->precision > 1000000)
        return py_raise_i(&py_ValueError, "precision too big");
    char *s = py_double_to_cstr(v, (char)letter,
                                f->precision < 0 ? 6 : (int)f->precision,
                                f->flags & ALT ? PY_DTOA_ALT : 0);
    if (!s)
        return -1;
    return put_number(f, sign_text(f, *s == '-'), "", s + (*s == '-'), 0);
}

static int convert_char(struct formatter *f, py_object *x)
{
    int64_t v;

    f->precision = -1;
    if (py_is_unicode(x) && widen(f) < 0)
        return -1;
    if (py_is_unicode(x) ? ((py_unicode *)x)->n == 1
                         : py_is_str(x) && ((py_str *)x)->n == 1) {
        if (f->out.wide && !(x = (py_object *)py_unicode_coerce(x)))
            return -1;
        return put_text(f, x);
    }
    if (py_is_str(x) || py_is_unicode(x))
        return py_raise_i(&py_TypeError, "%%c requires int or char");
    if (py_is_float(x) && !f->out.wide)
        return py_raise_i(&py_TypeError,
                          "integer argument expected, got float");
    if (py_is_float(x))
        x = py_number_int(x);
    v = x ? py_as_int64(x) : -1;
    if (v == -1 && py_err_occurred()) {
        if (!f->out.wide)
            return -1;
        py_err_clear();
        return py_raise_i(&py_TypeError, "%%c requires int or char");
    }
    if (f->out.wide) {
        if (v < 0 || v > 0x10ffff)
            return py_raise_i(&py_OverflowError, "%%c arg not in "
                                                 "range(0x110000) (wide Python "
                                                 "build)");
        return put_text(f, (py_object *)py_unicode_char((uint32_t)v));
    }
    if (v < 0)
        return py_raise_i(&py_OverflowError,
                          "unsigned byte integer is less than minimum");
    if (v > 255)
        return py_raise_i(&py_OverflowError,
                          "unsigned byte integer is greater than maximum");
    return put_text(f, (py_object *)py_str_char((unsigned char)v));
}

static int convert(struct formatter *f)
{
    int64_t c = read_conversion(f);
    if (c < 0)
        return -1;
    if (c == '%')
        return put_text(f,
                        (py_object *)(f->out.wide ? (void *)py_unicode_char(c)
                                                  : (void *)py_str_char('%')));
    py_object *x = next_arg(f);
    if (!x)
        return -1;
    switch (c) {
    case 's':
    case 'r':
        return convert_text(f, x, c);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return convert_integer(f, x, c);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return convert_float(f, x, c);
    case 'c':
        return convert_char(f, x);
    default:
        return py_raise_i(&py_ValueError,
                          "unsupported format character '%c' (0x%x) at index "
                          "%zd",
                          c > 31 && c < 127 ? (int)c
                          : f->out.wide     ? '?'
                                            : (int)c,
                          (unsigned)c, f->i - 1);
    }
}

/* Characters up to the next %. */
static int literal(struct formatter *f)
{
    intptr_t start = f->i;
    if (f->fmt.wide) {
        while (f->i < f->fmt.n && py_span_at(&f->fmt, f->i) != '%')
            f->i++;
    } else {
        const char *p = (const char *)f->fmt.p + f->i;
        const char *q = memchr(p, '%', (size_t)(f->fmt.n - f->i));
        f->i = q ? f->i + (q - p) : f->fmt.n;
    }
    struct py_span s = py_span_cut(&f->fmt, start, f->i);
    return s.n ? py_tb_span(&f->out, &s) : 0;
}

py_object *py_str_mod(py_object *fmt, py_object *args)
{
    struct formatter f = {.fmt = py_span_of(fmt), .args = args};

    py_tb_init(&f.out, f.fmt.wide);
    f.nargs = py_is_tuple(args) ? ((py_tuple *)args)->n : -1;
    f.next = f.nargs < 0 ? -2 : 0;
    if (py_type_of(args)->mp_getitem && !py_is_tuple(args) &&
        !py_is_str(args) && !py_is_unicode(args))
        f.mapping = args;
    while (f.i < f.fmt.n) {
        if (literal(&f) < 0)
            return NULL;
        if (f.i < f.fmt.n) {
            f.i++;
            if (convert(&f) < 0)
                return NULL;
        }
    }
    if (f.next < f.nargs && !f.mapping)
        return py_raise(&py_TypeError, "not all arguments converted during "
                                       "string formatting");
    return py_tb_finish(&f.out);
}
