/*
 * thread.c: the module `thread`: starting threads, locks, thread-local data.
 * The interpreter's lock itself is objects/threads.c.
 */
#include <limits.h>
#include <semaphore.h>

#include "modules/signal.h"
#include "objects/fileobject.h"
#include "objects/runtime.h"
#include "objects/threads.h"
#include "objects/weakref.h"

static py_object *thread_error;

/* ---------------------------------------------------------------------- locks */

struct py_lock {
    py_object base;
    sem_t *sem; /* 1 free, 0 held; in unscanned memory */
    int locked;
};
TW_GC_TYPE(py_lock);
#define L(o) ((struct py_lock *)(o))

static int take(struct py_lock *l, int wait)
{
    int r;
    if (sem_trywait(l->sem) == 0)
        return 1;
    if (!wait)
        return 0;
    struct py_ec *ec = py_gil_release();
    do
        r = sem_wait(l->sem);
    while (r < 0 && errno == EINTR);
    py_gil_acquire(ec);
    return 1;
}

static py_object *lock_acquire(py_object *self, py_object *wait)
{
    int w = 1;
    if (wait && py_arg_int(wait, &w) < 0)
        return NULL;
    if (!take(L(self), w))
        return py_False;
    L(self)->locked = 1;
    return py_True;
}

static py_object *lock_release(py_object *self)
{
    if (!L(self)->locked)
        return py_raise((py_type *)thread_error, "release unlocked lock");
    L(self)->locked = 0;
    sem_post(L(self)->sem);
    return py_None;
}

static py_object *lock_enter(py_object *self)
{
    return lock_acquire(self, NULL);
}

static py_object *lock_exit(py_object *self, py_object *const *args,
                            intptr_t nargs)
{
    (void)args;
    (void)nargs;
    return lock_release(self);
}

static py_object *lock_locked(py_object *self)
{
    return py_bool(L(self)->locked);
}

static const struct py_methoddef lock_methods[] = {
    PY_M(0, 1, "acquire", lock_acquire,
         "acquire([wait]): takes the lock, waiting for it unless wait is 0."),
    PY_M(0, 1, "acquire_lock", lock_acquire, "The same as acquire."),
    PY_M0("release", lock_release, "Gives the lock back."),
    PY_M0("release_lock", lock_release, "The same as release."),
    PY_M0("locked", lock_locked, "Is it held?"),
    PY_M0("locked_lock", lock_locked, "The same as locked."),
    PY_M0("__enter__", lock_enter, "Takes the lock."),
    PY_MFAST("__exit__", lock_exit, "Gives it back."),
    PY_MEND,
};

static py_type lock_type = {
    PY_TYPE_HEAD("thread.lock", py_lock),
    .flags = PY_TF_WEAKREF,
    .methods = lock_methods,
    .doc = "A lock: one holder at a time.",
};

static py_object *t_allocate_lock(py_object *self)
{
    (void)self;
    struct py_lock *l = PY_NEW(py_lock, &lock_type);
    l->sem = tw_gc_malloc_atomic(sizeof *l->sem);
    if (!l->sem || sem_init(l->sem, 0, 1) < 0)
        return py_raise((py_type *)thread_error, "can't allocate lock");
    return &l->base;
}

/* -------------------------------------------------------------------- threads */

struct py_thread_call {
    py_object *f;
    py_tuple *args;
    py_dict *kw;
};
TW_GC_TYPE(py_thread_call);

static void run_thread(void *p)
{
    struct py_thread_call *c = p;
    if (py_call_tuple(c->f, c->args, c->kw))
        return;
    if (py_err_catch(&py_SystemExit))
        return;
    struct py_savedexc s = py_err_save();
    py_object *err = py_dict_get_str(py_module_add("sys")->dict, py_id_stderr);
    py_str *text =
        py_str_format_c("Unhandled exception in thread started by %R\n", c->f);
    if (err && err != py_None && text)
        py_file_write_cstr(err, py_str_cstr(text));
    py_err_clear();
    py_err_restore(s);
    py_err_print();
}

static py_object *t_start(py_object *self, py_object *f, py_object *args,
                          py_object *kw)
{
    (void)self;
    if (!py_callable(f))
        return py_raise(&py_TypeError, "first arg must be callable");
    if (!py_is_tuple(args))
        return py_raise(&py_TypeError, "2nd arg must be a tuple");
    if (kw && !py_is_dict(kw))
        return py_raise(&py_TypeError, "optional 3rd arg must be a dictionary");
    struct py_thread_call *c = TW_NEW(py_thread_call);
    c->f = f;
    c->args = (py_tuple *)args;
    c->kw = kw ? (py_dict *)kw : NULL;
    int64_t id = py_thread_start(run_thread, c);
    if (id == -1)
        return py_raise((py_type *)thread_error, "can't start new thread");
    return py_int_new(id);
}

static py_object *t_ident(py_object *self)
{
    (void)self;
    return py_int_new(py_ec->thread_id);
}

static py_object *t_exit(py_object *self)
{
    (void)self;
    return py_raise_none(&py_SystemExit);
}

static py_object *t_count(py_object *self)
{
    (void)self;
    return py_int_new(py_thread_count());
}

static py_object *t_interrupt_main(py_object *self)
{
    (void)self;
    py_signal_trip(2); /* SIGINT */
    return py_None;
}

static py_object *t_stack_size(py_object *self, py_object *size)
{
    (void)self;
    size_t old = py_thread_stack_size;
    intptr_t n = 0;
    if (size && py_arg_ssize(size, &n) < 0)
        return NULL;
    if (n < 0)
        return py_raise(&py_ValueError, "size must be 0 or a positive value");
    if (n > 0 && n < 32768)
        return py_raise(&py_ValueError, "size not valid: %zd bytes", n);
    if (size)
        py_thread_stack_size = (size_t)n;
    return py_int_new((int64_t)old);
}

/* ---------------------------------------------------------- thread-local data */

struct py_local {
    py_object base;
    py_object *args; /* of the call that made it, for each thread's __init__ */
    py_dict *kw;
    py_dict *dict; /* as the type shows: of the thread that asked last */
};
TW_GC_TYPE(py_local);
static py_type local_type;
#define LOCAL(o) ((struct py_local *)(o))

/* The attributes of o in this thread; runs __init__ for a thread that is new
 * to o. A thread keeps them by o's identity, held weakly through the key. */
static py_dict *local_dict(py_object *o)
{
    struct py_ec *ec = py_ec;
    if (!ec->dict)
        ec->dict = py_dict_new();
    py_object *key = py_id(o);
    py_object *pair = py_dict_get(ec->dict, key);
    if (pair) {
        py_object *ref = ((py_tuple *)pair)->item[0];
        if (py_call0(ref) == o)
            return LOCAL(o)->dict = (py_dict *)((py_tuple *)pair)->item[1];
    }
    py_object *weakref = py_call1(&py_weakref_type.base, o);
    py_dict *d = py_dict_new();
    if (!weakref || py_dict_set(ec->dict, key,
                                &py_tuple_pack2(weakref, &d->base)->base) < 0)
        return NULL;
    LOCAL(o)->dict = d;
    if (py_type_of(o)->tp_init != py_object_type.tp_init) {
        py_tuple *args = (py_tuple *)LOCAL(o)->args;
        py_dict *kw = LOCAL(o)->kw;
        py_object *init = py_getattr_cstr(&py_type_of(o)->base, "__init__");
        py_object *bound =
            init ? py_sequence_concat(&py_tuple_pack1(o)->base, &args->base)
                 : NULL;
        if (!bound || !py_call_tuple(init, (py_tuple *)bound, kw)) {
            py_dict_del_maybe(ec->dict, key);
            return NULL;
        }
        LOCAL(o)->dict = d;
    }
    return d;
}

static py_object *local_new(py_type *type, py_object *const *args,
                            intptr_t nargs, py_tuple *kwnames)
{
    if (type->tp_init == py_object_type.tp_init &&
        (nargs || (kwnames && kwnames->n)))
        return py_raise(&py_TypeError,
                        "Initialization arguments are not supported");
    struct py_local *l = (struct py_local *)py_alloc(type, 0);
    if (!l)
        return NULL;
    py_tuple *a = py_tuple_new(nargs);
    for (intptr_t i = 0; i < nargs; i++)
        a->item[i] = args[i];
    l->args = &a->base;
    for (intptr_t i = 0; kwnames && i < kwnames->n; i++) {
        if (!l->kw)
            l->kw = py_dict_new();
        if (py_dict_set(l->kw, kwnames->item[i], args[nargs + i]) < 0)
            return NULL;
    }
    /* The thread that makes it runs __init__ by itself. */
    struct py_ec *ec = py_ec;
    if (!ec->dict)
        ec->dict = py_dict_new();
    l->dict = py_dict_new();
    py_object *weakref = py_call1(&py_weakref_type.base, &l->base);
    if (!weakref ||
        py_dict_set(ec->dict, py_id(&l->base),
                    &py_tuple_pack2(weakref, &l->dict->base)->base) < 0)
        return NULL;
    return &l->base;
}

static py_object *local_getattr(py_object *o, py_str *name)
{
    py_dict *d = local_dict(o);
    if (!d)
        return NULL;
    if (py_str_eq_cstr(name, "__dict__"))
        return &d->base;
    return py_object_getattr(o, name);
}

static int local_setattr(py_object *o, py_str *name, py_object *v)
{
    if (!local_dict(o))
        return -1;
    if (py_str_eq_cstr(name, "__dict__"))
        return py_raise_i(&py_AttributeError,
                          "'%T' object attribute '__dict__' is read-only", o);
    return py_object_setattr(o, name, v);
}

static py_type local_type = {
    PY_TYPE_HEAD("thread._local", py_local),
    .flags = PY_TF_BASE | PY_TF_WEAKREF,
    .dict_offset = offsetof(struct py_local, dict),
    .tp_new = local_new,
    .tp_getattr = local_getattr,
    .tp_setattr = local_setattr,
    .doc = "Attributes of which every thread has its own.",
};

/* --------------------------------------------------------------------- module */

static const struct py_methoddef methods[] = {
    PY_MF("start_new_thread", t_start, PY_POS, 2, 3, PY_UNPACK,
          "Calls a function in a new thread; returns the thread's identity."),
    PY_MF("start_new", t_start, PY_POS, 2, 3, PY_UNPACK,
          "The same as start_new_thread."),
    PY_M0("allocate_lock", t_allocate_lock, "A new lock."),
    PY_M0("allocate", t_allocate_lock, "The same as allocate_lock."),
    PY_M0("get_ident", t_ident, "The identity of this thread, a number."),
    PY_M0("exit", t_exit, "Ends this thread: raises SystemExit."),
    PY_M0("exit_thread", t_exit, "The same as exit."),
    PY_M0("interrupt_main", t_interrupt_main,
          "Raises KeyboardInterrupt in the main thread."),
    PY_M(0, 1, "stack_size", t_stack_size, "The stack size of new threads."),
    PY_M0("_count", t_count, "How many threads were started and still run."),
    PY_MEND,
};

static int init(py_module *m)
{
    if (py_module_set_type(m, "LockType", &lock_type) < 0 ||
        py_module_set_type(m, "_local", &local_type) < 0)
        return -1;
    thread_error = py_exception_new("thread.error", &py_Exception);
    return thread_error ? py_module_set(m, "error", thread_error) : -1;
}

const struct py_moduledef py_module_thread = {
    "thread", "Threads of the operating system, and locks.", methods, init};
