/*
 * generator.c: generators: frames that are left and entered again.
 */
#include "objects/runtime.h"
#include "objects/weakref.h"

TW_GC_TYPE(py_generator);

#define G(o) ((py_generator *)(o))

py_object *py_generator_new(py_frame *f)
{
    py_generator *g = PY_NEW(py_generator, &py_generator_type);
    g->frame = f;
    g->code = f->code;
    g->escapes = py_frames_escaped;
    f->gen = g;
    f->depth = f->code->stackbase;
    /* Closing an abandoned one does something inside try or with. */
    if (f->code->has_try)
        py_watch_death(&g->base);
    return &g->base;
}

/* Nobody has held any frame since g was made, so nobody holds its: it is free. */
static inline void finished(py_generator *g, py_frame *f)
{
    if (g->escapes == py_frames_escaped && !tw_isvirtual(f))
        py_frame_free(f);
}

/* Runs g until it yields, with `value` as what the yield expression gives, or
 * with the exception that is set when value is NULL. NULL without exception:
 * it finished. */
static py_object *resume(py_generator *g, py_object *value)
{
    py_frame *f = g->frame;
    struct py_ec *ec = py_ec;
    if (PY_UNLIKELY(g->running))
        return py_raise(&py_ValueError, "generator already executing");
    if (!f)
        return NULL;
    if (value && f->lasti == -1 && value != py_None)
        return py_raise(&py_TypeError, "can't send non-None value to a "
                                       "just-started generator");
    int depth = f->depth, pc;
    if (f->lasti == -1) {
        pc = 0;
    } else {
        pc = f->lasti + 1;
        if (value)
            f->slots[depth++] = value;
    }
    if (py_recursion_enter_fast(ec, ""))
        return NULL;
    g->running = 1;
    void *ref = tw_virtual_ref(f);
    f->back = ec->frame;
    ec->frame = ref;
    if (!value)
        pc = ~pc; /* raise there */
    py_object *r = py_eval_loop(pc, depth, tw_promote(f->code), f, ec);
    ec->frame = f->back;
    f->back = NULL;
    tw_virtual_ref_finish(ref, f);
    ec->depth--;
    g->running = 0;
    if (!r || f->depth < 0) {
        g->frame = NULL;
        finished(g, f);
        if (r)
            return NULL; /* returned */
    }
    return r;
}

static py_object *gen_iternext(py_object *o)
{
    return resume(G(o), py_None);
}

static py_object *stop(py_object *r)
{
    if (!r && !py_err_occurred())
        py_raise_none(&py_StopIteration);
    return r;
}

static py_object *gen_send(py_object *o, py_object *v)
{
    return stop(resume(G(o), v));
}

static py_object *throw_current(py_generator *g)
{
    if (g->running)
        return py_raise(&py_ValueError, "generator already executing");
    if (!g->frame)
        return NULL;
    if (g->frame->lasti == -1) {
        /* Never started: the exception comes from its first line. */
        py_traceback_here(g->frame);
        g->frame = NULL;
        return NULL;
    }
    return stop(resume(g, NULL));
}

static py_object *gen_throw(py_object *o, py_object *type, py_object *value,
                            py_object *tb)
{
    if (tb == py_None)
        tb = NULL;
    if (tb && py_type_of(tb) != &py_traceback_type)
        return py_raise(&py_TypeError, "throw() third argument must be a "
                                       "traceback object");
    if (PY_IS(type, PY_TF_TYPE)
            ? (((py_type *)type)->flags & PY_TF_EXC) == 0
            : !py_is_classobj(type) && !py_is_exception(type) &&
                  !py_is_oldinst(type))
        return py_raise(&py_TypeError,
                        "exceptions must be classes, or instances, not %T",
                        type);
    py_raise_statement(type, value, tb);
    return throw_current(G(o));
}

static py_object *gen_close(py_object *o)
{
    if (!G(o)->frame)
        return py_None;
    if (G(o)->frame->lasti == -1 && !G(o)->running) {
        G(o)->frame = NULL;
        return py_None;
    }
    py_raise_none(&py_GeneratorExit);
    if (throw_current(G(o)))
        return py_raise(&py_RuntimeError, "generator ignored GeneratorExit");
    if (py_err_matches(&py_StopIteration) ||
        py_err_matches(&py_GeneratorExit)) {
        py_err_clear();
        return py_None;
    }
    return NULL;
}

static void gen_del(py_object *o)
{
    if (G(o)->frame && G(o)->frame->block && !gen_close(o))
        py_err_unraisable(o);
}

static py_object *gen_self(py_object *o)
{
    return o;
}

static py_object *gen_repr(py_object *o)
{
    return (py_object *)py_str_format_c("<generator object %S at %p>",
                                        G(o)->code->name, (void *)o);
}

static py_object *get_name(py_object *o, void *d)
{
    (void)d;
    return &G(o)->code->name->base;
}

static const struct py_methoddef gen_methods[] = {
    PY_M1("send", gen_send, "Resumes it with the value of its yield."),
    PY_MF("throw", gen_throw, PY_POS, 1, 3, PY_UNPACK,
          "Raises the exception where it stands."),
    PY_M0("close", gen_close, "Raises GeneratorExit where it stands."),
    PY_MEND,
};
static py_object *get_frame(py_object *o, void *d)
{
    (void)d;
    if (!G(o)->frame)
        return py_None;
    py_frame_escapes(G(o)->frame);
    return &G(o)->frame->base;
}

static const struct py_getset gen_getset[] = {
    {"__name__", get_name, NULL, NULL, NULL},
    {"gi_frame", get_frame, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static const struct py_memberdef gen_members[] = {
    {"gi_code", PY_MEMBER_OBJ, 1, offsetof(struct py_generator, code), NULL},
    {"gi_running", PY_MEMBER_BOOL, 1, offsetof(struct py_generator, running),
     NULL},
    {NULL, 0, 0, 0, NULL},
};
py_type py_generator_type = {
    PY_TYPE_HEAD("generator", py_generator),
    .flags = PY_TF_WEAKREF,
    .methods = gen_methods,
    .getset = gen_getset,
    .members = gen_members,
    .tp_iter = gen_self,
    .tp_iternext = gen_iternext,
    .tp_del = gen_del,
    .tp_repr = gen_repr,
};
