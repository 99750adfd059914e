/*
 * _struct.c: the module _struct: numbers and strings as bytes, by a format.
 *
 * A format is compiled once into a list of fields, each an offset, a count and
 * the row of its character in one of two tables: native sizes with alignment,
 * or standard sizes without. The last compiled formats are kept.
 */
#include <limits.h>

#include "modules/modutil.h"

enum kind {
    K_PAD,
    K_CHAR,
    K_STR,
    K_PASCAL,
    K_BOOL,
    K_INT,
    K_UINT,
    K_FLOAT,
    K_POINTER
};
struct row {
    char code;
    uint8_t kind, size, align;
};
#define NATIVE(c, k, t) {c, k, sizeof(t), __alignof__(t)}
static const struct row native_rows[] = {
    {'x', K_PAD, 1, 1},
    {'c', K_CHAR, 1, 1},
    {'s', K_STR, 1, 1},
    {'p', K_PASCAL, 1, 1},
    {'b', K_INT, 1, 1},
    {'B', K_UINT, 1, 1},
    NATIVE('?', K_BOOL, _Bool),
    NATIVE('h', K_INT, short),
    NATIVE('H', K_UINT, short),
    NATIVE('i', K_INT, int),
    NATIVE('I', K_UINT, int),
    NATIVE('l', K_INT, long),
    NATIVE('L', K_UINT, long),
    NATIVE('q', K_INT, long long),
    NATIVE('Q', K_UINT, long long),
    NATIVE('f', K_FLOAT, float),
    NATIVE('d', K_FLOAT, double),
    NATIVE('P', K_POINTER, void *),
};
static const struct row standard_rows[] = {
    {'x', K_PAD, 1, 0},    {'c', K_CHAR, 1, 0},  {'s', K_STR, 1, 0},
    {'p', K_PASCAL, 1, 0}, {'b', K_INT, 1, 0},   {'B', K_UINT, 1, 0},
    {'?', K_BOOL, 1, 0},   {'h', K_INT, 2, 0},   {'H', K_UINT, 2, 0},
    {'i', K_INT, 4, 0},    {'I', K_UINT, 4, 0},  {'l', K_INT, 4, 0},
    {'L', K_UINT, 4, 0},   {'q', K_INT, 8, 0},   {'Q', K_UINT, 8, 0},
    {'f', K_FLOAT, 4, 0},  {'d', K_FLOAT, 8, 0},
};

struct field {
    const struct row *row;
    intptr_t offset, size; /* size: of the whole of a string, else of one */
};
struct fields {
    intptr_t n;
    struct field item[];
};
TW_GC_TYPE_VAR(fields, item);

struct py_struct {
    py_object base;
    intptr_t size, len; /* bytes; values */
    struct fields *fields;
    py_object *format; /* a str */
    uint8_t little;
    py_object *weaklist;
};
TW_GC_TYPE(py_struct);
static py_type struct_type;
static py_type *error;
#define S(o) ((struct py_struct *)(o))

/* -------------------------------------------------------------- formats */

static const struct row *find_row(char c, int native)
{
    const struct row *r = native ? native_rows : standard_rows;
    size_t n = native ? sizeof native_rows / sizeof *r
                      : sizeof standard_rows / sizeof *r;

    for (size_t i = 0; i < n; i++)
        if (r[i].code == c)
            return &r[i];
    return py_raise(error, "bad char in struct format");
}

static int too_long(void)
{
    return py_raise_i(error, "total struct size too long");
}

/* One walk over the format: counts the values, and stores the fields when
 * there is room for them. */
static int walk_format(struct py_struct *o, const char *s, const char *end,
                       int native, struct fields *out)
{
    intptr_t size = 0, len = 0;

    while (s < end) {
        char c = *s++;
        intptr_t num = 1;

        if (c == ' ' || (c >= '\t' && c <= '\r'))
            continue;
        if (c >= '0' && c <= '9') {
            num = c - '0';
            while (s < end && (c = *s++) >= '0' && c <= '9')
                if (__builtin_mul_overflow(num, 10, &num) ||
                    __builtin_add_overflow(num, c - '0', &num))
                    return too_long();
            if (c >= '0' && c <= '9')
                break; /* a count without a character at the end */
        }
        const struct row *r = find_row(c, native);
        if (!r)
            return -1;
        if (r->align > 1) {
            if (size > INTPTR_MAX - r->align)
                return too_long();
            size = (size + r->align - 1) / r->align * r->align;
        }
        int whole = r->kind == K_STR || r->kind == K_PASCAL;
        intptr_t n = whole ? 1 : r->kind == K_PAD ? 0 : num, bytes;
        if (__builtin_mul_overflow(num, r->size, &bytes))
            return too_long();
        for (intptr_t i = 0; out && i < n; i++)
            out->item[len + i] =
                (struct field){r, size + i * r->size, whole ? num : r->size};
        len += n;
        if (__builtin_add_overflow(size, bytes, &size))
            return too_long();
    }
    o->size = size;
    o->len = len;
    return 0;
}

static int compile(struct py_struct *o, py_object *format)
{
    const char *s = py_str_data((py_str *)format),
               *end = s + py_str_len((py_str *)format);
    int native = 1;

    o->little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    if (s < end && strchr("<>!=@", *s) && *s) {
        native = *s == '@';
        if (*s == '<')
            o->little = 1;
        else if (*s == '>' || *s == '!')
            o->little = 0;
        s++;
    }
    o->format = format;
    const char *nul = memchr(s, 0, (size_t)(end - s));
    if (nul) /* as good as the end */
        end = nul;
    if (walk_format(o, s, end, native, NULL) < 0)
        return -1;
    struct fields *f = TW_NEW_VAR(fields, o->len);
    if (!f)
        return py_raise_nomemory(), -1;
    f->n = o->len;
    o->fields = f;
    return walk_format(o, s, end, native, f);
}

/* -------------------------------------------------------------- packing */

/* The argument of an integer code as int or long. */
static py_object *as_integer(py_object *v)
{
    if (py_is_int(v) || py_is_long(v))
        return v;
    if (py_has_index(v)) {
        py_object *i = py_index(v);

        if (i ||
            !(py_err_catch(&py_TypeError) || py_err_catch(&py_AttributeError)))
            return i;
    }
    if (py_is_float(v)) {
        if (py_warn(&py_DeprecationWarning,
                    "integer argument expected, got float", 1) < 0)
            return NULL;
        return py_number_long(v);
    }
    if (py_is_str(v) || py_is_unicode(v) || !py_type_of(v)->nb_int)
        return py_raise(error, "cannot convert argument to integer");
    if (py_warn(&py_DeprecationWarning,
                "integer argument expected, got non-integer (implicit "
                "conversion using __int__ is deprecated)",
                1) < 0)
        return NULL;
    py_object *r = py_type_of(v)->nb_int(v);
    if (r && !py_is_int(r) && !py_is_long(r))
        return py_raise(&py_TypeError, "__int__ method returned non-integer");
    return r;
}

static int range_error(const struct row *r)
{
    switch (r->size == 8 ? 0 : r->code) {
    case 'b':
        return py_raise_i(error, "byte format requires -128 <= number <= 127");
    case 'B':
        return py_raise_i(error, "ubyte format requires 0 <= number <= 255");
    case 'h':
        return py_raise_i(
            error, "short format requires SHRT_MIN <= number <= SHRT_MAX");
    case 'H':
        return py_raise_i(error,
                          "ushort format requires 0 <= number <= USHRT_MAX");
    case 'i':
    case 'l':
        return py_raise_i(
            error, "'%c' format requires -2147483648 <= number <= 2147483647",
            r->code);
    case 'I':
    case 'L':
        return py_raise_i(
            error, "'%c' format requires 0 <= number <= 4294967295", r->code);
    default:
        return py_raise_i(error, "integer out of range for '%c' format code",
                          r->code);
    }
}

static int out_of_range(const struct row *r)
{
    return py_raise_i(error, "integer out of range for '%c' format code",
                      r->code);
}

static int integer_bits(const struct row *r, py_object *v, uint64_t *bits)
{
    int64_t x;

    v = as_integer(v);
    if (!v)
        return -1;
    if (r->kind == K_POINTER) {
        *bits =
            py_long_sign(v) < 0 ? (uint64_t)py_as_int64(v) : py_as_uint64(v);
        return *bits == (uint64_t)-1 && py_err_occurred() ? -1 : 0;
    }
    if (!py_fits_int64(v, &x)) {
        if (r->kind == K_INT || r->size < 4 || py_long_sign(v) < 0 ||
            py_long_bit_length(v) > 64)
            return out_of_range(r);
        *bits = py_as_uint64(v);
        return r->size < 8 ? range_error(r) : 0;
    }
    *bits = (uint64_t)x;
    if (r->kind == K_UINT && r->size >= 4 && x < 0)
        return out_of_range(r);
    if (r->size == 8)
        return 0;
    int shift = 8 * r->size - (r->kind == K_INT);
    if (r->kind == K_INT ? x >> shift != 0 && x >> shift != -1
                         : x < 0 || x >> shift != 0)
        return range_error(r);
    return 0;
}

static void put(char *p, uint64_t bits, int size, int little)
{
    for (int i = 0; i < size; i++)
        p[little ? i : size - 1 - i] = (char)(bits >> 8 * i);
}

static uint64_t get(const char *p, int size, int little)
{
    uint64_t bits = 0;

    for (int i = 0; i < size; i++)
        bits |= (uint64_t)(unsigned char)p[little ? i : size - 1 - i] << 8 * i;
    return bits;
}

static int pack_float(const struct field *f, py_object *v, char *p, int little)
{
    double d = py_as_double(v);
    uint64_t bits;

    if (d == -1.0 && py_err_occurred()) {
        py_err_clear();
        return py_raise_i(error, "required argument is not a float");
    }
    if (f->row->size == 4) {
        float x = (float)d;
        uint32_t b;

        if (x - x != 0 && d - d == 0 && !f->row->align)
            return py_raise_i(&py_OverflowError,
                              "float too large to pack with f format");
        memcpy(&b, &x, 4);
        bits = b;
    } else
        memcpy(&bits, &d, 8);
    put(p, bits, f->row->size, little);
    return 0;
}

static int pack_string(const struct field *f, py_object *v, char *p)
{
    if (!py_is_str(v))
        return py_raise_i(error, "argument for '%c' must be a string",
                          f->row->code);
    intptr_t n = py_str_len((py_str *)v), room = f->size;

    if (f->row->kind == K_PASCAL) {
        if (room == 0)
            return 0;
        room--;
        if (n > room)
            n = room;
        *p++ = (char)(n > 255 ? 255 : n);
    }
    memcpy(p, py_str_data((py_str *)v), (size_t)(n < room ? n : room));
    return 0;
}

static int pack_field(const struct field *f, py_object *v, char *p, int little)
{
    uint64_t bits;
    int t;

    switch ((enum kind)f->row->kind) {
    case K_PAD:
        return 0;
    case K_CHAR:
        if (!py_is_str(v) || py_str_len((py_str *)v) != 1)
            return py_raise_i(error, "char format require string of length 1");
        *p = py_str_data((py_str *)v)[0];
        return 0;
    case K_STR:
    case K_PASCAL:
        return pack_string(f, v, p);
    case K_BOOL:
        t = py_is_true(v);
        if (t < 0)
            return -1;
        *p = (char)t;
        return 0;
    case K_FLOAT:
        return pack_float(f, v, p, little);
    case K_INT:
    case K_UINT:
    case K_POINTER:
        break;
    }
    if (integer_bits(f->row, v, &bits) < 0)
        return -1;
    put(p, bits, f->row->size, little);
    return 0;
}

/* args: o->len values. */
static int pack_all(struct py_struct *o, py_object *const *args, char *p)
{
    memset(p, 0, (size_t)o->size);
    for (intptr_t i = 0; i < o->len; i++)
        if (pack_field(&o->fields->item[i], args[i],
                       p + o->fields->item[i].offset, o->little) < 0)
            return -1;
    return 0;
}

/* ------------------------------------------------------------ unpacking */

static py_object *unpack_field(const struct field *f, const char *p, int little)
{
    int size = f->row->size;
    uint64_t bits;

    switch ((enum kind)f->row->kind) {
    case K_PAD:
        return NULL;
    case K_CHAR:
        return (py_object *)py_str_new(p, 1);
    case K_STR:
        return (py_object *)py_str_new(p, f->size);
    case K_PASCAL: {
        intptr_t n = f->size ? (unsigned char)*p : 0;

        if (n >= f->size)
            n = f->size ? f->size - 1 : 0;
        return (py_object *)py_str_new(p + 1, n);
    }
    case K_BOOL:
        return py_bool(*p != 0);
    case K_FLOAT:
        bits = get(p, size, little);
        if (size == 4) {
            uint32_t b = (uint32_t)bits;
            float x;

            memcpy(&x, &b, 4);
            return py_float_new((double)x);
        } else {
            double d;

            memcpy(&d, &bits, 8);
            return py_float_new(d);
        }
    case K_INT:
        bits = get(p, size, little);
        return py_int_new((int64_t)(bits << (64 - 8 * size)) >>
                          (64 - 8 * size));
    case K_UINT:
        bits = get(p, size, little);
        return size < 4 ? py_int_new((int64_t)bits) : py_int_from_uint64(bits);
    case K_POINTER:
        return py_int_from_uint64(get(p, size, little));
    }
    return NULL;
}

static py_object *unpack_all(struct py_struct *o, const char *p)
{
    py_tuple *t = py_tuple_new(o->len);

    for (intptr_t i = 0; i < o->len; i++) {
        const struct field *f = &o->fields->item[i];

        t->item[i] = unpack_field(f, p + f->offset, o->little);
        if (!t->item[i])
            return NULL;
    }
    return &t->base;
}

/* -------------------------------------------------------------- methods */

static int check_count(struct py_struct *o, const char *what, intptr_t n)
{
    if (n == o->len)
        return 0;
    return py_raise_i(error, "%s expected %zd items for packing (got %zd)",
                      what, o->len, n);
}

static py_object *m_pack(py_object *o, py_object *const *args, intptr_t nargs)
{
    char *p;

    if (check_count(S(o), "pack", nargs) < 0)
        return NULL;
    py_str *r = py_str_alloc(S(o)->size, &p);
    return r && pack_all(S(o), args, p) == 0 ? &r->base : NULL;
}

static py_object *m_pack_into(py_object *o, py_object *const *args,
                              intptr_t nargs)
{
    intptr_t n, offset;
    char *p;

    if (nargs == 0)
        return py_raise(error, "pack_into expected buffer argument");
    if (nargs == 1)
        return py_raise(error, "pack_into expected offset argument");
    if (check_count(S(o), "pack_into", nargs - 2) < 0)
        return NULL;
    if (!py_type_of(args[0])->bf_write)
        return py_raise(&py_TypeError,
                        "argument must be read-write buffer, not %s",
                        py_type_shortname(py_type_of(args[0])));
    p = py_buffer_write(args[0], &n);
    if (!p)
        return NULL;
    if (py_is_number(args[1]) && !py_has_index(args[1])) {
        py_object *i = py_number_int(args[1]);
        if (!i || py_arg_ssize(i, &offset) < 0)
            return NULL;
    } else if (py_arg_ssize(args[1], &offset) < 0)
        return NULL;
    if (offset < 0)
        offset += n;
    if (offset < 0 || n - offset < S(o)->size)
        return py_raise(error,
                        "pack_into requires a buffer of at least %zd bytes",
                        S(o)->size);
    /* Values are converted first: their methods may move the buffer. */
    char *bytes = tw_gc_malloc_atomic((size_t)S(o)->size + 1);
    if (!bytes)
        return py_raise_nomemory();
    if (pack_all(S(o), args + 2, bytes) < 0)
        return NULL;
    p = py_buffer_write(args[0], &n);
    if (!p)
        return NULL;
    if (n - offset < S(o)->size)
        return py_raise(error,
                        "pack_into requires a buffer of at least %zd bytes",
                        S(o)->size);
    memcpy(p + offset, bytes, (size_t)S(o)->size);
    return py_None;
}

static py_object *m_unpack(py_object *o, py_object *arg)
{
    intptr_t n;
    const char *p = NULL;

    if (py_is_unicode(arg) && !(arg = py_unicode_encode(arg, NULL, NULL)))
        return NULL;
    if (S(o)->len >= 0 && py_type_of(arg)->bf_read)
        p = py_buffer_read(arg, &n);
    if (!p || n != S(o)->size) {
        py_err_clear();
        return py_raise(error,
                        "unpack requires a string argument of length "
                        "%zd",
                        S(o)->size);
    }
    return unpack_all(S(o), p);
}

static py_object *m_unpack_from(py_object *o, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"buffer", "offset"};
    py_object *v[2];
    intptr_t n, offset = 0;

    if (py_args_kw("unpack_from", args, nargs, kwnames, names, 2, 1, v) < 0 ||
        (v[1] && py_arg_ssize(v[1], &offset) < 0))
        return NULL;
    if (py_is_unicode(v[0]) && !(v[0] = py_unicode_encode(v[0], NULL, NULL)))
        return NULL;
    if (!py_type_of(v[0])->bf_read)
        return py_arg_error("unpack_from", 1, "string or buffer", v[0]);
    const char *p = py_buffer_read(v[0], &n);
    if (!p)
        return NULL;
    if (offset < 0)
        offset += n;
    if (offset < 0 || n - offset < S(o)->size)
        return py_raise(error,
                        "unpack_from requires a buffer of at least %zd bytes",
                        S(o)->size);
    return unpack_all(S(o), p + offset);
}

static py_object *struct_new(py_type *type, py_object *const *args,
                             intptr_t nargs, py_tuple *kwnames)
{
    py_object *o = py_alloc(type, 0);

    (void)args, (void)nargs, (void)kwnames;
    if (o)
        S(o)->size = S(o)->len = -1;
    return o;
}

static int set_format(py_object *o, py_object *format)
{
    if (py_is_unicode(format) &&
        !(format = py_unicode_encode(format, "ascii", NULL)))
        return -1;
    if (!py_is_str(format))
        return py_raise_i(&py_TypeError,
                          "Struct() argument 1 must be string, not %s",
                          py_type_shortname(py_type_of(format)));
    return compile(S(o), format);
}

static int struct_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    static const char *const names[] = {"format"};
    py_object *format;

    if (py_args_kw("Struct", args, nargs, kwnames, names, 1, 1, &format) < 0)
        return -1;
    return set_format(o, format);
}

static py_object *get_format(py_object *o, void *data)
{
    (void)data;
    return S(o)->format ? S(o)->format : py_None;
}

static py_object *get_size(py_object *o, void *data)
{
    (void)data;
    return py_int_new(S(o)->size);
}

static const struct py_methoddef struct_methods[] = {
    PY_MFAST("pack", m_pack, "S.pack(v1, v2, ...) -> string"),
    PY_MFAST("pack_into", m_pack_into,
             "S.pack_into(buffer, offset, v1, v2, ...)"),
    PY_M1("unpack", m_unpack, "S.unpack(str) -> (v1, v2, ...)"),
    PY_MKW("unpack_from", m_unpack_from,
           "S.unpack_from(buffer[, offset]) -> (v1, v2, ...)"),
    PY_MEND,
};
static const struct py_getset struct_getset[] = {
    {"format", get_format, NULL, "the format as given", NULL},
    {"size", get_size, NULL, "size of the packed values in bytes", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static py_type struct_type = {
    PY_TYPE_HEAD("Struct", py_struct),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "Compiled struct object",
    .methods = struct_methods,
    .getset = struct_getset,
    .tp_new = struct_new,
    .tp_init = struct_init,
};

/* ------------------------------------------------------------ functions */

enum { CACHE_SIZE = 100 };
static py_dict *cache; /* format -> Struct */

static py_object *compiled(py_object *format)
{
    py_object *o;

    if (py_is_str(format) || py_is_unicode(format)) {
        o = py_dict_get(cache, format);
        if (o || py_err_occurred())
            return o;
    }
    o = struct_new(&struct_type, NULL, 0, NULL);
    if (!o || set_format(o, format) < 0)
        return NULL;
    if (py_dict_len(cache) >= CACHE_SIZE)
        py_dict_clear(cache);
    return py_dict_set(cache, format, o) < 0 ? NULL : o;
}

static py_object *f_clearcache(py_object *self)
{
    (void)self;
    py_dict_clear(cache);
    return py_None;
}

static py_object *f_calcsize(py_object *self, py_object *format)
{
    py_object *o = compiled(format);

    (void)self;
    return o ? py_int_new(S(o)->size) : NULL;
}

static py_object *format_arg(py_object *const *args, intptr_t nargs)
{
    if (nargs == 0)
        return py_raise(&py_TypeError, "missing format argument");
    return compiled(args[0]);
}

static py_object *f_pack(py_object *self, py_object *const *args,
                         intptr_t nargs)
{
    py_object *o = format_arg(args, nargs);

    (void)self;
    return o ? m_pack(o, args + 1, nargs - 1) : NULL;
}

static py_object *f_pack_into(py_object *self, py_object *const *args,
                              intptr_t nargs)
{
    py_object *o = format_arg(args, nargs);

    (void)self;
    return o ? m_pack_into(o, args + 1, nargs - 1) : NULL;
}

static py_object *f_unpack(py_object *self, py_object *format, py_object *s)
{
    py_object *o = compiled(format);

    (void)self;
    return o ? m_unpack(o, s) : NULL;
}

static py_object *f_unpack_from(py_object *self, py_object *const *args,
                                intptr_t nargs, py_tuple *kwnames)
{
    py_object *o = format_arg(args, nargs);

    (void)self;
    return o ? m_unpack_from(o, args + 1, nargs - 1, kwnames) : NULL;
}

static const struct py_methoddef functions[] = {
    PY_M0("_clearcache", f_clearcache, "Forgets the compiled formats."),
    PY_M1("calcsize", f_calcsize, "Size of what the format describes."),
    PY_MFAST("pack", f_pack, "Values as a string, by the format fmt."),
    PY_MFAST("pack_into", f_pack_into,
             "Writes values into a buffer from an offset on, by fmt."),
    PY_MF("unpack", f_unpack, PY_POS, 2, 2, PY_UNPACK,
          "The values in a string, by fmt; it must have the size of fmt."),
    PY_MKW("unpack_from", f_unpack_from,
           "The values in a buffer from an offset on, by fmt."),
    PY_MEND,
};

static int init(py_module *m)
{
    cache = py_dict_new();
    error = py_module_exception(m, "struct.error", &py_Exception);
    return error ? py_module_set_type(m, "Struct", &struct_type) : -1;
}

const struct py_moduledef py_module__struct = {
    "_struct",
    "Values as strings of bytes and back, by a format.\n\n"
    "The first character may say order, size and alignment:\n"
    "  @ native, native (the default); = native, standard, none;\n"
    "  < little-endian; > or ! big-endian, both standard, none.\n"
    "Then x pad, c char, b B h H i I l L q Q integers, ? bool, f d float,\n"
    "s string, p Pascal string, P pointer (native only), each after a count.",
    functions, init};
