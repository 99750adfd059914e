/*
 * literal.h: the constants of a parsed text as Python objects.
 */
#ifndef PY_COMPILER_LITERAL_H
#define PY_COMPILER_LITERAL_H

#include "compiler/source.h"
#include "parser/parse.h"

/* Gives every Num and Str node of the parse its object, which the arena keeps.
 * When the parse found an error, only the literals before it are looked at, as
 * their errors come first. 0, or -1 with an exception. */
int literals_resolve(struct parser *ps, const struct source *src,
                     const char *filename);

#endif
