/*
 * location.h: small numbers for green keys, so that traces can say where in
 * the interpreted program they are (debug_merge_point) without holding text.
 */
#ifndef TW_LOCATION_H
#define TW_LOCATION_H

#include "toolkit/ir/jitcode.h"

/* The number of these greens; the same greens give the same number. */
int64_t tw_location_id(const struct tw_jitdriver *d,
                       const union tw_value *greens);
/* As the driver's get_printable_location says it. */
void tw_location_print(int64_t id, char *buf, size_t size);

#endif
