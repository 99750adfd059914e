/*
 * _io.c: the module _io: open(), which puts streams together, BlockingIOError,
 * and the flushing of what is still open when the program ends.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "modules/io.h"
#include "objects/exceptions.h"
#include "objects/runtime.h"

/* --------------------------------------------------------- BlockingIOError */

struct py_blockingioerror {
    struct py_enverror e;
    int64_t written;
};
TW_GC_TYPE(py_blockingioerror);

static int blocking_init(py_object *o, py_object *const *args, intptr_t nargs,
                         py_tuple *kwnames)
{
    intptr_t written = 0;

    if (py_args_nokw("BlockingIOError", kwnames) < 0 ||
        py_args_count("BlockingIOError", nargs, 2, 3) < 0 ||
        (nargs > 2 && py_arg_ssize(args[2], &written) < 0))
        return -1;
    ((struct py_blockingioerror *)o)->written = written;
    return py_IOError.tp_init(o, args, 2, NULL);
}

static const struct py_memberdef blocking_members[] = {
    {"characters_written", PY_MEMBER_LONG, 0,
     offsetof(struct py_blockingioerror, written), NULL},
    {NULL, 0, 0, 0, NULL},
};
static py_type blocking_type = {
    PY_TYPE_HEAD("io.BlockingIOError", py_blockingioerror),
    .base_type = &py_IOError,
    .flags = PY_TF_BASE | PY_TF_EXC,
    .dict_offset = offsetof(struct py_baseexception, dict),
    .doc = "Raised when a non-blocking stream cannot take everything.",
    .members = blocking_members,
    .tp_init = blocking_init,
};

/* ------------------------------------------------------- the program's end */

/* Writers that are alive, each held weakly. */
static py_object ***writers;
static intptr_t nwriters, room;

void py_io_flush_at_end(py_object *o)
{
    if (nwriters == room) {
        intptr_t live = 0;

        for (intptr_t i = 0; i < nwriters; i++)
            if (*writers[i])
                writers[live++] = writers[i];
        nwriters = live;
        if (2 * nwriters >= room) {
            room = 2 * room + 32;
            py_object ***w = tw_gc_malloc((size_t)room * sizeof *w);
            if (nwriters)
                memcpy(w, writers, (size_t)nwriters * sizeof *w);
            writers = w;
        }
    }
    py_object **word = tw_gc_malloc_atomic(sizeof *word);
    *word = o;
    tw_gc_weaklink((void **)word, o);
    writers[nwriters++] = word;
}

/* Last made first: text before the buffer under it. */
static void flush_all(void)
{
    for (intptr_t i = nwriters - 1; i >= 0; i--) {
        py_object *o = *writers[i];

        if (o && py_io_closed(o) == 0)
            (void)py_io_call0(o, "flush");
        py_err_clear();
    }
}

/* -------------------------------------------------------------------- open */

struct openmode {
    uint8_t creating, reading, writing, appending, updating, text, binary,
        universal;
};

static int parse_mode(const char *mode, struct openmode *m)
{
    memset(m, 0, sizeof *m);
    for (const char *s = mode; *s; s++) {
        uint8_t *flag = *s == 'r'   ? &m->reading
                        : *s == 'w' ? &m->writing
                        : *s == 'a' ? &m->appending
                        : *s == '+' ? &m->updating
                        : *s == 't' ? &m->text
                        : *s == 'b' ? &m->binary
                        : *s == 'U' ? &m->universal
                                    : NULL;

        if (!flag || *flag)
            return py_raise_i(&py_ValueError, "invalid mode: '%s'", mode);
        *flag = 1;
    }
    if (m->universal) {
        if (m->writing || m->appending)
            return py_raise_i(&py_ValueError,
                              "can't use U and writing mode at once");
        m->reading = 1;
    }
    if (m->text && m->binary)
        return py_raise_i(&py_ValueError,
                          "can't have text and binary mode at once");
    if (m->reading + m->writing + m->appending > 1)
        return py_raise_i(&py_ValueError,
                          "must have exactly one of read/write/append mode");
    return 0;
}

static int given(py_object *o)
{
    return o && o != py_None;
}

/* Buffer size of a raw file: what its device prefers. */
static intptr_t preferred_size(py_object *raw)
{
    struct stat st;
    py_object *fd = py_io_call0(raw, "fileno");
    int n;

    if (fd && py_arg_int(fd, &n) == 0 && fstat(n, &st) == 0 &&
        st.st_blksize > 1)
        return st.st_blksize;
    py_err_clear();
    return PY_IO_BUFFER;
}

/* The stream over raw; closes nothing. */
static py_object *wrap(py_object *raw, const struct openmode *m,
                       const char *mode, intptr_t buffering, py_object **v)
{
    int line_buffering = 0;
    py_object *tty = py_io_call0(raw, "isatty");
    int isatty = tty ? py_is_true(tty) : -1;

    if (isatty < 0)
        return NULL;
    if (buffering == 1 || (isatty && buffering < 0)) {
        buffering = -1;
        line_buffering = 1;
    }
    if (buffering < 0)
        buffering = preferred_size(raw);
    if (buffering == 0) {
        if (!m->binary)
            return py_raise(&py_ValueError, "can't have unbuffered text I/O");
        return raw;
    }
    py_type *type = m->updating                  ? &py_bufrandom_type
                    : m->writing || m->appending ? &py_bufwriter_type
                    : m->reading                 ? &py_bufreader_type
                                                 : NULL;
    if (!type)
        return py_raise(&py_ValueError, "unknown mode: '%s'", mode);
    py_object *buffer = py_call2(&type->base, raw, py_int_new(buffering));
    if (!buffer || m->binary)
        return buffer;
    py_object *args[] = {buffer, v[3] ? v[3] : py_None, v[4] ? v[4] : py_None,
                         v[5] ? v[5] : py_None, py_bool(line_buffering)};
    py_object *text = py_call_fast(&py_textio_type.base, args, 5, NULL);
    if (!text ||
        py_setattr_cstr(text, "mode", (py_object *)py_str_from(mode)) < 0)
        return NULL;
    return text;
}

static py_object *f_open(py_object *self, py_object *const *args,
                         intptr_t nargs, py_tuple *kwnames)
{
    static const char *const names[] = {"file",     "mode",   "buffering",
                                        "encoding", "errors", "newline",
                                        "closefd"};
    const char *mode = "r";
    struct openmode m;
    intptr_t buffering = -1;
    int closefd = 1;
    char raw_mode[8], *p = raw_mode;
    py_object *v[7];

    (void)self;
    if (py_args_kw("open", args, nargs, kwnames, names, 7, 1, v) < 0)
        return NULL;
    if (!py_is_str(v[0]) && !py_is_unicode(v[0]) && !py_is_number(v[0]) &&
        !py_has_index(v[0]))
        return py_raise(&py_TypeError, "invalid file: %R", v[0]);
    if ((v[1] && !(mode = py_arg_cstr(v[1], "open", 2))) ||
        (v[2] && py_arg_ssize(v[2], &buffering) < 0) ||
        (v[6] && (closefd = py_is_true(v[6])) < 0) || parse_mode(mode, &m) < 0)
        return NULL;
    if (m.binary && given(v[3]))
        return py_raise(&py_ValueError,
                        "binary mode doesn't take an encoding argument");
    if (m.binary && given(v[4]))
        return py_raise(&py_ValueError,
                        "binary mode doesn't take an errors argument");
    if (m.binary && given(v[5]))
        return py_raise(&py_ValueError,
                        "binary mode doesn't take a newline argument");
    if (buffering < 0 && buffering != -1)
        return py_raise(&py_ValueError, "invalid buffering size");
    if (m.reading)
        *p++ = 'r';
    if (m.writing)
        *p++ = 'w';
    if (m.appending)
        *p++ = 'a';
    if (m.updating)
        *p++ = '+';
    *p = 0;
    py_object *raw =
        py_call3(&py_fileio_type.base, v[0], (py_object *)py_str_from(raw_mode),
                 py_bool(closefd));
    if (!raw)
        return NULL;
    py_object *result = wrap(raw, &m, mode, buffering, v);
    if (!result) {
        struct py_savedexc failed = py_err_save();

        (void)py_io_call0(raw, "close");
        py_err_clear();
        py_err_restore(failed);
    }
    return result;
}

static const struct py_methoddef functions[] = {
    PY_MKW("open", f_open,
           "open(file, mode='r', buffering=-1, encoding=None,\n"
           "     errors=None, newline=None, closefd=True) -> file object"),
    PY_MEND,
};

static int init(py_module *m)
{
    static const struct {
        const char *name;
        py_type *type;
    } types[] = {
        {"_IOBase", &py_iobase_type},
        {"_RawIOBase", &py_rawiobase_type},
        {"_BufferedIOBase", &py_bufferediobase_type},
        {"_TextIOBase", &py_textiobase_type},
        {"FileIO", &py_fileio_type},
        {"BytesIO", &py_bytesio_type},
        {"StringIO", &py_stringio_u_type},
        {"BufferedReader", &py_bufreader_type},
        {"BufferedWriter", &py_bufwriter_type},
        {"BufferedRandom", &py_bufrandom_type},
        {"BufferedRWPair", &py_bufpair_type},
        {"TextIOWrapper", &py_textio_type},
        {"IncrementalNewlineDecoder", &py_nldecoder_type},
        {"BlockingIOError", &blocking_type},
    };
    py_dict *d = py_dict_new();

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (py_module_set_type(m, types[i].name, types[i].type) < 0)
            return -1;
    py_io_blocking = &blocking_type;
    py_runtime_at_finish = flush_all;
    if (py_dict_set_cstr(d, "__module__", (py_object *)py_str_from("io")) < 0)
        return -1;
    py_io_unsupported = (py_type *)py_call3(
        &py_type_type.base, (py_object *)py_str_from("UnsupportedOperation"),
        (py_object *)py_tuple_pack2(&py_ValueError.base, &py_IOError.base),
        &d->base);
    if (!py_io_unsupported ||
        py_module_set(m, "UnsupportedOperation", &py_io_unsupported->base) < 0)
        return -1;
    return py_module_set_int(m, "DEFAULT_BUFFER_SIZE", PY_IO_BUFFER);
}

const struct py_moduledef py_module__io = {
    "_io", "Streams; the module io has more.", functions, init};
