/*
 * array_kinds.c: items of arrays: from and to Python values (array_kinds.h).
 */
#include "modules/array_kinds.h"

/* An integer argument, with the message of array for floats. */
static int64_t item_int(py_object *v)
{
    int64_t x;

    if (PY_LIKELY(py_is_int_exact(v)))
        return py_int_value(v);
    return py_arg_int64(v, &x) < 0 ? -1 : x;
}

static int range_error(const char *what, int above)
{
    return py_raise_i(&py_OverflowError, "%s is %s than %s", what,
                      above ? "greater" : "less",
                      above ? "maximum" : "minimum");
}

/* Items as C types: a struct of their own each, so that accesses to different
 * kinds do not alias. */
#define STORE(tag, ctype)                                                      \
    struct tag {                                                               \
        intptr_t n;                                                            \
        ctype item[];                                                          \
    };
STORE(py_array_b, int8_t)
STORE(py_array_B, uint8_t)
STORE(py_array_u, uint32_t)
STORE(py_array_h, int16_t)
STORE(py_array_H, uint16_t)
STORE(py_array_i, int32_t)
STORE(py_array_I, uint32_t)
STORE(py_array_l, int64_t)
STORE(py_array_L, uint64_t)
STORE(py_array_f, float)
STORE(py_array_d, double)
#define ITEM(tag) (((struct tag *)a->store)->item[i])

/* Small integers. `what` names the type in messages; beyond [min2, max2], where
 * the conversion to a wider C type fails already, `wide` does. */
#define SMALL_INT(c, ctype, min, max, what, min2, max2, wide)                  \
    static py_object *get_##c(struct py_array *a, intptr_t i)                  \
    {                                                                          \
        return py_int_new(ITEM(py_array_##c));                                 \
    }                                                                          \
    static int set_##c(struct py_array *a, intptr_t i, py_object *v)           \
    {                                                                          \
        int64_t x = item_int(v);                                               \
                                                                               \
        if (PY_UNLIKELY(x == -1 && py_err_occurred()))                         \
            return -1;                                                         \
        if (PY_UNLIKELY(x < (min)))                                            \
            return range_error(x < (min2) ? wide : what, 0);                   \
        if (PY_UNLIKELY(x > (max)))                                            \
            return range_error(x > (max2) ? wide : what, 1);                   \
        if (i >= 0)                                                            \
            ITEM(py_array_##c) = (ctype)x;                                     \
        return 0;                                                              \
    }
SMALL_INT(b, int8_t, INT8_MIN, INT8_MAX, "signed char", INT16_MIN, INT16_MAX,
          "signed short integer")
SMALL_INT(B, uint8_t, 0, UINT8_MAX, "unsigned byte integer", 0, UINT8_MAX,
          "unsigned byte integer")
SMALL_INT(h, int16_t, INT16_MIN, INT16_MAX, "signed short integer", INT16_MIN,
          INT16_MAX, "signed short integer")
SMALL_INT(H, uint16_t, 0, UINT16_MAX, "unsigned short", INT32_MIN, INT32_MAX,
          "signed integer")
SMALL_INT(i, int32_t, INT32_MIN, INT32_MAX, "signed integer", INT32_MIN,
          INT32_MAX, "signed integer")
SMALL_INT(l, int64_t, INT64_MIN, INT64_MAX, "", INT64_MIN, INT64_MAX, "")

/* Unsigned ones beyond int. */
static int unsigned_item(py_object *v, uint64_t max, const char *what,
                         uint64_t *out)
{
    if (py_is_long(v)) {
        if (py_long_sign(v) < 0)
            return py_raise_i(&py_OverflowError,
                              "can't convert negative value to unsigned long");
        if (py_long_bit_length(v) > 64)
            return py_raise_i(&py_OverflowError,
                              "long int too large to convert");
        *out = py_as_uint64(v);
    } else {
        int64_t x = item_int(v);

        if (x == -1 && py_err_occurred())
            return -1;
        if (x < 0)
            return range_error(what, 0);
        *out = (uint64_t)x;
    }
    return *out > max ? range_error(what, 1) : 0;
}

static py_object *get_I(struct py_array *a, intptr_t i)
{
    return py_long_from_uint64(ITEM(py_array_I));
}

static int set_I(struct py_array *a, intptr_t i, py_object *v)
{
    uint64_t x;

    if (unsigned_item(v, UINT32_MAX, "unsigned int", &x) < 0)
        return -1;
    if (i >= 0)
        ITEM(py_array_I) = (uint32_t)x;
    return 0;
}

static py_object *get_L(struct py_array *a, intptr_t i)
{
    return py_long_from_uint64(ITEM(py_array_L));
}

static int set_L(struct py_array *a, intptr_t i, py_object *v)
{
    uint64_t x;

    if (unsigned_item(v, UINT64_MAX, "unsigned long", &x) < 0)
        return -1;
    if (i >= 0)
        ITEM(py_array_L) = x;
    return 0;
}

#define REAL(c, ctype)                                                         \
    static py_object *get_##c(struct py_array *a, intptr_t i)                  \
    {                                                                          \
        return py_float_new(ITEM(py_array_##c));                               \
    }                                                                          \
    static int set_##c(struct py_array *a, intptr_t i, py_object *v)           \
    {                                                                          \
        double x = py_is_float_exact(v) ? py_float_value(v) : py_as_double(v); \
                                                                               \
        if (PY_UNLIKELY(x == -1.0 && py_err_occurred()))                       \
            return -1;                                                         \
        if (i >= 0)                                                            \
            ITEM(py_array_##c) = (ctype)x;                                     \
        return 0;                                                              \
    }
REAL(f, float)
REAL(d, double)

static py_object *get_c(struct py_array *a, intptr_t i)
{
    return (py_object *)py_str_char(ITEM(py_array_B));
}

static int set_c(struct py_array *a, intptr_t i, py_object *v)
{
    if (!py_is_str(v) || py_str_len((py_str *)v) != 1)
        return py_raise_i(&py_TypeError, "array item must be char");
    if (i >= 0)
        ITEM(py_array_B) = (uint8_t)py_str_data((py_str *)v)[0];
    return 0;
}

static py_object *get_u(struct py_array *a, intptr_t i)
{
    return (py_object *)py_unicode_char(ITEM(py_array_u));
}

static int set_u(struct py_array *a, intptr_t i, py_object *v)
{
    if (!py_is_unicode(v) || ((py_unicode *)v)->n != 1)
        return py_raise_i(&py_TypeError,
                          "array item must be unicode character");
    if (i >= 0)
        ITEM(py_array_u) = ((py_unicode *)v)->data[0];
    return 0;
}

const struct py_arraykind py_arraykinds[] = {
    {'c', 1, get_c, set_c}, {'b', 1, get_b, set_b}, {'B', 1, get_B, set_B},
    {'u', 4, get_u, set_u}, {'h', 2, get_h, set_h}, {'H', 2, get_H, set_H},
    {'i', 4, get_i, set_i}, {'I', 4, get_I, set_I}, {'l', 8, get_l, set_l},
    {'L', 8, get_L, set_L}, {'f', 4, get_f, set_f}, {'d', 8, get_d, set_d},
    {0, 0, NULL, NULL},
};

const struct py_arraykind *py_arraykind_find(int code)
{
    for (const struct py_arraykind *k = py_arraykinds; k->code; k++)
        if (k->code == code)
            return k;
    return NULL;
}
