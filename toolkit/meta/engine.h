/*
 * engine.h: the backend in use. The LLVM backend is a shared library that is loaded when the first
 * trace is to be compiled: a program that never gets hot does not pay for it. Owner: engine.c.
 */
#ifndef TW_ENGINE_H
#define TW_ENGINE_H

#include "toolkit/ir/backend.h"

/* The loaded backend, NULL before tw_backend_load succeeded. */
const struct tw_backend *tw_backend(void);
/* Loads what tw_options.backend names, once. NULL, with one message on stderr and the JIT off
 * from then on, when it cannot be had. */
const struct tw_backend *tw_backend_load(void);

#endif
