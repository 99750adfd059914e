/*
 * call.h: calls from the value stack, without building tuples (evalcall.c).
 */
#ifndef PY_EVALCALL_H
#define PY_EVALCALL_H

#include "objects/runtime.h"

/* Calls f->slots[base - 1] (or `callee`, which then replaces it) with the n
 * arguments from f->slots[base] on. The caller pops them. */
py_object *py_call_stack(struct py_ec *ec, py_frame *f, py_object *callee,
                         int base, int n);
/* The same with nkw pairs of name and value behind the n arguments. */
py_object *py_call_stack_kw(py_frame *f, py_object *callee, int base, int n,
                            int nkw);
/* CALL_FUNCTION_VAR and its kin: star and kw may be NULL. */
py_object *py_call_stack_var(py_frame *f, py_object *callee, int base, int n,
                             int nkw, py_object *star, py_object *kw);
#endif
