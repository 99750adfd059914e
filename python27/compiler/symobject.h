/*
 * symobject.h: scopes as Python objects, for module _symtable.
 */
#ifndef PY_COMPILER_SYMOBJECT_H
#define PY_COMPILER_SYMOBJECT_H

#include "compiler/symtable.h"
#include "objects/object.h"

extern py_type py_symtable_entry_type;
/* The module's entry, with its children; NULL with an exception. */
py_object *symtable_object(const struct symtable *st);

#endif
