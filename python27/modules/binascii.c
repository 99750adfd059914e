/*
 * binascii.c: the module binascii: bytes as text and back: hexadecimal, base64,
 * uuencode, quoted-printable, BinHex 4; crc32 and crc_hqx.
 */
#include "modules/binascii_hqx.h"
#include "objects/python.h"

static py_object *error, *incomplete;

static void *fail(const char *message)
{
    return py_raise_value((py_type *)error, (py_object *)py_str_from(message));
}

/* Bytes of an argument: a text as ASCII, or any buffer. */
static const char *bytes_arg(py_object *o, const char *fname, intptr_t *n)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    return py_arg_bytes(o, fname, 1, n);
}

/* -------------------------------------------------------------------- hex */

static py_object *f_hexlify(py_object *self, py_object *o)
{
    static const char hex[] = "0123456789abcdef";
    intptr_t n;
    char *p;
    (void)self;
    const char *s = bytes_arg(o, "b2a_hex", &n);
    py_str *r = s ? py_str_alloc(2 * n, &p) : NULL;
    for (intptr_t i = 0; r && i < n; i++) {
        p[2 * i] = hex[(unsigned char)s[i] >> 4];
        p[2 * i + 1] = hex[s[i] & 15];
    }
    return (py_object *)r;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static py_object *f_unhexlify(py_object *self, py_object *o)
{
    intptr_t n;
    char *p;
    (void)self;
    const char *s = bytes_arg(o, "a2b_hex", &n);
    if (!s)
        return NULL;
    if (n % 2)
        return py_raise(&py_TypeError, "Odd-length string");
    py_str *r = py_str_alloc(n / 2, &p);
    for (intptr_t i = 0; r && i < n; i += 2) {
        int hi = hex_digit(s[i]), lo = hex_digit(s[i + 1]);
        if (hi < 0 || lo < 0)
            return py_raise(&py_TypeError, "Non-hexadecimal digit found");
        *p++ = (char)(hi << 4 | lo);
    }
    return (py_object *)r;
}

/* ----------------------------------------------------------------- base64 */

static const char base64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static py_object *f_b2a_base64(py_object *self, py_object *o)
{
    intptr_t n;
    struct py_sb sb;
    (void)self;
    const char *s = bytes_arg(o, "b2a_base64", &n);
    if (!s)
        return NULL;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < n; i += 3) {
        const unsigned char *p = (const unsigned char *)s + i;
        uint32_t v = (uint32_t)p[0] << 16 | (i + 1 < n ? p[1] << 8 : 0) |
                     (i + 2 < n ? p[2] : 0);
        char out[4] = {base64[v >> 18], base64[v >> 12 & 63],
                       i + 1 < n ? base64[v >> 6 & 63] : '=',
                       i + 2 < n ? base64[v & 63] : '='};
        if (py_sb_add(&sb, out, 4) < 0)
            return NULL;
    }
    return py_sb_addc(&sb, '\n') < 0 ? NULL : (py_object *)py_sb_finish(&sb);
}

/* Is the next base64 character or = behind i, others skipped, a second =? */
static int second_pad(const char *s, intptr_t n, intptr_t i)
{
    for (; i < n; i++) {
        if (s[i] == '=')
            return 1;
        if (base64_value(s[i]) >= 0)
            return 0;
    }
    return 0;
}

static py_object *f_a2b_base64(py_object *self, py_object *o)
{
    intptr_t n;
    struct py_sb sb;
    uint32_t bits = 0;
    int nbits = 0, quad = 0;
    (void)self;
    const char *s = bytes_arg(o, "a2b_base64", &n);
    if (!s)
        return NULL;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < n; i++) {
        if (s[i] == '=') {
            if (quad < 2 || (quad == 2 && !second_pad(s, n, i + 1)))
                continue;
            nbits = 0; /* a complete pad ends the data */
            break;
        }
        int v = base64_value(s[i]);
        if (v < 0)
            continue;
        quad = (quad + 1) & 3;
        bits = bits << 6 | (uint32_t)v;
        nbits += 6;
        if (nbits >= 8) {
            nbits -= 8;
            if (py_sb_addc(&sb, (char)(bits >> nbits)) < 0)
                return NULL;
            bits &= (1u << nbits) - 1;
        }
    }
    if (nbits)
        return fail("Incorrect padding");
    return (py_object *)py_sb_finish(&sb);
}

/* --------------------------------------------------------------- uuencode */

static py_object *f_b2a_uu(py_object *self, py_object *o)
{
    intptr_t n;
    struct py_sb sb;
    (void)self;
    const char *s = bytes_arg(o, "b2a_uu", &n);
    if (!s)
        return NULL;
    if (n > 45)
        return fail("At most 45 bytes at once");
    py_sb_init(&sb);
    py_sb_addc(&sb, (char)(' ' + n));
    for (intptr_t i = 0; i < n; i += 3) {
        const unsigned char *p = (const unsigned char *)s + i;
        uint32_t v = (uint32_t)p[0] << 16 | (i + 1 < n ? p[1] << 8 : 0) |
                     (i + 2 < n ? p[2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6)
            py_sb_addc(&sb, (char)(' ' + (v >> shift & 63)));
    }
    py_sb_addc(&sb, '\n');
    return (py_object *)py_sb_finish(&sb);
}

static py_object *f_a2b_uu(py_object *self, py_object *o)
{
    intptr_t n, i = 1, size, done = 0;
    uint32_t bits = 0;
    int nbits = 0;
    char *p;
    (void)self;
    const char *s = bytes_arg(o, "a2b_uu", &n);
    if (!s)
        return NULL;
    size = n ? (s[0] - ' ') & 63 : 32;
    py_str *r = py_str_alloc(size, &p);
    for (; r && done < size; i++) {
        char c = i < n ? s[i] : 0;
        int v = 0;
        if (c && c != '\n' && c != '\r') {
            if (c < ' ' || c > ' ' + 64)
                return fail("Illegal char");
            v = (c - ' ') & 63;
        }
        bits = bits << 6 | (uint32_t)v;
        nbits += 6;
        if (nbits >= 8) {
            nbits -= 8;
            p[done++] = (char)(bits >> nbits);
            bits &= (1u << nbits) - 1;
        }
    }
    for (; i < n; i++)
        if (s[i] != ' ' && s[i] != ' ' + 64 && s[i] != '\n' && s[i] != '\r')
            return fail("Trailing garbage");
    return (py_object *)r;
}

/* ------------------------------------------------------- quoted-printable */

static py_object *f_a2b_qp(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"data", "header"};
    py_object *a[2];
    int header = 0;
    intptr_t n;
    struct py_sb sb;
    (void)self;
    if (py_args_kw("a2b_qp", args, nargs, kw, names, 2, 1, a) < 0 ||
        (a[1] && py_arg_int(a[1], &header) < 0))
        return NULL;
    const char *s = bytes_arg(a[0], "a2b_qp", &n);
    if (!s)
        return NULL;
    py_sb_init(&sb);
    for (intptr_t i = 0; i < n;) {
        char c = s[i++];
        if (c == '_' && header) {
            c = ' ';
        } else if (c == '=') {
            if (i >= n)
                break;
            if (s[i] == '\n' || s[i] == '\r') { /* a soft line break */
                if (s[i] != '\n')
                    while (i < n && s[i] != '\n')
                        i++;
                i++;
                continue;
            }
            if (s[i] == '=') { /* broken, but taken as one = */
                i++;
            } else if (i + 1 < n && hex_digit(s[i]) >= 0 &&
                       hex_digit(s[i + 1]) >= 0) {
                c = (char)(hex_digit(s[i]) << 4 | hex_digit(s[i + 1]));
                i += 2;
            }
        }
        if (py_sb_addc(&sb, c) < 0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

/* Does s[i] have to be written as =XX? `line` is the length of the line so far. */
static int must_quote(const char *s, intptr_t n, intptr_t i, intptr_t line,
                      int quotetabs, int istext, int header)
{
    unsigned char c = (unsigned char)s[i];
    if (c > 126 || c == '=' || (header && c == '_'))
        return 1;
    if (c == '.' && line == 0 &&
        (i + 1 == n || s[i + 1] == '\n' || s[i + 1] == '\r' || s[i + 1] == 0))
        return 1;
    if (!istext && (c == '\r' || c == '\n'))
        return 1;
    if ((c == '\t' || c == ' ') && i + 1 == n)
        return 1;
    return c < 33 && c != '\r' && c != '\n' &&
           (quotetabs || (c != '\t' && c != ' '));
}

static int quote_last(struct py_sb *sb)
{
    char c = sb->n ? sb->buf->item[sb->n - 1] : 0;
    if (c != ' ' && c != '\t')
        return 0;
    sb->n--;
    return py_sb_addf(sb, "=%02X", (unsigned)c);
}

static py_object *encode_qp(const char *s, intptr_t n, int quotetabs,
                            int istext, int header)
{
    struct py_sb sb;
    intptr_t line = 0, i = 0;
    const char *lf = n ? memchr(s, '\n', (size_t)n) : NULL;
    int crlf = lf && lf > s && lf[-1] == '\r', r;

    py_sb_init(&sb);
    while (i < n) {
        char c = s[i];
        if (must_quote(s, n, i, line, quotetabs, istext, header)) {
            if (line + 3 >= 76) {
                py_sb_adds(&sb, crlf ? "=\r\n" : "=\n");
                line = 0;
            }
            r = py_sb_addf(&sb, "=%02X", (unsigned)(unsigned char)c);
            line += 3;
            i++;
        } else if (istext && (c == '\n' ||
                              (c == '\r' && i + 1 < n && s[i + 1] == '\n'))) {
            quote_last(&sb);
            r = py_sb_adds(&sb, crlf ? "\r\n" : "\n");
            line = 0;
            i += c == '\r' ? 2 : 1;
        } else {
            if (i + 1 != n && s[i + 1] != '\n' && line + 1 >= 76) {
                py_sb_adds(&sb, crlf ? "=\r\n" : "=\n");
                line = 0;
            }
            r = py_sb_addc(&sb, header && c == ' ' ? '_' : c);
            line++;
            i++;
        }
        if (r < 0)
            return NULL;
    }
    return (py_object *)py_sb_finish(&sb);
}

static py_object *f_b2a_qp(py_object *self, py_object *const *args,
                           intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"data", "quotetabs", "istext",
                                        "header"};
    py_object *a[4];
    int quotetabs = 0, istext = 1, header = 0;
    intptr_t n;
    (void)self;
    if (py_args_kw("b2a_qp", args, nargs, kw, names, 4, 1, a) < 0 ||
        (a[1] && py_arg_int(a[1], &quotetabs) < 0) ||
        (a[2] && py_arg_int(a[2], &istext) < 0) ||
        (a[3] && py_arg_int(a[3], &header) < 0))
        return NULL;
    const char *s = bytes_arg(a[0], "b2a_qp", &n);
    return s ? encode_qp(s, n, quotetabs, istext, header) : NULL;
}

/* ------------------------------------------------------------------- sums */

static py_object *f_crc32(py_object *self, py_object *o, py_object *start)
{
    static uint32_t table[256];
    intptr_t n;
    uint32_t crc = 0;
    (void)self;
    const char *s = bytes_arg(o, "crc32", &n);
    if (!s)
        return NULL;
    if (start) {
        crc = (uint32_t)py_as_uint64_mask(start);
        if (py_err_occurred())
            return NULL;
    }
    for (uint32_t k = 0; k < 256 && !table[255]; k++) {
        uint32_t v = k;
        for (int b = 0; b < 8; b++)
            v = v & 1 ? v >> 1 ^ 0xedb88320 : v >> 1;
        table[k] = v;
    }
    crc = ~crc;
    for (intptr_t i = 0; i < n; i++)
        crc = table[(crc ^ (unsigned char)s[i]) & 255] ^ crc >> 8;
    return py_int_new((int32_t)~crc);
}

static py_object *f_crc_hqx(py_object *self, py_object *o, py_object *start)
{
    intptr_t n;
    int crc;
    (void)self;
    const char *s = bytes_arg(o, "crc_hqx", &n);
    if (!s || py_arg_int(start, &crc) < 0)
        return NULL;
    uint32_t v = (uint32_t)crc & 0xffff;
    for (intptr_t i = 0; i < n; i++) {
        v ^= (uint32_t)(unsigned char)s[i] << 8;
        for (int b = 0; b < 8; b++)
            v = v & 0x8000 ? (v << 1 ^ 0x1021) & 0xffff : v << 1;
    }
    return py_int_new(v);
}

/* ---------------------------------------------------------------- BinHex */

static py_object *f_b2a_hqx(py_object *self, py_object *o)
{
    intptr_t n;
    (void)self;
    const char *s = bytes_arg(o, "b2a_hqx", &n);
    return s ? py_hqx_encode(s, n) : NULL;
}

static py_object *f_a2b_hqx(py_object *self, py_object *o)
{
    intptr_t n;
    int done = 0;
    (void)self;
    const char *s = bytes_arg(o, "a2b_hqx", &n);
    enum py_hqx_status status = PY_HQX_OK;
    py_object *r = s ? py_hqx_decode(s, n, &done, &status) : NULL;
    if (!s || (!r && status == PY_HQX_OK))
        return NULL;
    if (status == PY_HQX_ILLEGAL)
        return fail("Illegal char");
    if (status == PY_HQX_SHORT)
        return py_raise_value(
            (py_type *)incomplete,
            (py_object *)py_str_from("String has incomplete number of bytes"));
    return (py_object *)py_tuple_pack2(r, py_int_new(done));
}

static py_object *f_rlecode(py_object *self, py_object *o)
{
    intptr_t n;
    (void)self;
    const char *s = bytes_arg(o, "rlecode_hqx", &n);
    return s ? py_hqx_rle(s, n) : NULL;
}

static py_object *f_rledecode(py_object *self, py_object *o)
{
    intptr_t n;
    enum py_hqx_status status = PY_HQX_OK;
    (void)self;
    const char *s = bytes_arg(o, "rledecode_hqx", &n);
    py_object *r = s ? py_hqx_unrle(s, n, &status) : NULL;
    if (status == PY_HQX_ILLEGAL)
        return fail("Orphaned RLE code at start");
    if (status == PY_HQX_SHORT)
        return py_raise_none((py_type *)incomplete);
    return r;
}

static const struct py_methoddef functions[] = {
    PY_M1("a2b_uu", f_a2b_uu, "(ascii) -> bin. One uuencoded line"),
    PY_M1("b2a_uu", f_b2a_uu, "(bin) -> ascii. One uuencoded line"),
    PY_M1("a2b_base64", f_a2b_base64, "(ascii) -> bin. Base64"),
    PY_M1("b2a_base64", f_b2a_base64, "(bin) -> ascii. Base64, one line"),
    PY_M1("a2b_hqx", f_a2b_hqx, "ascii -> bin, done. BinHex"),
    PY_M1("b2a_hqx", f_b2a_hqx, "bin -> ascii. BinHex"),
    PY_M1("rlecode_hqx", f_rlecode, "bin -> bin with run lengths"),
    PY_M1("rledecode_hqx", f_rledecode, "bin with run lengths -> bin"),
    PY_M1("b2a_hex", f_hexlify, "b2a_hex(data) -> s; hexadecimal digits"),
    PY_M1("hexlify", f_hexlify, "hexlify(data) -> s; hexadecimal digits"),
    PY_M1("a2b_hex", f_unhexlify, "a2b_hex(hexstr) -> s; the bytes"),
    PY_M1("unhexlify", f_unhexlify, "unhexlify(hexstr) -> s; the bytes"),
    PY_M2("crc_hqx", f_crc_hqx, "(data, oldcrc) -> newcrc. As BinHex has it"),
    PY_M(1, 2, "crc32", f_crc32, "(data, oldcrc = 0) -> newcrc. CRC-32"),
    PY_MKW("a2b_qp", f_a2b_qp, "Decodes quoted-printable"),
    PY_MKW("b2a_qp", f_b2a_qp,
           "b2a_qp(data, quotetabs=0, istext=1, header=0) -> s; "
           "quoted-printable"),
    PY_MEND,
};

/* A new exception class. */
static py_object *new_error(py_module *m, const char *name, py_type *base)
{
    py_dict *d = py_dict_new();
    if (py_dict_set_cstr(d, "__module__",
                         (py_object *)py_str_from("binascii")) < 0)
        return NULL;
    py_object *e = py_call3(&py_type_type.base, (py_object *)py_str_from(name),
                            (py_object *)py_tuple_pack1(&base->base), &d->base);
    return e && py_module_set(m, name, e) == 0 ? e : NULL;
}

static int init(py_module *m)
{
    error = new_error(m, "Error", &py_Exception);
    incomplete = error ? new_error(m, "Incomplete", &py_Exception) : NULL;
    return incomplete ? 0 : -1;
}

const struct py_moduledef py_module_binascii = {
    "binascii", "Bytes as text and back.", functions, init};
