/*
 * unicodemethods.c: the methods of unicode: strlib.inc for UCS-4, and those that
 * str lacks or does otherwise.
 */
#include "objects/format.h"
#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"
#include "objects/unicodedb.h"
#include "objects/unicodeimpl.h"

#define U(o) ((py_unicode *)(o))

/* ------------------------------------------------ unicode for strlib.inc */

static int arg_text(py_object *o, const uint32_t **s, intptr_t *n)
{
    py_unicode *u = py_unicode_coerce(o);
    if (!u)
        return -1;
    *s = u->data;
    *n = u->n;
    return 0;
}

static int partition_arg(py_object **sep, const uint32_t **s, intptr_t *n)
{
    py_unicode *u = py_unicode_coerce(*sep);
    if (!u)
        return -1;
    *sep = &u->base;
    return arg_text(*sep, s, n);
}

static int strip_arg(const char *name, py_object *o, const uint32_t **s,
                     intptr_t *n)
{
    if (!py_is_str(o) && !py_is_unicode(o))
        return py_raise_i(&py_TypeError, "%s arg must be None, unicode or str",
                          name);
    return arg_text(o, s, n);
}

static int fill_arg(const char *name, py_object *o, uint32_t *c)
{
    (void)name;
    py_unicode *u = py_unicode_coerce(o);
    if (!u) {
        if (!py_err_catch(&py_TypeError))
            return -1;
        return py_raise_i(&py_TypeError, "The fill character cannot be "
                                         "converted to Unicode");
    }
    if (u->n != 1)
        return py_raise_i(&py_TypeError, "The fill character must be exactly "
                                         "one character long");
    *c = u->data[0];
    return 0;
}

static py_object *same(py_object *o)
{
    return py_is_unicode_exact(o)
               ? o
               : (py_object *)py_unicode_new(U(o)->data, U(o)->n);
}

static py_object *tailmatch_error(const char *name, py_object *sub)
{
    if (py_is_str(sub) || py_is_unicode(sub) || !py_err_catch(&py_TypeError))
        return NULL;
    return py_raise(&py_TypeError,
                    "%s first arg must be str, unicode, or tuple, not %T", name,
                    sub);
}

#define CH uint32_t
#define LIB_DATA(o) (U(o)->data)
#define LIB_LEN(o) (U(o)->n)
#define LIB_NEW(s, n) py_unicode_new(s, n)
#define LIB_ALLOC(n, p) py_unicode_alloc(n, p)
#define LIB_SAME(o) same(o)
#define LIB_NOTHING(o) (o)
#define LIB_FIND py_ucs4_find
#define LIB_RFIND py_ucs4_rfind
#define LIB_OTHER(o) 0
#define LIB_HAND_OVER(o, name, nargs, a, b, c) NULL
#define LIB_TAILMATCH_ERROR tailmatch_error
#define LIB_EMPTY_ANYWHERE 1
#define LIB_ABSENT "substring not found"
#define LIB_TOO_LONG "replace string is too long"
#define LIB_TAB_TOO_LONG "new string is too long"
#define LIB_SPLITLINES_NOKW 0
#define LIB_ISSPACE(c) py_uc_isspace(c)
#define LIB_ISBREAK(c) py_uc_islinebreak(c)
#define LIB_ISUPPER(c) py_uc_isupper(c)
#define LIB_ISLOWER(c) py_uc_islower(c)
#define LIB_ISTITLE(c) py_uc_istitle(c)
#define LIB_ISDIGIT(c) (py_uc_digit(c) >= 0)
#define LIB_ISALPHA(c) py_uc_isalpha(c)
#define LIB_ISALNUM(c)                                                         \
    (py_uc_isalpha(c) || py_uc_decimal(c) >= 0 || py_uc_digit(c) >= 0 ||       \
     py_uc_isnumeric(c))
#define LIB_TOUPPER(c) py_uc_toupper(c)
#define LIB_TOLOWER(c) py_uc_tolower(c)
#define LIB_TOTITLE(c) py_uc_totitle(c)
#include "objects/strlib.inc"

LIB_ALL_METHOD(isdecimal, py_uc_decimal(s[i]) >= 0)
LIB_ALL_METHOD(isnumeric, py_uc_isnumeric(s[i]))

/* ------------------------------------------------------------------- join */

static py_object *m_join(py_object *o, py_object *iterable)
{
    struct py_ub b = {0};
    py_object *seq = py_fastseq(iterable, "can only join an iterable");
    if (!seq)
        return NULL;
    intptr_t count = py_fastseq_len(seq);
    if (count == 1 && py_is_unicode_exact(py_fastseq_item(seq, 0)))
        return py_fastseq_item(seq, 0);
    for (intptr_t i = 0; i < count; i++) {
        py_object *x = py_fastseq_item(seq, i);
        if (!py_is_unicode(x) && !py_is_str(x))
            return py_raise(&py_TypeError,
                            "sequence item %zd: expected string or Unicode, "
                            "%.80s found",
                            i, py_type_of(x)->name);
        py_unicode *u = py_unicode_coerce(x);
        if (!u || (i && py_ub_add(&b, U(o)->data, U(o)->n) < 0) ||
            py_ub_add(&b, u->data, u->n) < 0)
            return NULL;
    }
    return (py_object *)py_ub_finish(&b);
}

/* -------------------------------------------------------------- translate */

/* What the mapping says for c, appended; -1 on error. */
static int translate_char(struct py_ub *b, py_object *mapping, uint32_t c)
{
    py_object *x = py_getitem(mapping, py_int_new(c));
    if (!x)
        return py_err_catch(&py_LookupError) ? py_ub_addc(b, c) : -1;
    if (x == py_None)
        return 0;
    if (py_is_int(x) || py_is_long(x)) {
        int64_t v;
        if (!py_fits_int64(x, &v) || v < 0 || v > 0x10ffff)
            /* The odd text is the message of CPython 2.7. */
            return py_raise_i(&py_TypeError, "character mapping must be in "
                                             "range(0x%%lx)");
        return py_ub_addc(b, (uint32_t)v);
    }
    if (!py_is_unicode(x))
        return py_raise_i(&py_TypeError, "character mapping must return "
                                         "integer, None or unicode");
    return py_ub_add(b, U(x)->data, U(x)->n);
}

static py_object *m_translate(py_object *o, py_object *mapping)
{
    struct py_ub b = {0};
    for (intptr_t i = 0; i < U(o)->n; i++)
        if (translate_char(&b, mapping, U(o)->data[i]) < 0)
            return NULL;
    return (py_object *)py_ub_finish(&b);
}

static py_object *m_getnewargs(py_object *o)
{
    return (py_object *)py_tuple_pack1(
        (py_object *)py_unicode_new(U(o)->data, U(o)->n));
}

static py_object *m_sizeof(py_object *o)
{
    return py_int_new((int64_t)sizeof(struct py_unicode) + 4 * (U(o)->n + 1));
}

const struct py_methoddef py_unicode_methods[] = {
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
    PY_M1("translate", m_translate,
          "S.translate(table) -> copy through a mapping of ordinals to "
          "ordinals, unicode or None"),
    PY_M0("isdecimal", m_isdecimal,
          "S.isdecimal() -> only decimal digits, at least one"),
    PY_M0("isnumeric", m_isnumeric,
          "S.isnumeric() -> only numeric characters, at least one"),
    PY_MKW("encode", py_str_encode_method,
           "S.encode([encoding[,errors]]) -> string"),
    PY_MKW("decode", py_str_decode_method,
           "S.decode([encoding[,errors]]) -> object"),
    PY_MKW("format", py_str_format_method,
           "S.format(*args, **kwargs) -> S with its {fields} replaced"),
    PY_M1("__format__", py_text_format, "S.__format__(format_spec) -> unicode"),
    PY_M0("_formatter_parser", py_formatter_parser, NULL),
    PY_M0("_formatter_field_name_split", py_formatter_field_name_split, NULL),
    PY_M0("__getnewargs__", m_getnewargs, NULL),
    PY_M0("__sizeof__", m_sizeof,
          "S.__sizeof__() -> size of S in memory, in bytes"),
    PY_MEND,
};
