/*
 * optimizing.h: what libtw-llvm.so is to the rest: the compiler of tier 2. Its one symbol is
 * tw_optimizing_compiler; native/library.c opens it when tier 2 has its first work.
 */
#ifndef TW_CODE_OPTIMIZING_H
#define TW_CODE_OPTIMIZING_H

#include "backends/code/unit.h"

struct tw_optimizing_compiler {
    int (*init)(const struct tw_backend_hooks *hooks, char *err,
                size_t errsize);
    /* Machine code for units[0], whose `body` all the units of the region's members are; `from`: a
     * bridge's guard, or NULL. 0, or -1 with a message. On any thread. */
    int (*compile)(const struct tw_region *r, struct unit **units,
                   struct tw_guard *from, char *err, size_t errsize);
    void (*log_code)(const char *name, const void *code, size_t size);
};
const struct tw_optimizing_compiler *tw_optimizing_compiler(void);

#endif
