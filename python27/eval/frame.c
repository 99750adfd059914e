/*
 * frame.c: frames: making, recycling, running, and what Python sees of them.
 */
#include "objects/runtime.h"

TW_GC_TYPE_VAR(py_frame, slots);
TW_GC_TYPE(py_handled);

/* ------------------------------------------------------------ life cycle */

int32_t py_frames_escaped;

py_frame *py_frame_new(py_code *code, py_dict *globals, py_object *locals)
{
    py_frame *f = NULL;
    if (!tw_we_are_jitted() && code->spare) {
        f = code->spare;
        code->spare = NULL;
    } else {
        f = TW_NEW_VAR(py_frame, code->nslots);
        f->base.type = &py_frame_type;
        f->nslots = code->nslots;
        f->code = code;
    }
    f->globals = globals;
    f->locals = locals;
    f->lasti = -1;
    tw_hint_fresh_virtualizable(f);
    return f;
}

/* Nobody outside holds f: clear its variables and keep it for the next call of
 * its code. (The value stack is empty already.) */
static void recycle(py_frame *f)
{
    py_code *code = f->code;
    for (intptr_t i = 0; i < code->stackbase; i++)
        f->slots[i] = NULL;
    f->back = NULL;
    f->block = NULL;
    f->saved_handled = NULL;
    f->trace = NULL;
    code->spare = f;
}

/* It is cleared field by field so that this counts as a store to each of them:
 * traces do what they delayed before, and not afterwards. */
void py_frame_free(py_frame *f)
{
    tw_hint_access_directly(f);
    f->jit_token = NULL;
    f->back = NULL;
    f->locals = NULL;
    f->lasti = 0;
    f->depth = 0;
    f->block = NULL;
    f->gen = NULL;
    f->saved_handled = NULL;
    f->trace = NULL;
    f->escaped = 0;
    for (intptr_t i = 0; i < f->nslots; i++)
        f->slots[i] = NULL;
    tw_gc_free(&tw_gctype_py_frame, f,
               sizeof *f + (size_t)f->nslots * sizeof f->slots[0]);
}

/* A frame that was made by machine code, and not virtual. */
tw_dont_look_inside static void done_in_trace(struct py_ec *ec, py_frame *f,
                                              int32_t depth)
{
    if (f->escaped || ec->escape_mark > depth)
        ec->escape_mark = depth;
    else
        py_frame_free(f);
}

/* A frame that somebody holds keeps those that called it: what finishes in it
 * leaves a mark with its depth, and its callers, less deep, see it. (Asking
 * f->back would force frames that live in machine code; callers that are
 * virtual leave the mark alone.) */
void py_frame_done(struct py_ec *ec, py_frame *f)
{
    int32_t depth = ec->depth + 1; /* of f */

    if (tw_we_are_jitted()) {
        if (!tw_isvirtual(f))
            done_in_trace(ec, f, depth);
        return;
    }
    if (f->escaped || ec->escape_mark > depth)
        ec->escape_mark = depth;
    else if (!f->code->spare)
        recycle(f);
    else
        py_frame_free(f);
}

py_object *py_frame_run(struct py_ec *ec, py_frame *f)
{
    if (py_recursion_enter_fast(ec, ""))
        return NULL;
    /* Machine code looks at its loops' ends only. */
    if (!tw_we_are_jitted() && PY_UNLIKELY(py_action_flags) &&
        py_action_run() < 0) {
        ec->depth--;
        return NULL;
    }
    void *ref = tw_virtual_ref(f);
    f->back = ec->frame;
    ec->frame = ref;
    py_object *r = py_eval_loop(0, f->code->stackbase, f->code, f, ec);
    ec->frame = f->back;
    tw_virtual_ref_finish(ref, f);
    ec->depth--;
    return r;
}

py_object *py_frame_start(struct py_ec *ec, py_frame *f)
{
    if (f->code->flags & PY_CO_GENERATOR)
        return py_generator_new(f);
    py_object *r = py_frame_run(ec, f);
    py_frame_done(ec, f);
    return r;
}

py_object *py_eval_code(py_code *code, py_dict *globals, py_object *locals)
{
    py_frame *f = py_frame_new(code, globals, locals);
    if (!py_dict_get_str(globals, py_id___builtins__)) {
        py_module *b = py_module_add("__builtin__");
        if (py_dict_set_str(globals, py_id___builtins__, &b->base) < 0)
            return NULL;
    }
    for (intptr_t i = 0; i < code->ncellvars; i++)
        f->slots[code->nlocals + i] = py_cell_new(NULL);
    return py_frame_start(py_ec, f);
}

/* ----------------------------------------------------------- environment */

py_frame *py_frame_get(int n)
{
    py_frame *f = tw_virtual_ref_force(py_ec->frame);
    while (f && n-- > 0)
        f = py_frame_back(f);
    return f;
}

py_dict *py_current_globals(void)
{
    py_frame *f = py_frame_get(0);
    return f ? f->globals : NULL;
}

py_object *py_builtins_of(py_dict *globals)
{
    py_object *b = py_dict_get_str(globals, py_id___builtins__);
    if (b && py_type_of(b) == &py_module_type)
        return &((py_module *)b)->dict->base;
    if (b && py_is_dict(b))
        return b;
    return &py_module_add("__builtin__")->dict->base;
}

py_object *py_current_builtins(void)
{
    py_frame *f = py_frame_get(0);
    return f ? py_builtins_of(f->globals)
             : &py_module_add("__builtin__")->dict->base;
}

int py_frame_line(py_frame *f)
{
    if (f->trace && f->trace->func && f->trace->line > 0)
        return f->trace->line;
    return f->lasti < 0 ? f->code->firstlineno
                        : py_code_line(f->code, f->lasti);
}

/* ----------------------------------------------------------------- locals */

static int put(py_object *locals, py_object *name, py_object *v)
{
    if (v)
        return py_setitem(locals, name, v);
    if (py_delitem(locals, name) < 0 && !py_err_catch(&py_KeyError))
        return -1;
    return 0;
}

static int is_function(py_code *c)
{
    return (c->flags & PY_CO_OPTIMIZED) != 0;
}

py_object *py_frame_locals(py_frame *f)
{
    py_code *c = f->code;
    if (!f->locals)
        f->locals = &py_dict_new()->base;
    for (intptr_t i = 0; i < c->nlocals && i < c->varnames->n; i++)
        if (put(f->locals, c->varnames->item[i], f->slots[i]) < 0)
            return NULL;
    for (intptr_t i = 0; i < c->ncellvars; i++) {
        py_object *cell = f->slots[c->nlocals + i];
        if (put(f->locals, c->cellvars->item[i],
                cell ? ((py_cell *)cell)->value : NULL) < 0)
            return NULL;
    }
    /* A class body's free variables are not its locals. */
    for (intptr_t i = 0; is_function(c) && i < c->freevars->n; i++) {
        py_object *cell = f->slots[c->nlocals + c->ncellvars + i];
        if (put(f->locals, c->freevars->item[i],
                cell ? ((py_cell *)cell)->value : NULL) < 0)
            return NULL;
    }
    return f->locals;
}

/* The value of name in f's dict; NULL without exception when absent. */
static py_object *local(py_frame *f, py_object *name)
{
    py_object *v = py_getitem(f->locals, name);
    if (!v)
        py_err_catch(&py_KeyError);
    return v;
}

int py_frame_locals_to_fast(py_frame *f, int clear)
{
    py_code *c = f->code;
    if (!f->locals)
        return 0;
    struct py_savedexc s = py_err_save();
    for (intptr_t i = 0; i < c->nlocals && i < c->varnames->n; i++) {
        py_object *v = local(f, c->varnames->item[i]);
        if (v || clear)
            f->slots[i] = v;
    }
    for (intptr_t i = 0; i < c->ncells; i++) {
        int free = i >= c->ncellvars;
        if (free && !is_function(c))
            break;
        py_object *name =
            free ? c->freevars->item[i - c->ncellvars] : c->cellvars->item[i];
        py_cell *cell = (py_cell *)f->slots[c->nlocals + i];
        py_object *v = local(f, name);
        if (cell && (v || clear))
            cell->value = v;
    }
    py_err_clear();
    py_err_restore(s);
    return 0;
}

/* ---------------------------------------------------------------- the type */

#define F(o) ((py_frame *)(o))

static py_object *get_back(py_object *o, void *d)
{
    (void)d;
    py_frame *b = py_frame_back(F(o));
    if (!b)
        return py_None;
    py_frame_escapes(b);
    return &b->base;
}

static py_object *get_code(py_object *o, void *d)
{
    (void)d;
    return &F(o)->code->base;
}

static py_object *get_globals(py_object *o, void *d)
{
    (void)d;
    return &F(o)->globals->base;
}

static py_object *get_builtins(py_object *o, void *d)
{
    (void)d;
    return py_builtins_of(F(o)->globals);
}

static py_object *get_locals(py_object *o, void *d)
{
    (void)d;
    return py_frame_locals(F(o));
}

static py_object *get_lasti(py_object *o, void *d)
{
    (void)d;
    return py_int_new(F(o)->lasti);
}

static py_object *get_lineno(py_object *o, void *d)
{
    (void)d;
    return py_int_new(py_frame_line(F(o)));
}

static int set_lineno(py_object *o, py_object *v, void *d)
{
    (void)d;
    return py_frame_set_line(F(o), v);
}

static py_object *get_trace(py_object *o, void *d)
{
    (void)d;
    struct py_frametrace *t = F(o)->trace;
    return t && t->func ? t->func : py_None;
}

static int set_trace(py_object *o, py_object *v, void *d)
{
    (void)d;
    py_tracing_used();
    if (!F(o)->trace)
        F(o)->trace = tw_gc_malloc(sizeof *F(o)->trace);
    F(o)->trace->func = v == py_None ? NULL : v;
    F(o)->trace->line = py_frame_line(F(o));
    return 0;
}

static py_object *get_none(py_object *o, void *d)
{
    (void)o;
    (void)d;
    return py_None;
}

static py_object *get_restricted(py_object *o, void *d)
{
    (void)o;
    (void)d;
    return py_False;
}

static const struct py_getset frame_getset[] = {
    {"f_back", get_back, py_readonly, NULL, NULL},
    {"f_code", get_code, py_readonly, NULL, NULL},
    {"f_globals", get_globals, py_readonly, NULL, NULL},
    {"f_builtins", get_builtins, py_readonly, NULL, NULL},
    {"f_locals", get_locals, NULL, NULL, NULL},
    {"f_lasti", get_lasti, py_readonly, NULL, NULL},
    {"f_lineno", get_lineno, set_lineno, NULL, NULL},
    {"f_trace", get_trace, set_trace, NULL, NULL},
    {"f_exc_type", get_none, NULL, NULL, NULL},
    {"f_exc_value", get_none, NULL, NULL, NULL},
    {"f_exc_traceback", get_none, NULL, NULL, NULL},
    {"f_restricted", get_restricted, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type py_frame_type = {
    PY_TYPE_HEAD("frame", py_frame),
    .getset = frame_getset,
};
