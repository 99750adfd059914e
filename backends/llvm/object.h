/*
 * object.h: the loader of what LLVM emits: one relocatable ELF object with one
 * function.
 */
#ifndef TW_LLVM_OBJECT_H
#define TW_LLVM_OBJECT_H

#include <stddef.h>
#include <stdint.h>

struct object {
    const uint8_t *data; /* the ELF file; the caller's */
    size_t size;
    size_t nbytes;       /* memory it needs, stubs included */
    uint64_t *place;     /* of each section: offset in that memory, or ~0 */
    unsigned nstubs;
    size_t stubs;        /* offset of the first stub */
};

/* Finds out what memory the object needs. 0, or -1 with a message. */
int object_open(struct object *o, const void *data, size_t size, char *err,
                size_t errsize);
/* Copies its sections to `memory` and relocates them; *function: the address
 * of its one function. */
int object_load(struct object *o, uint8_t *memory, void **function, char *err,
                size_t errsize);
void object_close(struct object *o);

#endif
