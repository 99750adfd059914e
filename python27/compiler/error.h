/*
 * error.h: how the front end raises SyntaxError.
 *
 * CPython makes them in three ways, which differ in args and attributes; tools
 * and tests see the difference, so all three are here. All return -1.
 */
#ifndef PY_COMPILER_ERROR_H
#define PY_COMPILER_ERROR_H

#include "parser/parse.h"

/* From the parser: args (msg, (filename, line, offset, text)), of the right
 * type; PARSE_LATER ones with offset None and the line from the file. */
int error_parse(const char *filename, const struct parse_error *e);
/* From the code generator: args (msg, (filename, line, None, text of the file's
 * line or None)). */
int error_compile(const char *filename, int line, const char *msg);
/* From the symbol table: args (msg,), filename and lineno set afterwards. */
int error_at(const char *filename, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A SyntaxWarning turned into an error by a filter gets its position. */
int error_from_warning(const char *filename, int line);
/* The C stack is nearly used up: -1 with RuntimeError. */
int error_if_too_deep(void);

#endif
