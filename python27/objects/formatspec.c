/*
 * formatspec.c: PEP 3101 format specifications.
 */
#include "objects/format.h"
#include "objects/python.h"

#define NOT_YET(name)                                                          \
    py_object *name(py_object *o, py_object *spec)                             \
    {                                                                          \
        (void)o;                                                               \
        (void)spec;                                                            \
        return py_raise(&py_NotImplementedError, #name ": not there yet");     \
    }
NOT_YET(py_int_format)
NOT_YET(py_float_format)
NOT_YET(py_complex_format)
