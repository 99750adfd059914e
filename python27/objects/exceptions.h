/*
 * exceptions.h: layouts of built-in exception objects (exceptions.def says
 * which type has which).
 */
#ifndef PY_EXCEPTIONS_H
#define PY_EXCEPTIONS_H

#include "objects/object.h"

struct py_baseexception {
    py_object base;
    py_dict *dict;
    py_object *args;    /* a tuple */
    py_object *message;
};
struct py_enverror {
    struct py_baseexception e;
    py_object *err, *strerror, *filename; /* NULL reads as None */
};
struct py_syntaxerror {
    struct py_baseexception e;
    py_object *msg, *filename, *lineno, *offset, *text, *print_file_and_line;
};
struct py_unicodeerror {
    struct py_baseexception e;
    py_object *encoding, *object, *reason;
    intptr_t start, end;
};
struct py_systemexit {
    struct py_baseexception e;
    py_object *code;
};
TW_GC_TYPE_DECL(py_baseexception);
TW_GC_TYPE_DECL(py_enverror);
TW_GC_TYPE_DECL(py_syntaxerror);
TW_GC_TYPE_DECL(py_unicodeerror);
TW_GC_TYPE_DECL(py_systemexit);
#define py_is_exception(o) PY_IS(o, PY_TF_EXC)

/* A built-in exception with these arguments (or one of a type made by C code, whose __init__ is
 * the built-in one). */
py_object *py_exc_make(py_type *type, py_object *const *args, intptr_t nargs);
/* Errors of codecs and of the compiler, made from C: raise and return NULL. */
void *py_raise_decode(const char *encoding, const char *s, intptr_t n,
                      intptr_t start, intptr_t end, const char *reason);
void *py_raise_encode(const char *encoding, py_object *u, intptr_t start,
                      intptr_t end, const char *reason);
/* text, offset (from 1): may be NULL / 0; type SyntaxError or a subtype. */
void *py_raise_syntax(py_type *type, const char *msg, const char *filename,
                      int lineno, int offset, const char *text, intptr_t ntext);

#endif
