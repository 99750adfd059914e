/*
 * pyc.h: objects to and from the marshal format, and .pyc files.
 *
 * The format is that of CPython 2.7's marshal, versions 0 to 2. Reading takes
 * any bytes: what is not a sound value ends in ValueError, EOFError or
 * TypeError. (Code objects are rebuilt as they are; running bytecode that no
 * compiler made is the business of whoever runs it.)
 */
#ifndef PY_COMPILER_PYC_H
#define PY_COMPILER_PYC_H

#include <stdint.h>
#include <stdio.h>
#include "objects/object.h"

enum { PY_MARSHAL_VERSION = 2 };

/* v as bytes; ValueError for what cannot be written. */
py_str *py_marshal_dumps(py_object *v, int version);
/* The value at s..s+n; *used, unless NULL: how many bytes it took. */
py_object *py_marshal_loads(const char *s, intptr_t n, intptr_t *used);
/* Reads just one value from a stream. */
py_object *py_marshal_load_file(FILE *fp);

/* .pyc: magic number, the source's time of modification, the code. The magic
 * is our own, since our bytecode has instructions that CPython does not know; its
 * first byte counts the changes of the bytecode. */
extern const char py_pyc_magic[4];
/* The code in the file if it is sound and for a source of that time; else
 * NULL, without an exception. */
py_code *py_pyc_read(const char *path, int64_t mtime);
/* Writes beside the final name and renames, so that no half file is seen; a
 * file of another Python's is left alone. -1 when that failed, without an
 * exception. mode: the source file's. */
int py_pyc_write(const char *path, int64_t mtime, py_code *code, unsigned mode);

/* The code of a source file, from its .pyc (.pyo under -O) where that is
 * fresh; else compiled, and the .pyc written unless sys.dont_write_bytecode.
 * NULL with an exception. */
py_code *py_compile_file(const char *path);

#endif
