/*
 * io.h: what the files of the module _io share.
 *
 * iobase.c the abstract bases; fileio.c FileIO; bytesio.c BytesIO; bufferedio.c
 * the buffered types; textio.c IncrementalNewlineDecoder and TextIOWrapper;
 * stringio.c StringIO; _io.c open() and the module.
 */
#ifndef PY_IO_H
#define PY_IO_H

#include "modules/modutil.h"
#include "objects/threads.h"

enum { PY_IO_BUFFER = 8192 };

struct py_iobase {
    py_object base;
    py_dict *dict;
    uint8_t closed; /* as close() of the base class marks it */
};
TW_GC_TYPE_DECL(py_iobase);

extern py_type py_iobase_type, py_rawiobase_type, py_bufferediobase_type,
    py_textiobase_type, py_fileio_type, py_bytesio_type, py_bufreader_type,
    py_bufwriter_type, py_bufrandom_type, py_bufpair_type, py_textio_type,
    py_nldecoder_type, py_stringio_u_type;
extern py_type *py_io_unsupported, *py_io_blocking;

/* Opens the initializer of a type of _io whose instances are `struct tag`, which
 * begins with a py_iobase. */
#define PY_IO_TYPE(nm, tag)                                                    \
    PY_TYPE_HEAD(nm, tag), .flags = PY_TF_BASE | PY_TF_WEAKREF | PY_TF_HASDEL, \
        .dict_offset = offsetof(struct py_iobase, dict)

/* o.closed; 0, 1, or -1 with exception. */
int py_io_closed(py_object *o);
/* ValueError when o.closed. 0 or -1. */
int py_io_check_closed(py_object *o);
void *py_io_unsupported_error(const char *what);
/* Calls o.name(...), by interned name. */
py_object *py_io_call0(py_object *o, const char *name);
py_object *py_io_call1(py_object *o, const char *name, py_object *a);
py_object *py_io_call2(py_object *o, const char *name, py_object *a,
                       py_object *b);
/* A size argument: None or absent is -1. 0 or -1 with exception. */
int py_io_size(py_object *o, intptr_t *size);
/* True when an EINTR was raised and its signal handlers ran: try again. Clears
 * the exception then. */
int py_io_interrupted(void);
/* A bytearray of n zeros, for readinto(). */
py_object *py_io_zeros(intptr_t n);
/* An offset that fits; -1 with exception. */
int64_t py_io_offset(py_object *o);
/* FileIO without its Python surface: bytes read (-1 error, -2 would block). */
intptr_t py_fileio_read(py_object *o, char *p, intptr_t n);
intptr_t py_fileio_write(py_object *o, const char *p, intptr_t n);
#define py_fileio_exact(o) (py_type_of(o) == &py_fileio_type)
/* Notes o, a writer with a flush(), for flushing when the program ends. */
void py_io_flush_at_end(py_object *o);
py_object *py_io_newline_decoder(py_object *decoder, int translate,
                                 py_object *errors);
/* n decoded characters through the decoder; final: no more will come. */
py_object *py_nldecoder_decode(py_object *o, py_object *input, int final);
/* The end of the line at the front of n characters: position behind it, or -1
 * when it is not there; *consumed: characters that need no second look. */
intptr_t py_io_line_end(const uint32_t *s, intptr_t n, int translated,
                        int universal, py_str *newline, intptr_t *consumed);

#endif
