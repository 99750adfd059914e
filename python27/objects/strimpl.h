/*
 * strimpl.h: what the text types' files offer each other and nobody else.
 */
#ifndef PY_STRIMPL_H
#define PY_STRIMPL_H

#include "objects/strobject.h"

extern const struct py_methoddef py_str_methods[], py_unicode_methods[];

/* o as unicode: itself, or a str in the default encoding; NULL with TypeError
 * (the text's %T is o's type) or UnicodeDecodeError. */
py_unicode *py_unicode_coerce(py_object *o);
/* One operand is unicode, the other anything. */
py_object *py_unicode_concat(py_object *a, py_object *b);
int py_unicode_contains(py_object *o, py_object *x);
/* One operand is a bytearray, the other anything. */
py_object *py_bytearray_concat(py_object *a, py_object *b);

#endif
