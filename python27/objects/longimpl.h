/*
 * longimpl.h: the inside of long, for longobject.c, longconv.c and nobody else.
 */
#ifndef PY_LONGIMPL_H
#define PY_LONGIMPL_H

#include <gmp.h>

#include "objects/intobject.h"

/* An int or long as sign and limbs. p may point to `one`: do not copy. */
struct py_longview {
    const uint64_t *p;
    intptr_t n; /* without leading zeros */
    int negative;
    uint64_t one;
};
/* 0 when o is neither int nor long. */
int py_long_view(py_object *o, struct py_longview *v);
/* Sets *overflow when it is beyond every double. */
double py_long_view_as_double(const struct py_longview *v, int *overflow);

/* A long with room for n limbs, all zero, to be filled and then finished: leading
 * zeros dropped, sign set. NULL with MemoryError. */
py_long *py_long_alloc(intptr_t nlimbs);
py_object *py_long_finish(py_long *o, intptr_t nlimbs, int negative);
py_object *py_long_from_mpz(const mpz_t z);

#endif
