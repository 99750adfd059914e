/*
 * garray.c: the descriptors of the storage arrays of object.h.
 */
#include "objects/object.h"

TW_GC_TYPE_VAR(py_objarray, item);
TW_GC_TYPE_VAR_ATOMIC(py_intarray, item);
TW_GC_TYPE_VAR_ATOMIC(py_floatarray, item);
TW_GC_TYPE_VAR_ATOMIC(py_bytes, item);
