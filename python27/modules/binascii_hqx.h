/*
 * binascii_hqx.h: the BinHex 4 codings, for binascii.c.
 */
#ifndef PY_BINASCII_HQX_H
#define PY_BINASCII_HQX_H

#include "objects/object.h"

enum py_hqx_status { PY_HQX_OK, PY_HQX_ILLEGAL, PY_HQX_SHORT };

/* 6 bits a character. *done: the closing colon was seen. */
py_object *py_hqx_encode(const char *s, intptr_t n);
py_object *py_hqx_decode(const char *s, intptr_t n, int *done,
                         enum py_hqx_status *status);
/* Runs as byte, 0x90, count. */
py_object *py_hqx_rle(const char *s, intptr_t n);
py_object *py_hqx_unrle(const char *s, intptr_t n, enum py_hqx_status *status);

#endif
