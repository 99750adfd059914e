/*
 * gc.c: the module `gc`. The collector finds cycles like everything else, so
 * there is nothing to enable, tune or keep in gc.garbage; what is here lets
 * programs collect, stop collecting, and ask.
 */
#include "objects/runtime.h"

static int enabled = 1;
static int debug_flags;
static int threshold[3] = {700, 10, 10};

static py_object *g_enable(py_object *self)
{
    (void)self;
    enabled = 1;
    tw_gc_enable(1);
    return py_None;
}

static py_object *g_disable(py_object *self)
{
    (void)self;
    enabled = 0;
    tw_gc_enable(0);
    return py_None;
}

static py_object *g_isenabled(py_object *self)
{
    (void)self;
    return py_bool(enabled);
}

/* Objects with a __del__ may die in several rounds: one finds what another
 * kept. */
static py_object *g_collect(py_object *self, py_object *generation)
{
    int gen = 2, ran = 0;
    (void)self;
    if (generation && py_arg_int(generation, &gen) < 0)
        return NULL;
    if (gen < 0 || gen > 2)
        return py_raise(&py_ValueError, "invalid generation");
    tw_gc_enable(1);
    for (int round = 0; round < 4; round++) {
        tw_gc_collect();
        int n = tw_gc_run_finalizers();
        ran += n;
        if (!n)
            break;
    }
    tw_gc_enable(enabled);
    return py_int_new(ran);
}

static py_object *g_set_debug(py_object *self, py_object *flags)
{
    (void)self;
    return py_arg_int(flags, &debug_flags) < 0 ? NULL : py_None;
}

static py_object *g_get_debug(py_object *self)
{
    (void)self;
    return py_int_new(debug_flags);
}

static py_object *triple(int a, int b, int c)
{
    return &py_tuple_pack3(py_int_new(a), py_int_new(b), py_int_new(c))->base;
}

static py_object *g_get_count(py_object *self)
{
    (void)self;
    return triple((int)(tw_gc_allocated() / 64 % 701), 0, 0);
}

static py_object *g_set_threshold(py_object *self, py_object *a, py_object *b,
                                  py_object *c)
{
    (void)self;
    return py_arg_int(a, &threshold[0]) < 0 ||
                   (b && py_arg_int(b, &threshold[1]) < 0) ||
                   (c && py_arg_int(c, &threshold[2]) < 0)
               ? NULL
               : py_None;
}

static py_object *g_get_threshold(py_object *self)
{
    (void)self;
    return triple(threshold[0], threshold[1], threshold[2]);
}

static int tracked(py_object *o);

/* As an item of a tuple or dict; a dict there may still change. */
static int tracked_item(py_object *o)
{
    return py_type_of(o) == &py_dict_type || tracked(o);
}

/* What can be part of a cycle. */
static int tracked(py_object *o)
{
    py_type *t = py_type_of(o);
    if (t == &py_tuple_type) {
        for (intptr_t i = 0; i < ((py_tuple *)o)->n; i++)
            if (tracked_item(((py_tuple *)o)->item[i]))
                return 1;
        return 0;
    }
    if (t == &py_dict_type) {
        intptr_t pos = 0;
        py_object *k, *v;
        while (py_dict_next((py_dict *)o, &pos, &k, &v))
            if (tracked_item(k) || tracked_item(v))
                return 1;
        return 0;
    }
    if (t == &py_type_type)
        return (((py_type *)o)->flags & PY_TF_HEAP) != 0;
    if (t->flags & PY_TF_HEAP)
        return !(t->flags & PY_TF_NODICT) || t->slots_count > 0;
    return !(t->gctype->flags & TW_GC_ATOMIC) &&
           !(t->flags & (PY_TF_INT | PY_TF_LONG | PY_TF_FLOAT | PY_TF_STR |
                         PY_TF_UNICODE | PY_TF_COMPLEX)) &&
           t != &py_object_type && t != &py_none_type &&
           t != &py_ellipsis_type && t != &py_notimplemented_type &&
           t != &py_bytearray_type && t != &py_code_type;
}

static py_object *g_is_tracked(py_object *self, py_object *o)
{
    (void)self;
    return py_bool(tracked(o));
}

static const struct py_methoddef methods[] = {
    PY_M0("enable", g_enable, "Lets collections happen by themselves."),
    PY_M0("disable", g_disable, "Stops collections but for collect()."),
    PY_M0("isenabled", g_isenabled, "Do collections happen by themselves?"),
    PY_MF("collect", g_collect, PY_POS, 0, 1, 0,
          "Collects; returns the number of finalizers and callbacks that ran."),
    PY_M1("set_debug", g_set_debug, "Sets flags, which nothing here heeds."),
    PY_M0("get_debug", g_get_debug, "The flags of set_debug."),
    PY_M0("get_count", g_get_count, "A number that grows with allocations."),
    PY_MF("set_threshold", g_set_threshold, PY_POS, 1, 3, PY_UNPACK,
          "Kept for get_threshold; the collector sets its own pace."),
    PY_M0("get_threshold", g_get_threshold, "What set_threshold was given."),
    PY_M1("is_tracked", g_is_tracked, "Could o be part of a cycle?"),
    PY_MEND,
};

static int init(py_module *m)
{
    py_module_set(m, "garbage", &py_list_new()->base);
    static const struct {
        const char *name;
        int value;
    } flags[] = {{"DEBUG_STATS", 1},         {"DEBUG_COLLECTABLE", 2},
                 {"DEBUG_UNCOLLECTABLE", 4}, {"DEBUG_INSTANCES", 8},
                 {"DEBUG_OBJECTS", 16},      {"DEBUG_SAVEALL", 32},
                 {"DEBUG_LEAK", 62}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        py_module_set_int(m, flags[i].name, flags[i].value);
    return 0;
}

const struct py_moduledef py_module_gc = {"gc", "The garbage collector.",
                                          methods, init};
