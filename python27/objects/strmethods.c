/*
 * strmethods.c: the methods of str.
 */
#include "objects/python.h"
#include "objects/strimpl.h"

const struct py_methoddef py_str_methods[] = {PY_MEND};
const struct py_methoddef py_unicode_methods[] = {PY_MEND};
