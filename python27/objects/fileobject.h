/*
 * fileobject.h: the type `file`, and writing to anything that is like a file.
 */
#ifndef PY_FILEOBJECT_H
#define PY_FILEOBJECT_H

#include <stdio.h>

#include "objects/object.h"

struct py_file {
    py_object base;
    FILE *fp; /* NULL: closed */
    py_object *name, *mode, *encoding, *errors;
    int (*close)(FILE *);
    py_dict *dict;
    py_object *weaklist;
    uint8_t softspace, binary, universal, skip_newline, readable, writable;
    uint8_t newlines; /* kinds seen: 1 \r, 2 \n, 4 \r\n */
    char *readahead;  /* of the iterator */
};
typedef struct py_file py_file;
TW_GC_TYPE_DECL(py_file);
extern py_type py_file_type;
#define py_is_file(o) py_isinst(o, &py_file_type)

/* An open stream as a file object; close is called at the end (NULL: never). */
py_object *py_file_new(FILE *fp, const char *name, const char *mode,
                       int (*close)(FILE *));
/* The stream of a file object; NULL with ValueError when closed. */
FILE *py_file_stream(py_object *f);

/* Sets the soft space flag of any object, gives the old one. */
int py_file_softspace(py_object *f, int flag);
/* Writes str(v), or repr(v), to any object with write(). */
int py_file_write_object(py_object *f, py_object *v, int repr);
/* Reads a line from the terminal, without the newline; set by the module
 * readline, NULL before. EOFError at the end. */
extern py_object *(*py_readline_hook)(const char *prompt);
/* A line from any object with readline(), without the newline; EOFError at the
 * end. */
py_object *py_file_getline(py_object *f);

#endif
