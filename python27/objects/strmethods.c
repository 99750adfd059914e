/*
 * strmethods.c: the methods of str. Most come from strlib.inc; join, translate
 * and the codecs' are here. Neighbour: unicodemethods.c, whose methods take over
 * where an argument is unicode.
 */
#include "objects/format.h"
#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"

#define S(o) ((py_str *)(o))

/* --------------------------------------------------- str for strlib.inc */

/* Self as unicode does what a unicode argument asks for. Trailing arguments may
 * be absent. */
static py_object *hand_over(py_object *self, const char *name, int nargs,
                            py_object *a, py_object *b, py_object *c)
{
    py_object *args[3] = {a, b, c};
    py_unicode *u = py_unicode_coerce(self);
    py_object *m = u ? py_getattr_cstr(&u->base, name) : NULL;

    if (!m)
        return NULL;
    while (nargs && !args[nargs - 1])
        nargs--;
    for (int i = 0; i < nargs; i++)
        if (!args[i])
            args[i] = py_None;
    return py_call_fast(m, args, nargs, NULL);
}

static int arg_text(py_object *o, const char **s, intptr_t *n)
{
    if (PY_LIKELY(py_is_str(o))) {
        *s = S(o)->data;
        *n = S(o)->n;
        return 0;
    }
    *s = py_buffer_read(o, n);
    if (*s)
        return 0;
    if (py_err_catch(&py_TypeError))
        py_raise(&py_TypeError,
                 "expected a string or other character buffer object");
    return -1;
}

static int partition_arg(py_object **sep, const char **s, intptr_t *n)
{
    return arg_text(*sep, s, n);
}

static int strip_arg(const char *name, py_object *o, const char **s,
                     intptr_t *n)
{
    if (!py_is_str(o))
        return py_raise_i(&py_TypeError, "%s arg must be None, str or unicode",
                          name);
    return arg_text(o, s, n);
}

static int fill_arg(const char *name, py_object *o, char *c)
{
    if (!py_is_str(o) || S(o)->n != 1) {
        py_arg_error(name, 2, "char", o);
        return -1;
    }
    *c = S(o)->data[0];
    return 0;
}

static py_object *same(py_object *o)
{
    return py_is_str_exact(o) ? o
                              : (py_object *)py_str_new(S(o)->data, S(o)->n);
}

/* A bad first argument gets a better message than its conversion gave. */
static py_object *tailmatch_error(const char *name, py_object *sub)
{
    if (py_is_str(sub) || py_is_unicode(sub) || !py_err_catch(&py_TypeError))
        return NULL;
    return py_raise(&py_TypeError,
                    "%s first arg must be str, unicode, or tuple, not %T", name,
                    sub);
}

/* ASCII only, whatever the locale. */
static inline int in_range(char c, char lo, char hi)
{
    return c >= lo && c <= hi;
}

#define CH char
#define LIB_DATA(o) (S(o)->data)
#define LIB_LEN(o) (S(o)->n)
#define LIB_NEW(s, n) py_str_new(s, n)
#define LIB_ALLOC(n, p) py_str_alloc(n, p)
#define LIB_SAME(o) same(o)
#define LIB_NOTHING(o) (o)
#define LIB_FIND py_bytes_find
#define LIB_RFIND py_bytes_rfind
#define LIB_OTHER(o) py_is_unicode(o)
#define LIB_HAND_OVER hand_over
#define LIB_TAILMATCH_ERROR tailmatch_error
#define LIB_EMPTY_ANYWHERE 0
#define LIB_ABSENT "substring not found"
#define LIB_TOO_LONG "replace string is too long"
#define LIB_TAB_TOO_LONG "new string is too long"
#define LIB_SPLITLINES_NOKW 0
#define LIB_ISSPACE(c) ((c) == ' ' || in_range(c, '\t', '\r'))
#define LIB_ISBREAK(c) ((c) == '\n' || (c) == '\r')
#define LIB_ISUPPER(c) in_range(c, 'A', 'Z')
#define LIB_ISLOWER(c) in_range(c, 'a', 'z')
#define LIB_ISTITLE(c) 0
#define LIB_ISDIGIT(c) in_range(c, '0', '9')
#define LIB_ISALPHA(c) (LIB_ISUPPER(c) || LIB_ISLOWER(c))
#define LIB_ISALNUM(c) (LIB_ISALPHA(c) || LIB_ISDIGIT(c))
#define LIB_TOUPPER(c) (LIB_ISLOWER(c) ? (char)((c) - 32) : (c))
#define LIB_TOLOWER(c) (LIB_ISUPPER(c) ? (char)((c) + 32) : (c))
#define LIB_TOTITLE(c) LIB_TOUPPER(c)
#include "objects/strlib.inc"

/* ------------------------------------------------------------------- join */

/* The sum of the lengths and separators; -2 when an item is unicode. */
static intptr_t join_size(py_object *seq, intptr_t count, intptr_t sep)
{
    intptr_t size = 0;
    for (intptr_t i = 0; i < count; i++) {
        py_object *x = py_fastseq_item(seq, i);
        if (!py_is_str(x)) {
            if (py_is_unicode(x))
                return -2;
            return py_raise_i(&py_TypeError,
                              "sequence item %zd: expected string, %.80s found",
                              i, py_type_of(x)->name);
        }
        if (__builtin_add_overflow(size, S(x)->n, &size) ||
            (i && __builtin_add_overflow(size, sep, &size)))
            return py_raise_i(&py_OverflowError,
                              "join() result is too long for a Python string");
    }
    return size;
}

static py_object *m_join(py_object *o, py_object *iterable)
{
    char *p;
    py_object *seq = py_fastseq(iterable, "can only join an iterable");
    if (!seq)
        return NULL;
    intptr_t count = py_fastseq_len(seq);
    if (count == 0)
        return &py_str_empty->base;
    if (count == 1) {
        py_object *x = py_fastseq_item(seq, 0);
        if (py_is_str_exact(x) || py_is_unicode_exact(x))
            return x;
    }
    intptr_t size = join_size(seq, count, S(o)->n);
    if (size == -2)
        return hand_over(o, "join", 1, seq, NULL, NULL);
    py_str *r = size < 0 ? NULL : py_str_alloc(size, &p);
    if (!r)
        return NULL;
    for (intptr_t i = 0; i < count; i++) {
        py_str *x = S(py_fastseq_item(seq, i));
        if (i) {
            memcpy(p, S(o)->data, (size_t)S(o)->n);
            p += S(o)->n;
        }
        memcpy(p, x->data, (size_t)x->n);
        p += x->n;
    }
    return &r->base;
}

/* -------------------------------------------------------------- translate */

static py_object *m_translate(py_object *o, py_object *table,
                              py_object *deletions)
{
    const char *map = NULL, *del = NULL;
    intptr_t nmap = 256, ndel = 0, n = 0;
    char *p, drop[256] = {0};

    if (py_is_unicode(table)) {
        if (deletions)
            return py_raise(
                &py_TypeError,
                "deletions are implemented differently for unicode");
        return hand_over(o, "translate", 1, table, NULL, NULL);
    }
    if (table != py_None && arg_text(table, &map, &nmap) < 0)
        return NULL;
    if (nmap != 256)
        return py_raise(&py_ValueError,
                        "translation table must be 256 characters long");
    if (deletions) {
        if (py_is_unicode(deletions))
            return py_raise(
                &py_TypeError,
                "deletions are implemented differently for unicode");
        if (arg_text(deletions, &del, &ndel) < 0)
            return NULL;
    }
    for (intptr_t i = 0; i < ndel; i++)
        drop[(unsigned char)del[i]] = 1;
    p = tw_gc_malloc_atomic((size_t)S(o)->n + 1);
    if (!p)
        return py_raise_nomemory();
    for (intptr_t i = 0; i < S(o)->n; i++) {
        unsigned char c = (unsigned char)S(o)->data[i];
        if (!drop[c])
            p[n++] = map ? map[c] : (char)c;
    }
    if (n == S(o)->n && memcmp(p, S(o)->data, (size_t)n) == 0)
        return same(o);
    return (py_object *)py_str_new(p, n);
}

/* ----------------------------------------------------------------- codecs */

static int codec_args(const char *name, py_object *const *args, intptr_t nargs,
                      py_tuple *kwnames, const char **encoding,
                      const char **errors)
{
    static const char *const names[] = {"encoding", "errors"};
    py_object *a[2];

    if (py_args_kw(name, args, nargs, kwnames, names, 2, 0, a) < 0)
        return -1;
    *encoding = a[0] ? py_arg_cstr(a[0], name, 1) : NULL;
    if (a[0] && !*encoding)
        return -1;
    *errors = a[1] ? py_arg_cstr(a[1], name, 2) : NULL;
    return a[1] && !*errors ? -1 : 0;
}

static py_object *text_result(py_object *r, const char *what)
{
    if (r && !py_is_str(r) && !py_is_unicode(r))
        return py_raise(&py_TypeError,
                        "%s did not return a string/unicode object "
                        "(type=%.400s)",
                        what, py_type_of(r)->name);
    return r;
}

py_object *py_str_decode_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    const char *encoding, *errors;

    if (codec_args("decode", args, nargs, kwnames, &encoding, &errors) < 0)
        return NULL;
    return text_result(py_decode_any(o, encoding, errors), "decoder");
}

py_object *py_str_encode_method(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    const char *encoding, *errors;

    if (codec_args("encode", args, nargs, kwnames, &encoding, &errors) < 0)
        return NULL;
    return text_result(py_encode_any(o, encoding, errors), "encoder");
}

/* ------------------------------------------------------------------ rest */

static py_object *m_getnewargs(py_object *o)
{
    return (py_object *)py_tuple_pack1(
        (py_object *)py_str_new(S(o)->data, S(o)->n));
}

static py_object *m_sizeof(py_object *o)
{
    return py_int_new((int64_t)sizeof(struct py_str) + S(o)->n);
}

const struct py_methoddef py_str_methods[] = {
    PY_M1("join", m_join,
          "S.join(iterable) -> the items, strings, with S between them"),
    PY_M(0, 2, "split", m_split,
         "S.split([sep [,maxsplit]]) -> list of the words between "
         "sep\n\nWithout sep, or with None, runs of blanks separate, and no "
         "word is empty."),
    PY_M(0, 2, "rsplit", m_rsplit,
         "S.rsplit([sep [,maxsplit]]) -> as split, from the end"),
    PY_M0("lower", m_lower, "S.lower() -> copy in lower case"),
    PY_M0("upper", m_upper, "S.upper() -> copy in upper case"),
    PY_M0("islower", m_islower,
          "S.islower() -> all cased letters are lower case, and there is one"),
    PY_M0("isupper", m_isupper,
          "S.isupper() -> all cased letters are upper case, and there is one"),
    PY_M0("isspace", m_isspace, "S.isspace() -> only blanks, at least one"),
    PY_M0("isdigit", m_isdigit, "S.isdigit() -> only digits, at least one"),
    PY_M0("istitle", m_istitle,
          "S.istitle() -> words begin in upper case and go on in lower case"),
    PY_M0("isalpha", m_isalpha, "S.isalpha() -> only letters, at least one"),
    PY_M0("isalnum", m_isalnum,
          "S.isalnum() -> only letters and digits, at least one"),
    PY_M0("capitalize", m_capitalize,
          "S.capitalize() -> copy that begins in upper case and goes on in "
          "lower"),
    PY_M(1, 3, "count", m_count,
         "S.count(sub[, start[, end]]) -> occurrences that do not overlap"),
    PY_M(0, 1, "expandtabs", m_expandtabs,
         "S.expandtabs([tabsize]) -> copy with tabs as blanks up to the "
         "next stop"),
    PY_M(1, 3, "endswith", m_endswith,
         "S.endswith(suffix[, start[, end]]) -> bool; suffix may be a tuple"),
    PY_M(1, 3, "startswith", m_startswith,
         "S.startswith(prefix[, start[, end]]) -> bool; prefix may be a "
         "tuple"),
    PY_M(1, 3, "find", m_find,
         "S.find(sub [,start [,end]]) -> first position, -1 if absent"),
    PY_M(1, 3, "index", m_index,
         "S.index(sub [,start [,end]]) -> as find, ValueError if absent"),
    PY_M(1, 3, "rfind", m_rfind,
         "S.rfind(sub [,start [,end]]) -> last position, -1 if absent"),
    PY_M(1, 3, "rindex", m_rindex,
         "S.rindex(sub [,start [,end]]) -> as rfind, ValueError if absent"),
    PY_M(0, 1, "lstrip", m_lstrip,
         "S.lstrip([chars]) -> copy without blanks, or chars, at the "
         "beginning"),
    PY_M(0, 1, "rstrip", m_rstrip,
         "S.rstrip([chars]) -> copy without blanks, or chars, at the end"),
    PY_M(0, 1, "strip", m_strip,
         "S.strip([chars]) -> copy without blanks, or chars, at both ends"),
    PY_M1("partition", m_partition,
          "S.partition(sep) -> (head, sep, tail); (S, '', '') if sep is "
          "absent"),
    PY_M1("rpartition", m_rpartition,
          "S.rpartition(sep) -> as partition, at the last sep; ('', '', S) "
          "if absent"),
    PY_M(2, 3, "replace", m_replace,
         "S.replace(old, new[, count]) -> copy with old replaced, count "
         "times at most"),
    PY_MKW("splitlines", m_splitlines,
           "S.splitlines(keepends=False) -> list of the lines"),
    PY_M0("swapcase", m_swapcase,
          "S.swapcase() -> copy with upper and lower case exchanged"),
    PY_M0("title", m_title,
          "S.title() -> copy with every word beginning in upper case"),
    PY_M(1, 2, "center", m_center,
         "S.center(width[, fillchar]) -> copy padded on both sides"),
    PY_M(1, 2, "ljust", m_ljust,
         "S.ljust(width[, fillchar]) -> copy padded on the right"),
    PY_M(1, 2, "rjust", m_rjust,
         "S.rjust(width[, fillchar]) -> copy padded on the left"),
    PY_M1("zfill", m_zfill,
          "S.zfill(width) -> copy with zeros on the left, behind a sign"),
    PY_MF("translate", m_translate, PY_POS, 1, 2, PY_UNPACK,
          "S.translate(table [,deletechars]) -> copy through a table of 256 "
          "characters"),
    PY_MKW("encode", py_str_encode_method,
           "S.encode([encoding[,errors]]) -> object"),
    PY_MKW("decode", py_str_decode_method,
           "S.decode([encoding[,errors]]) -> object"),
    PY_MKW("format", py_str_format_method,
           "S.format(*args, **kwargs) -> S with its {fields} replaced"),
    PY_M1("__format__", py_text_format, "S.__format__(format_spec) -> string"),
    PY_M0("_formatter_parser", py_formatter_parser, NULL),
    PY_M0("_formatter_field_name_split", py_formatter_field_name_split, NULL),
    PY_M0("__getnewargs__", m_getnewargs, NULL),
    PY_M0("__sizeof__", m_sizeof,
          "S.__sizeof__() -> size of S in memory, in bytes"),
    PY_MEND,
};
