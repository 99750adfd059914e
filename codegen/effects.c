/*
 * effects.c: what each function may read, write, force and invalidate.
 *
 * In:  the module in SSA form, accesses classified by alias.c.
 * Out: fn->effect; one struct candidates per kind of indirect call.
 *
 * Bottom-up over the call graph by a worklist: functions and sets of functions
 * that an indirect call may reach are its nodes. Memory that the caller cannot
 * know (locals, objects just allocated) does not count. At the end the sets are
 * closed over the widths of accesses, so that one bit answers "may this call
 * write what that access reads".
 */
#include "codegen/effects.h"

#include "codegen/irutil.h"
#include "codegen/known.h"

struct node {
    struct effect *e;
    VEC(struct node *) callers;
    uint8_t queued;
};

static uint32_t nbits;
static VEC(struct node *) work;
static struct node *fn_nodes; /* by fn->index */
static struct ptrmap sets_by_type; /* function type → struct candidates */
static VEC(struct candidates *) sets;
static VEC(struct node *) set_nodes;
static struct effect *none, *unknown;

static struct effect *new_effect(void)
{
    struct effect *e = cg_alloc(sizeof *e);

    e->nbits = nbits;
    e->reads = cg_alloc(bits_words(nbits) * 4 + 4);
    e->writes = cg_alloc(bits_words(nbits) * 4 + 4);
    return e;
}

struct effect *effects_none(void)
{
    return none;
}

struct effect *effects_invariant(void)
{
    static struct effect *e;

    if (!e) {
        e = new_effect();
        e->flags = TW_E_LOOPINVARIANT;
    }
    return e;
}

struct effect *effects_unknown(void)
{
    return unknown;
}

/* ---------------------------------------------------------------- roots */

static int is_gep(LLVMValueRef v)
{
    return ir_op(v) == LLVMGetElementPtr ||
           (LLVMIsAConstantExpr(v) &&
            LLVMGetConstOpcode(v) == LLVMGetElementPtr);
}

static LLVMValueRef root_of(LLVMValueRef p)
{
    while (is_gep(p))
        p = LLVMGetOperand(p, 0);
    return p;
}

/* Memory that no caller has seen. */
static int is_fresh(LLVMValueRef p)
{
    LLVMValueRef r = root_of(p);
    const char *n;

    if (ir_op(r) == LLVMAlloca)
        return 1;
    if (ir_op(r) != LLVMCall)
        return 0;
    n = ir_callee_name(r);
    return !strcmp(n, "tw_gc_new") || !strcmp(n, "tw_gc_new_var") ||
           !strcmp(n, "malloc") || !strcmp(n, "calloc") ||
           !strcmp(n, "tw_gc_malloc") || !strcmp(n, "tw_gc_malloc_atomic");
}

struct vinfo *effects_vinfo_of_marker(LLVMValueRef call)
{
    LLVMValueRef p = root_of(LLVMGetOperand(call, 0));

    if (cg.vinfos.n == 1)
        return cg.vinfos.p[0];
    for (LLVMUseRef u = LLVMGetFirstUse(p); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);
        struct access *a = NULL;

        if (ir_op(user) == LLVMGetElementPtr && LLVMGetOperand(user, 0) == p)
            a = alias_by_path(user);
        for (uint32_t k = 0; a && a->tag && k < cg.vinfos.n; k++)
            if (!strcmp(a->tag, cg.vinfos.p[k]->tag))
                return cg.vinfos.p[k];
    }
    return NULL;
}

/* Is p a frame that this function is known to run itself? Filled per function:
 * the portal's virtualizable, and what the hints name. */
void effects_own_frames(struct fn *f, struct ptrmap *own)
{
    struct driver *d = f->portal_of ? f->portal_of : f->outer_of;

    if (f->portal_of && d->vable_red >= 0)
        ptrmap_setnum(
            own, LLVMGetParam(f->v, d->ngreens + (unsigned)d->vable_red), 1);
    for (FOR_BLOCKS(bb, f->v)) {
        for (FOR_INSNS(i, bb)) {
            const char *n;
            LLVMValueRef p = NULL;

            if (ir_op(i) != LLVMCall)
                continue;
            n = ir_callee_name(i);
            if (!strcmp(n, "tw_mark_access_directly") ||
                !strcmp(n, "tw_mark_fresh_virtualizable"))
                p = LLVMGetOperand(i, 0);
            if (d && d->vable_red >= 0 && d->portal &&
                ir_callee(i) == d->portal->v)
                p = LLVMGetOperand(i, d->ngreens + (unsigned)d->vable_red);
            if (d && d->vable_red >= 0 && !strcmp(n, "tw_mark_merge_point"))
                p = LLVMGetOperand(i, 3 + d->ngreens + (unsigned)d->vable_red);
            if (p && !LLVMIsConstant(p))
                ptrmap_setnum(own, root_of(p), 1);
        }
    }
}

/* ---------------------------------------------------------------- indirect calls */

/* Constants live on when what they initialised is gone. */
static int in_use(LLVMValueRef v)
{
    if (!LLVMIsAConstant(v) || LLVMIsAGlobalValue(v))
        return 1;
    for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u))
        if (in_use(LLVMGetUser(u)))
            return 1;
    return 0;
}

static int is_address_taken(LLVMValueRef f)
{
    for (LLVMUseRef u = LLVMGetFirstUse(f); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);

        if (ir_op(user) != LLVMCall) {
            if (in_use(user))
                return 1;
            continue;
        }
        if (LLVMGetCalledValue(user) != f)
            return 1;
        for (unsigned a = 0; a < ir_nargs(user); a++)
            if (LLVMGetOperand(user, a) == f)
                return 1;
    }
    return 0;
}

static void find_address_taken(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        cg.fns.p[k]->address_taken = (uint8_t)is_address_taken(cg.fns.p[k]->v);
}

static struct candidates *set_of_type(LLVMTypeRef type)
{
    struct candidates *c = ptrmap_get(&sets_by_type, type);

    if (c)
        return c;
    c = cg_alloc(sizeof *c);
    ptrmap_set(&sets_by_type, type, c);
    for (uint32_t k = 0; k < cg.fns.n; k++)
        if (cg.fns.p[k]->address_taken && cg.fns.p[k]->type == type &&
            !cg.fns.p[k]->is_marker)
            VEC_PUSH(c->fns, cg.fns.p[k]);
    VEC_PUSH(sets, c);
    VEC_PUSH(set_nodes, cg_alloc(sizeof(struct node)));
    c->effect = set_nodes.p[sets.n - 1]->e = new_effect();
    return c;
}

struct candidates *effects_candidates(LLVMValueRef call)
{
    struct candidates *c =
        ptrmap_get(&sets_by_type, LLVMGetCalledFunctionType(call));

    if (!c) {
        /* a call that a wrapper made: not known to the analysis */
        c = cg_alloc(sizeof *c);
        c->effect = unknown;
    }
    return c;
}

/* ---------------------------------------------------------------- one function */

static void add_read(struct effect *e, struct access *a)
{
    if (a->id <= nbits)
        bit_set(e->reads, a->id - 1);
    else
        e->flags |= TW_E_ANYTHING;
}

static void add_write(struct effect *e, struct access *a)
{
    if (a->id <= nbits)
        bit_set(e->writes, a->id - 1);
    else
        e->flags |= TW_E_ANYTHING;
    if (a->flags & TW_F_QUASI)
        e->flags |= TW_E_CAN_INVALIDATE;
}

static void add_edge(struct node *callee, struct node *caller)
{
    VEC_PUSH(callee->callers, caller);
}

static void add_tag_writes(struct effect *e, const char *prefix)
{
    for (uint32_t k = 0; k < nbits; k++) {
        struct access *a = cg.accesses.p[k];

        if (a->tag && ir_starts(a->tag, prefix))
            bit_set(e->writes, k);
    }
}

static void known_effect(struct effect *e, unsigned what)
{
    if (what & KNOWN_READS)
        add_read(e, alias_any());
    if (what & KNOWN_WRITES)
        add_write(e, alias_any());
    if (what & KNOWN_ERRNO)
        add_write(e, alias_find("@errno", 0));
    if (what & KNOWN_GMP)
        add_tag_writes(e, "__mp");
    if (what & KNOWN_LIMBS)
        add_write(e, alias_plain("long"));
    if (what & KNOWN_ELIDABLE)
        e->flags |= TW_E_ELIDABLE;
}

static void external_effect(struct fn *f, struct effect *e)
{
    unsigned what;

    if (f->hints & H_NO_EFFECT)
        return;
    if (known_function(f->name, &what))
        known_effect(e, what);
    else
        e->flags |= TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
}

static void call_effect(struct node *n, LLVMValueRef i)
{
    LLVMValueRef callee = ir_callee(i);
    const char *name = ir_callee_name(i);

    if (LLVMIsAInlineAsm(LLVMGetCalledValue(i))) {
        n->e->flags |= TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
    } else if (!callee) {
        struct candidates *c = set_of_type(LLVMGetCalledFunctionType(i));

        for (uint32_t k = 0; k < sets.n; k++)
            if (sets.p[k] == c)
                add_edge(set_nodes.p[k], n);
    } else if (ir_starts(name, "llvm.mem")) {
        if (!is_fresh(LLVMGetOperand(i, 0)))
            add_write(n->e, alias_any());
        if (!ir_starts(name, "llvm.memset") && !is_fresh(LLVMGetOperand(i, 1)))
            add_read(n->e, alias_any());
    } else if (ir_starts(name, "llvm.")) {
        return;
    } else if (ir_starts(name, "tw_mark_")) {
        if (!strcmp(name, "tw_mark_force_virtualizable") ||
            !strcmp(name, "tw_mark_virtual_ref_force"))
            n->e->flags |= TW_E_CAN_FORCE;
    } else {
        add_edge(&fn_nodes[cg_fn(callee)->index], n);
    }
}

static void local_effect(struct fn *f)
{
    struct node *n = &fn_nodes[f->index];
    struct ptrmap own = {0};

    if (cg.vinfos.n)
        effects_own_frames(f, &own);
    if (LLVMGetTypeKind(LLVMGetReturnType(f->type)) == LLVMStructTypeKind) {
        add_write(n->e, alias_find("struct result", 0));
        add_tag_writes(n->e, "struct result");
    }
    for (FOR_BLOCKS(bb, f->v)) {
        for (FOR_INSNS(i, bb)) {
            int op = ir_op(i);

            if (op == LLVMLoad || op == LLVMStore) {
                LLVMValueRef p = LLVMGetOperand(i, op == LLVMLoad ? 0 : 1);
                struct access *a = alias_of(i);

                if (!is_fresh(p)) {
                    if (op == LLVMLoad)
                        add_read(n->e, a);
                    else
                        add_write(n->e, a);
                    if (LLVMGetVolatile(i))
                        add_write(n->e, alias_any());
                }
                if (a->vinfo && a->vable_index >= 0 &&
                    !ptrmap_num(&own, root_of(p)) && !is_fresh(p))
                    n->e->flags |= TW_E_CAN_FORCE;
            } else if (op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg ||
                       op == LLVMFence) {
                add_write(n->e, alias_any());
                add_read(n->e, alias_any());
            } else if (op == LLVMCall && !ir_is_dbg(i)) {
                call_effect(n, i);
            }
        }
    }
    ptrmap_free(&own);
}

/* ---------------------------------------------------------------- the whole */

static int merge_into(struct effect *to, const struct effect *from)
{
    uint32_t changed = 0;
    const uint32_t flags = TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;

    changed |= (from->flags & flags) & ~to->flags;
    to->flags |= from->flags & flags;
    for (size_t w = 0; w < bits_words(nbits); w++) {
        changed |= (from->reads[w] & ~to->reads[w]) |
                   (from->writes[w] & ~to->writes[w]);
        to->reads[w] |= from->reads[w];
        to->writes[w] |= from->writes[w];
    }
    return changed != 0;
}

/* What callers see of a function with these hints. */
static void apply_hints(struct fn *f)
{
    struct effect *e = fn_nodes[f->index].e;

    if (f->hints &
        (H_ELIDABLE | H_NO_EFFECT | H_LOOP_INVARIANT | H_NOT_IN_TRACE)) {
        memset(e->writes, 0, bits_words(nbits) * 4);
        if (e->flags & TW_E_ANYTHING)
            memset(e->reads, 0xff, bits_words(nbits) * 4);
        e->flags &=
            ~(uint32_t)(TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE);
    }
    if (f->hints & H_NO_EFFECT)
        memset(e->reads, 0, bits_words(nbits) * 4);
    if (f->hints & H_ELIDABLE)
        e->flags |= TW_E_ELIDABLE;
    if (f->hints & H_LOOP_INVARIANT)
        e->flags |= TW_E_LOOPINVARIANT;
    if (f->hints & H_NOT_IN_TRACE)
        e->flags |= TW_E_NOT_IN_TRACE;
    if (f->hints & H_MAY_FORCE)
        e->flags |= TW_E_CAN_FORCE;
}

static void enqueue(struct node *n)
{
    if (!n->queued) {
        n->queued = 1;
        VEC_PUSH(work, n);
    }
}

static void run_worklist(const struct ptrmap *fn_of_node)
{
    while (work.n) {
        struct node *n = work.p[--work.n];
        struct fn *f;

        n->queued = 0;
        for (uint32_t k = 0; k < n->callers.n; k++) {
            struct node *c = n->callers.p[k];

            if (merge_into(c->e, n->e)) {
                if ((f = ptrmap_get(fn_of_node, c)))
                    apply_hints(f);
                enqueue(c);
            }
        }
    }
}

/* The accesses that a write (or read) by each scalar type may meet. */
static void close_set(uint32_t *set, uint32_t *const *by_scalar,
                      const uint32_t *plain_of)
{
    size_t words = bits_words(nbits);
    uint32_t *orig = cg_realloc(NULL, words * 4 + 4);
    int any = 0;

    memcpy(orig, set, words * 4);
    for (uint32_t w = 0; w < words; w++) {
        for (uint32_t x = orig[w]; x; x &= x - 1) {
            uint32_t k = w * 32 + (uint32_t)__builtin_ctz(x);
            const struct access *a;

            if (k >= nbits)
                break;
            a = cg.accesses.p[k];
            any = 1;
            if (a->width == TW_ALIAS_ANY) {
                memset(set, 0xff, words * 4);
                free(orig);
                return;
            }
            if (a->width == TW_ALIAS_SCALAR)
                for (size_t v = 0; v < words; v++)
                    set[v] |= by_scalar[a->scalar][v];
            else if (plain_of[a->scalar])
                bit_set(set, plain_of[a->scalar] - 1);
        }
    }
    if (any)
        bit_set(set, alias_any()->id - 1);
    free(orig);
}

static void close_all(void)
{
    uint32_t nscalars = 0, **by_scalar, *plain_of;
    struct ptrmap seen = {0};

    for (uint32_t k = 0; k < nbits; k++)
        if (cg.accesses.p[k]->scalar > nscalars)
            nscalars = cg.accesses.p[k]->scalar;
    by_scalar = cg_alloc((nscalars + 1) * sizeof *by_scalar);
    plain_of = cg_alloc((nscalars + 1) * sizeof *plain_of);
    for (uint32_t s = 0; s <= nscalars; s++)
        by_scalar[s] = cg_alloc(bits_words(nbits) * 4 + 4);
    for (uint32_t k = 0; k < nbits; k++) {
        const struct access *a = cg.accesses.p[k];

        bit_set(by_scalar[a->scalar], k);
        if (a->width == TW_ALIAS_SCALAR)
            plain_of[a->scalar] = a->id;
    }
    for (uint32_t k = 0; k < cg.fns.n + sets.n; k++) {
        struct effect *e =
            k < cg.fns.n ? fn_nodes[k].e : sets.p[k - cg.fns.n]->effect;

        if (ptrmap_num(&seen, e))
            continue;
        ptrmap_setnum(&seen, e, 1);
        close_set(e->reads, by_scalar, plain_of);
        close_set(e->writes, by_scalar, plain_of);
    }
    ptrmap_free(&seen);
}

/* Direct or by way of a candidate set: who calls whom is in the edges now. */
static void link_sets(void)
{
    for (uint32_t k = 0; k < sets.n; k++) {
        struct candidates *c = sets.p[k];

        if (!c->fns.n)
            c->effect->flags |=
                TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
        for (uint32_t j = 0; j < c->fns.n; j++)
            add_edge(&fn_nodes[c->fns.p[j]->index], set_nodes.p[k]);
    }
}

void effects(void)
{
    struct ptrmap fn_of_node = {0};

    for (uint64_t off = 0; off < 64; off += 8)
        alias_find("struct result", (uint32_t)off);
    alias_find("@errno", 0);
    alias_plain("long");
    for (uint32_t k = 0; k < cg.vinfos.n; k++)
        alias_find(cg.vinfos.p[k]->tag, cg.vinfos.p[k]->token_offset);
    nbits = cg.accesses.n;
    none = new_effect();
    none->flags = TW_E_ELIDABLE;
    unknown = new_effect();
    unknown->flags = TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
    fn_nodes = cg_alloc((cg.fns.n + 1) * sizeof *fn_nodes);
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        fn_nodes[k].e = new_effect();
        ptrmap_set(&fn_of_node, &fn_nodes[k], cg.fns.p[k]);
    }
    find_address_taken();
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        if (cg.fns.p[k]->has_body)
            local_effect(cg.fns.p[k]);
        else
            external_effect(cg.fns.p[k], fn_nodes[k].e);
        apply_hints(cg.fns.p[k]);
    }
    link_sets();
    for (uint32_t k = 0; k < cg.fns.n; k++)
        enqueue(&fn_nodes[k]);
    for (uint32_t k = 0; k < sets.n; k++)
        enqueue(set_nodes.p[k]);
    run_worklist(&fn_of_node);
    close_all();
    for (uint32_t k = 0; k < cg.fns.n; k++)
        cg.fns.p[k]->effect = fn_nodes[k].e;
    ptrmap_free(&fn_of_node);
}
