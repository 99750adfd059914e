/*
 * callees.c: which functions a pointer may hold: where each function's address goes,
 * through values, parameters, results and memory.
 *
 * In:  the module in SSA form, accesses classified by alias.c, static initialisers noted
 * there too. Out: the functions that each indirect call may reach.
 *
 * Inclusion-based (Andersen's), the same for all callers of a function, memory as alias.c
 * sees it: one cell for each field of a struct type, whatever the object; *p of a plain
 * pointer reaches all cells of its C type, a char access all. Copies of whole objects need
 * no rule: the fields are the same cells. Only values that may come to be called are
 * followed (found first, going backwards), and of those only what some function's address
 * reaches: the cost goes with the program's function pointers, not with its size.
 *
 * A plain pointer reaches a field whose address is taken somewhere, the first one of a
 * struct (which a cast gives), global variables, and whatever else when it comes from
 * arithmetic on bytes.
 *
 * Calls with a wrong function type are undefined in C and are not followed. Nor is what
 * debug information declares a pointer to data (a struct, a number, not void): no function
 * is there.
 */
#include "codegen/callees.h"

#include "codegen/irutil.h"
#include "codegen/known.h"

/* A node of the graph: a value, or memory of one sort. */
struct cell {
    LLVMValueRef value; /* its uses carry the set on; NULL: a cell of memory */
    uint32_t *has, *fresh; /* by fn->index; the last bit: some other function */
    VEC(struct cell *) to;
    VEC(LLVMValueRef) loads; /* that read this cell */
    uint8_t queued;
};

static struct ptrmap cell_of_value;
static struct cell **fields; /* by access id - 1 */
static struct cell **plain_stores, **plain_loads; /* by scalar */
static struct cell *any_store, *any_load, *outside, **results;
static struct cell *varargs; /* what va_arg reads, from untyped memory */
static uint32_t nfns, nscalars;
static VEC(struct cell *) work;

static struct cell *new_cell(LLVMValueRef value)
{
    struct cell *c = cg_alloc(sizeof *c);

    c->value = value;
    return c;
}

static struct cell *value_cell(LLVMValueRef v)
{
    struct cell *c = ptrmap_get(&cell_of_value, v);

    if (!c) {
        c = new_cell(v);
        ptrmap_set(&cell_of_value, v, c);
    }
    return c;
}

static void make_sets(struct cell *c)
{
    if (c->has)
        return;
    c->has = cg_alloc(bits_words(nfns + 1) * 4 + 4);
    c->fresh = cg_alloc(bits_words(nfns + 1) * 4 + 4);
}

static void changed(struct cell *c)
{
    if (!c->queued) {
        c->queued = 1;
        VEC_PUSH(work, c);
    }
}

static void add_one(struct cell *c, uint32_t k)
{
    make_sets(c);
    if (bit_get(c->has, k))
        return;
    bit_set(c->has, k);
    bit_set(c->fresh, k);
    changed(c);
}

static void add_set(struct cell *c, const uint32_t *set)
{
    uint32_t grown = 0;

    make_sets(c);
    for (size_t w = 0; w < bits_words(nfns + 1); w++) {
        uint32_t x = set[w] & ~c->has[w];

        c->has[w] |= x;
        c->fresh[w] |= x;
        grown |= x;
    }
    if (grown)
        changed(c);
}

static void add_edge(struct cell *from, struct cell *to)
{
    for (uint32_t k = 0; k < from->to.n; k++)
        if (from->to.p[k] == to)
            return;
    VEC_PUSH(from->to, to);
    if (from->has)
        add_set(to, from->has);
}

/* ---------------------------------------------------------------- memory */

/* An access of no type at all; the others of width "any" are unions whose members' addresses get
 * away: cells of their own that a plain pointer may also reach. */
static int is_untyped(const struct access *a)
{
    return a->width == TW_ALIAS_ANY && !a->tag;
}

static int is_cell(const struct access *a)
{
    return a->width != TW_ALIAS_SCALAR && !is_untyped(a);
}

/* By access id - 1: a plain pointer may lead there. */
static uint8_t *reachable;

static int is_byte_step(LLVMValueRef p)
{
    return ir_op(p) == LLVMGetElementPtr &&
           LLVMGetGEPSourceElementType(p) == cg.i8;
}

static int is_plain(const struct access *a)
{
    return a->width == TW_ALIAS_SCALAR;
}

/* Of a load or store: untyped when it goes where byte arithmetic has led; by its path when it is
 * what a copied struct was split into. */
static struct access *access_of(LLVMValueRef i)
{
    struct access *a = alias_of(i), *by_path;
    LLVMValueRef p = LLVMGetOperand(i, ir_op(i) == LLVMLoad ? 0 : 1);

    if (is_plain(a) && is_byte_step(p))
        return alias_any();
    if (is_untyped(a) && (by_path = alias_known_path(p)))
        return by_path;
    return a;
}

static void note_taken(LLVMValueRef gep)
{
    struct access *a = alias_known_path(gep);

    if (!a || reachable[a->id - 1])
        return;
    for (LLVMUseRef u = LLVMGetFirstUse(gep); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);
        int op = ir_op(user);

        /* By a plain pointer to it, in a function that has been inlined? */
        if (op == LLVMLoad ||
            (op == LLVMStore && LLVMGetOperand(user, 0) != gep))
            reachable[a->id - 1] |= is_plain(alias_of(user));
        else if (op != LLVMGetElementPtr && op != LLVMICmp && !ir_is_dbg(user))
            reachable[a->id - 1] = 1;
    }
}

static void find_reachable(void)
{
    reachable = cg_alloc(cg.accesses.n + 1);
    for (uint32_t k = 0; k < cg.accesses.n; k++) {
        const struct access *a = cg.accesses.p[k];

        reachable[k] = !is_cell(a) || a->width == TW_ALIAS_ANY || !a->offset ||
                       *a->tag == '@';
    }
    for (uint32_t k = 0; k < nfns; k++)
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v))
            for (FOR_INSNS(i, bb)) {
                if (ir_op(i) == LLVMGetElementPtr)
                    note_taken(i);
            }
}

static struct cell *stored_to(const struct access *a)
{
    return is_untyped(a)                 ? any_store
           : a->width == TW_ALIAS_SCALAR ? plain_stores[a->scalar]
                                         : fields[a->id - 1];
}

static struct cell *loaded_from(const struct access *a)
{
    return is_untyped(a)                 ? any_load
           : a->width == TW_ALIAS_SCALAR ? plain_loads[a->scalar]
                                         : fields[a->id - 1];
}

/* Integers that go through memory untyped are copies of objects, which need no rule. */
static int is_copying(LLVMValueRef i, const struct access *a)
{
    LLVMTypeRef t =
        LLVMTypeOf(ir_op(i) == LLVMStore ? LLVMGetOperand(i, 0) : i);

    return is_untyped(a) && ir_kind(t) == LLVMIntegerTypeKind;
}

static int may_flow(const struct access *from, const struct access *to)
{
    if (from == to || is_untyped(from) || is_untyped(to))
        return 1;
    if (from->width != TW_ALIAS_SCALAR && to->width != TW_ALIAS_SCALAR)
        return 0;
    return reachable[from->id - 1] && reachable[to->id - 1] &&
           (from->scalar == to->scalar || from->width == TW_ALIAS_ANY ||
            to->width == TW_ALIAS_ANY);
}

static int is_data_cell(const struct access *a)
{
    return is_cell(a) && collect_is_data(a->tag, a->offset);
}

/* A pointer to data, by its declaration. */
static int is_data(LLVMValueRef v)
{
    if (LLVMIsAArgument(v)) {
        LLVMValueRef f = LLVMGetParamParent(v);

        for (unsigned k = 0; k < LLVMCountParams(f); k++)
            if (LLVMGetParam(f, k) == v)
                return collect_is_data_param(f, k + 1);
    }
    switch (ir_op(v)) {
    case LLVMGetElementPtr:
    case LLVMAlloca:
        return 1;
    case LLVMLoad:
        return is_data_cell(alias_of(v));
    case LLVMCall:
        return ir_callee(v) && collect_is_data_param(ir_callee(v), 0);
    default:
        return 0;
    }
}

static void make_memory(void)
{
    uint32_t n = cg.accesses.n;

    for (uint32_t k = 0; k < n; k++)
        if (cg.accesses.p[k]->scalar >= nscalars)
            nscalars = cg.accesses.p[k]->scalar + 1u;
    fields = cg_alloc((n + 1) * sizeof *fields);
    plain_stores = cg_alloc(nscalars * sizeof *plain_stores);
    plain_loads = cg_alloc(nscalars * sizeof *plain_loads);
    any_store = new_cell(NULL);
    any_load = new_cell(NULL);
    outside = new_cell(NULL);
    varargs = new_cell(NULL);
    add_edge(varargs, any_load);
    for (uint32_t s = 0; s < nscalars; s++) {
        plain_stores[s] = new_cell(NULL);
        plain_loads[s] = new_cell(NULL);
        add_edge(plain_stores[s], plain_loads[s]);
        add_edge(plain_loads[s], any_load);
        VEC_PUSH(any_store->to, plain_loads[s]);
        VEC_PUSH(varargs->to, plain_loads[s]);
    }
    add_edge(any_store, any_load);
    for (uint32_t k = 0; k < n; k++) {
        struct access *a = cg.accesses.p[k];

        if (!is_cell(a))
            continue;
        fields[k] = new_cell(NULL);
        if (is_data_cell(a))
            continue;
        VEC_PUSH(any_store->to, fields[k]);
        VEC_PUSH(fields[k]->to, any_load);
        for (uint32_t s = 0; s < nscalars; s++) {
            if (!reachable[k] || (a->width != TW_ALIAS_ANY && s != a->scalar))
                continue;
            VEC_PUSH(plain_stores[s]->to, fields[k]);
            VEC_PUSH(fields[k]->to, plain_loads[s]);
        }
    }
}

/* May a value of this type hold an address? */
static int is_wide(LLVMTypeRef t)
{
    switch ((int)ir_kind(t)) {
    case LLVMPointerTypeKind:
    case LLVMStructTypeKind:
    case LLVMArrayTypeKind:
        return 1;
    case LLVMIntegerTypeKind:
        return LLVMGetIntTypeWidth(t) >= 8 * cg.ptr_size;
    default:
        return 0;
    }
}

/* ---------------------------------------------------------------- what matters */

/* The sources of what is called, backwards from the calls. */
static struct ptrmap relevant; /* values, accesses, function types */
static VEC(LLVMValueRef) sources;
typedef VEC(LLVMValueRef) values;
static values *stores; /* by access id - 1 */
static values indirect_calls, outside_calls;
static VEC(struct fn *) taken; /* functions whose address is taken */

static int is_relevant(LLVMValueRef v)
{
    return LLVMIsAConstant(v) || ptrmap_num(&relevant, v);
}

static void need(LLVMValueRef v)
{
    if (LLVMIsAConstant(v) || !is_wide(LLVMTypeOf(v)) ||
        ptrmap_num(&relevant, v) || is_data(v) ||
        (ir_op(v) == LLVMLoad && is_copying(v, access_of(v))))
        return;
    ptrmap_setnum(&relevant, v, 1);
    VEC_PUSH(sources, v);
}

static void need_cell(const struct access *a)
{
    if (ptrmap_num(&relevant, a) || is_data_cell(a))
        return;
    ptrmap_setnum(&relevant, a, 1);
    for (uint32_t k = 0; k < cg.accesses.n; k++)
        if (stores[k].n && may_flow(cg.accesses.p[k], a))
            for (uint32_t j = 0; j < stores[k].n; j++)
                need(LLVMGetOperand(stores[k].p[j], 0));
}

static void need_argument(LLVMValueRef call, unsigned k)
{
    if (k < ir_nargs(call))
        need(LLVMGetOperand(call, k));
}

static int is_taken(const struct fn *f)
{
    for (LLVMUseRef u = LLVMGetFirstUse(f->v); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);

        if (ir_op(user) != LLVMCall || LLVMGetCalledValue(user) != f->v)
            return 1;
        for (unsigned a = 0; a < ir_nargs(user); a++)
            if (LLVMGetOperand(user, a) == f->v)
                return 1;
    }
    return 0;
}

static void need_param(struct fn *f, unsigned k)
{
    for (LLVMUseRef u = LLVMGetFirstUse(f->v); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);

        if (ir_op(user) == LLVMCall && LLVMGetCalledValue(user) == f->v)
            need_argument(user, k);
    }
    if (!is_taken(f))
        return;
    for (uint32_t c = 0; c < indirect_calls.n; c++)
        if (LLVMGetCalledFunctionType(indirect_calls.p[c]) == f->type)
            need_argument(indirect_calls.p[c], k);
    for (uint32_t c = 0; c < outside_calls.n; c++)
        for (unsigned a = 0; a < ir_nargs(outside_calls.p[c]); a++)
            need_argument(outside_calls.p[c], a);
}

static void need_results(struct fn *f)
{
    for (FOR_BLOCKS(bb, f->v)) {
        LLVMValueRef term = LLVMGetBasicBlockTerminator(bb);

        if (term && ir_op(term) == LLVMRet && LLVMGetNumOperands(term))
            need(LLVMGetOperand(term, 0));
    }
}

static void need_sources(LLVMValueRef v)
{
    if (LLVMIsAArgument(v)) {
        struct fn *f = cg_fn(LLVMGetParamParent(v));

        for (unsigned k = 0; k < LLVMCountParams(f->v); k++)
            if (LLVMGetParam(f->v, k) == v)
                need_param(f, k);
    } else if (ir_op(v) == LLVMLoad) {
        need_cell(access_of(v));
    } else if (ir_op(v) == LLVMCall && ir_callee(v)) {
        struct fn *f = cg_fn(ir_callee(v));

        if (f && f->has_body)
            need_results(f);
        else if (!f || f->is_marker)
            for (unsigned k = 0; k < ir_nargs(v); k++)
                need_argument(v, k);
    } else if (ir_op(v) == LLVMCall) {
        for (uint32_t k = 0; k < taken.n; k++)
            if (taken.p[k]->type == LLVMGetCalledFunctionType(v))
                need_results(taken.p[k]);
    } else {
        for (int k = 0; k < LLVMGetNumOperands(v); k++)
            if (!LLVMValueIsBasicBlock(LLVMGetOperand(v, (unsigned)k)))
                need(LLVMGetOperand(v, (unsigned)k));
    }
}

/* Does the function outside call what it is handed, now or later? */
static int calls_back(const struct fn *f)
{
    unsigned what;

    return !known_function(f->name, &what) ||
           (what & (KNOWN_CALLS | KNOWN_KEEPS));
}

static void find_relevant(void)
{
    stores = cg_alloc((cg.accesses.n + 1) * sizeof *stores);
    for (uint32_t k = 0; k < nfns; k++) {
        struct fn *f = cg.fns.p[k];

        if (!f->is_marker && is_taken(f))
            VEC_PUSH(taken, f);
        for (FOR_BLOCKS(bb, f->v)) {
            for (FOR_INSNS(i, bb)) {
                if (ir_op(i) == LLVMStore && !is_copying(i, access_of(i)))
                    VEC_PUSH(stores[access_of(i)->id - 1], i);
                else if (ir_op(i) == LLVMCall && !ir_callee(i))
                    VEC_PUSH(indirect_calls, i);
                else if (ir_op(i) == LLVMCall && cg_fn(ir_callee(i)) &&
                         !cg_fn(ir_callee(i))->has_body &&
                         !cg_fn(ir_callee(i))->is_marker &&
                         calls_back(cg_fn(ir_callee(i))))
                    VEC_PUSH(outside_calls, i);
            }
        }
    }
    for (uint32_t k = 0; k < indirect_calls.n; k++)
        need(LLVMGetCalledValue(indirect_calls.p[k]));
    for (uint32_t k = 0; k < outside_calls.n; k++)
        for (unsigned a = 0; a < ir_nargs(outside_calls.p[k]); a++)
            need_argument(outside_calls.p[k], a);
    while (sources.n)
        need_sources(sources.p[--sources.n]);
}

static void find_loads(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v))
            for (FOR_INSNS(i, bb))
                if (ir_op(i) == LLVMLoad && is_relevant(i))
                    VEC_PUSH(loaded_from(access_of(i))->loads, i);
}

/* ---------------------------------------------------------------- calls */

/* The call, known to reach f, hands its arguments over and gets f's result. */
static void link_call(LLVMValueRef call, struct fn *f)
{
    for (unsigned k = 0; k < ir_nargs(call); k++)
        if (is_relevant(LLVMGetOperand(call, k)))
            add_edge(value_cell(LLVMGetOperand(call, k)),
                     !f->has_body ? outside
                     : k >= LLVMCountParams(f->v)
                         ? varargs
                         : value_cell(LLVMGetParam(f->v, k)));
    if (f->has_body && is_relevant(call))
        add_edge(results[f->index], value_cell(call));
}

static void reach(LLVMValueRef v, const uint32_t *set)
{
    if (is_relevant(v))
        add_set(value_cell(v), set);
}

static int is_copy(const char *intrinsic)
{
    return ir_starts(intrinsic, "llvm.expect") ||
           ir_starts(intrinsic, "llvm.ssa.copy") ||
           ir_starts(intrinsic, "llvm.launder.") ||
           ir_starts(intrinsic, "llvm.ptrmask");
}

static void reach_argument(struct cell *c, LLVMValueRef call, unsigned k)
{
    LLVMValueRef callee = ir_callee(call);
    const char *name = ir_callee_name(call);
    struct fn *f = callee ? cg_fn(callee) : NULL;

    if (ir_starts(name, "llvm.") || ir_starts(name, "tw_mark_")) {
        if (is_copy(name) || ir_starts(name, "tw_mark_promote") ||
            ir_starts(name, "tw_mark_virtual_ref"))
            reach(call, c->fresh);
    } else if (f && f->has_body) {
        if (k >= LLVMCountParams(f->v))
            add_set(varargs, c->fresh);
        else
            reach(LLVMGetParam(f->v, k), c->fresh);
    } else if (f ? calls_back(f)
                 : LLVMIsAInlineAsm(LLVMGetCalledValue(call)) != NULL) {
        add_set(outside, c->fresh);
    }
    /* through a pointer: link_call, when the callee is known */
}

/* Functions newly known to be called by this call. */
static void reach_callee(struct cell *c, LLVMValueRef call)
{
    LLVMTypeRef type = LLVMGetCalledFunctionType(call);

    for (uint32_t w = 0; w < bits_words(nfns + 1); w++) {
        for (uint32_t x = c->fresh[w]; x; x &= x - 1) {
            uint32_t k = w * 32 + (uint32_t)__builtin_ctz(x);

            if (k < nfns && cg.fns.p[k]->type == type)
                link_call(call, cg.fns.p[k]);
            if (k == nfns && is_wide(LLVMTypeOf(call)))
                add_one(value_cell(call), nfns);
        }
    }
}

/* ---------------------------------------------------------------- flow */

static void reach_user(struct cell *c, LLVMValueRef user)
{
    int op = ir_op(user);

    if (LLVMIsAGlobalValue(user))
        return; /* initialisers have been noted */
    if (LLVMIsAConstant(user)) {
        add_set(value_cell(user), c->fresh);
        return;
    }
    switch (op) {
    case 0:
    case LLVMLoad:
    case LLVMICmp:
    case LLVMBr:
    case LLVMSwitch:
        return;
    case LLVMStore:
        if (LLVMGetOperand(user, 0) == c->value &&
            !is_copying(user, access_of(user)))
            add_set(stored_to(access_of(user)), c->fresh);
        return;
    case LLVMAtomicRMW:
    case LLVMAtomicCmpXchg:
        add_set(any_store, c->fresh);
        reach(user, c->fresh);
        return;
    case LLVMRet: {
        LLVMValueRef f =
            LLVMGetBasicBlockParent(LLVMGetInstructionParent(user));

        add_set(results[cg_fn(f)->index], c->fresh);
        return;
    }
    case LLVMCall:
        if (ir_is_dbg(user))
            return;
        if (LLVMGetCalledValue(user) == c->value && !ir_callee(user))
            reach_callee(c, user);
        for (unsigned k = 0; k < ir_nargs(user); k++)
            if (LLVMGetOperand(user, k) == c->value)
                reach_argument(c, user, k);
        return;
    default: /* phi, select, casts, arithmetic, parts of structs */
        reach(user, c->fresh);
    }
}

/* What the outside has got it may pass to any function that it has got. */
static void reach_outside(void)
{
    for (uint32_t k = 0; k < nfns; k++) {
        struct fn *f = cg.fns.p[k];

        if (!bit_get(outside->has, k) || !f->has_body)
            continue;
        for (unsigned p = 0; p < LLVMCountParams(f->v); p++)
            if (is_wide(LLVMTypeOf(LLVMGetParam(f->v, p))))
                reach(LLVMGetParam(f->v, p), outside->has);
    }
}

static void flow(void)
{
    uint32_t *now = cg_alloc(bits_words(nfns + 1) * 4 + 4);

    while (work.n) {
        struct cell *c = work.p[--work.n];

        c->queued = 0;
        memcpy(now, c->fresh, bits_words(nfns + 1) * 4);
        memset(c->fresh, 0, bits_words(nfns + 1) * 4);
        for (uint32_t k = 0; k < c->to.n; k++)
            add_set(c->to.p[k], now);
        for (uint32_t k = 0; k < c->loads.n; k++)
            add_set(value_cell(c->loads.p[k]), now);
        if (c == outside)
            reach_outside();
        if (c->value) {
            struct cell step = *c;

            step.fresh = now;
            for (LLVMUseRef u = LLVMGetFirstUse(c->value); u;
                 u = LLVMGetNextUse(u))
                reach_user(&step, LLVMGetUser(u));
        }
    }
}

/* A function that the outside hands back or finds by name is anybody's. */
static void open_results(void)
{
    for (uint32_t k = 0; k < nfns; k++) {
        struct fn *f = cg.fns.p[k];
        unsigned what;

        if (f->has_body || f->is_marker ||
            !is_wide(LLVMGetReturnType(f->type)) ||
            (known_function(f->name, &what) && !(what & KNOWN_GIVES_FUNCTION)))
            continue;
        for (LLVMUseRef u = LLVMGetFirstUse(f->v); u; u = LLVMGetNextUse(u)) {
            LLVMValueRef user = LLVMGetUser(u);

            if (ir_op(user) == LLVMCall && LLVMGetCalledValue(user) == f->v) {
                add_one(value_cell(user), nfns);
                add_edge(outside, value_cell(user));
            }
        }
    }
}

static void add_initialisers(void)
{
    for (uint32_t k = 0; k < cg.stored.n; k++) {
        struct stored *s = &cg.stored.p[k];
        struct fn *f = cg_fn(s->fn);

        if (f)
            add_one(stored_to(s->at ? s->at : alias_plain("any pointer")),
                    f->index);
    }
}

void callees_analyse(void)
{
    alias_plain("any pointer");
    alias_initialisers();
    nfns = cg.fns.n;
    results = cg_alloc((nfns + 1) * sizeof *results);
    for (uint32_t k = 0; k < nfns; k++)
        results[k] = new_cell(NULL);
    find_reachable();
    make_memory();
    find_relevant();
    find_loads();
    for (uint32_t k = 0; k < nfns; k++)
        if (!cg.fns.p[k]->is_marker)
            add_one(value_cell(cg.fns.p[k]->v), k);
    add_initialisers();
    open_results();
    flow();
}

/* ---------------------------------------------------------------- answers */

static const struct callees *answer(LLVMValueRef v, LLVMTypeRef type)
{
    static struct callees c;
    struct cell *cell = ptrmap_get(&cell_of_value, v);

    c.fns.n = 0;
    c.open = 0;
    if (!cell || !cell->has)
        return &c;
    for (uint32_t k = 0; k < nfns; k++)
        if (bit_get(cell->has, k) && (!type || cg.fns.p[k]->type == type))
            VEC_PUSH(c.fns, cg.fns.p[k]);
    c.open = bit_get(cell->has, nfns);
    return &c;
}

const struct callees *callees_of_call(LLVMValueRef call)
{
    return answer(LLVMGetCalledValue(call), LLVMGetCalledFunctionType(call));
}

const struct callees *callees_of_arg(LLVMValueRef call, unsigned k)
{
    return answer(LLVMGetOperand(call, k), NULL);
}
