/*
 * bytearraymethods.c: the methods of bytearray: strlib.inc for changeable bytes,
 * and those of a list.
 */
#include "objects/bytearrayimpl.h"
#include "objects/python.h"
#include "objects/strimpl.h"
#include "objects/strsearch.h"

#define B(o) ((py_bytearray *)(o))

/* ---------------------------------------------- bytearray for strlib.inc */

static int arg_text(py_object *o, const char **s, intptr_t *n)
{
    *s = py_ba_buffer(o, n);
    if (*s)
        return 0;
    return py_raise_i(&py_TypeError,
                      "Type %.100s doesn't support the buffer API",
                      py_type_of(o)->name);
}

static int partition_arg(py_object **sep, const char **s, intptr_t *n)
{
    *s = py_ba_buffer(*sep, n);
    if (!*s)
        return py_raise_i(&py_TypeError,
                          "'%.200s' does not have the buffer interface",
                          py_type_of(*sep)->name);
    *sep = py_bytearray_new(*s, *n);
    return *sep ? 0 : -1;
}

static int strip_arg(const char *name, py_object *o, const char **s,
                     intptr_t *n)
{
    (void)name;
    return arg_text(o, s, n);
}

static int fill_arg(const char *name, py_object *o, char *c)
{
    if (py_is_str(o) && ((py_str *)o)->n == 1) {
        *c = ((py_str *)o)->data[0];
        return 0;
    }
    if (py_is_bytearray(o) && B(o)->n == 1) {
        *c = *py_ba_data(o);
        return 0;
    }
    py_arg_error(name, 2, "char", o);
    return -1;
}

static py_object *copy(py_object *o)
{
    return py_bytearray_new(py_ba_data(o), B(o)->n);
}

static inline int in_range(char c, char lo, char hi)
{
    return c >= lo && c <= hi;
}

#define CH char
#define LIB_DATA(o) ((const char *)py_ba_data(o))
#define LIB_LEN(o) (B(o)->n)
#define LIB_NEW(s, n) py_bytearray_new(s, n)
#define LIB_ALLOC(n, p) py_ba_alloc(n, p)
#define LIB_SAME(o) copy(o)
#define LIB_NOTHING(o) copy(o)
#define LIB_FIND py_bytes_find
#define LIB_RFIND py_bytes_rfind
#define LIB_OTHER(o) 0
#define LIB_HAND_OVER(o, name, nargs, a, b, c) NULL
#define LIB_TAILMATCH_ERROR(name, sub) NULL
#define LIB_EMPTY_ANYWHERE 0
#define LIB_ABSENT "subsection not found"
#define LIB_TOO_LONG "replace bytes is too long"
#define LIB_TAB_TOO_LONG "result is too long"
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

/* ------------------------------------------------------------------- text */

static py_object *m_join(py_object *o, py_object *iterable)
{
    py_object *seq = py_fastseq(iterable, "can only join an iterable");
    py_object *r = seq ? py_bytearray_new(NULL, 0) : NULL;
    if (!r)
        return NULL;
    for (intptr_t i = 0; i < py_fastseq_len(seq); i++) {
        py_object *x = py_fastseq_item(seq, i);
        if (!py_is_str(x) && !py_is_bytearray(x))
            return py_raise(&py_TypeError,
                            "can only join an iterable of bytes (item %zd has "
                            "type '%.100s')",
                            i, py_type_of(x)->name);
        if ((i && py_ba_extend(B(r), o) < 0) || py_ba_extend(B(r), x) < 0)
            return NULL;
    }
    return r;
}

static py_object *m_translate(py_object *o, py_object *table,
                              py_object *deletions)
{
    const char *map = NULL, *del = NULL;
    intptr_t nmap = 256, ndel = 0, n = 0;
    char drop[256] = {0}, *p;

    if (table != py_None && arg_text(table, &map, &nmap) < 0)
        return NULL;
    if (nmap != 256)
        return py_raise(&py_ValueError,
                        "translation table must be 256 characters long");
    if (deletions && arg_text(deletions, &del, &ndel) < 0)
        return NULL;
    for (intptr_t i = 0; i < ndel; i++)
        drop[(unsigned char)del[i]] = 1;
    py_object *r = py_ba_alloc(B(o)->n, &p);
    for (intptr_t i = 0; r && i < B(o)->n; i++) {
        unsigned char c = (unsigned char)py_ba_data(o)[i];
        if (!drop[c])
            p[n++] = map ? map[c] : (char)c;
    }
    if (r)
        B(r)->n = n;
    return r;
}

static py_object *m_decode(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kwnames)
{
    static const char *const names[] = {"encoding", "errors"};
    const char *encoding = NULL, *errors = NULL;
    py_object *a[2];

    if (py_args_kw("decode", args, nargs, kwnames, names, 2, 0, a) < 0 ||
        (a[0] && !(encoding = py_arg_cstr(a[0], "decode", 1))) ||
        (a[1] && !(errors = py_arg_cstr(a[1], "decode", 2))))
        return NULL;
    return py_decode_any(o, encoding, errors);
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static py_object *m_fromhex(py_object *cls, py_object *text)
{
    if (!py_is_str(text) && !py_is_unicode(text))
        return py_arg_error("fromhex", 1, "unicode", text);
    struct py_span s = py_span_of(text);
    py_object *r = py_bytearray_new(NULL, 0);
    char c;

    for (intptr_t i = 0; r && i < s.n; i += 2) {
        while (i < s.n && py_span_at(&s, i) == ' ')
            i++;
        if (i >= s.n)
            break;
        int hi =
            py_span_at(&s, i) < 128 ? hex_digit((int)py_span_at(&s, i)) : -1;
        int lo = i + 1 < s.n && py_span_at(&s, i + 1) < 128
                     ? hex_digit((int)py_span_at(&s, i + 1))
                     : -1;
        if (hi < 0 || lo < 0)
            return py_raise(&py_ValueError,
                            "non-hexadecimal number found in fromhex() arg at "
                            "position %zd",
                            i);
        c = (char)(hi << 4 | lo);
        if (py_ba_replace(B(r), B(r)->n, B(r)->n, &c, 1) < 0)
            return NULL;
    }
    if (!r || cls == &py_bytearray_type.base)
        return r;
    return py_call1(cls, r);
}

/* ------------------------------------------------------------- as a list */

static py_object *none_or_null(int r)
{
    return r < 0 ? NULL : py_None;
}

static py_object *m_append(py_object *o, py_object *v)
{
    int c = py_ba_byte(v);
    if (c < 0 || py_ba_reserve(B(o), 1) < 0)
        return NULL;
    B(o)->buf->item[B(o)->start + B(o)->n] = (char)c;
    B(o)->n++;
    return py_None;
}

static py_object *m_extend(py_object *o, py_object *iterable)
{
    intptr_t n;
    if (py_ba_buffer(iterable, &n))
        return none_or_null(py_ba_extend(B(o), iterable));
    /* All or nothing. */
    py_object *more = py_bytearray_new(NULL, 0);
    if (!more || py_check_hint(iterable) < 0 ||
        py_ba_extend(B(more), iterable) < 0)
        return NULL;
    return none_or_null(py_ba_extend(B(o), more));
}

static py_object *m_insert(py_object *o, py_object *index, py_object *v)
{
    intptr_t i;
    char c;
    int value;

    if (py_arg_ssize(index, &i) < 0 || (value = py_ba_byte(v)) < 0)
        return NULL;
    if (i < 0)
        i = i + B(o)->n < 0 ? 0 : i + B(o)->n;
    if (i > B(o)->n)
        i = B(o)->n;
    c = (char)value;
    return none_or_null(py_ba_replace(B(o), i, i, &c, 1));
}

static py_object *m_pop(py_object *o, py_object *index)
{
    intptr_t i = -1;

    if (index && py_arg_ssize(index, &i) < 0)
        return NULL;
    if (B(o)->n == 0)
        return py_raise(&py_IndexError, "pop from empty bytearray");
    if (i < 0)
        i += B(o)->n;
    if (i < 0 || i >= B(o)->n)
        return py_raise(&py_IndexError, "pop index out of range");
    int c = (unsigned char)py_ba_data(o)[i];
    if (py_ba_replace(B(o), i, i + 1, NULL, 0) < 0)
        return NULL;
    return py_int_new(c);
}

static py_object *m_remove(py_object *o, py_object *v)
{
    int c = py_ba_byte(v);
    if (c < 0)
        return NULL;
    const char *p = memchr(py_ba_data(o), c, (size_t)B(o)->n);
    if (!p)
        return py_raise(&py_ValueError, "value not found in bytearray");
    intptr_t i = p - py_ba_data(o);
    return none_or_null(py_ba_replace(B(o), i, i + 1, NULL, 0));
}

static py_object *m_reverse(py_object *o)
{
    char *p = py_ba_data(o);
    for (intptr_t i = 0, j = B(o)->n - 1; i < j; i++, j--) {
        char c = p[i];
        p[i] = p[j];
        p[j] = c;
    }
    return py_None;
}

static py_object *m_alloc(py_object *o)
{
    return py_int_new(B(o)->n ? B(o)->n + 1 : 0);
}

static py_object *m_sizeof(py_object *o)
{
    return py_int_new((int64_t)sizeof(struct py_bytearray) + B(o)->buf->n);
}

static py_object *m_reduce(py_object *o)
{
    py_object *d = py_getattr_cstr(o, "__dict__");
    if (!d) {
        py_err_clear();
        d = py_None;
    }
    py_object *args = (py_object *)py_tuple_pack2(
        py_unicode_from_latin1(py_ba_data(o), B(o)->n),
        (py_object *)py_str_from("latin-1"));
    return (py_object *)py_tuple_pack3(&py_type_of(o)->base, args, d);
}

const struct py_methoddef py_bytearray_methods[] = {
    PY_M1("join", m_join,
          "B.join(iterable) -> the items, strings, with S between them"),
    PY_M(0, 2, "split", m_split,
         "B.split([sep [,maxsplit]]) -> list of the words between "
         "sep\n\nWithout sep, or with None, runs of blanks separate, and no "
         "word is empty."),
    PY_M(0, 2, "rsplit", m_rsplit,
         "B.rsplit([sep [,maxsplit]]) -> as split, from the end"),
    PY_M0("lower", m_lower, "B.lower() -> copy in lower case"),
    PY_M0("upper", m_upper, "B.upper() -> copy in upper case"),
    PY_M0("islower", m_islower,
          "B.islower() -> all cased letters are lower case, and there is one"),
    PY_M0("isupper", m_isupper,
          "B.isupper() -> all cased letters are upper case, and there is one"),
    PY_M0("isspace", m_isspace, "B.isspace() -> only blanks, at least one"),
    PY_M0("isdigit", m_isdigit, "B.isdigit() -> only digits, at least one"),
    PY_M0("istitle", m_istitle,
          "B.istitle() -> words begin in upper case and go on in lower case"),
    PY_M0("isalpha", m_isalpha, "B.isalpha() -> only letters, at least one"),
    PY_M0("isalnum", m_isalnum,
          "B.isalnum() -> only letters and digits, at least one"),
    PY_M0("capitalize", m_capitalize,
          "B.capitalize() -> copy that begins in upper case and goes on in "
          "lower"),
    PY_M(1, 3, "count", m_count,
         "B.count(sub[, start[, end]]) -> occurrences that do not overlap"),
    PY_M(0, 1, "expandtabs", m_expandtabs,
         "B.expandtabs([tabsize]) -> copy with tabs as blanks up to the "
         "next stop"),
    PY_M(1, 3, "endswith", m_endswith,
         "B.endswith(suffix[, start[, end]]) -> bool; suffix may be a tuple"),
    PY_M(1, 3, "startswith", m_startswith,
         "B.startswith(prefix[, start[, end]]) -> bool; prefix may be a "
         "tuple"),
    PY_M(1, 3, "find", m_find,
         "B.find(sub [,start [,end]]) -> first position, -1 if absent"),
    PY_M(1, 3, "index", m_index,
         "B.index(sub [,start [,end]]) -> as find, ValueError if absent"),
    PY_M(1, 3, "rfind", m_rfind,
         "B.rfind(sub [,start [,end]]) -> last position, -1 if absent"),
    PY_M(1, 3, "rindex", m_rindex,
         "B.rindex(sub [,start [,end]]) -> as rfind, ValueError if absent"),
    PY_M(0, 1, "lstrip", m_lstrip,
         "B.lstrip([chars]) -> copy without blanks, or chars, at the "
         "beginning"),
    PY_M(0, 1, "rstrip", m_rstrip,
         "B.rstrip([chars]) -> copy without blanks, or chars, at the end"),
    PY_M(0, 1, "strip", m_strip,
         "B.strip([chars]) -> copy without blanks, or chars, at both ends"),
    PY_M1("partition", m_partition,
          "B.partition(sep) -> (head, sep, tail); (S, '', '') if sep is "
          "absent"),
    PY_M1("rpartition", m_rpartition,
          "B.rpartition(sep) -> as partition, at the last sep; ('', '', S) "
          "if absent"),
    PY_M(2, 3, "replace", m_replace,
         "B.replace(old, new[, count]) -> copy with old replaced, count "
         "times at most"),
    PY_MKW("splitlines", m_splitlines,
           "B.splitlines(keepends=False) -> list of the lines"),
    PY_M0("swapcase", m_swapcase,
          "B.swapcase() -> copy with upper and lower case exchanged"),
    PY_M0("title", m_title,
          "B.title() -> copy with every word beginning in upper case"),
    PY_M(1, 2, "center", m_center,
         "B.center(width[, fillchar]) -> copy padded on both sides"),
    PY_M(1, 2, "ljust", m_ljust,
         "B.ljust(width[, fillchar]) -> copy padded on the right"),
    PY_M(1, 2, "rjust", m_rjust,
         "B.rjust(width[, fillchar]) -> copy padded on the left"),
    PY_M1("zfill", m_zfill,
          "B.zfill(width) -> copy with zeros on the left, behind a sign"),
    PY_MF("translate", m_translate, PY_POS, 1, 2, PY_UNPACK,
          "B.translate(table[, deletechars]) -> copy through a table of 256 "
          "bytes"),
    PY_MKW("decode", m_decode, "B.decode([encoding[, errors]]) -> object"),
    PY_M1("append", m_append,
          "B.append(int) -> None: one more byte at the end"),
    PY_M1("extend", m_extend, "B.extend(iterable of ints) -> None"),
    PY_M2("insert", m_insert, "B.insert(index, int) -> None"),
    PY_M(0, 1, "pop", m_pop,
         "B.pop([index]) -> int, taken out; the last one by default"),
    PY_M1("remove", m_remove,
          "B.remove(int) -> None: without its first occurrence"),
    PY_M0("reverse", m_reverse, "B.reverse() -> None, in place"),
    PY_MF("fromhex", m_fromhex, PY_POS, 1, 1, PY_CLASSMETHOD,
          "bytearray.fromhex(string) -> bytearray from pairs of hexadecimal "
          "digits"),
    PY_M0("__alloc__", m_alloc, "B.__alloc__() -> bytes that the buffer holds"),
    PY_M0("__reduce__", m_reduce, NULL),
    PY_M0("__sizeof__", m_sizeof,
          "B.__sizeof__() -> size of B in memory, in bytes"),
    PY_MEND,
};
