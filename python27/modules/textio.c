/*
 * textio.c: TextIOWrapper: a buffered binary stream as text; and the newline
 * decoder that it puts behind the codec's.
 *
 * Of what was decoded, chars[used..] was not yet asked for. `snapshot`, while
 * tell() is possible, says how it came about: the decoder's flags before, and
 * the bytes fed to it since.
 * One file because the wrapper and the newline decoder share their inner
 * functions and nobody else wants them.
 */
#include "modules/io.h"

/* ---------------------------------------------- IncrementalNewlineDecoder */

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };
struct py_nldecoder {
    py_object base;
    py_object *decoder, *errors; /* decoder: None for text */
    uint8_t translate, pending, seen;
    py_object *weaklist;
};
TW_GC_TYPE(py_nldecoder);
#define N(o) ((struct py_nldecoder *)(o))

py_object *py_io_newline_decoder(py_object *decoder, int translate,
                                 py_object *errors)
{
    struct py_nldecoder *d = PY_NEW(py_nldecoder, &py_nldecoder_type);

    d->decoder = decoder;
    d->errors = errors;
    d->translate = (uint8_t)translate;
    return &d->base;
}

static py_object *u(const uint32_t *s, intptr_t n)
{
    return (py_object *)py_unicode_new(s, n);
}

/* n characters after an optional CR: notes the line ends, translates them. */
static py_object *scan_newlines(struct py_nldecoder *d, const uint32_t *s,
                                intptr_t n, int cr)
{
    uint32_t *out = tw_gc_malloc_atomic((size_t)(n + 2) * sizeof *out);
    intptr_t k = 0;

    if (!out)
        return py_raise_nomemory();
    for (intptr_t i = -cr; i < n; i++) {
        uint32_t c = i < 0 ? '\r' : s[i];

        if (c == '\n')
            d->seen |= SEEN_LF;
        else if (c == '\r') {
            if (i + 1 < n && s[i + 1] == '\n') {
                d->seen |= SEEN_CRLF;
                i++;
                if (!d->translate)
                    out[k++] = '\r';
                c = '\n';
            } else {
                d->seen |= SEEN_CR;
                if (d->translate)
                    c = '\n';
            }
        }
        out[k++] = c;
    }
    return u(out, k);
}

py_object *py_nldecoder_decode(py_object *o, py_object *input, int final)
{
    struct py_nldecoder *d = N(o);
    py_object *text = input;

    if (!d->decoder)
        return py_raise(&py_ValueError,
                        "IncrementalNewlineDecoder.__init__ not called");
    if (d->decoder != py_None) {
        text = py_io_call2(d->decoder, "decode", input, py_bool(final));
        if (!text)
            return NULL;
    }
    if (!py_is_unicode(text))
        return py_raise(&py_TypeError,
                        "decoder should return a string result, not '%.200s'",
                        py_type_of(text)->name);
    const uint32_t *s = ((py_unicode *)text)->data;
    intptr_t n = ((py_unicode *)text)->n;
    int cr = d->pending && (final || n > 0);
    if (cr)
        d->pending = 0;
    if (!final && n > 0 && s[n - 1] == '\r') {
        n--;
        d->pending = 1;
    }
    if (!cr && n == ((py_unicode *)text)->n) { /* nothing to look for? */
        intptr_t i = 0;

        while (i < n && s[i] != '\r') {
            if (s[i] == '\n')
                d->seen |= SEEN_LF;
            i++;
        }
        if (i == n)
            return text;
    }
    return scan_newlines(d, s, n, cr);
}

static py_object *nl_decode(py_object *o, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"input", "final"};
    py_object *v[2];
    int final = 0;

    if (py_args_kw("IncrementalNewlineDecoder", args, nargs, kwnames, names, 2,
                   1, v) < 0 ||
        (v[1] && (final = py_is_true(v[1])) < 0))
        return NULL;
    return py_nldecoder_decode(o, v[0], final);
}

static py_object *nl_getstate(py_object *o)
{
    py_object *bytes = (py_object *)py_str_empty;
    int64_t flag = 0;

    if (N(o)->decoder != py_None) {
        py_object *state = py_io_call0(N(o)->decoder, "getstate");

        if (!state)
            return NULL;
        if (!py_is_tuple(state) || ((py_tuple *)state)->n != 2)
            return py_raise(&py_TypeError,
                            "getstate() should have returned a tuple");
        bytes = ((py_tuple *)state)->item[0];
        flag = py_as_int64(((py_tuple *)state)->item[1]);
        if (flag == -1 && py_err_occurred())
            return NULL;
    }
    return (py_object *)py_tuple_pack2(bytes,
                                       py_int_new(flag << 1 | N(o)->pending));
}

static py_object *nl_setstate(py_object *o, py_object *state)
{
    if (!py_is_tuple(state) || ((py_tuple *)state)->n != 2)
        return py_raise(&py_TypeError, "setstate() argument must be a tuple");
    py_tuple *t = (py_tuple *)state;
    int64_t flag = py_as_int64(t->item[1]);
    if (flag == -1 && py_err_occurred())
        return NULL;
    N(o)->pending = flag & 1;
    if (N(o)->decoder == py_None)
        return py_None;
    return py_io_call1(
        N(o)->decoder, "setstate",
        (py_object *)py_tuple_pack2(t->item[0], py_int_new(flag >> 1)));
}

static py_object *nl_reset(py_object *o)
{
    N(o)->seen = N(o)->pending = 0;
    return N(o)->decoder && N(o)->decoder != py_None
               ? py_io_call0(N(o)->decoder, "reset")
               : py_None;
}

static py_object *nl_newlines(py_object *o, void *data)
{
    static const struct {
        int bit;
        const char *text;
    } kinds[] = {{SEEN_CR, "\r"}, {SEEN_LF, "\n"}, {SEEN_CRLF, "\r\n"}};
    py_object *v[3];
    intptr_t n = 0;

    (void)data;
    for (int i = 0; i < 3; i++)
        if (N(o)->seen & kinds[i].bit)
            v[n++] = (py_object *)py_str_from(kinds[i].text);
    return n == 0 ? py_None : n == 1 ? v[0] : (py_object *)py_tuple_from(v, n);
}

static py_object *nl_new(py_type *type, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return py_alloc(type, 0);
}

static int nl_init(py_object *o, py_object *const *args, intptr_t nargs,
                   py_tuple *kwnames)
{
    static const char *const names[] = {"decoder", "translate", "errors"};
    py_object *v[3];
    int translate;

    if (py_args_kw("IncrementalNewlineDecoder", args, nargs, kwnames, names, 3,
                   2, v) < 0 ||
        (translate = py_is_true(v[1])) < 0)
        return -1;
    N(o)->decoder = v[0];
    N(o)->translate = (uint8_t)translate;
    N(o)->errors = v[2] ? v[2] : (py_object *)py_str_from("strict");
    return 0;
}

static const struct py_methoddef nl_methods[] = {
    PY_MKW("decode", nl_decode, "decode(input[, final]) -> text"),
    PY_M0("getstate", nl_getstate, NULL),
    PY_M1("setstate", nl_setstate, NULL),
    PY_M0("reset", nl_reset, NULL),
    PY_MEND,
};
static const struct py_getset nl_getset[] = {
    {"newlines", nl_newlines, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_nldecoder_type = {
    PY_TYPE_HEAD("_io.IncrementalNewlineDecoder", py_nldecoder),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .doc = "IncrementalNewlineDecoder(decoder, translate): line ends become "
           "\\n.",
    .methods = nl_methods,
    .getset = nl_getset,
    .tp_new = nl_new,
    .tp_init = nl_init,
};

intptr_t py_io_line_end(const uint32_t *s, intptr_t n, int translated,
                        int universal, py_str *newline, intptr_t *consumed)
{
    intptr_t i = *consumed;

    if (translated || (!universal && (!newline || py_str_len(newline) == 1))) {
        uint32_t end = translated || !newline
                           ? '\n'
                           : (unsigned char)py_str_data(newline)[0];

        for (; i < n; i++)
            if (s[i] == end)
                return i + 1;
        *consumed = n;
        return -1;
    }
    if (universal) { /* any of the three */
        for (; i < n; i++)
            if (s[i] == '\n')
                return i + 1;
            else if (s[i] == '\r')
                return i + 1 < n && s[i + 1] == '\n' ? i + 2 : i + 1;
        *consumed = n;
        return -1;
    }
    for (; i + 1 < n; i++)
        if (s[i] == '\r' && s[i + 1] == '\n')
            return i + 2;
    *consumed = n > 0 ? n - 1 : 0;
    return -1;
}

/* ------------------------------------------------------------ TextIOWrapper */

struct py_textio {
    struct py_iobase io;
    py_object *buffer; /* NULL: detached */
    py_object *encoding, *errors, *encoder, *decoder;
    py_str *readnl, *writenl; /* NULL: as they come, \n */
    py_object *chars; /* a unicode, or NULL */
    intptr_t used;
    py_object *snap_flags, *snap_bytes; /* NULL: no snapshot */
    py_list *pending;
    intptr_t pending_n, chunk;
    uint8_t ready, detached, universal, readtranslate, writetranslate,
        line_buffering, seekable, telling, has_read1;
};
TW_GC_TYPE(py_textio);
#define T(o) ((struct py_textio *)(o))

static int check_ready(py_object *o)
{
    if (T(o)->ready)
        return 0;
    return py_raise_i(&py_ValueError,
                      T(o)->detached ? "underlying buffer has been detached"
                                     : "I/O operation on uninitialized object");
}

static int check_open(py_object *o)
{
    return check_ready(o) < 0 ? -1 : py_io_check_closed(o);
}

static void drop_chars(py_object *o)
{
    T(o)->chars = NULL;
    T(o)->used = 0;
}

static py_object *preferred_encoding(void)
{
    py_object *locale = py_import("locale");

    if (!locale)
        return py_err_catch(&py_ImportError) ? (py_object *)py_str_from("ascii")
                                             : NULL;
    return py_io_call0(locale, "getpreferredencoding");
}

static py_object *codec(const char *getter, py_object *encoding,
                        py_object *errors)
{
    py_object *codecs = py_import("codecs"),
              *make = codecs ? py_io_call1(codecs, getter, encoding) : NULL;

    return make ? py_call1(make, errors) : NULL;
}

static int newline_arg(py_object *o, py_str **newline)
{
    *newline = NULL;
    if (!o || o == py_None)
        return 0;
    const char *s = py_arg_cstr(o, "TextIOWrapper", 4);
    if (!s)
        return -1;
    if (*s && strcmp(s, "\n") && strcmp(s, "\r") && strcmp(s, "\r\n"))
        return py_raise_i(&py_ValueError, "illegal newline value: %s", s);
    *newline = py_str_from(s);
    return 0;
}

static int open_codecs(py_object *o)
{
    py_object *r = py_io_call0(T(o)->buffer, "readable");
    int yes = r ? py_is_true(r) : -1;

    if (yes > 0) {
        T(o)->decoder =
            codec("getincrementaldecoder", T(o)->encoding, T(o)->errors);
        if (!T(o)->decoder)
            return -1;
        if (T(o)->universal)
            T(o)->decoder =
                py_io_newline_decoder(T(o)->decoder, T(o)->readtranslate,
                                      (py_object *)py_str_from("strict"));
    }
    r = yes < 0 ? NULL : py_io_call0(T(o)->buffer, "writable");
    yes = r ? py_is_true(r) : -1;
    if (yes > 0) {
        T(o)->encoder =
            codec("getincrementalencoder", T(o)->encoding, T(o)->errors);
        if (!T(o)->encoder)
            return -1;
    }
    return yes < 0 ? -1 : 0;
}

/* A file that is appended to: no byte order mark in its middle. */
static int start_position(py_object *o)
{
    py_object *r = py_io_call0(T(o)->buffer, "seekable");
    int seekable = r ? py_is_true(r) : -1;

    if (seekable < 0)
        return -1;
    T(o)->seekable = T(o)->telling = (uint8_t)seekable;
    if (!seekable || !T(o)->encoder)
        return 0;
    r = py_io_call0(T(o)->buffer, "tell");
    int64_t pos = r ? py_as_int64(r) : -1;
    if (pos == -1 && py_err_occurred())
        return -1;
    if (pos)
        return py_io_call1(T(o)->encoder, "setstate", py_int_new(0)) ? 0 : -1;
    return 0;
}

static int textio_init(py_object *o, py_object *const *args, intptr_t nargs,
                       py_tuple *kwnames)
{
    static const char *const names[] = {"buffer", "encoding", "errors",
                                        "newline", "line_buffering"};
    py_object *v[5];
    int line_buffering = 0;

    T(o)->ready = T(o)->detached = 0;
    if (py_args_kw("TextIOWrapper", args, nargs, kwnames, names, 5, 1, v) < 0 ||
        newline_arg(v[3], &T(o)->readnl) < 0 ||
        (v[4] && (line_buffering = py_is_true(v[4])) < 0))
        return -1;
    T(o)->encoder = T(o)->decoder = NULL;
    T(o)->snap_flags = T(o)->snap_bytes = NULL;
    drop_chars(o);
    T(o)->pending = py_list_new();
    T(o)->pending_n = 0;
    T(o)->encoding = v[1] && v[1] != py_None ? v[1] : preferred_encoding();
    if (!T(o)->encoding)
        return -1;
    const char *name = py_arg_cstr(T(o)->encoding, "TextIOWrapper", 2);
    if (!name)
        return -1;
    T(o)->encoding = (py_object *)py_str_from(name);
    T(o)->errors =
        v[2] && v[2] != py_None ? v[2] : (py_object *)py_str_from("strict");
    if (!py_arg_cstr(T(o)->errors, "TextIOWrapper", 3))
        return -1;
    T(o)->chunk = PY_IO_BUFFER;
    py_str *nl = T(o)->readnl;
    T(o)->universal = !nl || py_str_len(nl) == 0;
    T(o)->readtranslate = !nl;
    T(o)->writetranslate = !nl || py_str_len(nl) != 0;
    T(o)->writenl = !T(o)->universal && !py_str_eq_cstr(nl, "\n") ? nl : NULL;
    T(o)->line_buffering = (uint8_t)line_buffering;
    T(o)->buffer = v[0];
    if (open_codecs(o) < 0 || start_position(o) < 0)
        return -1;
    py_object *read1 = py_getattr_maybe(v[0], py_intern_cstr("read1"));
    if (!read1 && py_err_occurred())
        return -1;
    T(o)->has_read1 = read1 != NULL;
    T(o)->ready = 1;
    py_io_flush_at_end(o);
    return 0;
}

/* ----------------------------------------------------------------- writing */

static int write_pending(py_object *o)
{
    if (!T(o)->pending_n)
        return 0;
    py_object *all =
        py_io_call1((py_object *)py_str_empty, "join", &T(o)->pending->base);
    if (!all)
        return -1;
    T(o)->pending = py_list_new();
    T(o)->pending_n = 0;
    while (!py_io_call1(T(o)->buffer, "write", all))
        if (!py_io_interrupted())
            return -1;
    return 0;
}

static int has_char(py_unicode *s, uint32_t c)
{
    for (intptr_t i = 0; i < s->n; i++)
        if (s->data[i] == c)
            return 1;
    return 0;
}

static py_object *m_write(py_object *o, py_object *text)
{
    if (check_ready(o) < 0)
        return NULL;
    if (!py_is_unicode(text))
        return py_raise(&py_TypeError, "must be unicode, not %s",
                        py_type_shortname(py_type_of(text)));
    if (py_io_check_closed(o) < 0)
        return NULL;
    if (!T(o)->encoder)
        return py_raise(&py_IOError, "not writable");
    intptr_t len = ((py_unicode *)text)->n;
    int look = (T(o)->writetranslate && T(o)->writenl) || T(o)->line_buffering,
        lf = look && has_char((py_unicode *)text, '\n'),
        flush =
            T(o)->line_buffering && (lf || has_char((py_unicode *)text, '\r'));
    if (lf && T(o)->writetranslate && T(o)->writenl) {
        text = py_io_call2(text, "replace", u((const uint32_t[]){'\n'}, 1),
                           &T(o)->writenl->base);
        if (!text)
            return NULL;
    }
    py_object *bytes = py_io_call1(T(o)->encoder, "encode", text);
    if (!bytes)
        return NULL;
    if (!py_is_str(bytes))
        return py_raise(&py_TypeError,
                        "encoder should return a bytes object, not '%.200s'",
                        py_type_of(bytes)->name);
    if (py_list_append(T(o)->pending, bytes) < 0)
        return NULL;
    T(o)->pending_n += py_str_len((py_str *)bytes);
    if ((T(o)->pending_n > T(o)->chunk || flush) && write_pending(o) < 0)
        return NULL;
    if (flush && !py_io_call0(T(o)->buffer, "flush"))
        return NULL;
    T(o)->snap_flags = T(o)->snap_bytes = NULL;
    if (T(o)->decoder && !py_io_call0(T(o)->decoder, "reset"))
        return NULL;
    return py_int_new(len);
}

/* ----------------------------------------------------------------- reading */

static py_object *decode(py_object *o, py_object *bytes, int final)
{
    py_object *d = T(o)->decoder, *s;

    if (py_type_of(d) == &py_nldecoder_type)
        s = py_nldecoder_decode(d, bytes, final);
    else
        s = py_io_call2(d, "decode", bytes, py_bool(final));
    if (s && !py_is_unicode(s))
        return py_raise(&py_TypeError,
                        "decoder should return a string result, not '%.200s'",
                        py_type_of(s)->name);
    return s;
}

/* The decoder's state: 0, or -1 with exception. */
static int decoder_state(py_object *o, py_object **bytes, py_object **flags)
{
    py_object *state = py_io_call0(T(o)->decoder, "getstate");

    if (!state)
        return -1;
    if (!py_is_tuple(state) || ((py_tuple *)state)->n != 2 ||
        !py_is_str(((py_tuple *)state)->item[0]))
        return py_raise_i(&py_TypeError, "illegal decoder state");
    *bytes = ((py_tuple *)state)->item[0];
    *flags = ((py_tuple *)state)->item[1];
    return 0;
}

/* Decodes the next chunk: 1, 0 at the end, -1 with exception. */
static int read_chunk(py_object *o)
{
    py_object *bytes = NULL, *flags = NULL, *input;

    if (!T(o)->decoder)
        return py_raise_i(&py_IOError, "not readable");
    if (T(o)->telling && decoder_state(o, &bytes, &flags) < 0)
        return -1;
    do
        input = py_io_call1(T(o)->buffer, T(o)->has_read1 ? "read1" : "read",
                            py_int_new(T(o)->chunk));
    while (!input && py_io_interrupted());
    if (!input)
        return -1;
    if (!py_is_str(input))
        return py_raise_i(&py_TypeError,
                          "underlying %s() should have returned a bytes "
                          "object, not '%.200s'",
                          T(o)->has_read1 ? "read1" : "read",
                          py_type_of(input)->name);
    int eof = py_str_len((py_str *)input) == 0;
    py_object *text = decode(o, input, eof);
    if (!text)
        return -1;
    T(o)->chars = text;
    T(o)->used = 0;
    if (((py_unicode *)text)->n > 0)
        eof = 0;
    if (T(o)->telling) {
        T(o)->snap_flags = flags;
        T(o)->snap_bytes =
            (py_object *)py_str_concat((py_str *)bytes, (py_str *)input);
    }
    return !eof;
}

static intptr_t chars_left(py_object *o)
{
    return T(o)->chars ? ((py_unicode *)T(o)->chars)->n - T(o)->used : 0;
}

static const uint32_t *chars_at(py_object *o)
{
    return ((py_unicode *)T(o)->chars)->data + T(o)->used;
}

/* A growing text. */
struct chars {
    uint32_t *s;
    intptr_t n, room;
};

static int add_chars(struct chars *c, const uint32_t *s, intptr_t n)
{
    if (c->n + n > c->room) {
        intptr_t room = c->n + n + c->n / 2 + 16;
        uint32_t *p = tw_gc_malloc_atomic((size_t)room * sizeof *p);

        if (!p)
            return py_raise_nomemory(), -1;
        if (c->n)
            memcpy(p, c->s, (size_t)c->n * sizeof *p);
        c->s = p;
        c->room = room;
    }
    if (n)
        memcpy(c->s + c->n, s, (size_t)n * sizeof *s);
    c->n += n;
    return 0;
}

static int take_chars(py_object *o, struct chars *c, intptr_t n)
{
    intptr_t have = chars_left(o);

    if (n < 0 || n > have)
        n = have;
    if (n && add_chars(c, chars_at(o), n) < 0)
        return -1;
    T(o)->used += n;
    return 0;
}

static py_object *m_read(py_object *o, py_object *sizeo)
{
    struct chars c = {NULL, 0, 0};
    intptr_t n;

    if (check_ready(o) < 0 || py_io_size(sizeo, &n) < 0 ||
        py_io_check_closed(o) < 0)
        return NULL;
    if (!T(o)->decoder)
        return py_raise(&py_IOError, "not readable");
    if (write_pending(o) < 0)
        return NULL;
    if (n < 0) {
        py_object *bytes = py_io_call0(T(o)->buffer, "read");
        py_object *rest = bytes ? decode(o, bytes, 1) : NULL;

        if (!rest || take_chars(o, &c, -1) < 0 ||
            add_chars(&c, ((py_unicode *)rest)->data, ((py_unicode *)rest)->n) <
                0)
            return NULL;
        drop_chars(o);
        T(o)->snap_flags = T(o)->snap_bytes = NULL;
        return u(c.s, c.n);
    }
    if (take_chars(o, &c, n) < 0)
        return NULL;
    while (c.n < n) {
        int r = read_chunk(o);

        if (r < 0)
            return NULL;
        if (r == 0)
            break;
        if (take_chars(o, &c, n - c.n) < 0)
            return NULL;
    }
    return u(c.s, c.n);
}

static py_object *read_line(py_object *o, intptr_t limit)
{
    struct chars c = {NULL, 0, 0};
    intptr_t end = -1, looked = 0;

    if (write_pending(o) < 0)
        return NULL;
    for (;;) {
        if (!chars_left(o)) {
            int r = 1;

            while (r > 0 && !chars_left(o))
                r = read_chunk(o);
            if (r < 0)
                return NULL;
            if (!chars_left(o)) { /* the end */
                drop_chars(o);
                T(o)->snap_flags = T(o)->snap_bytes = NULL;
                return u(c.s, c.n);
            }
        }
        if (take_chars(o, &c, -1) < 0)
            return NULL;
        end = py_io_line_end(c.s, c.n, T(o)->readtranslate, T(o)->universal,
                             T(o)->readnl, &looked);
        if (end < 0 && limit >= 0 && c.n >= limit)
            end = limit;
        if (end >= 0) {
            if (limit >= 0 && end > limit)
                end = limit;
            T(o)->used -= c.n - end;
            return u(c.s, end);
        }
    }
}

static py_object *m_readline(py_object *o, py_object *limito)
{
    intptr_t limit;

    if (check_ready(o) < 0 || py_io_size(limito, &limit) < 0 ||
        py_io_check_closed(o) < 0)
        return NULL;
    return read_line(o, limit);
}

static py_object *textio_next(py_object *o)
{
    py_object *line;

    if (check_ready(o) < 0)
        return NULL;
    T(o)->telling = 0;
    if (py_type_of(o) == &py_textio_type)
        line = m_readline(o, NULL);
    else {
        line = py_io_call0(o, "readline");
        if (line && !py_is_unicode(line))
            return py_raise(&py_IOError,
                            "readline() should have returned an str object, "
                            "not '%.200s'",
                            py_type_of(line)->name);
    }
    if (!line)
        return NULL;
    if (((py_unicode *)line)->n)
        return line;
    T(o)->snap_flags = T(o)->snap_bytes = NULL;
    T(o)->telling = T(o)->seekable;
    return NULL;
}

/* ---------------------------------------------------------------- position */

/* What tell() gives: where the decoder starts, with what flags, how many bytes
 * it gets, perhaps the end of the file, and how many characters to drop. */
struct cookie {
    uint64_t start;
    uint32_t flags, feed, skip, eof;
};

static py_object *cookie_pack(const struct cookie *c)
{
    unsigned char b[24];

    if (!c->flags && !c->feed && !c->skip && !c->eof)
        return py_int_from_uint64(c->start);
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)(c->start >> 8 * i);
    for (int i = 0; i < 4; i++) {
        b[8 + i] = (unsigned char)(c->flags >> 8 * i);
        b[12 + i] = (unsigned char)(c->feed >> 8 * i);
        b[16 + i] = (unsigned char)(c->skip >> 8 * i);
    }
    b[20] = (unsigned char)c->eof;
    return py_long_from_bytes(b, 21, 1, 0);
}

static int cookie_unpack(py_object *o, struct cookie *c)
{
    unsigned char b[24] = {0};
    py_object *l = py_number_long(o);

    memset(c, 0, sizeof *c);
    if (!l || py_long_as_bytes(l, b, 21, 1, 0) < 0)
        return -1;
    for (int i = 0; i < 8; i++)
        c->start |= (uint64_t)b[i] << 8 * i;
    for (int i = 0; i < 4; i++) {
        c->flags |= (uint32_t)b[8 + i] << 8 * i;
        c->feed |= (uint32_t)b[12 + i] << 8 * i;
        c->skip |= (uint32_t)b[16 + i] << 8 * i;
    }
    c->eof = b[20];
    return 0;
}

static py_object *state_of(py_object *bytes, int64_t flags)
{
    return (py_object *)py_tuple_pack2(bytes, py_int_new(flags));
}

/* Feeds the bytes of the snapshot one by one, to find the last place before the
 * position where the decoder keeps no bytes. */
static int find_start(py_object *o, struct cookie *c)
{
    const char *s = py_str_data((py_str *)T(o)->snap_bytes);
    intptr_t n = py_str_len((py_str *)T(o)->snap_bytes);
    uint32_t fed = 0, decoded = 0;

    for (intptr_t i = 0; i < n; i++) {
        py_object *text = decode(o, (py_object *)py_str_new(s + i, 1), 0),
                  *bytes, *flags;

        if (!text || decoder_state(o, &bytes, &flags) < 0)
            return -1;
        fed++;
        decoded += (uint32_t)((py_unicode *)text)->n;
        if (!py_str_len((py_str *)bytes) && decoded <= c->skip) {
            c->start += fed;
            c->skip -= decoded;
            c->flags = (uint32_t)py_as_int64(flags);
            fed = decoded = 0;
        }
        if (decoded >= c->skip) {
            c->feed = fed;
            return 0;
        }
    }
    py_object *text = decode(o, (py_object *)py_str_empty, 1);
    if (!text)
        return -1;
    c->feed = fed;
    c->eof = 1;
    if (decoded + (uint32_t)((py_unicode *)text)->n < c->skip)
        return py_raise_i(&py_IOError,
                          "can't reconstruct logical file position");
    return 0;
}

static py_object *m_tell(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    if (!T(o)->seekable)
        return py_raise(&py_IOError, "underlying stream is not seekable");
    if (!T(o)->telling)
        return py_raise(&py_IOError,
                        "telling position disabled by next() call");
    if (write_pending(o) < 0 || !py_io_call0(o, "flush"))
        return NULL;
    py_object *pos = py_io_call0(T(o)->buffer, "tell");
    if (!pos || !T(o)->decoder || !T(o)->snap_bytes)
        return pos;
    int64_t at = py_as_int64(pos), flags = py_as_int64(T(o)->snap_flags);
    if (py_err_occurred())
        return NULL;
    struct cookie c = {(uint64_t)(at - py_str_len((py_str *)T(o)->snap_bytes)),
                       (uint32_t)flags, 0, (uint32_t)T(o)->used, 0};
    if (!T(o)->used)
        return cookie_pack(&c);
    py_object *saved = py_io_call0(T(o)->decoder, "getstate");
    if (!saved)
        return NULL;
    py_object *set =
        c.start || flags
            ? py_io_call1(T(o)->decoder, "setstate",
                          state_of((py_object *)py_str_empty, flags))
            : py_io_call0(T(o)->decoder, "reset");
    int r = set ? find_start(o, &c) : -1;
    struct py_savedexc failed = py_err_save();
    py_object *back = py_io_call1(T(o)->decoder, "setstate", saved);
    if (failed.exc) {
        py_err_clear();
        py_err_restore(failed);
    }
    return r < 0 || !back ? NULL : cookie_pack(&c);
}

static py_object *seek_end(py_object *o)
{
    if (!py_io_call0(o, "flush"))
        return NULL;
    drop_chars(o);
    T(o)->snap_flags = T(o)->snap_bytes = NULL;
    if (T(o)->decoder && !py_io_call0(T(o)->decoder, "reset"))
        return NULL;
    return py_io_call2(T(o)->buffer, "seek", py_int_new(0), py_int_new(2));
}

static int restore_decoder(py_object *o, const struct cookie *c)
{
    py_object *empty = (py_object *)py_str_empty, *bytes, *text;

    if (!c->start && !c->flags) {
        if (!py_io_call0(T(o)->decoder, "reset"))
            return -1;
    } else if (!py_io_call1(T(o)->decoder, "setstate",
                            state_of(empty, c->flags)))
        return -1;
    T(o)->snap_flags = py_int_new(c->flags);
    T(o)->snap_bytes = empty;
    if (!c->skip)
        return 0;
    bytes = py_io_call1(T(o)->buffer, "read", py_int_new(c->feed));
    if (!bytes)
        return -1;
    if (!py_is_str(bytes))
        return py_raise_i(&py_TypeError,
                          "underlying read() should have returned a bytes "
                          "object, not '%.200s'",
                          py_type_of(bytes)->name);
    T(o)->snap_bytes = bytes;
    text = decode(o, bytes, (int)c->eof);
    if (!text)
        return -1;
    T(o)->chars = text;
    if (((py_unicode *)text)->n < (intptr_t)c->skip)
        return py_raise_i(&py_IOError, "can't restore logical file position");
    T(o)->used = c->skip;
    return 0;
}

static py_object *m_seek(py_object *o, py_object *cookieo, py_object *whenceo)
{
    struct cookie c;
    int whence = 0, zero;

    if (check_ready(o) < 0 || (whenceo && py_arg_int(whenceo, &whence) < 0) ||
        py_io_check_closed(o) < 0)
        return NULL;
    if (!T(o)->seekable)
        return py_raise(&py_IOError, "underlying stream is not seekable");
    zero = py_eq(cookieo, py_int_new(0));
    if (zero < 0)
        return NULL;
    if (whence == 1) {
        if (!zero)
            return py_raise(&py_IOError, "can't do nonzero cur-relative seeks");
        cookieo = py_io_call0(o, "tell");
        if (!cookieo)
            return NULL;
    } else if (whence == 2)
        return zero ? seek_end(o)
                    : py_raise(&py_IOError,
                               "can't do nonzero end-relative seeks");
    else if (whence != 0)
        return py_raise(&py_ValueError,
                        "invalid whence (%d, should be 0, 1 or 2)", whence);
    int negative = py_richcompare_bool(cookieo, py_int_new(0), PY_LT);
    if (negative < 0)
        return NULL;
    if (negative)
        return py_raise(&py_ValueError, "negative seek position %R", cookieo);
    if (!py_io_call0(o, "flush") || cookie_unpack(cookieo, &c) < 0 ||
        !py_io_call1(T(o)->buffer, "seek", py_int_from_uint64(c.start)))
        return NULL;
    drop_chars(o);
    T(o)->snap_flags = T(o)->snap_bytes = NULL;
    if (T(o)->decoder && restore_decoder(o, &c) < 0)
        return NULL;
    if (T(o)->encoder &&
        !(!c.start && !c.flags
              ? py_io_call0(T(o)->encoder, "reset")
              : py_io_call1(T(o)->encoder, "setstate", py_int_new(0))))
        return NULL;
    return cookieo;
}

static py_object *m_truncate(py_object *o, py_object *poso)
{
    if (check_ready(o) < 0 || !py_io_call0(o, "flush"))
        return NULL;
    return py_io_call1(T(o)->buffer, "truncate", poso ? poso : py_None);
}

/* -------------------------------------------------------------- the others */

static py_object *m_flush(py_object *o)
{
    if (check_open(o) < 0)
        return NULL;
    T(o)->telling = T(o)->seekable;
    return write_pending(o) < 0 ? NULL : py_io_call0(T(o)->buffer, "flush");
}

static py_object *m_close(py_object *o)
{
    struct py_savedexc failed = {NULL, NULL};

    if (check_ready(o) < 0)
        return NULL;
    int closed = py_io_closed(o);
    if (closed)
        return closed < 0 ? NULL : py_None;
    if (!py_io_call0(o, "flush"))
        failed = py_err_save();
    py_object *r = py_io_call0(T(o)->buffer, "close");
    if (r && failed.exc) { /* an error of close() goes before it */
        py_err_restore(failed);
        return NULL;
    }
    return r;
}

static py_object *m_detach(py_object *o)
{
    if (check_ready(o) < 0 || !py_io_call0(o, "flush"))
        return NULL;
    py_object *buffer = T(o)->buffer;
    T(o)->buffer = NULL;
    T(o)->detached = 1;
    T(o)->ready = 0;
    return buffer;
}

#define FORWARD(name)                                                          \
    static py_object *m_##name(py_object *o)                                   \
    {                                                                          \
        return check_ready(o) < 0 ? NULL : py_io_call0(T(o)->buffer, #name);   \
    }
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(fileno)
FORWARD(isatty)

static py_object *m_getstate(py_object *o)
{
    return py_raise(&py_TypeError, "cannot serialize '%.200s' object",
                    py_type_of(o)->name);
}

static py_object *get_part(py_object *o, void *data)
{
    return check_ready(o) < 0 ? NULL : py_getattr_cstr(T(o)->buffer, data);
}

static py_object *get_newlines(py_object *o, void *data)
{
    (void)data;
    if (check_ready(o) < 0)
        return NULL;
    if (!T(o)->decoder || py_type_of(T(o)->decoder) != &py_nldecoder_type)
        return py_None;
    return nl_newlines(T(o)->decoder, NULL);
}

static py_object *get_line_buffering(py_object *o, void *data)
{
    (void)data;
    return py_bool(T(o)->line_buffering);
}

static py_object *get_chunk(py_object *o, void *data)
{
    (void)data;
    return check_ready(o) < 0 ? NULL : py_int_new(T(o)->chunk);
}

static int set_chunk(py_object *o, py_object *v, void *data)
{
    intptr_t n;

    (void)data;
    if (check_ready(o) < 0)
        return -1;
    if (!v)
        return py_raise_i(&py_AttributeError, "cannot delete attribute");
    if (py_arg_ssize(v, &n) < 0)
        return -1;
    if (n <= 0)
        return py_raise_i(&py_ValueError,
                          "a strictly positive integer is required");
    T(o)->chunk = n;
    return 0;
}

static py_object *textio_repr(py_object *o)
{
    py_object *name;

    if (!T(o)->detached && check_ready(o) < 0)
        return NULL;
    name = py_getattr_maybe(o, py_intern_cstr("name"));
    if (!name) {
        py_err_clear();
        return (py_object *)py_str_format_c("<_io.TextIOWrapper encoding=%R>",
                                            T(o)->encoding);
    }
    return (py_object *)py_str_format_c(
        "<_io.TextIOWrapper name=%R encoding=%R>", name, T(o)->encoding);
}

static const struct py_methoddef textio_methods[] = {
    PY_M0("detach", m_detach, "detach() -> the buffer"),
    PY_M1("write", m_write, "write(text) -> its length"),
    PY_M(0, 1, "read", m_read, "read([n]) -> text"),
    PY_M(0, 1, "readline", m_readline, "readline([limit]) -> text"),
    PY_M0("flush", m_flush, "flush()"),
    PY_M0("close", m_close, "close()"),
    PY_M0("fileno", m_fileno, "fileno() -> descriptor"),
    PY_M0("seekable", m_seekable, "seekable() -> bool"),
    PY_M0("readable", m_readable, "readable() -> bool"),
    PY_M0("writable", m_writable, "writable() -> bool"),
    PY_M0("isatty", m_isatty, "isatty() -> bool"),
    PY_M0("__getstate__", m_getstate, NULL),
    PY_M(1, 2, "seek", m_seek, "seek(cookie[, whence]) -> cookie"),
    PY_M0("tell", m_tell, "tell() -> cookie, for seek()"),
    PY_M(0, 1, "truncate", m_truncate, "truncate([size]) -> size"),
    PY_MEND,
};
static const struct py_memberdef textio_members[] = {
    {"encoding", PY_MEMBER_OBJ, 1, offsetof(struct py_textio, encoding), NULL},
    {"errors", PY_MEMBER_OBJ, 1, offsetof(struct py_textio, errors), NULL},
    {"buffer", PY_MEMBER_OBJ, 1, offsetof(struct py_textio, buffer), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset textio_getset[] = {
    {"name", get_part, NULL, NULL, "name"},
    {"closed", get_part, NULL, NULL, "closed"},
    {"newlines", get_newlines, NULL, NULL, NULL},
    {"line_buffering", get_line_buffering, NULL, NULL, NULL},
    {"_CHUNK_SIZE", get_chunk, set_chunk, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_textio_type = {
    PY_IO_TYPE("_io.TextIOWrapper", py_textio),
    .base_type = &py_textiobase_type,
    .doc = "TextIOWrapper(buffer[, encoding[, errors[, newline[, "
           "line_buffering]]]]): text over a binary stream.",
    .methods = textio_methods,
    .members = textio_members,
    .getset = textio_getset,
    .tp_repr = textio_repr,
    .tp_iternext = textio_next,
    .tp_new = nl_new,
    .tp_init = textio_init,
};
