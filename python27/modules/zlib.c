/*
 * zlib.c: the module zlib, over the library of that name. Streams take their
 * memory from the collector, so that nothing has to be freed.
 */
#include <zlib.h>

#include "modules/modutil.h"

struct py_zstream {
    py_object base;
    z_stream z;
    py_str *unused, *tail; /* of decompressors; never NULL */
    uint8_t alive;         /* before the end of the stream */
};
TW_GC_TYPE(py_zstream);
static py_type compress_type, decompress_type;
static py_type *error;
#define Z(o) ((struct py_zstream *)(o))

enum { DEFAULT_BUFFER = 16 * 1024 };

/* zlib's only single item is its state, the rest are tables without pointers. */
static void *z_alloc(void *opaque, unsigned items, unsigned size)
{
    size_t n = (size_t)items * size;

    (void)opaque;
    return items == 1 ? tw_gc_malloc(n) : tw_gc_malloc_atomic(n);
}

static void z_free(void *opaque, void *p)
{
    (void)opaque, (void)p;
}

static void *fail(z_stream *z, int err, const char *doing)
{
    const char *why = z->msg;

    if (err == Z_VERSION_ERROR)
        why = "library version mismatch";
    else if (!why && err == Z_BUF_ERROR)
        why = "incomplete or truncated stream";
    else if (!why && err == Z_STREAM_ERROR)
        why = "inconsistent stream state";
    else if (!why && err == Z_DATA_ERROR)
        why = "invalid input data";
    if (!why)
        return py_raise(error, "Error %d %s", err, doing);
    return py_raise(error, "Error %d %s: %.200s", err, doing, why);
}

static const char *bytes_arg(py_object *o, const char *fname, intptr_t *n)
{
    if (py_is_unicode(o) && !(o = py_unicode_encode(o, NULL, NULL)))
        return NULL;
    return py_arg_bytes(o, fname, 1, n);
}

static int optional_int(py_object *o, int *out)
{
    return o ? py_arg_int(o, out) : 0;
}

/* -------------------------------------------------------------- pumping */

/* Output that grows as it comes, at most `max` bytes (0: any number). */
struct output {
    struct py_bytes *buf;
    size_t n, max;
};

static int more_room(struct output *out, z_stream *z, size_t first)
{
    size_t have = out->buf ? (size_t)out->buf->n : 0,
           want = have ? 2 * have : first;

    if (out->max && want > out->max)
        want = out->max;
    if (want > UINT32_MAX && want - have > UINT32_MAX)
        want = have + UINT32_MAX;
    struct py_bytes *b = TW_NEW_VAR(py_bytes, (intptr_t)want);
    if (!b)
        return py_raise_nomemory(), -1;
    b->n = (intptr_t)want;
    if (out->buf)
        memcpy(b->item, out->buf->item, out->n);
    out->buf = b;
    z->next_out = (Bytef *)b->item + out->n;
    z->avail_out = (uInt)(want - out->n);
    return 0;
}

/* Feeds s to step (deflate or inflate) until it has taken everything and given
 * all it has, or out is full. The last piece goes with `flush`. Gives zlib's
 * last answer, or -100 with MemoryError. */
static int pump(z_stream *z, int (*step)(z_stream *, int), const char *s,
                size_t n, int flush, struct output *out, size_t first)
{
    int err = Z_OK;

    z->next_in = (Bytef *)s;
    do {
        z->avail_in = (uInt)(n > UINT32_MAX ? UINT32_MAX : n);
        n -= z->avail_in;
        do {
            if ((!out->buf || out->n == (size_t)out->buf->n)) {
                if (out->max && out->n == out->max) {
                    n += z->avail_in;
                    z->avail_in = (uInt)(n > UINT32_MAX ? UINT32_MAX : n);
                    return err;
                }
                if (more_room(out, z, first) < 0)
                    return -100;
            }
            err = step(z, n ? Z_NO_FLUSH : flush);
            out->n = (size_t)((char *)z->next_out - out->buf->item);
            if (err != Z_OK && (err != Z_BUF_ERROR || z->avail_out))
                return err; /* more than want of room */
        } while (z->avail_out == 0);
    } while (n);
    return err;
}

static py_object *finished(struct output *out)
{
    return (py_object *)py_str_new(out->buf ? out->buf->item : "",
                                   (intptr_t)out->n);
}

/* ---------------------------------------------------------- whole strings */

static py_object *f_compress(py_object *self, py_object *o, py_object *levelo)
{
    intptr_t n;
    int level = Z_DEFAULT_COMPRESSION, err;
    z_stream z = {.zalloc = z_alloc, .zfree = z_free};
    struct output out = {NULL, 0, 0};

    (void)self;
    const char *s = bytes_arg(o, "compress", &n);
    if (!s || optional_int(levelo, &level) < 0)
        return NULL;
    err = deflateInit(&z, level);
    if (err == Z_STREAM_ERROR)
        return py_raise(error, "Bad compression level");
    if (err == Z_MEM_ERROR)
        return py_raise(&py_MemoryError,
                        "Out of memory while compressing data");
    if (err != Z_OK)
        return fail(&z, err, "while compressing data");
    err = pump(&z, deflate, s, (size_t)n, Z_FINISH, &out,
               (size_t)n + (size_t)n / 1000 + 64);
    if (err == -100)
        return NULL;
    if (err != Z_STREAM_END)
        return fail(&z, err, "while compressing data");
    return finished(&out);
}

static py_object *f_decompress(py_object *self, py_object *o, py_object *wbitso,
                               py_object *sizeo)
{
    intptr_t n, size = DEFAULT_BUFFER;
    int wbits = MAX_WBITS, err;
    z_stream z = {.zalloc = z_alloc, .zfree = z_free};
    struct output out = {NULL, 0, 0};

    (void)self;
    const char *s = bytes_arg(o, "decompress", &n);
    if (!s || optional_int(wbitso, &wbits) < 0 ||
        (sizeo && py_arg_int64(sizeo, &size) < 0))
        return NULL;
    if (size <= 0)
        size = 1;
    err = inflateInit2(&z, wbits);
    if (err == Z_MEM_ERROR)
        return py_raise(&py_MemoryError,
                        "Out of memory while decompressing data");
    if (err != Z_OK)
        return fail(&z, err, "while preparing to decompress data");
    err = pump(&z, inflate, s, (size_t)n, Z_SYNC_FLUSH, &out, (size_t)size);
    if (err == -100)
        return NULL;
    if (err == Z_OK)
        err = Z_BUF_ERROR;
    if (err != Z_STREAM_END)
        return fail(&z, err, "while decompressing data");
    return finished(&out);
}

/* --------------------------------------------------------------- streams */

static struct py_zstream *new_stream(py_type *t)
{
    struct py_zstream *o = PY_NEW(py_zstream, t);

    o->z.zalloc = z_alloc;
    o->z.zfree = z_free;
    o->unused = o->tail = py_str_empty;
    return o;
}

static py_object *f_compressobj(py_object *self, py_object *const *args,
                                intptr_t nargs)
{
    int v[5] = {Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS, 8,
                Z_DEFAULT_STRATEGY};

    (void)self;
    if (nargs > 5)
        return py_raise(&py_TypeError,
                        "compressobj() takes at most 5 arguments (%zd given)",
                        nargs);
    for (intptr_t i = 0; i < nargs; i++)
        if (py_arg_int(args[i], &v[i]) < 0)
            return NULL;
    struct py_zstream *o = new_stream(&compress_type);
    int err = deflateInit2(&o->z, v[0], v[1], v[2], v[3], v[4]);
    o->alive = err == Z_OK;
    if (err == Z_OK)
        return &o->base;
    if (err == Z_MEM_ERROR)
        return py_raise(&py_MemoryError,
                        "Can't allocate memory for compression object");
    if (err == Z_STREAM_ERROR)
        return py_raise(&py_ValueError, "Invalid initialization option");
    return fail(&o->z, err, "while creating compression object");
}

static py_object *f_decompressobj(py_object *self, py_object *wbitso)
{
    int wbits = MAX_WBITS;

    (void)self;
    if (optional_int(wbitso, &wbits) < 0)
        return NULL;
    struct py_zstream *o = new_stream(&decompress_type);
    int err = inflateInit2(&o->z, wbits);
    o->alive = err == Z_OK;
    if (err == Z_OK)
        return &o->base;
    if (err == Z_STREAM_ERROR)
        return py_raise(&py_ValueError, "Invalid initialization option");
    if (err == Z_MEM_ERROR)
        return py_raise(&py_MemoryError,
                        "Can't allocate memory for decompression object");
    return fail(&o->z, err, "while creating decompression object");
}

static py_object *m_compress(py_object *o, py_object *data)
{
    intptr_t n;
    struct output out = {NULL, 0, 0};
    const char *s = bytes_arg(data, "compress", &n);

    if (!s)
        return NULL;
    int err =
        pump(&Z(o)->z, deflate, s, (size_t)n, Z_NO_FLUSH, &out, DEFAULT_BUFFER);
    if (err == -100)
        return NULL;
    if (err != Z_OK && err != Z_BUF_ERROR)
        return fail(&Z(o)->z, err, "while compressing");
    return finished(&out);
}

static py_object *m_cflush(py_object *o, py_object *modeo)
{
    int mode = Z_FINISH;
    struct output out = {NULL, 0, 0};

    if (optional_int(modeo, &mode) < 0)
        return NULL;
    if (mode == Z_NO_FLUSH)
        return (py_object *)py_str_empty;
    int err = pump(&Z(o)->z, deflate, "", 0, mode, &out, DEFAULT_BUFFER);
    if (err == -100)
        return NULL;
    if (err == Z_STREAM_END && mode == Z_FINISH) {
        Z(o)->alive = 0;
        err = deflateEnd(&Z(o)->z);
        if (err != Z_OK)
            return fail(&Z(o)->z, err, "from deflateEnd()");
    } else if (err != Z_OK && err != Z_BUF_ERROR)
        return fail(&Z(o)->z, err, "while flushing");
    return finished(&out);
}

/* What of the input was not used: behind the end of the stream, or for want of
 * room. */
static int keep_rest(py_object *o, int err)
{
    z_stream *z = &Z(o)->z;
    py_str *rest = py_str_new((const char *)z->next_in, z->avail_in);

    if (!rest)
        return -1;
    if (err == Z_STREAM_END) {
        Z(o)->unused = py_str_concat(Z(o)->unused, rest);
        Z(o)->alive = 0;
    }
    if (err != Z_STREAM_END || py_str_len(Z(o)->tail))
        Z(o)->tail = rest;
    z->next_in = NULL;
    z->avail_in = 0;
    return Z(o)->unused ? 0 : -1;
}

static py_object *m_decompress(py_object *o, py_object *data, py_object *maxo)
{
    intptr_t n, max = 0;
    const char *s = bytes_arg(data, "decompress", &n);
    int err;

    if (!s || (maxo && py_arg_int64(maxo, &max) < 0))
        return NULL;
    if (max < 0)
        return py_raise(&py_ValueError, "max_length must be greater than zero");
    struct output out = {NULL, 0, (size_t)max};
    if (!Z(o)->alive) {
        Z(o)->z.next_in = (Bytef *)s;
        Z(o)->z.avail_in = (uInt)n;
        return keep_rest(o, Z_STREAM_END) < 0 ? NULL : finished(&out);
    }
    err = pump(&Z(o)->z, inflate, s, (size_t)n, Z_SYNC_FLUSH, &out,
               DEFAULT_BUFFER);
    if (err == -100 || keep_rest(o, err) < 0)
        return NULL;
    if (err != Z_STREAM_END && err != Z_OK && err != Z_BUF_ERROR)
        return fail(&Z(o)->z, err, "while decompressing");
    return finished(&out);
}

static py_object *m_dflush(py_object *o, py_object *lengtho)
{
    int64_t length = DEFAULT_BUFFER;
    struct output out = {NULL, 0, 0};

    if (lengtho && py_arg_int64(lengtho, &length) < 0)
        return NULL;
    if (length <= 0)
        return py_raise(&py_ValueError, "length must be greater than zero");
    if (!Z(o)->alive) {
        inflateEnd(&Z(o)->z);
        return (py_object *)py_str_empty;
    }
    py_str *tail = Z(o)->tail;
    int err = pump(&Z(o)->z, inflate, py_str_data(tail),
                   (size_t)py_str_len(tail), Z_FINISH, &out, (size_t)length);
    if (err == -100 || keep_rest(o, err) < 0)
        return NULL;
    if (err == Z_STREAM_END) {
        err = inflateEnd(&Z(o)->z);
        if (err != Z_OK)
            return fail(&Z(o)->z, err, "from inflateEnd()");
    }
    return finished(&out);
}

static py_object *copied(py_object *o, struct py_zstream *c, int err)
{
    if (err == Z_STREAM_ERROR)
        return py_raise(&py_ValueError, "Inconsistent stream state");
    if (err == Z_MEM_ERROR)
        return py_raise(&py_MemoryError,
                        "Can't allocate memory for compression object");
    if (err != Z_OK)
        return fail(&Z(o)->z, err, "while copying compression object");
    c->unused = Z(o)->unused;
    c->tail = Z(o)->tail;
    c->alive = 1;
    return &c->base;
}

static py_object *m_ccopy(py_object *o)
{
    struct py_zstream *c = new_stream(&compress_type);

    return copied(o, c, deflateCopy(&c->z, &Z(o)->z));
}

static py_object *m_dcopy(py_object *o)
{
    struct py_zstream *c = new_stream(&decompress_type);

    return copied(o, c, inflateCopy(&c->z, &Z(o)->z));
}

/* -------------------------------------------------------------- checksums */

static py_object *checksum(py_object *o, py_object *starto, const char *fname,
                           uLong start,
                           uLong (*f)(uLong, const Bytef *, z_size_t))
{
    intptr_t n;
    const char *s = bytes_arg(o, fname, &n);

    if (!s)
        return NULL;
    if (starto) {
        if (!py_is_int(starto) && !py_is_long(starto))
            return py_raise(&py_TypeError, "an integer is required");
        start = (uint32_t)py_as_uint64_mask(starto);
    }
    return py_int_new((int32_t)f(start, (const Bytef *)s, (z_size_t)n));
}

static py_object *f_adler32(py_object *self, py_object *s, py_object *start)
{
    (void)self;
    return checksum(s, start, "adler32", 1, adler32_z);
}

static py_object *f_crc32(py_object *self, py_object *s, py_object *start)
{
    (void)self;
    return checksum(s, start, "crc32", 0, crc32_z);
}

static const struct py_methoddef compress_methods[] = {
    PY_M1("compress", m_compress,
          "compress(data) -> what of the compressed stream is ready"),
    PY_M(0, 1, "flush", m_cflush, "flush([mode]) -> the rest of the stream"),
    PY_M0("copy", m_ccopy, "copy() -> the same state in a new object"),
    PY_MEND,
};
static const struct py_methoddef decompress_methods[] = {
    PY_M(1, 2, "decompress", m_decompress,
         "decompress(data[, max_length]) -> decompressed bytes"),
    PY_M(0, 1, "flush", m_dflush, "flush([length]) -> the rest"),
    PY_M0("copy", m_dcopy, "copy() -> the same state in a new object"),
    PY_MEND,
};
static const struct py_memberdef decompress_members[] = {
    {"unused_data", PY_MEMBER_OBJ, 1, offsetof(struct py_zstream, unused),
     "bytes behind the end of the stream"},
    {"unconsumed_tail", PY_MEMBER_OBJ, 1, offsetof(struct py_zstream, tail),
     "input left over because of max_length"},
    {NULL, 0, 0, 0, NULL},
};
static py_type compress_type = {
    PY_TYPE_HEAD("zlib.Compress", py_zstream),
    .methods = compress_methods,
};
static py_type decompress_type = {
    PY_TYPE_HEAD("zlib.Decompress", py_zstream),
    .methods = decompress_methods,
    .members = decompress_members,
};

static const struct py_methoddef functions[] = {
    PY_M(1, 2, "adler32", f_adler32, "adler32(string[, start]) -> checksum"),
    PY_M(1, 2, "compress", f_compress, "compress(string[, level])"),
    PY_MFAST("compressobj", f_compressobj,
             "compressobj([level[, method[, wbits[, memlevel[, "
             "strategy]]]]])"),
    PY_M(1, 2, "crc32", f_crc32, "crc32(string[, start]) -> checksum"),
    PY_M(1, 3, "decompress", f_decompress,
         "decompress(string[, wbits[, bufsize]])"),
    PY_M(0, 1, "decompressobj", f_decompressobj, "decompressobj([wbits])"),
    PY_MEND,
};

static const struct py_intconst constants[] = {
    {"MAX_WBITS", MAX_WBITS},
    {"DEFLATED", Z_DEFLATED},
    {"DEF_MEM_LEVEL", 8},
    {"Z_BEST_SPEED", Z_BEST_SPEED},
    {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION},
    {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION},
    {"Z_FILTERED", Z_FILTERED},
    {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY},
    {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY},
    {"Z_FINISH", Z_FINISH},
    {"Z_NO_FLUSH", Z_NO_FLUSH},
    {"Z_SYNC_FLUSH", Z_SYNC_FLUSH},
    {"Z_FULL_FLUSH", Z_FULL_FLUSH},
    {NULL, 0},
};

static int init(py_module *m)
{
    error = py_module_exception(m, "zlib.error", &py_Exception);
    if (!error || py_type_ready(&compress_type) < 0 ||
        py_type_ready(&decompress_type) < 0 ||
        py_module_set_ints(m, constants) < 0)
        return -1;
    return py_module_set_str(m, "ZLIB_VERSION", ZLIB_VERSION) < 0 ||
                   py_module_set_str(m, "__version__", "1.0") < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module_zlib = {
    "zlib", "Compression by the zlib library.", functions, init};
