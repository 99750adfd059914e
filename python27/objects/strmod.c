/*
 * strmod.c: the operator % of str and unicode.
 */
#include "objects/python.h"

py_object *py_str_mod(py_object *fmt, py_object *args)
{
    (void)fmt;
    (void)args;
    return py_raise(&py_NotImplementedError, "str %% args: not there yet");
}
