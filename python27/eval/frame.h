/*
 * frame.h: frames and the entry points of the eval loop.
 *
 * A frame is the JIT's virtualizable: in machine code its fields below and its
 * slots live in registers. The depth of the value stack and the next
 * instruction are no fields but variables (and greens) of the eval loop; they
 * are written to `depth` and `lasti` where somebody else may ask: around calls
 * (lasti) and when a generator yields (both).
 * Reads from outside the loop (sys._getframe, tracebacks, locals()) go through
 * frame.c, which forces the frame first.
 */
#ifndef PY_FRAME_H
#define PY_FRAME_H

#include "objects/code.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/object.h"

struct py_frame {
    py_object base;
    void *jit_token; /* the toolkit's */
    py_frame *back;
    py_code *code;
    py_dict *globals;
    py_object *locals; /* a mapping; NULL for fast locals not yet asked for */
    int32_t lasti; /* offset of the instruction being executed, -1 before */
    int32_t depth; /* of the value stack, when not running; -1 once it
                            returned */
    struct py_block *block; /* innermost open block */
    struct py_generator *gen; /* that it runs, or NULL */
    /* What sys.exc_info() was before this frame first handled an exception. */
    struct py_handled *saved_handled;
    struct py_frametrace *trace; /* f_trace and its line state, or NULL */
    uint8_t escaped; /* somebody outside holds it */
    intptr_t nslots;
    py_object *slots[];
};
TW_IMMUTABLE(py_frame, code);
TW_IMMUTABLE(py_frame, globals);
TW_IMMUTABLE(py_frame, nslots);
TW_VIRTUALIZABLE(py_frame, jit_token, "lasti block locals saved_handled trace",
                 slots, nslots);
TW_GC_TYPE_DECL(py_frame);
extern py_type py_frame_type;

struct py_handled {
    py_object *type, *value, *tb;
};
TW_GC_TYPE_DECL(py_handled);
struct py_frametrace {
    py_object *func;
    int32_t line; /* last reported */
    int32_t lower, upper; /* instructions of that line */
    int32_t lasti; /* seen last */
    int32_t jump; /* where f_lineno was set to, or -1 */
    int32_t jump_blocks; /* how many stay open then */
    char event; /* being reported: its first letter */
};

/* Has sys.settrace, sys.setprofile or an f_trace ever been used? Machine code is
 * made for programs that never did, and thrown away when one begins. */
struct py_tracestate {
    int32_t used;
    void *watch; /* the toolkit's */
};
TW_QUASI_IMMUTABLE(py_tracestate, used, watch);
extern struct py_tracestate py_tracestate;
static inline void py_tracing_used(void)
{
    if (!py_tracestate.used)
        py_tracestate.used = 1;
}

/* The calling frame, or NULL. `back` and py_ec->frame hold handles (virtual
 * references) while traces run: read them through this and py_frame_get. */
static inline py_frame *py_frame_back(py_frame *f)
{
    return tw_virtual_ref_force(f->back);
}
/* Somebody outside holds f now. The number counts how often that happened. */
extern int32_t py_frames_escaped;
static inline void py_frame_escapes(py_frame *f)
{
    f->escaped = 1;
    py_frames_escaped++;
}
/* Nobody will look at f again. */
tw_dont_look_inside void py_frame_free(py_frame *f);
/* A frame for code, with locals and cells empty. */
py_frame *py_frame_new(py_code *code, py_dict *globals, py_object *locals);
/* Runs a frame from its start to its return. */
py_object *py_frame_run(struct py_ec *ec, py_frame *f);
/* Runs module-level code (exec, eval, import). locals: any mapping. */
py_object *py_eval_code(py_code *code, py_dict *globals, py_object *locals);
/* f.f_lineno */
int py_frame_line(py_frame *f);
/* f.f_lineno = v, inside a trace function: where py_trace_line will go on. */
int py_frame_set_line(py_frame *f, py_object *v);
/* Leaves the blocks that are not open there: the new depth of the stack. */
int py_frame_leave_blocks(py_frame *f, int depth);
/* locals() of a frame: the dict, with fast locals copied in. */
py_object *py_frame_locals(py_frame *f);
/* And back again from the dict into fast locals (exec, import *). */
int py_frame_locals_to_fast(py_frame *f, int clear);
/* The n-th caller: 0 is the innermost frame; NULL past the end. */
py_frame *py_frame_get(int n);
/* The globals/builtins of the innermost frame; builtins of __builtin__ when
 * there is none. */
py_dict *py_current_globals(void);
/* The builtins that code with these globals sees. */
py_object *py_builtins_of(py_dict *globals);
py_object *py_current_builtins(void);

#endif
