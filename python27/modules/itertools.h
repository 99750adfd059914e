/*
 * itertools.h: what the files of the module itertools share: itertools.c
 * (streams) and itertools_comb.c (combinations).
 */
#ifndef PY_ITERTOOLS_H
#define PY_ITERTOOLS_H

#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/function.h"
#include "objects/intobject.h"
#include "objects/strobject.h"

extern py_type py_itertools_product, py_itertools_permutations,
    py_itertools_combinations, py_itertools_combinations_wr;

static inline py_object *py_it_self(py_object *o)
{
    return o;
}

#endif
