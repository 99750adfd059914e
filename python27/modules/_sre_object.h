/*
 * _sre_object.h: pattern objects, and what _sre.c, _sre_matchobject.c and
 * _sre_validate.c offer each other.
 */
#ifndef PY_SRE_OBJECT_H
#define PY_SRE_OBJECT_H

#include "modules/_sre.h"
#include "objects/object.h"

struct sre_pattern {
    py_object base;
    py_object *pattern; /* the text, or None */
    struct sre_code *code;
    intptr_t groups;
    py_object *groupindex, *indexgroup; /* name to number and back, or NULL */
    int32_t flags;
};
TW_IMMUTABLE(sre_pattern, code);
TW_IMMUTABLE(sre_pattern, groups);
TW_GC_TYPE_DECL(sre_pattern);
extern py_type sre_pattern_type, sre_match_type;

/* string[i:j] */
py_object *sre_slice(py_object *string, intptr_t i, intptr_t j);
/* The match that the state stands at. */
py_object *sre_match_new(struct sre_pattern *p, const struct sre_state *st,
                         py_object *string);
/* May the matcher run this code without looking where it steps? -1 with
 * RuntimeError. */
int sre_validate(const struct sre_code *code, intptr_t groups);

#endif
