/*
 * runtime.h: starting and ending the interpreter; what the core's files offer
 * each other and nobody else.
 */
#ifndef PY_RUNTIME_H
#define PY_RUNTIME_H

#include "objects/python.h"

/* --- start, in this order (runtime.c calls them) */
void py_ec_init_stack(void);
int py_exceptions_ready(void);
int py_exceptions_export(py_module *m);
/* All of the above, sys and __builtin__. -1 with a message printed. */
int py_runtime_init(void);
/* Runs sys.exitfunc, flushes. */
void py_runtime_finish(void);
/* What a module wants done at the end, after sys.exitfunc; NULL nothing. */
extern void (*py_runtime_at_finish)(void);

/* --- type.c */
/* A class as the class statement makes it. */
py_object *py_type_new(py_type *meta, py_str *name, py_tuple *bases,
                       py_dict *dict);
/* Gives t and its subclasses new versions (an attribute changed). */
void py_type_modified(py_type *t);
/* Allocates the next version. */
uint64_t py_type_next_version(void);
/* Fills in the slots of t (typeslots.c): a static type's from its bases, a
 * class's from the special methods in its mro. */
void py_type_inherit_slots(py_type *t);
int py_type_add_slotwrappers(py_type *t);
void py_type_update_slots(py_type *t);
/* Only after assignment to `name`; cheap when it is no special method. */
void py_type_update_slot(py_type *t, py_str *name);
/* tp_compare of classes with __cmp__ (typeslots.c). */
int py_slot_compare(py_object *a, py_object *b);
int py_object_init(py_object *self, py_object *const *args, intptr_t nargs,
                   py_tuple *kw);
py_object *py_object_new(py_type *type, py_object *const *args, intptr_t nargs,
                         py_tuple *kw);
py_object *py_type_call(py_object *type, py_object *const *args, intptr_t nargs,
                        py_tuple *kw);

/* --- descr.c */
py_object *py_methoddescr_new(py_type *owner, const struct py_methoddef *def);
py_object *py_getsetdescr_new(py_type *owner, const struct py_getset *def);
py_object *py_memberdescr_new(py_type *owner, const struct py_memberdef *def);
py_object *py_slotdescr_new(py_type *owner, py_str *name);
/* One row of PY_SLOT. */
struct py_slotrow {
    const char *name;
    uint16_t offset; /* of the field in py_type */
    uint8_t rank;    /* order of rows */
    py_object *(*wrap)(py_object *self, py_object *const *args, intptr_t nargs,
                       py_tuple *kw, py_anyfn fn);
    py_anyfn slotfn; /* what a class gets */
    const char *doc;
    py_str *id;
};
extern struct py_slotrow py_slotrows[];
extern const int py_nslotrows;
py_object *py_slotwrapper_new(py_type *owner, const struct py_slotrow *row,
                              py_anyfn fn);
/* NULL: o is no slot wrapper. */
const struct py_slotrow *py_slotwrapper_row(py_object *o);
py_anyfn py_slotwrapper_fn(py_object *o);
py_type *py_slotwrapper_owner(py_object *o);
py_object *py_descr_bind(py_object *descr, py_object *o, py_type *type);

/* --- function.c, frame.c */
/* The frame of a call, its arguments in place; NULL with TypeError. */
py_frame *py_function_frame(py_function *fn, py_object *const *args,
                            intptr_t nargs, py_tuple *kw);
/* Runs a fresh frame, or makes it a generator when its code says so. */
py_object *py_frame_start(struct py_ec *ec, py_frame *f);
/* Puts cells under the arguments that inner functions use, and takes over those
 * of the outer function. */
void py_function_cells(py_function *fn, py_frame *f);
/* A finished frame that nobody holds may serve its code's next call. */
void py_frame_done(struct py_ec *ec, py_frame *f);
py_object *py_generator_new(py_frame *f);
/* The loop: eval/eval.c. */
py_object *py_eval_loop(int pc, int depth, py_code *code, py_frame *f,
                        struct py_ec *ec);
/* Adds f, at f->lasti, in front of the traceback of the current exception. */
void py_traceback_here(py_frame *f);

/* --- traceback.c */
int py_file_write_cstr(py_object *file, const char *s);
int py_print_source_line(py_object *file, const char *name, int line,
                         int indent);
int py_exception_display(py_object *type, py_object *value, py_object *tb,
                         py_object *file);

/* --- sys.c: sys.exc_type and its kin, kept up to date by nobody; NULL when m
 * is another module or no exception was ever handled. */
py_object *py_sys_exc_attr(py_module *m, py_str *name);

/* --- module.c */
py_dict *py_sys_modules(void);
/* Linked in, or loaded from its shared object. NULL: there is none; with an
 * exception: it cannot be loaded. */
const struct py_moduledef *py_builtin_module(const char *name);
py_tuple *py_builtin_module_names(void);
py_module *py_builtin_module_init(const struct py_moduledef *def);

/* --- map.c */
py_map *py_map_root(py_type *t);

#endif
