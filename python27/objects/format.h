/*
 * format.h: the `__format__` methods of the built-in types, PEP 3101 format
 * specifications. Bodies: formatspec.c.
 */
#ifndef PY_FORMAT_H
#define PY_FORMAT_H

#include "objects/object.h"

/* o.__format__(spec) for an int or long, a float, a complex, a str or unicode;
 * spec is a str or a unicode, which the result's type follows. */
py_object *py_int_format(py_object *o, py_object *spec);
py_object *py_float_format(py_object *o, py_object *spec);
py_object *py_complex_format(py_object *o, py_object *spec);
py_object *py_text_format(py_object *o, py_object *spec);

#endif
