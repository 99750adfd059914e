/*
 * memory.h: memory for machine code, never writable and executable at once.
 * Whoever calls holds the interpreter's lock: nobody runs machine code then.
 */
#ifndef TW_CODE_MEMORY_H
#define TW_CODE_MEMORY_H

#include <stddef.h>

/* NULL when the system gives none. Executable; write between the two calls. */
void *code_alloc(size_t size);
int code_unprotect(void *p, size_t size);
int code_protect(void *p, size_t size);
void code_free(void *p);
size_t code_bytes_in_use(void);

#endif
