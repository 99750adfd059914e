/*
 * native.h: shared by the files of this folder.
 */
#ifndef TW_NATIVE_NATIVE_H
#define TW_NATIVE_NATIVE_H

#include "backends/code/optimizing.h"

/* The compiler of tier 2, opened and initialised; NULL with a message. Any thread. */
const struct tw_optimizing_compiler *
library_open(const struct tw_backend_hooks *hooks, char *err, size_t errsize);

#endif
