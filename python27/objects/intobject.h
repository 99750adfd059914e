/*
 * intobject.h: int, bool, long, float, complex: layouts and conversions.
 *
 * Bodies: intobject.c, boolobject.c, longobject.c, floatobject.c,
 * complexobject.c.
 */
#ifndef PY_INTOBJECT_H
#define PY_INTOBJECT_H

#include "objects/object.h"

struct py_int { /* and bool */
    py_object base;
    int64_t value;
};
struct py_float {
    py_object base;
    double value;
};
struct py_complex {
    py_object base;
    double real, imag;
};
/* Magnitude in `limb`, least significant first, without leading zeros; size is
 * the number of limbs, negative for negative numbers. */
struct py_limbs {
    intptr_t n;
    uint64_t item[];
};
struct py_long {
    py_object base;
    intptr_t size;
    struct py_limbs *limb;
};
typedef struct py_int py_int;
typedef struct py_float py_float;
typedef struct py_complex py_complex;
typedef struct py_long py_long;
TW_IMMUTABLE(py_int, value);
TW_IMMUTABLE(py_float, value);
TW_IMMUTABLE(py_complex, real);
TW_IMMUTABLE(py_complex, imag);
TW_IMMUTABLE(py_long, size);
TW_IMMUTABLE(py_long, limb);
TW_IMMUTABLE(py_limbs, n);
TW_IMMUTABLE_ARRAY(py_limbs, item);
TW_GC_TYPE_DECL(py_int);
TW_GC_TYPE_DECL(py_float);
TW_GC_TYPE_DECL(py_complex);
TW_GC_TYPE_DECL(py_long);
TW_GC_TYPE_DECL(py_limbs);

extern py_type py_int_type, py_bool_type, py_long_type, py_float_type,
    py_complex_type;
extern struct py_int py_true_object, py_false_object;
#define py_True (&py_true_object.base)
#define py_False (&py_false_object.base)
static inline py_object *py_bool(int x)
{
    return x ? py_True : py_False;
}

/* Checks include subclasses (and bool for int); _exact do not. */
#define py_is_int(o) PY_IS(o, PY_TF_INT)
#define py_is_int_exact(o) (py_type_of(o) == &py_int_type)
#define py_is_long(o) PY_IS(o, PY_TF_LONG)
#define py_is_long_exact(o) (py_type_of(o) == &py_long_type)
#define py_is_float(o) PY_IS(o, PY_TF_FLOAT)
#define py_is_float_exact(o) (py_type_of(o) == &py_float_type)
#define py_is_complex(o) PY_IS(o, PY_TF_COMPLEX)

/* Small ints are shared outside traces only; inside, boxes stay virtual. */
enum { PY_SMALLINT_MIN = -5, PY_SMALLINT_MAX = 256 };
extern struct py_int py_smallints[PY_SMALLINT_MAX - PY_SMALLINT_MIN + 1];
static inline py_object *py_int_new(int64_t v)
{
    if (!tw_we_are_jitted() && (uint64_t)v - (uint64_t)PY_SMALLINT_MIN <=
                                   PY_SMALLINT_MAX - PY_SMALLINT_MIN)
        return &py_smallints[v - PY_SMALLINT_MIN].base;
    py_int *o = PY_NEW(py_int, &py_int_type);
    o->value = v;
    return &o->base;
}
static inline int64_t py_int_value(py_object *o) /* o is an int */
{
    return ((py_int *)o)->value;
}
static inline py_object *py_float_new(double v)
{
    py_float *o = PY_NEW(py_float, &py_float_type);
    o->value = v;
    return &o->base;
}
static inline double py_float_value(py_object *o) /* o is a float */
{
    return ((py_float *)o)->value;
}
py_object *py_complex_new(double re, double im);
/* An int where it fits, else a long. */
py_object *py_int_from_uint64(uint64_t v);
py_object *py_int_from_size(size_t v);
py_object *py_int_from_double(double v); /* truncated; may raise */

py_object *py_long_from_int64(int64_t v);
py_object *py_long_from_uint64(uint64_t v);
py_object *py_long_from_double(double v);
/* Digits in `base` (0: by prefix) of n characters, with CPython's ValueError. */
py_object *py_long_from_digits(const char *s, intptr_t n, int base);
py_object *py_int_from_digits(const char *s, intptr_t n, int base);
/* Little- or big-endian bytes, two's complement when is_signed. */
py_object *py_long_from_bytes(const unsigned char *s, size_t n, int little,
                              int is_signed);
int py_long_as_bytes(py_object *o, unsigned char *out, size_t n, int little,
                     int is_signed);

/* From int, long (or what has __int__); -1 with exception possible. */
int64_t py_as_int64(py_object *o);
uint64_t py_as_uint64(py_object *o); /* checks sign and range */
uint64_t py_as_uint64_mask(py_object *o); /* modulo 2**64 */
int py_as_int(py_object *o); /* checks the range of int */
double py_as_double(py_object *o); /* -1.0 with exception */
/* 1 and *out when o is an int or a long that fits; 0 otherwise, no error. */
int py_fits_int64(py_object *o, int64_t *out);
int py_long_sign(py_object *o);
/* Digits of an int or long in base 2 to 36 with a sign and no prefix; NULL with
 * MemoryError. */
char *py_long_to_cstr(py_object *o, int base);
/* Bits of the absolute value of a long. */
uint64_t py_long_bit_length(py_object *o);
/* A long as an int where it fits (results of int(), struct, ...). */
py_object *py_long_normalize(py_object *o);

/* repr of a double: 'r' shortest, or format code with precision; a GC string. */
char *py_double_to_cstr(double v, char code, int precision, int flags);
enum { PY_DTOA_SIGN = 1, PY_DTOA_ADD_DOT_0 = 2, PY_DTOA_ALT = 4 };
/* Parses as float() does without blanks; *end behind it. */
double py_strtod(const char *s, const char **end);
int64_t py_hash_double(double v);

#endif
