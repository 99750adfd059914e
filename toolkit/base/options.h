/*
 * options.h: the JIT's parameters, from options.def. Set through tw_jit_set_param(s) and
 * TWSTRESS; read as tw_options.threshold.
 */
#ifndef TW_OPTIONS_H
#define TW_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

struct tw_options {
#define OPTION(name, value, what) int64_t name;
#define OPTION_TEXT(name, value, what) const char *name;
#include "toolkit/base/options.def"
#undef OPTION
#undef OPTION_TEXT
};
extern struct tw_options tw_options;

void tw_options_default(void);
/* 0, or -1: no number option of that name. */
int tw_option_set(const char *name, int64_t value);
/* "default", or "name=value,name=value"; 0, or -1 with the bad part in err. */
int tw_options_parse(const char *text, char *err, size_t errsize);

#endif
