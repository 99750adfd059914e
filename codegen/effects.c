/*
 * effects.c: what each function may read, write, force and invalidate.
 *
 * In:  the module in SSA form, accesses classified by alias.c, where pointers
 *      lead (fresh.c), what indirect calls reach (callees.c), what functions
 *      outside do (known.def).
 * Out: fn->effect; one struct candidates per set of functions that an indirect
 *      call may reach.
 *
 * Bottom-up over the call graph by a worklist, to a fixpoint over recursion:
 * functions and sets of functions are its nodes. Memory that the caller cannot
 * know (locals, objects just allocated) does not count. What a function does to
 * memory that a parameter leads to is kept apart: whether it counts is for the
 * argument at each call to say, so that one that fills in a caller's local or
 * new object has no effect beyond. At the end the sets are closed over the
 * widths of accesses, so that one bit answers "may this call write what that
 * access reads".
 *
 * Each node remembers what first made it unknown, forcing, or writing anything:
 * --dump-effects prints the way down to the reason (effects_report).
 */
#include "codegen/effects.h"

#include "codegen/callees.h"
#include "codegen/fresh.h"
#include "codegen/irutil.h"
#include "codegen/known.h"

/* Parameters whose memory is kept apart; that of others counts as anybody's. */
enum { NVIA = 6 };
struct touched {
    uint32_t *reads, *writes;
};

/* Facts that have a reason worth telling. */
enum reason { WHY_ANYTHING, WHY_FORCE, WHY_WRITES, NREASONS };
struct why {
    struct node *from; /* called; NULL: in the function itself */
    LLVMValueRef at;
    const char *text;
};

/* One way in which the node is called: arg k is what parameter to[k] of the
 * caller leads to, or FRESH, or ELSEWHERE. */
struct call_edge {
    struct node *caller;
    LLVMValueRef call; /* NULL: a member of a set */
    int8_t to[NVIA];
};

struct node {
    struct effect *e;
    struct touched via[NVIA];
    VEC(struct call_edge) callers;
    struct why why[NREASONS];
    struct fn *fn; /* or: */
    struct candidates *set;
    uint8_t queued;
};

static uint32_t nbits;
static VEC(struct node *) work;
static struct node *fn_nodes; /* by fn->index */
static struct strmap set_ids; /* the functions → number in sets + 1 */
static struct ptrmap set_of_call;
static VEC(struct candidates *) sets;
static VEC(struct node *) set_nodes;
static struct effect *none, *unknown;

static uint32_t *new_bits(void)
{
    return cg_alloc(bits_words(nbits) * 4 + 4);
}

static struct effect *new_effect(void)
{
    struct effect *e = cg_alloc(sizeof *e);

    e->nbits = nbits;
    e->reads = new_bits();
    e->writes = new_bits();
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

/* ---------------------------------------------------------------- frames */

struct vinfo *effects_vinfo_of_marker(LLVMValueRef call)
{
    LLVMValueRef p = fresh_root(LLVMGetOperand(call, 0));

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
                ptrmap_setnum(own, fresh_root(p), 1);
        }
    }
}

/* ---------------------------------------------------------------- indirect calls */

static void because(struct node *n, enum reason r, struct node *from,
                    LLVMValueRef at, const char *text)
{
    if (!n->why[r].from && !n->why[r].text)
        n->why[r] = (struct why){from, at, text};
}

static void do_anything(struct node *n, LLVMValueRef at, const char *text)
{
    n->e->flags |= TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
    because(n, WHY_ANYTHING, NULL, at, text);
    because(n, WHY_FORCE, NULL, at, text);
}

static void add_caller(struct node *callee, struct node *caller,
                       LLVMValueRef call)
{
    struct call_edge e = {caller, call, {0}};

    for (int k = 0; k < NVIA; k++) {
        int at = k;

        if (call)
            at = (unsigned)k < ir_nargs(call)
                     ? fresh_where(LLVMGetOperand(call, (unsigned)k))
                     : ELSEWHERE;
        e.to[k] = (int8_t)(at >= NVIA ? ELSEWHERE : at);
    }
    VEC_PUSH(callee->callers, e);
}

/* The node of the set of functions that c holds, made if need be. */
static struct node *set_node(const struct callees *c)
{
    uint32_t *key = cg_realloc(NULL, (c->fns.n + 1) * sizeof *key), k;
    struct candidates *s;
    struct node *n;

    for (k = 0; k < c->fns.n; k++)
        key[k] = c->fns.p[k]->index;
    key[k] = (uint32_t)c->open;
    k = strmap_get(&set_ids, key, (c->fns.n + 1) * sizeof *key);
    if (!k) {
        s = cg_alloc(sizeof *s);
        n = cg_alloc(sizeof *n);
        n->set = s;
        n->e = s->effect = new_effect();
        for (uint32_t j = 0; j < c->fns.n; j++)
            VEC_PUSH(s->fns, c->fns.p[j]);
        VEC_PUSH(sets, s);
        VEC_PUSH(set_nodes, n);
        k = sets.n;
        strmap_set(&set_ids, key, (c->fns.n + 1) * sizeof *key, k);
        if (c->open)
            do_anything(n, NULL, "a pointer that came from outside");
        else if (!c->fns.n)
            do_anything(n, NULL, "a pointer that no function is stored in");
        for (uint32_t j = 0; j < s->fns.n; j++)
            add_caller(&fn_nodes[s->fns.p[j]->index], n, NULL);
    }
    free(key);
    return set_nodes.p[k - 1];
}

struct candidates *effects_candidates(LLVMValueRef call)
{
    struct candidates *c = ptrmap_get(&set_of_call, call);

    if (!c) {
        /* a call that a wrapper made: not known to the analysis */
        c = cg_alloc(sizeof *c);
        c->effect = unknown;
    }
    return c;
}

/* ---------------------------------------------------------------- one function */

static uint32_t *written(struct node *n, int at)
{
    return at == ELSEWHERE || at >= NVIA
               ? n->e->writes
               : (n->via[at].writes ?: (n->via[at].writes = new_bits()));
}

static uint32_t *read_from(struct node *n, int at)
{
    return at == ELSEWHERE || at >= NVIA
               ? n->e->reads
               : (n->via[at].reads ?: (n->via[at].reads = new_bits()));
}

static void add_access(struct node *n, uint32_t *set, const struct access *a)
{
    if (a->id <= nbits)
        bit_set(set, a->id - 1);
    else
        do_anything(n, NULL, "internal: a field found too late");
}

static void add_read(struct node *n, int at, const struct access *a)
{
    if (at != FRESH)
        add_access(n, read_from(n, at), a);
}

static void add_write(struct node *n, int at, const struct access *a,
                      LLVMValueRef i, const char *text)
{
    if (at == FRESH)
        return;
    add_access(n, written(n, at), a);
    if (a->width == TW_ALIAS_ANY)
        because(n, WHY_WRITES, NULL, i, text);
}

static void add_tag_writes(struct node *n, const char *prefix)
{
    for (uint32_t k = 0; k < nbits; k++) {
        struct access *a = cg.accesses.p[k];

        if (a->tag && ir_starts(a->tag, prefix))
            bit_set(n->e->writes, k);
    }
}

static void known_effect(struct node *n, unsigned what)
{
    static const unsigned out[] = {KNOWN_OUT0, KNOWN_OUT1, KNOWN_OUT2,
                                   KNOWN_OUT3};

    if (what & KNOWN_READS)
        add_read(n, ELSEWHERE, alias_any());
    if (what & KNOWN_WRITES)
        add_write(n, ELSEWHERE, alias_any(), NULL, "known.def says so");
    for (int k = 0; k < 4; k++)
        if (what & out[k])
            add_write(n, k, alias_any(), NULL,
                      "known.def says so, of an argument");
    if (what & KNOWN_ERRNO)
        add_write(n, ELSEWHERE, alias_find("@errno", 0), NULL, NULL);
    if (what & KNOWN_GMP)
        add_tag_writes(n, "__mp");
    if (what & KNOWN_LIMBS)
        add_write(n, ELSEWHERE, alias_plain("long"), NULL, NULL);
    if (what & KNOWN_ELIDABLE)
        n->e->flags |= TW_E_ELIDABLE;
}

static void external_effect(struct fn *f, struct node *n)
{
    unsigned what;

    if (f->hints & H_NO_EFFECT)
        return;
    if (known_function(f->name, &what))
        known_effect(n, what);
    else
        do_anything(n, NULL, "not in the program, nor in known.def");
}

struct visit {
    struct node *n;
    int at, write;
};

static void visit_copied(void *data, struct access *a)
{
    struct visit *v = data;

    if (v->write)
        add_write(v->n, v->at, a, NULL, NULL);
    else
        add_read(v->n, v->at, a);
}

static void block_effect(struct node *n, LLVMValueRef i, const char *name)
{
    int copies = !ir_starts(name, "llvm.memset");
    struct visit to = {n, fresh_where(LLVMGetOperand(i, 0)), 1},
                 from = {n, 0, 0};

    if (!alias_copied(i, 0, visit_copied, &to))
        add_write(n, to.at, alias_any(), i,
                  "a block of memory of no known type");
    if (!copies)
        return;
    from.at = fresh_where(LLVMGetOperand(i, 1));
    if (!alias_copied(i, 1, visit_copied, &from))
        add_read(n, from.at, alias_any());
}

/* qsort and its like call the functions that they are handed. */
static void call_back(struct node *n, LLVMValueRef i, struct fn *f)
{
    unsigned what;

    if (!known_function(f->name, &what) || !(what & KNOWN_CALLS))
        return;
    for (unsigned k = 0; k < ir_nargs(i); k++) {
        const struct callees *c = callees_of_arg(i, k);

        for (uint32_t j = 0; j < c->fns.n; j++) {
            struct node *callee = &fn_nodes[c->fns.p[j]->index];
            struct call_edge e = {n, i, {0}};

            memset(e.to, ELSEWHERE, sizeof e.to);
            VEC_PUSH(callee->callers, e);
        }
    }
}

static void call_effect(struct node *n, LLVMValueRef i)
{
    LLVMValueRef callee = ir_callee(i);
    const char *name = ir_callee_name(i);

    if (LLVMIsAInlineAsm(LLVMGetCalledValue(i))) {
        do_anything(n, i, "inline assembly");
    } else if (!callee) {
        struct node *set = set_node(callees_of_call(i));

        ptrmap_set(&set_of_call, i, set->set);
        add_caller(set, n, i);
    } else if (ir_starts(name, "llvm.mem")) {
        block_effect(n, i, name);
    } else if (ir_starts(name, "llvm.")) {
        return;
    } else if (ir_starts(name, "tw_mark_")) {
        if (!strcmp(name, "tw_mark_force_virtualizable") ||
            !strcmp(name, "tw_mark_virtual_ref_force")) {
            n->e->flags |= TW_E_CAN_FORCE;
            because(n, WHY_FORCE, NULL, i, name);
        }
    } else {
        struct fn *f = cg_fn(callee);

        add_caller(&fn_nodes[f->index], n, i);
        if (!f->has_body)
            call_back(n, i, f);
    }
}

static void access_effect(struct node *n, LLVMValueRef i,
                          const struct ptrmap *own)
{
    int load = ir_op(i) == LLVMLoad;
    LLVMValueRef p = LLVMGetOperand(i, load ? 0 : 1);
    struct access *a = alias_of(i);
    int at = fresh_where(p);

    if (load)
        add_read(n, at, a);
    else
        add_write(n, at, a, i, "a store through a char pointer or to a union");
    if (LLVMGetVolatile(i))
        add_write(n, at, alias_any(), i, "a volatile access");
    if (a->vinfo && a->vable_index >= 0 && at != FRESH &&
        !ptrmap_num(own, fresh_root(p))) {
        n->e->flags |= TW_E_CAN_FORCE;
        because(n, WHY_FORCE, NULL, i, a->name);
    }
}

static void local_effect(struct fn *f)
{
    struct node *n = &fn_nodes[f->index];
    struct ptrmap own = {0};

    if (cg.vinfos.n)
        effects_own_frames(f, &own);
    if (LLVMGetTypeKind(LLVMGetReturnType(f->type)) == LLVMStructTypeKind)
        add_tag_writes(n, "struct result");
    for (FOR_BLOCKS(bb, f->v)) {
        for (FOR_INSNS(i, bb)) {
            int op = ir_op(i);

            if (op == LLVMLoad || op == LLVMStore) {
                access_effect(n, i, &own);
            } else if (op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg ||
                       op == LLVMFence) {
                add_write(n, ELSEWHERE, alias_any(), i, "an atomic operation");
                add_read(n, ELSEWHERE, alias_any());
            } else if (op == LLVMCall && !ir_is_dbg(i)) {
                call_effect(n, i);
            }
        }
    }
    ptrmap_free(&own);
}

/* ---------------------------------------------------------------- the whole */

static int add_bits(uint32_t *to, const uint32_t *from)
{
    uint32_t changed = 0;

    for (size_t w = 0; w < bits_words(nbits); w++) {
        changed |= from[w] & ~to[w];
        to[w] |= from[w];
    }
    return changed != 0;
}

static int merge_along(const struct call_edge *edge, struct node *n)
{
    static const struct {
        unsigned flag;
        enum reason r;
    } flags[] = {{TW_E_ANYTHING, WHY_ANYTHING}, {TW_E_CAN_FORCE, WHY_FORCE}};
    const uint32_t all = TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
    struct node *to = edge->caller;
    int changed = (n->e->flags & all & ~to->e->flags) != 0;

    for (int k = 0; k < 2; k++)
        if (n->e->flags & ~to->e->flags & flags[k].flag)
            because(to, flags[k].r, n, edge->call, NULL);
    to->e->flags |= n->e->flags & all;
    changed |= add_bits(to->e->reads, n->e->reads);
    changed |= add_bits(to->e->writes, n->e->writes);
    for (int k = 0; k < NVIA; k++) {
        if (edge->to[k] == FRESH)
            continue;
        if (n->via[k].reads)
            changed |= add_bits(read_from(to, edge->to[k]), n->via[k].reads);
        if (n->via[k].writes)
            changed |= add_bits(written(to, edge->to[k]), n->via[k].writes);
    }
    if (bit_get(to->e->writes, alias_any()->id - 1))
        because(to, WHY_WRITES, n, edge->call, NULL);
    return changed;
}

static void forget_touched(struct node *n)
{
    memset(n->e->reads, 0, bits_words(nbits) * 4);
    for (int k = 0; k < NVIA; k++)
        if (n->via[k].reads)
            memset(n->via[k].reads, 0, bits_words(nbits) * 4);
}

static void forget_written(struct node *n)
{
    memset(n->e->writes, 0, bits_words(nbits) * 4);
    for (int k = 0; k < NVIA; k++)
        if (n->via[k].writes)
            memset(n->via[k].writes, 0, bits_words(nbits) * 4);
}

/* What callers see of a function with these hints. */
static void apply_hints(struct fn *f)
{
    struct node *n = &fn_nodes[f->index];
    struct effect *e = n->e;

    if (f->hints &
        (H_ELIDABLE | H_NO_EFFECT | H_LOOP_INVARIANT | H_NOT_IN_TRACE)) {
        forget_written(n);
        if (e->flags & TW_E_ANYTHING)
            bit_set(e->reads, alias_any()->id - 1);
        e->flags &=
            ~(uint32_t)(TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE);
    }
    if (f->hints & H_NO_EFFECT)
        forget_touched(n);
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

static void run_worklist(void)
{
    while (work.n) {
        struct node *n = work.p[--work.n];

        n->queued = 0;
        for (uint32_t k = 0; k < n->callers.n; k++) {
            struct node *c = n->callers.p[k].caller;

            if (merge_along(&n->callers.p[k], n)) {
                if (c->fn)
                    apply_hints(c->fn);
                enqueue(c);
            }
        }
    }
}

/* Traces know nothing of parameters: all counts. */
static void add_up(struct node *n)
{
    for (int k = 0; k < NVIA; k++) {
        if (n->via[k].reads)
            add_bits(n->e->reads, n->via[k].reads);
        if (n->via[k].writes)
            add_bits(n->e->writes, n->via[k].writes);
    }
    for (uint32_t k = 0; k < nbits; k++)
        if ((cg.accesses.p[k]->flags & TW_F_QUASI) && bit_get(n->e->writes, k))
            n->e->flags |= TW_E_CAN_INVALIDATE;
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

static void init_nodes(void)
{
    for (uint64_t off = 0; off < 64; off += 8)
        alias_find("struct result", (uint32_t)off);
    alias_find("@errno", 0);
    alias_plain("long");
    for (uint32_t k = 0; k < cg.vinfos.n; k++)
        alias_find(cg.vinfos.p[k]->tag, cg.vinfos.p[k]->token_offset);
    alias_make_copied();
    callees_analyse();
    fresh_analyse();
    nbits = cg.accesses.n;
    none = new_effect();
    none->flags = TW_E_ELIDABLE;
    unknown = new_effect();
    unknown->flags = TW_E_ANYTHING | TW_E_CAN_FORCE | TW_E_CAN_INVALIDATE;
    fn_nodes = cg_alloc((cg.fns.n + 1) * sizeof *fn_nodes);
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        fn_nodes[k].e = new_effect();
        fn_nodes[k].fn = cg.fns.p[k];
    }
}

void effects(void)
{
    init_nodes();
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        if (cg.fns.p[k]->has_body)
            local_effect(cg.fns.p[k]);
        else
            external_effect(cg.fns.p[k], &fn_nodes[k]);
        apply_hints(cg.fns.p[k]);
    }
    for (uint32_t k = 0; k < cg.fns.n; k++)
        enqueue(&fn_nodes[k]);
    for (uint32_t k = 0; k < sets.n; k++)
        enqueue(set_nodes.p[k]);
    run_worklist();
    for (uint32_t k = 0; k < cg.fns.n; k++)
        add_up(&fn_nodes[k]);
    for (uint32_t k = 0; k < sets.n; k++)
        add_up(set_nodes.p[k]);
    close_all();
    for (uint32_t k = 0; k < cg.fns.n; k++)
        cg.fns.p[k]->effect = fn_nodes[k].e;
}

/* ---------------------------------------------------------------- the report */

static void print_way(FILE *o, struct node *n, enum reason r)
{
    for (int depth = 0; n && depth < 40; depth++) {
        const struct why *w = &n->why[r];
        const char *file = NULL;
        unsigned line = w->at ? ir_line(w->at, &file) : 0;

        if (line)
            fprintf(o, " (%s:%u)", file, line);
        if (!w->from) {
            fprintf(o, ": %s\n", w->text ? w->text : "its author says so");
            return;
        }
        n = w->from;
        fprintf(o, " > %s", n->fn ? n->fn->name : "pointer");
    }
    fprintf(o, " …\n");
}

static void report_node(FILE *o, struct node *n, const char *name)
{
    static const char *const texts[] = {"anything", "forces", "writes any"};
    uint32_t flags = n->e->flags, reads = 0, writes = 0;
    int has[NREASONS] = {
        (flags & TW_E_ANYTHING) != 0, (flags & TW_E_CAN_FORCE) != 0,
        !(flags & TW_E_ANYTHING) &&
            bit_get(n->e->writes, alias_any()->id - 1) &&
            (n->why[WHY_WRITES].from || n->why[WHY_WRITES].text)};

    for (uint32_t k = 0; k < nbits; k++) {
        reads += (uint32_t)bit_get(n->e->reads, k);
        writes += (uint32_t)bit_get(n->e->writes, k);
    }
    fprintf(o, "%s: reads %u writes %u%s%s%s\n", name, reads, writes,
            flags & TW_E_ELIDABLE ? " elidable" : "",
            flags & TW_E_CAN_INVALIDATE ? " invalidates" : "",
            flags & TW_E_NOT_IN_TRACE ? " not in traces" : "");
    for (enum reason r = 0; r < NREASONS; r++) {
        if (!has[r])
            continue;
        fprintf(o, "  %s:", texts[r]);
        print_way(o, n, r);
    }
}

void effects_report(FILE *o)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        if (cg.fns.p[k]->called)
            report_node(o, &fn_nodes[k], cg.fns.p[k]->name);
    for (uint32_t k = 0; k < sets.n; k++) {
        VEC(char) name = {0};

        for (uint32_t j = 0; j < sets.p[k]->fns.n && j < 6; j++)
            for (const char *c = cg_printf("%s ", sets.p[k]->fns.p[j]->name);
                 *c; c++)
                VEC_PUSH(name, *c);
        VEC_PUSH(name, 0);
        report_node(o, set_nodes.p[k],
                    cg_printf("pointer to %u functions (%s…)", sets.p[k]->fns.n,
                              name.p));
        free(name.p);
    }
}
