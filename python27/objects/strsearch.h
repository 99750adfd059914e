/*
 * strsearch.h: where a run of bytes or of UCS-4 characters lies in another.
 * Used by str, unicode, bytearray, buffers and their methods.
 */
#ifndef PY_STRSEARCH_H
#define PY_STRSEARCH_H

#include <stddef.h>
#include <stdint.h>

/* The first or last position, -1 when there is none. An empty needle is found
 * at once. */
intptr_t py_bytes_find(const char *s, intptr_t n, const char *p, intptr_t m);
intptr_t py_bytes_rfind(const char *s, intptr_t n, const char *p, intptr_t m);
intptr_t py_ucs4_find(const uint32_t *s, intptr_t n, const uint32_t *p,
                      intptr_t m);
intptr_t py_ucs4_rfind(const uint32_t *s, intptr_t n, const uint32_t *p,
                       intptr_t m);
int py_ucs4_cmp(const uint32_t *a, intptr_t n, const uint32_t *b, intptr_t m);

#endif
