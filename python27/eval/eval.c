/*
 * eval.c: the loop that runs bytecode: the JIT's portal.
 *
 * Input: a frame, the position in its code and the depth of its value stack.
 * Output: the value returned or yielded, or NULL with an exception. Neighbours:
 * evalops.h (fast cases of operators), evalops.c (rare and large ones),
 * evalcall.c (calls), frame.c (frames).
 *
 * Greens are (pc, depth, code): depth is a variable and not a field of the
 * frame, so that the interpreter keeps it in a register; for a given pc it is
 * nearly always the same, so it costs the JIT nothing. Popped slots are
 * cleared: they would keep garbage alive, and virtual objects in traces.
 *
 * The function is long because it is one switch; each case is short.
 */
#include <stdio.h>

#include "eval/call.h"
#include "eval/evalops.h"
#include "objects/runtime.h"

/* Why a block is left; the values that finally-clauses see on the stack. */
enum why {
    WHY_EXCEPTION = 2,
    WHY_RETURN = 8,
    WHY_BREAK = 16,
    WHY_CONTINUE = 32
};

static void where(const union tw_value *g, char *buf, size_t size)
{
    py_code *code = g[2].r;
    int pc = (int)g[0].i;
    snprintf(buf, size, "%s %s:%d #%d", py_str_cstr(code->name),
             py_str_cstr(code->filename), py_code_line(code, pc), pc);
}

/* A generator's loop that yields each time round is inlined into the loop that
 * drives it, not called. */
static int unroll(const union tw_value *g)
{
    return (((py_code *)g[2].r)->flags & PY_CO_GENERATOR) != 0;
}

static const struct tw_driver driver = {
    .name = "python27",
    .greens = "pc depth code",
    .reds = "f ec",
    .virtualizable = "f",
    .get_printable_location = where,
    .should_unroll_one_iteration = unroll,
    .is_recursive = 1,
};

/* ------------------------------------------------------------- exceptions */

/* The frame handles exc: sys.exc_info() says so until the frame is left. */
static void set_handled(py_frame *f, struct py_ec *ec, py_object *exc,
                        py_object *tb)
{
    if (!f->saved_handled) {
        struct py_handled *h = TW_NEW(py_handled);
        h->type = ec->handled_type;
        h->value = ec->handled;
        h->tb = ec->handled_tb;
        f->saved_handled = h;
    }
    ec->handled_type = py_exc_class(exc);
    ec->handled = exc;
    ec->handled_tb = tb;
}

static void restore_handled(py_frame *f, struct py_ec *ec)
{
    struct py_handled *h = f->saved_handled;
    ec->handled_type = h->type;
    ec->handled = h->value;
    ec->handled_tb = h->tb;
    f->saved_handled = NULL;
}

tw_unroll_safe static inline void clear_slots(py_frame *f, int from, int to)
{
    for (int i = from; i < to; i++)
        f->slots[i] = NULL;
}

#define GO(pc, depth) ((int64_t)(pc) << 32 | (depth))

/* Leaves blocks for `why` until one takes over: where to go on, as GO(), or -1
 * when none does. retval is the value of return or the target of continue. */
tw_unroll_safe static int64_t unwind(py_frame *f, struct py_ec *ec, int why,
                                     py_object *retval, int depth)
{
    for (;;) {
        struct py_block *b = tw_promote(f->block);
        if (!b)
            return -1;
        if (b->kind == PY_OP_SETUP_LOOP && why == WHY_CONTINUE)
            return GO(py_int_value(retval), depth);
        f->block = b->prev;
        int level = b->level;
        clear_slots(f, level, depth);
        depth = level;
        if (b->kind == PY_OP_SETUP_LOOP) {
            if (why == WHY_BREAK)
                return GO(b->handler, depth);
            continue;
        }
        if (why == WHY_EXCEPTION) {
            py_object *exc = ec->exc;
            py_object *tb = ec->exc_tb ? &ec->exc_tb->base : py_None;
            ec->exc = NULL;
            ec->exc_tb = NULL;
            set_handled(f, ec, exc, tb);
            f->slots[depth++] = tb;
            f->slots[depth++] = exc;
            f->slots[depth++] = py_exc_class(exc);
            return GO(b->handler, depth);
        }
        if (b->kind == PY_OP_SETUP_EXCEPT)
            continue;
        if (why == WHY_RETURN || why == WHY_CONTINUE)
            f->slots[depth++] = retval;
        f->slots[depth++] = py_int_new(why);
        return GO(b->handler, depth);
    }
}

/* --------------------------------------------------------------- the loop */

static inline py_object *take(py_frame *f, int i)
{
    py_object *v = f->slots[i];
    f->slots[i] = NULL;
    return v;
}

#define OP(name)                                                               \
    case PY_OP_##name:                                                         \
        pc += PY_OP_##name >= PY_HAVE_ARGUMENT ? 3 : 1;
#define PUSH(v) (f->slots[depth++] = (v))
#define POP() take(f, --depth)
#define TOP (f->slots[depth - 1])
#define SECOND (f->slots[depth - 2])
#define THIRD (f->slots[depth - 3])
#define FOURTH (f->slots[depth - 4])
#define CONST(i) (code->consts->item[i])
#define NAME(i) ((py_str *)code->names->item[i])
/* Binary operators: right operand popped, result in place of the left. */
#define BINARY(expr)                                                           \
    {                                                                          \
        py_object *b = POP();                                                  \
        py_object *a = TOP;                                                    \
        py_object *r = (expr);                                                 \
        if (PY_UNLIKELY(!r))                                                   \
            goto error;                                                        \
        TOP = r;                                                               \
        continue;                                                              \
    }
#define UNARY(expr)                                                            \
    {                                                                          \
        py_object *a = TOP;                                                    \
        py_object *r = (expr);                                                 \
        if (PY_UNLIKELY(!r))                                                   \
            goto error;                                                        \
        TOP = r;                                                               \
        continue;                                                              \
    }
#define CHECK(cond)                                                            \
    if (PY_UNLIKELY((cond) < 0))                                               \
        goto error;                                                            \
    continue

/* LOOKUP_METHOD without making a bound method: 1 when *f and self were put on
 * the stack, 0 when the attribute must be got in full. */
static inline py_object *find_function(py_object *o, py_str *name)
{
    py_type *t = py_type_of(o);
    if (t->tp_getattr != py_object_getattr)
        return NULL;
    py_object *m = py_type_lookup(t, name);
    if (!m)
        return NULL;
    py_type *mt = py_type_of(m);
    if (mt != &py_function_type && mt != &py_methoddescr_type)
        return NULL;
    /* The instance's own attribute would win. */
    if (t->dict_offset) {
        py_dict *d = *(py_dict **)((char *)o + t->dict_offset);
        if (d && py_dict_get_str(d, name))
            return NULL;
    } else {
        py_instance *h = py_holder(o, t);
        if (h && py_holder_get(h, &name->base))
            return NULL;
    }
    return m;
}

static inline py_object *load_attr(py_object *o, py_str *name)
{
    return py_getattr(o, name);
}

/* The frame is done: its result, NULL for an exception. */
static py_object *leave(py_frame *f, struct py_ec *ec, py_code *code,
                        py_object *result, int depth)
{
    clear_slots(f, code->stackbase, depth);
    f->depth = -1;
    if (PY_UNLIKELY(f->saved_handled != NULL))
        restore_handled(f, ec);
    if (PY_UNLIKELY(py_tracestate.used) && (f->trace || ec->use_tracing))
        return py_trace_leave(f, ec, result);
    return result;
}

/* The portal. */
static py_object *run(int pc, int depth, py_code *code, py_frame *f,
                      struct py_ec *ec)
{
    for (;;) {
        /* Nothing but greens and reds lives across the merge point. */
        py_object *retval = NULL;
        int64_t go;
        tw_jit_merge_point(&driver, TW_GREENS(pc, depth, code), TW_REDS(f, ec));
        /* In traces the context has one name: what is called by way of slots
         * finds it there, too. */
        if (tw_we_are_jitted())
            ec = py_ec;
        const unsigned char *bytes = code->bytes;
        int op = bytes[pc], arg;
        f->lasti = pc;
        if (PY_UNLIKELY(py_tracestate.used) && f->trace) {
            int64_t to = py_trace_line(f, ec, pc, depth);
            if (to == -1)
                goto error;
            pc = (int)(to >> 32);
            depth = (int)to;
            op = bytes[pc];
            f->lasti = pc;
        }
        /* The bytes are padded, so an operand can be read even if absent.
         * Each case advances pc by itself: the address of the next instruction
         * then depends on the predicted jump, not on this load. */
        arg = bytes[pc + 1] | bytes[pc + 2] << 8;
    dispatch:
        switch (op) {
            /* ------------------------------------------ variables and the stack */
            OP(NOP)
            continue;
            OP(EXTENDED_ARG)
            op = bytes[pc];
            arg =
                (int)((unsigned)arg << 16) | bytes[pc + 1] | bytes[pc + 2] << 8;
            goto dispatch;
            OP(LOAD_FAST)
            {
                py_object *v = f->slots[arg];
                if (PY_UNLIKELY(!v)) {
                    py_unbound(code, arg, 0);
                    goto error;
                }
                PUSH(v);
                continue;
            }
            OP(LOAD_CONST)
            PUSH(CONST(arg));
            continue;
            OP(STORE_FAST)
            f->slots[arg] = POP();
            continue;
            OP(DELETE_FAST)
            if (!f->slots[arg]) {
                py_unbound(code, arg, 0);
                goto error;
            }
            f->slots[arg] = NULL;
            continue;
            OP(POP_TOP)
            f->slots[--depth] = NULL;
            continue;
            OP(ROT_TWO)
            {
                py_object *a = TOP;
                TOP = SECOND;
                SECOND = a;
                continue;
            }
            OP(ROT_THREE)
            {
                py_object *a = TOP;
                TOP = SECOND;
                SECOND = THIRD;
                THIRD = a;
                continue;
            }
            OP(ROT_FOUR)
            {
                py_object *a = TOP;
                TOP = SECOND;
                SECOND = THIRD;
                THIRD = FOURTH;
                FOURTH = a;
                continue;
            }
            OP(DUP_TOP)
            {
                py_object *a = TOP;
                PUSH(a);
                continue;
            }
            OP(DUP_TOPX)
            {
                if (arg == 2) {
                    py_object *a = TOP, *b = SECOND;
                    PUSH(b);
                    PUSH(a);
                } else {
                    py_object *a = TOP, *b = SECOND, *c = THIRD;
                    PUSH(c);
                    PUSH(b);
                    PUSH(a);
                }
                continue;
            }
            OP(LOAD_GLOBAL)
            {
                py_object *v = NULL;
                if (!tw_we_are_jitted())
                    v = py_global_cached(f->globals, NAME(arg),
                                         &code->gcache[arg]);
                if (!v && !(v = py_load_global(f, NAME(arg))))
                    goto error;
                PUSH(v);
                continue;
            }
            OP(STORE_GLOBAL)
            {
                py_object *v = POP();
                CHECK(py_dict_set_str(f->globals, NAME(arg), v));
            }
            OP(DELETE_GLOBAL)
            CHECK(py_delete_global(f, NAME(arg)));
            OP(LOAD_NAME)
            {
                py_object *v = py_load_name(f, NAME(arg));
                if (PY_UNLIKELY(!v))
                    goto error;
                PUSH(v);
                continue;
            }
            OP(STORE_NAME)
            {
                py_object *v = POP();
                CHECK(py_store_name(f, NAME(arg), v));
            }
            OP(DELETE_NAME)
            CHECK(py_delete_name(f, NAME(arg)));
            OP(LOAD_LOCALS)
            if (!f->locals) {
                py_raise(&py_SystemError, "no locals");
                goto error;
            }
            PUSH(f->locals);
            continue;
            OP(LOAD_CLOSURE)
            PUSH(f->slots[code->nlocals + arg]);
            continue;
            OP(LOAD_DEREF)
            {
                py_object *v =
                    ((py_cell *)f->slots[code->nlocals + arg])->value;
                if (PY_UNLIKELY(!v)) {
                    py_unbound(code, arg, 1);
                    goto error;
                }
                PUSH(v);
                continue;
            }
            OP(STORE_DEREF)
            {
                py_object *v = POP();
                ((py_cell *)f->slots[code->nlocals + arg])->value = v;
                continue;
            }
            OP(LOAD_ATTR)
            UNARY(load_attr(a, NAME(arg)))
            OP(STORE_ATTR)
            {
                py_object *o = POP(), *v = POP();
                CHECK(py_setattr(o, NAME(arg), v));
            }
            OP(DELETE_ATTR)
            {
                py_object *o = POP();
                CHECK(py_delattr(o, NAME(arg)));
            }

            /* --------------------------------------------------------- operators */
            OP(UNARY_POSITIVE)
            UNARY(py_pos(a))
            OP(UNARY_NEGATIVE)
            UNARY(py_neg(a))
            OP(UNARY_INVERT)
            UNARY(py_invert(a))
            OP(UNARY_CONVERT)
            UNARY(py_repr(a))
            OP(UNARY_NOT)
            {
                int r = fast_true(TOP);
                if (PY_UNLIKELY(r < 0))
                    goto error;
                TOP = py_bool(!r);
                continue;
            }
            OP(BINARY_POWER)
            BINARY(py_pow(a, b, py_None))
            OP(BINARY_MULTIPLY)
            BINARY(fast_mul(a, b))
            OP(BINARY_DIVIDE)
            BINARY(fast_div(a, b))
            OP(BINARY_TRUE_DIVIDE)
            BINARY(py_truediv(a, b))
            OP(BINARY_FLOOR_DIVIDE)
            BINARY(fast_floordiv(a, b))
            OP(BINARY_MODULO)
            BINARY(fast_mod(a, b))
            OP(BINARY_ADD)
            BINARY(fast_add(a, b))
            OP(BINARY_SUBTRACT)
            BINARY(fast_sub(a, b))
            OP(BINARY_SUBSCR)
            BINARY(fast_getitem(a, b))
            OP(BINARY_LSHIFT)
            BINARY(py_lshift(a, b))
            OP(BINARY_RSHIFT)
            BINARY(py_rshift(a, b))
            OP(BINARY_AND)
            BINARY(fast_and(a, b))
            OP(BINARY_XOR)
            BINARY(fast_xor(a, b))
            OP(BINARY_OR)
            BINARY(fast_or(a, b))
            OP(INPLACE_POWER)
            BINARY(py_ipow(a, b))
            OP(INPLACE_MULTIPLY)
            BINARY(fast_imul(a, b))
            OP(INPLACE_DIVIDE)
            BINARY(py_idiv(a, b))
            OP(INPLACE_TRUE_DIVIDE)
            BINARY(py_itruediv(a, b))
            OP(INPLACE_FLOOR_DIVIDE)
            BINARY(py_ifloordiv(a, b))
            OP(INPLACE_MODULO)
            BINARY(py_imod(a, b))
            OP(INPLACE_ADD)
            BINARY(fast_iadd(a, b))
            OP(INPLACE_SUBTRACT)
            BINARY(fast_isub(a, b))
            OP(INPLACE_LSHIFT)
            BINARY(py_ilshift(a, b))
            OP(INPLACE_RSHIFT)
            BINARY(py_irshift(a, b))
            OP(INPLACE_AND)
            BINARY(py_iand(a, b))
            OP(INPLACE_XOR)
            BINARY(py_ixor(a, b))
            OP(INPLACE_OR)
            BINARY(py_ior(a, b))
            OP(COMPARE_OP)
            BINARY(fast_compare(a, b, arg))

            /* -------------------------------------------------------- subscripts */
            OP(STORE_SUBSCR)
            {
                py_object *k = POP(), *o = POP(), *v = POP();
                CHECK(py_setitem(o, k, v));
            }
            OP(DELETE_SUBSCR)
            {
                py_object *k = POP(), *o = POP();
                CHECK(py_delitem(o, k));
            }
        case PY_OP_SLICE_0:
        case PY_OP_SLICE_1:
        case PY_OP_SLICE_2:
            OP(SLICE_3)
            {
                int how = op - PY_OP_SLICE_0;
                py_object *j = how & 2 ? POP() : NULL;
                py_object *i = how & 1 ? POP() : NULL;
                UNARY(py_apply_slice(a, i, j))
            }
        case PY_OP_STORE_SLICE_0:
        case PY_OP_STORE_SLICE_1:
        case PY_OP_STORE_SLICE_2:
            OP(STORE_SLICE_3)
            {
                int how = op - PY_OP_STORE_SLICE_0;
                py_object *j = how & 2 ? POP() : NULL;
                py_object *i = how & 1 ? POP() : NULL;
                py_object *o = POP(), *v = POP();
                CHECK(py_assign_slice(o, i, j, v));
            }
        case PY_OP_DELETE_SLICE_0:
        case PY_OP_DELETE_SLICE_1:
        case PY_OP_DELETE_SLICE_2:
            OP(DELETE_SLICE_3)
            {
                int how = op - PY_OP_DELETE_SLICE_0;
                py_object *j = how & 2 ? POP() : NULL;
                py_object *i = how & 1 ? POP() : NULL;
                py_object *o = POP();
                CHECK(py_assign_slice(o, i, j, NULL));
            }
            OP(BUILD_SLICE)
            {
                py_object *step = arg == 3 ? POP() : py_None;
                BINARY(py_slice_new(a, b, step))
            }

            /* -------------------------------------------------------- containers */
            OP(BUILD_TUPLE)
            {
                py_tuple *t = py_build_tuple(f, depth, arg);
                depth -= arg;
                PUSH(&t->base);
                continue;
            }
            OP(BUILD_LIST)
            {
                py_list *l = py_build_list(f, depth, arg);
                if (PY_UNLIKELY(!l))
                    goto error;
                depth -= arg;
                PUSH(&l->base);
                continue;
            }
            OP(BUILD_SET)
            {
                py_set *s = py_build_set(f, depth, arg);
                if (PY_UNLIKELY(!s))
                    goto error;
                depth -= arg;
                PUSH(&s->base);
                continue;
            }
            OP(BUILD_MAP)
            PUSH(&py_dict_new()->base);
            continue;
            OP(STORE_MAP)
            {
                py_object *k = POP(), *v = POP();
                CHECK(py_dict_set((py_dict *)TOP, k, v));
            }
            OP(LIST_APPEND)
            {
                py_object *v = POP();
                CHECK(py_list_append((py_list *)f->slots[depth - arg], v));
            }
            OP(SET_ADD)
            {
                py_object *v = POP();
                CHECK(py_set_add((py_set *)f->slots[depth - arg], v));
            }
            OP(MAP_ADD)
            {
                py_object *k = POP(), *v = POP();
                CHECK(py_dict_set((py_dict *)f->slots[depth - arg], k, v));
            }
            OP(UNPACK_SEQUENCE)
            {
                py_object *seq = POP();
                if (PY_UNLIKELY(py_unpack(f, seq, arg, depth) < 0))
                    goto error;
                depth += arg;
                continue;
            }

            /* -------------------------------------------------------------- jumps */
            OP(JUMP_FORWARD)
            pc += arg;
            continue;
            OP(JUMP_ABSOLUTE)
            if (arg < pc) {
                if (PY_UNLIKELY(py_action_flags) && py_action_run() < 0)
                    goto error;
                pc = arg;
                tw_can_enter_jit(&driver, TW_GREENS(pc, depth, code),
                                 TW_REDS(f, ec));
                continue;
            }
            pc = arg;
            continue;
            OP(POP_JUMP_IF_FALSE)
            {
                py_object *v = POP();
                int r = fast_true(v);
                if (PY_UNLIKELY(r < 0))
                    goto error;
                if (!r)
                    goto jump_back_or_on;
                continue;
            }
            OP(POP_JUMP_IF_TRUE)
            {
                py_object *v = POP();
                int r = fast_true(v);
                if (PY_UNLIKELY(r < 0))
                    goto error;
                if (r)
                    goto jump_back_or_on;
                continue;
            }
            OP(JUMP_IF_FALSE_OR_POP)
            {
                int r = fast_true(TOP);
                if (PY_UNLIKELY(r < 0))
                    goto error;
                if (!r)
                    pc = arg;
                else
                    f->slots[--depth] = NULL;
                continue;
            }
            OP(JUMP_IF_TRUE_OR_POP)
            {
                int r = fast_true(TOP);
                if (PY_UNLIKELY(r < 0))
                    goto error;
                if (r)
                    pc = arg;
                else
                    f->slots[--depth] = NULL;
                continue;
            }
        jump_back_or_on:
            /* A conditional jump backwards (`while` after optimization) is
             * a loop's end as much as JUMP_ABSOLUTE. */
            if (arg < pc) {
                if (PY_UNLIKELY(py_action_flags) && py_action_run() < 0)
                    goto error;
                pc = arg;
                tw_can_enter_jit(&driver, TW_GREENS(pc, depth, code),
                                 TW_REDS(f, ec));
                continue;
            }
            pc = arg;
            continue;
            OP(GET_ITER)
            UNARY(py_iter(a))
            OP(FOR_ITER)
            {
                py_object *it = TOP;
                py_object *v = py_type_of(it)->tp_iternext(it);
                if (PY_LIKELY(v != NULL)) {
                    PUSH(v);
                    continue;
                }
                if (PY_UNLIKELY(ec->exc != NULL) &&
                    !py_err_catch(&py_StopIteration))
                    goto error;
                f->slots[--depth] = NULL;
                pc += arg;
                continue;
            }

        /* ------------------------------------------------------------- blocks */
        case PY_OP_SETUP_LOOP:
        case PY_OP_SETUP_EXCEPT:
            OP(SETUP_FINALLY)
            f->block = py_block_get(code, pc, op, pc + arg, depth,
                                    tw_promote(f->block));
            continue;
            OP(SETUP_WITH)
            {
                py_object *mgr = TOP;
                py_object *exit = py_special(mgr, py_id___exit__);
                if (!exit)
                    goto error;
                TOP = exit;
                py_object *enter = py_special(mgr, py_id___enter__);
                py_object *v = enter ? py_call0(enter) : NULL;
                if (!v)
                    goto error;
                f->block = py_block_get(code, pc, op, pc + arg, depth,
                                        tw_promote(f->block));
                PUSH(v);
                continue;
            }
            OP(POP_BLOCK)
            {
                struct py_block *b = tw_promote(f->block);
                clear_slots(f, b->level, depth);
                depth = b->level;
                f->block = b->prev;
                continue;
            }
            OP(BREAK_LOOP)
            go = unwind(f, ec, WHY_BREAK, NULL, depth);
            goto unwound;
            OP(CONTINUE_LOOP)
            retval = py_int_new(arg);
            go = unwind(f, ec, WHY_CONTINUE, retval, depth);
            goto unwound;
            OP(RETURN_VALUE)
            retval = POP();
            if (PY_LIKELY(!f->block))
                return leave(f, ec, code, retval, depth);
            go = unwind(f, ec, WHY_RETURN, retval, depth);
            if (go < 0)
                return leave(f, ec, code, retval, depth);
            goto unwound;
            OP(YIELD_VALUE)
            retval = POP();
            f->depth = depth;
            if (PY_UNLIKELY(f->saved_handled != NULL))
                restore_handled(f, ec);
            if (PY_UNLIKELY(py_tracestate.used) &&
                (f->trace || ec->use_tracing))
                return py_trace_leave(f, ec, retval);
            return retval;
            OP(END_FINALLY)
            {
                py_object *v = POP();
                if (v == py_None)
                    continue;
                if (py_type_of(v) == &py_int_type) {
                    int why = (int)py_int_value(v);
                    if (why == WHY_RETURN || why == WHY_CONTINUE)
                        retval = POP();
                    go = unwind(f, ec, why, retval, depth);
                    if (go < 0) {
                        if (why == WHY_RETURN)
                            return leave(f, ec, code, retval, depth);
                        return leave(f, ec, code, NULL, depth);
                    }
                    goto unwound;
                }
                py_object *exc = POP(), *tb = POP();
                if (!py_is_exception(exc) && !py_is_oldinst(exc)) {
                    py_raise(&py_SystemError, "'finally' pops bad exception");
                    goto error;
                }
                ec->exc = exc;
                ec->exc_tb = tb == py_None ? NULL : (py_traceback *)tb;
                goto reraise;
            }
            OP(WITH_CLEANUP)
            {
                py_object *u = TOP, *v = py_None, *w = py_None, *exit;
                if (u == py_None) {
                    f->slots[--depth] = NULL;
                    exit = TOP;
                    TOP = u;
                } else if (py_type_of(u) == &py_int_type) {
                    int64_t why = py_int_value(u);
                    f->slots[--depth] = NULL;
                    if (why == WHY_RETURN || why == WHY_CONTINUE) {
                        exit = SECOND;
                        SECOND = TOP;
                    } else {
                        exit = TOP;
                    }
                    TOP = u;
                    u = py_None;
                } else {
                    v = SECOND;
                    w = THIRD;
                    exit = FOURTH;
                    FOURTH = w;
                    THIRD = v;
                    SECOND = u;
                    f->slots[--depth] = NULL;
                }
                py_object *r = py_call3(exit, u, v, w);
                if (!r)
                    goto error;
                if (u != py_None) {
                    int truth = py_is_true(r);
                    if (truth < 0)
                        goto error;
                    if (truth) { /* swallowed */
                        f->slots[--depth] = NULL;
                        f->slots[--depth] = NULL;
                        TOP = py_None;
                    }
                }
                continue;
            }
            OP(RAISE_VARARGS)
            {
                py_object *tb = arg == 3 ? POP() : NULL;
                py_object *v = arg >= 2 ? POP() : NULL;
                py_object *t = arg >= 1 ? POP() : NULL;
                py_raise_statement(t, v, tb);
                if (!t || (tb && tb != py_None))
                    goto reraise;
                goto error;
            }

            /* -------------------------------------------------------------- calls */
            OP(LOOKUP_METHOD)
            {
                py_object *o = TOP;
                py_object *m = find_function(o, NAME(arg));
                if (m) {
                    TOP = m;
                    PUSH(o);
                    continue;
                }
                m = py_getattr(o, NAME(arg));
                if (PY_UNLIKELY(!m))
                    goto error;
                TOP = m;
                PUSH(NULL);
                continue;
            }
            OP(CALL_METHOD)
            {
                int n = arg & 0xff, nkw = arg >> 8;
                int base = depth - n - 2 * nkw; /* self lies below */
                py_object *callee = f->slots[base - 2], *r;
                if (f->slots[base - 1]) {
                    base--;
                    n++;
                }
                r = PY_LIKELY(!nkw) ? py_call_stack(ec, f, callee, base, n)
                                    : py_call_stack_kw(f, callee, base, n, nkw);
                base = depth - (arg & 0xff) - 2 * nkw - 2;
                clear_slots(f, base, depth);
                depth = base;
                if (PY_UNLIKELY(!r))
                    goto error;
                PUSH(r);
                continue;
            }
            OP(CALL_FUNCTION)
            {
                int n = arg & 0xff, nkw = arg >> 8;
                int base = depth - n - 2 * nkw;
                py_object *callee = f->slots[base - 1], *r;
                r = PY_LIKELY(!nkw) ? py_call_stack(ec, f, callee, base, n)
                                    : py_call_stack_kw(f, callee, base, n, nkw);
                clear_slots(f, base - 1, depth);
                depth = base - 1;
                if (PY_UNLIKELY(!r))
                    goto error;
                PUSH(r);
                continue;
            }
        case PY_OP_CALL_FUNCTION_VAR:
        case PY_OP_CALL_FUNCTION_KW:
            OP(CALL_FUNCTION_VAR_KW)
            {
                int n = arg & 0xff, nkw = arg >> 8;
                py_object *kw = op != PY_OP_CALL_FUNCTION_VAR ? POP() : NULL;
                py_object *star = op != PY_OP_CALL_FUNCTION_KW ? POP() : NULL;
                int base = depth - n - 2 * nkw;
                py_object *r = py_call_stack_var(f, f->slots[base - 1], base, n,
                                                 nkw, star, kw);
                clear_slots(f, base - 1, depth);
                depth = base - 1;
                if (PY_UNLIKELY(!r))
                    goto error;
                PUSH(r);
                continue;
            }
            OP(MAKE_FUNCTION)
            {
                py_object *co = POP();
                py_tuple *defaults = arg ? py_build_tuple(f, depth, arg) : NULL;
                depth -= arg;
                PUSH(
                    py_function_new((py_code *)co, f->globals, defaults, NULL));
                continue;
            }
            OP(MAKE_CLOSURE)
            {
                py_object *co = POP(), *cells = POP();
                py_tuple *defaults = arg ? py_build_tuple(f, depth, arg) : NULL;
                depth -= arg;
                PUSH(py_function_new((py_code *)co, f->globals, defaults,
                                     (py_tuple *)cells));
                continue;
            }

            /* ------------------------------------------------ statements and such */
            OP(BUILD_CLASS)
            {
                py_object *methods = POP(), *bases = POP();
                UNARY(py_build_class(f, methods, bases, a))
            }
            OP(IMPORT_NAME)
            {
                py_object *fromlist = POP();
                UNARY(py_import_stmt(f, NAME(arg), a, fromlist))
            }
            OP(IMPORT_FROM)
            {
                py_object *v = py_import_from(TOP, NAME(arg));
                if (!v)
                    goto error;
                PUSH(v);
                continue;
            }
            OP(IMPORT_STAR)
            {
                py_object *m = POP();
                CHECK(py_import_star(f, m));
            }
            OP(EXEC_STMT)
            {
                py_object *locals = POP(), *globals = POP(), *src = POP();
                CHECK(py_exec_stmt(f, src, globals, locals));
            }
            OP(PRINT_EXPR)
            {
                py_object *v = POP();
                CHECK(py_print_expr(v));
            }
            OP(PRINT_ITEM)
            {
                py_object *v = POP();
                CHECK(py_print_item(v, NULL));
            }
            OP(PRINT_ITEM_TO)
            {
                py_object *file = POP(), *v = POP();
                CHECK(py_print_item(v, file == py_None ? NULL : file));
            }
            OP(PRINT_NEWLINE)
            CHECK(py_print_newline(NULL));
            OP(PRINT_NEWLINE_TO)
            {
                py_object *file = POP();
                CHECK(py_print_newline(file == py_None ? NULL : file));
            }
        default:
            py_raise(&py_SystemError, "unknown opcode");
            goto error;
        }

    error:
        py_traceback_here(f);
        if (PY_UNLIKELY(py_tracestate.used) && (f->trace || ec->use_tracing))
            py_trace_exception(f, ec);
    reraise:
        go = unwind(f, ec, WHY_EXCEPTION, NULL, depth);
        if (go < 0)
            return leave(f, ec, code, NULL, depth);
    unwound:
        if (PY_UNLIKELY(go < 0)) {
            py_raise(&py_SystemError, "unbalanced blocks");
            return leave(f, ec, code, NULL, depth);
        }
        pc = (int)(go >> 32);
        depth = (int)go;
    }
}

py_object *py_eval_loop(int pc, int depth, py_code *code, py_frame *f,
                        struct py_ec *ec)
{
    if (PY_UNLIKELY(py_tracestate.used) && (f->trace || ec->use_tracing) &&
        py_trace_enter(f, ec, pc) < 0)
        return leave(f, ec, code, NULL, depth);
    if (PY_UNLIKELY(pc < 0)) { /* a generator that is thrown into */
        py_traceback_here(f);
        int64_t to = unwind(f, ec, WHY_EXCEPTION, NULL, depth);
        if (to < 0)
            return leave(f, ec, code, NULL, depth);
        pc = (int)(to >> 32);
        depth = (int)to;
    }
    return run(pc, depth, code, f, ec);
}
