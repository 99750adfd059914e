/*
 * numparse.h: numbers from text, for int(), long(), float(), complex() and the
 * compiler. Bodies: numparse.c.
 */
#ifndef PY_NUMPARSE_H
#define PY_NUMPARSE_H

#include "objects/object.h"

/* The text of a str or the ASCII image of a unicode (other decimal digits
 * become ASCII ones, blanks ' '; anything else is a UnicodeEncodeError), for the
 * parsers. o is one of the two. */
const char *py_number_text(py_object *o, intptr_t *n);
/* float(text): whole text, blanks around it allowed. -1.0 with ValueError. */
double py_float_from_text(const char *s, intptr_t n);
/* float.fromhex(text), called on the class. */
py_object *py_float_fromhex(py_object *cls, py_object *text);

#endif
