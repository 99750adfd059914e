/*
 * args.h: taking apart the arguments of built-in functions.
 *
 * Most functions need none of this: PY_POS (object.h) delivers C parameters.
 * py_args_kw is for functions with keyword arguments. The texts of the errors
 * are CPython 2.7's.
 */
#ifndef PY_ARGS_H
#define PY_ARGS_H

#include "objects/errors.h"
#include "objects/object.h"

/* "f() takes exactly 2 arguments (3 given)" and its kin, unless
 * min <= n <= max: 0, or -1 with TypeError. */
int py_args_count(const char *fname, intptr_t n, intptr_t min, intptr_t max);
int py_args_nokw(const char *fname, py_tuple *kwnames);

/* Spreads positional and keyword arguments over out[0..nnames): names gives the
 * parameters' names in order, "" for positional-only; absent ones are NULL.
 * The first `required` must be there. 0, or -1 with TypeError. */
int py_args_kw(const char *fname, py_object *const *args, intptr_t nargs,
               py_tuple *kwnames, const char *const *names, int nnames,
               int required, py_object **out);

/* Single values, with CPython's messages; 0, or -1 with an exception. */
int py_arg_int(py_object *o, int *out); /* "an integer is required" */
int py_arg_int64(py_object *o, int64_t *out);
int py_arg_ssize(py_object *o, intptr_t *out);
int py_arg_double(py_object *o, double *out); /* "a float is required" */
/* A str (or unicode, encoded with the default encoding), NUL-terminated,
 * without embedded NULs; "f() argument 1 must be string, not int" */
const char *py_arg_cstr(py_object *o, const char *fname, int argno);
/* A file name: str, or unicode in the file system's encoding. */
const char *py_arg_path(py_object *o, const char *fname, int argno);
/* Reads any object with a buffer (s#): */
const char *py_arg_bytes(py_object *o, const char *fname, int argno,
                         intptr_t *n);
/* TypeError "fname() argument N must be <what>, not <type>". */
void *py_arg_error(const char *fname, int argno, const char *what,
                   py_object *got);

#endif
