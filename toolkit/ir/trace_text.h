/*
 * trace_text.h: traces as text, both ways, and the namespace that gives descriptors and pointer
 * constants their names. A namespace is made from declarations, one a line:
 *
 *     struct py_int 24 [items ITEMSIZE @OFFSET] [local]
 *     field py_int.value i 8 @16 [flags] [alias=py_x.y] [scalar] [any] [watch=OFFSET]
 *     array py_tuple.item[] r 8 @24 stride 8 [flags] [alias=…]
 *     raw char i 1                             (raw_load/raw_store through char *)
 *     call f(iir)i [abi=lip:l] [effects] [reads=py_x.y,…] [writes=…] [= builtin]
 *     ptr five = py_int { value=5, type=int_type }   (real memory, filled in)
 *     ptr far = 0x1000
 *     jitcode eval
 *
 * field/array flags: signed immutable quasi class nonnull bool vable=N. Call effects: elidable
 * loopinvariant anything force invalidate gil; none of them and no reads/writes: touches no
 * memory. A call also names its function as a pointer constant: ConstPtr(f). `= builtin` gives it
 * a body for folding (trace_names.c lists them).
 *
 * Guards of recorded traces are followed by their snapshot, frames from the outermost on, guards
 * of optimized ones by their failargs, holes as "-":
 *     guard_true(i3) {eval@7(p0, i1) add@2(i3); vable(p0, i1); vrefs(p4, p5)}
 *     guard_true(i3) [p0, -, i1]
 * A recorded trace whose guards have "[p0, i1]" gets a snapshot of one frame of them.
 */
#ifndef TW_TRACE_TEXT_H
#define TW_TRACE_TEXT_H

#include "toolkit/ir/backend.h"
#include "toolkit/ir/jitcode.h"
#include "toolkit/ir/trace.h"

struct tw_names;

struct tw_names *tw_names_new(void);
void tw_names_free(struct tw_names *ns);
/* One declaration. 0, or -1 with a message. Blank lines and # comments do nothing. */
int tw_names_declare(struct tw_names *ns, const char *line, char *err,
                     size_t errsize);

/* Lookups by name; NULL if there is none. Derived names ("point.x+16", "tuple.item[3]") are made
 * when asked for. */
const struct tw_descr *tw_names_descr(struct tw_names *ns, const char *name);
/* 1 and the address, or 0. */
int tw_names_pointer(struct tw_names *ns, const char *name, void **p);
const char *tw_names_of_pointer(const struct tw_names *ns, const void *p);
/* The jitcode of that name (made if need be), with a `live` of these kinds at pc; NULL when pc has
 * other kinds already. */
const struct tw_jitcode *tw_names_frame(struct tw_names *ns, const char *name,
                                        uint32_t pc, const char *kinds);
/* What was declared, for those who decode resume data. */
const struct tw_program *tw_names_program(struct tw_names *ns);
/* The target "L3" (loop 0's until somebody says otherwise) and the loop "Loop3"; made at first use.
 */
struct tw_target *tw_names_target(struct tw_names *ns, uint32_t id);
struct tw_loop *tw_names_loop(struct tw_names *ns, uint32_t id);
/* Visits every pointer constant declared with contents or address: fn(self, name, address, size;
 * size 0 when the namespace did not allocate it). */
void tw_names_each_pointer(const struct tw_names *ns,
                           void (*fn)(void *, const char *, void *, uint32_t),
                           void *self);

enum tw_parse_mode {
    TW_PARSE_RECORDED, /* "[…]" after a guard becomes a snapshot */
    TW_PARSE_OPTIMIZED /* … becomes failargs */
};
/* A new trace, or NULL with a message that names the line. */
struct tw_trace *tw_trace_parse(const char *text, struct tw_names *ns,
                                enum tw_parse_mode mode, char *err,
                                size_t errsize);
/* As tw_trace_print, pointer constants by name. ns may be NULL. */
void tw_trace_print_names(const struct tw_trace *t, const struct tw_names *ns,
                          FILE *out);
void tw_value_print(const struct tw_trace *t, const struct tw_names *ns,
                    tw_vref v, FILE *out);

#endif
