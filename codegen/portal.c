/*
 * portal.c: cuts every function that holds a merge point in two.
 *
 * In:  SSA form, F with one tw_mark_merge_point(driver, greens, reds) in it.
 * Out: F ends in a call of F.portal(greens, reds); F.portal begins at the merge
 *      point and holds all that can be reached from it. Later code may enter
 *      F.portal at any merge point with nothing but these values in hand:
 *      machine code's exits, the blackhole, the recorder.
 *
 * So whatever else is alive at the merge point is an error of the author's,
 * reported with the variable's name. Values that are mere conversions of greens
 * and reds are made again instead.
 *
 * How: the blocks reachable from the merge point are cloned into F.portal, and
 * values that cross it go through stack slots there, which the next run of sroa
 * turns into phis: no dominance has to be worked out here.
 */
#include "codegen/irutil.h"

#include <llvm-c/DebugInfo.h>

struct split {
    struct driver *d;
    struct fn *f;
    LLVMValueRef marker;
    LLVMBasicBlockRef merge; /* block that begins with the marker */
    LLVMValueRef operands[64];
    unsigned n;
    LLVMTypeRef types[64];
    struct ptrmap reach; /* blocks reachable from the merge point */
    VEC(LLVMBasicBlockRef) blocks;
    VEC(LLVMValueRef) crossing;
    struct ptrmap slots;  /* crossing value → alloca in F.portal */
    struct ptrmap blockmap, valuemap;
    LLVMValueRef portal;
    LLVMBasicBlockRef entry;
};

static void error_at(LLVMValueRef i, const char *text)
{
    const char *file;
    unsigned line = ir_line(i, &file);

    cg_fatal("%s:%u: error: %s", file, line, text);
}

static char kind_of_type(LLVMTypeRef t)
{
    switch ((int)ir_kind(t)) {
    case LLVMPointerTypeKind:
        return 'r';
    case LLVMDoubleTypeKind:
    case LLVMFloatTypeKind:
        return 'f';
    case LLVMIntegerTypeKind:
        return LLVMGetIntTypeWidth(t) <= 64 ? 'i' : 0;
    case LLVMVoidTypeKind:
        return 'v';
    default:
        return 0;
    }
}

/* tw_mark_x(driver, ngreens, greens…, nreds, reds…) */
struct driver *portal_marker(LLVMValueRef call, LLVMValueRef *operands,
                             unsigned *ngreens, unsigned *nreds)
{
    struct driver *d = ptrmap_get(&cg.driver_of, LLVMGetOperand(call, 0));
    int64_t ng = 0, nr = 0;
    unsigned k = 1, n = 0;

    if (!d)
        error_at(
            call,
            "the driver of a merge point must be a static struct tw_driver");
    if (!ir_const_int(LLVMGetOperand(call, k++), &ng))
        error_at(call, "TW_GREENS(...) is missing here");
    for (int64_t g = 0; g < ng; g++)
        operands[n++] = LLVMGetOperand(call, k++);
    if (k >= ir_nargs(call) || !ir_const_int(LLVMGetOperand(call, k++), &nr))
        error_at(call, "TW_REDS(...) is missing here");
    for (int64_t r = 0; r < nr; r++)
        operands[n++] = LLVMGetOperand(call, k++);
    *ngreens = (unsigned)ng;
    *nreds = (unsigned)nr;
    return d;
}

static unsigned count_names(const char *s)
{
    unsigned n = 0;

    for (; *s; s++)
        n += *s != ' ' && (s[1] == ' ' || !s[1]);
    return n;
}

static int name_index(const char *names, const char *name)
{
    size_t len = strlen(name);
    int k = 0;

    while (*names) {
        size_t n = strcspn(names, " ");

        if (n == len && !strncmp(names, name, n))
            return k;
        k += n != 0;
        names += n;
        names += strspn(names, " ");
    }
    return -1;
}

static void describe(struct split *s)
{
    struct driver *d = s->d;
    unsigned ng, nr;

    portal_marker(s->marker, s->operands, &ng, &nr);
    d->ngreens = ng;
    d->nreds = nr;
    s->n = ng + nr;
    if (s->n > 24)
        error_at(s->marker, "more than 24 greens and reds");
    if (count_names(d->greens) != ng || count_names(d->reds) != nr)
        error_at(s->marker,
                 cg_printf(
                     "driver \"%s\" names %u greens and %u reds, but the merge "
                     "point passes %u and %u",
                     d->name, count_names(d->greens), count_names(d->reds), ng,
                     nr));
    for (unsigned k = 0; k < s->n; k++) {
        s->types[k] = LLVMTypeOf(s->operands[k]);
        d->kinds[k] = kind_of_type(s->types[k]);
        if (!d->kinds[k])
            error_at(
                s->marker,
                cg_printf("argument %u has a type that the JIT does not know",
                          k + 1));
    }
    if (d->virtualizable) {
        d->vable_red = name_index(d->reds, d->virtualizable);
        if (d->vable_red < 0)
            error_at(
                s->marker,
                cg_printf("driver \"%s\": its virtualizable '%s' is no red",
                          d->name, d->virtualizable));
    }
    d->result = kind_of_type(LLVMGetReturnType(s->f->type));
    if (!d->result)
        error_at(
            s->marker,
            "a function with a merge point returns an integer, a pointer, a "
            "double or nothing");
}

static void find_reach(struct split *s)
{
    VEC_PUSH(s->blocks, s->merge);
    ptrmap_setnum(&s->reach, s->merge, 1);
    for (uint32_t k = 0; k < s->blocks.n; k++) {
        LLVMValueRef term = LLVMGetBasicBlockTerminator(s->blocks.p[k]);

        for (unsigned e = 0; e < LLVMGetNumSuccessors(term); e++) {
            LLVMBasicBlockRef to = LLVMGetSuccessor(term, e);

            if (!ptrmap_num(&s->reach, to)) {
                ptrmap_setnum(&s->reach, to, 1);
                VEC_PUSH(s->blocks, to);
            }
        }
    }
}

struct preds {
    LLVMBasicBlockRef *p;
    uint32_t n, cap;
};

/* Predecessors, for walking uses upwards. */
static struct ptrmap preds_of(LLVMValueRef f)
{
    struct ptrmap m = {0};

    for (FOR_BLOCKS(bb, f)) {
        for (LLVMUseRef u = LLVMGetFirstUse(LLVMBasicBlockAsValue(bb)); u;
             u = LLVMGetNextUse(u)) {
            LLVMValueRef user = LLVMGetUser(u);
            struct preds *v;

            if (!LLVMIsATerminatorInst(user))
                continue;
            if (!(v = ptrmap_get(&m, bb))) {
                v = cg_alloc(sizeof *v);
                ptrmap_set(&m, bb, v);
            }
            VEC_PUSH(*v, LLVMGetInstructionParent(user));
        }
    }
    return m;
}

/* Is v alive on entry to the merge block? From each use upwards until v's own
 * block. */
static int alive_at_merge(struct split *s, struct ptrmap *preds, LLVMValueRef v)
{
    LLVMBasicBlockRef def = LLVMIsAInstruction(v)
                                ? LLVMGetInstructionParent(v)
                                : LLVMGetEntryBasicBlock(s->f->v);
    VEC(LLVMBasicBlockRef) work = {0};
    struct ptrmap seen = {0};
    int alive = 0, is_arg = !LLVMIsAInstruction(v);

    for (LLVMUseRef u = LLVMGetFirstUse(v); u && !alive;
         u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);
        LLVMBasicBlockRef bb;

        if (!LLVMIsAInstruction(user) || ir_is_dbg(user))
            continue;
        bb = LLVMGetInstructionParent(user);
        if (LLVMIsAPHINode(user)) {
            for (unsigned k = 0; k < LLVMCountIncoming(user); k++)
                if (LLVMGetIncomingValue(user, k) == v) {
                    LLVMBasicBlockRef in = LLVMGetIncomingBlock(user, k);

                    if (in != def || is_arg)
                        VEC_PUSH(work, in);
                }
        } else if (bb != def || is_arg) {
            VEC_PUSH(work, bb);
        }
        while (work.n && !alive) {
            struct preds *p;

            bb = work.p[--work.n];
            if (ptrmap_num(&seen, bb) || !ptrmap_num(&s->reach, bb))
                continue;
            ptrmap_setnum(&seen, bb, 1);
            if (bb == s->merge)
                alive = 1;
            p = ptrmap_get(preds, bb);
            for (uint32_t k = 0; p && k < p->n; k++)
                if (p->p[k] != def || (is_arg && p->p[k] != bb))
                    VEC_PUSH(work, p->p[k]);
        }
    }
    free(work.p);
    ptrmap_free(&seen);
    return alive;
}

/* A local whose address is taken is dead at the merge point if its life begins
 * (clang's lifetime.start) after it. */
static int alloca_is_fresh(struct split *s, LLVMValueRef v)
{
    int starts = 0;

    for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);

        if (ir_op(user) == LLVMCall &&
            ir_starts(ir_callee_name(user), "llvm.lifetime.start")) {
            if (!ptrmap_num(&s->reach, LLVMGetInstructionParent(user)))
                return 0;
            starts = 1;
        }
    }
    return starts;
}

static void find_crossing(struct split *s)
{
    struct ptrmap preds = preds_of(s->f->v);
    LLVMValueRef f = s->f->v;

    for (unsigned k = 0; k < LLVMCountParams(f); k++)
        if (alive_at_merge(s, &preds, LLVMGetParam(f, k)))
            VEC_PUSH(s->crossing, LLVMGetParam(f, k));
    for (FOR_BLOCKS(bb, f))
        for (FOR_INSNS(i, bb))
            if (alive_at_merge(s, &preds, i))
                VEC_PUSH(s->crossing, i);
    ptrmap_free(&preds);
}

/* ---------------------------------------------------------------- the values */

/* v as the portal's entry can make it from the arguments, or NULL. The builder
 * stands in the entry. */
static LLVMValueRef entry_value(struct split *s, LLVMValueRef v, int depth)
{
    LLVMTypeRef t = LLVMTypeOf(v);
    LLVMValueRef copy, ops[8];
    int nops;

    if (LLVMIsConstant(v))
        return v;
    for (unsigned k = 0; k < s->n; k++)
        if (s->operands[k] == v)
            return LLVMGetParam(s->portal, k);
    /* The merge point was passed a wider form of it. */
    for (unsigned k = 0; k < s->n; k++) {
        LLVMValueRef o = s->operands[k], arg = LLVMGetParam(s->portal, k);
        int op = ir_op(o);

        if (!op || LLVMGetNumOperands(o) != 1 || LLVMGetOperand(o, 0) != v)
            continue;
        if (op == LLVMZExt || op == LLVMSExt)
            return LLVMBuildTrunc(cg.b, arg, t, "");
        if (op == LLVMFPExt)
            return LLVMBuildFPTrunc(cg.b, arg, t, "");
        if (op == LLVMPtrToInt && LLVMTypeOf(o) == cg.i64)
            return LLVMBuildIntToPtr(cg.b, arg, t, "");
    }
    if (depth > 4)
        return NULL;
    switch (ir_op(v)) {
    case LLVMZExt:
    case LLVMSExt:
    case LLVMTrunc:
    case LLVMFPExt:
    case LLVMFPTrunc:
    case LLVMPtrToInt:
    case LLVMIntToPtr:
    case LLVMGetElementPtr:
    case LLVMICmp:
    case LLVMAdd:
    case LLVMSub:
    case LLVMAnd:
    case LLVMOr:
    case LLVMXor:
        break;
    default:
        return NULL;
    }
    nops = LLVMGetNumOperands(v);
    if (nops > 8)
        return NULL;
    for (int k = 0; k < nops; k++)
        if (!(ops[k] =
                  entry_value(s, LLVMGetOperand(v, (unsigned)k), depth + 1)))
            return NULL;
    copy = LLVMInstructionClone(v);
    for (int k = 0; k < nops; k++)
        LLVMSetOperand(copy, (unsigned)k, ops[k]);
    LLVMInsertIntoBuilder(cg.b, copy);
    return copy;
}

static void make_portal(struct split *s)
{
    LLVMTypeRef ret = LLVMGetReturnType(s->f->type);
    LLVMTypeRef type = LLVMFunctionType(ret, s->types, s->n, 0);
    int errors = 0;

    s->portal =
        LLVMAddFunction(cg.mod, cg_printf("%s.portal", s->f->name), type);
    LLVMSetLinkage(s->portal, LLVMInternalLinkage);
    ir_add_fn_attr(s->portal, "noinline");
    ir_add_fn_attr(s->portal, "nounwind");
    for (int k = 0; k < 2; k++) {
        static const char *const copied[] = {"target-cpu", "target-features"};
        unsigned n = (unsigned)strlen(copied[k]);
        LLVMAttributeRef a = LLVMGetStringAttributeAtIndex(
            s->f->v, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, copied[k],
            n);

        if (a)
            LLVMAddAttributeAtIndex(
                s->portal, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, a);
    }
    s->entry = LLVMAppendBasicBlockInContext(cg.ctx, s->portal, "entry");
    for (uint32_t k = 0; k < s->crossing.n; k++) {
        LLVMValueRef v = s->crossing.p[k], slot, init;

        ir_at_end(s->entry);
        if (ir_op(v) == LLVMAlloca && alloca_is_fresh(s, v)) {
            slot = LLVMInstructionClone(v);
            LLVMInsertIntoBuilder(cg.b, slot);
            ptrmap_set(&s->valuemap, v, slot);
            continue;
        }
        init = entry_value(s, v, 0);
        if (!init) {
            const char *file, *name;
            unsigned line = 0, at = ir_line(s->marker, &file);

            name = ir_variable_name(s->f->v, v, &line);
            if (!line)
                line = ir_line(v, NULL) ?: at;
            fprintf(stderr,
                    "%s:%u: error: %s%s%s is alive at the merge point of "
                    "driver \"%s\" (line %u), "
                    "but is neither a green nor a red%s\n",
                    file, line, name ? "'" : "a value computed here",
                    name ? name : "", name ? "'" : "", s->d->name, at,
                    ir_op(v) == LLVMAlloca ? " (its address is taken)" : "");
            errors++;
            continue;
        }
        slot = LLVMBuildAlloca(cg.b, LLVMTypeOf(v), "");
        LLVMBuildStore(cg.b, init, slot);
        ptrmap_set(&s->slots, v, slot);
    }
    if (errors)
        cg_fatal("%d value%s in the way of the merge point in %s", errors,
                 errors > 1 ? "s" : "", s->f->name);
}

static LLVMValueRef mapped(struct split *s, LLVMValueRef v)
{
    LLVMValueRef slot, m;

    if (LLVMValueIsBasicBlock(v))
        return LLVMBasicBlockAsValue(
            ptrmap_get(&s->blockmap, LLVMValueAsBasicBlock(v)));
    if (!LLVMIsAInstruction(v) && !LLVMIsAArgument(v))
        return v;
    if ((slot = ptrmap_get(&s->slots, v)))
        return LLVMBuildLoad2(cg.b, LLVMTypeOf(v), slot, "");
    m = ptrmap_get(&s->valuemap, v);
    return m ? m : LLVMGetUndef(LLVMTypeOf(v));
}

static void clone_blocks(struct split *s)
{
    for (uint32_t k = 0; k < s->blocks.n; k++)
        ptrmap_set(&s->blockmap, s->blocks.p[k],
                   LLVMAppendBasicBlockInContext(cg.ctx, s->portal, ""));
    for (uint32_t k = 0; k < s->blocks.n; k++) {
        LLVMBasicBlockRef to = ptrmap_get(&s->blockmap, s->blocks.p[k]);

        for (FOR_INSNS(i, s->blocks.p[k])) {
            LLVMValueRef c;

            if (ir_is_dbg(i) || ptrmap_get(&s->valuemap, i))
                continue;
            ir_at_end(to);
            if (LLVMIsAPHINode(i)) {
                c = LLVMBuildPhi(cg.b, LLVMTypeOf(i), "");
            } else {
                c = LLVMInstructionClone(i);
                LLVMInsertIntoBuilder(cg.b, c);
            }
            ptrmap_set(&s->valuemap, i, c);
        }
    }
    /* Operands; then values that cross go to their slots where they are made. */
    for (uint32_t k = 0; k < s->blocks.n; k++) {
        LLVMBasicBlockRef bb = s->blocks.p[k];

        for (FOR_INSNS(i, bb)) {
            LLVMValueRef c = ptrmap_get(&s->valuemap, i);

            if (!c || ir_is_dbg(i))
                continue;
            if (LLVMIsAPHINode(i)) {
                for (unsigned e = 0; e < LLVMCountIncoming(i); e++) {
                    LLVMBasicBlockRef from =
                        ptrmap_get(&s->blockmap, LLVMGetIncomingBlock(i, e));
                    LLVMValueRef v;

                    if (!from)
                        continue; /* an edge from before the merge point */
                    LLVMPositionBuilderBefore(
                        cg.b, LLVMGetBasicBlockTerminator(from));
                    v = mapped(s, LLVMGetIncomingValue(i, e));
                    LLVMAddIncoming(c, &v, &from, 1);
                }
                continue;
            }
            LLVMPositionBuilderBefore(cg.b, c);
            for (int o = 0; o < LLVMGetNumOperands(i); o++)
                LLVMSetOperand(c, (unsigned)o,
                               mapped(s, LLVMGetOperand(i, (unsigned)o)));
        }
    }
    for (uint32_t k = 0; k < s->crossing.n; k++) {
        LLVMValueRef v = s->crossing.p[k], slot = ptrmap_get(&s->slots, v), c,
                     at;

        if (!slot || !(c = ptrmap_get(&s->valuemap, v)))
            continue;
        for (at = LLVMGetNextInstruction(c); LLVMIsAPHINode(at);)
            at = LLVMGetNextInstruction(at);
        LLVMPositionBuilderBefore(cg.b, at);
        LLVMBuildStore(cg.b, c, slot);
    }
    ir_at_end(s->entry);
    LLVMBuildBr(cg.b, ptrmap_get(&s->blockmap, s->merge));
}

/* F goes as far as the merge point, then calls the portal. */
static void end_outer(struct split *s, LLVMBasicBlockRef before)
{
    LLVMBasicBlockRef bb =
        LLVMAppendBasicBlockInContext(cg.ctx, s->f->v, "to.portal");
    LLVMTypeRef type = LLVMGlobalGetValueType(s->portal);
    LLVMValueRef call;

    ir_at_end(bb);
    LLVMSetCurrentDebugLocation2(cg.b, LLVMInstructionGetDebugLoc(s->marker));
    call = LLVMBuildCall2(cg.b, type, s->portal, s->operands, s->n, "");
    if (s->d->result == 'v')
        LLVMBuildRetVoid(cg.b);
    else
        LLVMBuildRet(cg.b, call);
    LLVMSetCurrentDebugLocation2(cg.b, NULL);
    LLVMSetSuccessor(LLVMGetBasicBlockTerminator(before), 0, bb);
    /* The block of the old merge point is unreachable in F now, as is what only
     * it leads to; the marker in it would confuse those who look for markers. */
    LLVMInstructionEraseFromParent(s->marker);
}

static void split(struct fn *f, LLVMValueRef marker)
{
    struct split s = {.f = f, .marker = marker};
    LLVMBasicBlockRef before = LLVMGetInstructionParent(marker);
    struct driver *d;

    s.d = d = ptrmap_get(&cg.driver_of, LLVMGetOperand(marker, 0));
    if (!d)
        error_at(
            marker,
            "the driver of a merge point must be a static struct tw_driver");
    if (d->outer)
        error_at(
            marker,
            cg_printf("a second merge point of driver \"%s\" (one is in %s): a "
                      "driver has exactly one",
                      d->name, d->outer->name));
    if (f->outer_of)
        error_at(
            marker,
            cg_printf("a second merge point in %s: a function has one at most",
                      f->name));
    describe(&s);
    s.merge = ir_split_before(marker);
    find_reach(&s);
    find_crossing(&s);
    make_portal(&s);
    clone_blocks(&s);
    end_outer(&s, before);
    /* Lines and file stay with the larger part. */
    if (LLVMGetSubprogram(f->v)) {
        LLVMSetSubprogram(s.portal, LLVMGetSubprogram(f->v));
        LLVMGlobalEraseMetadata(f->v, ir_md_kind("dbg"));
    }
    d->outer = f;
    f->outer_of = d;
    d->index = cg.drivers.n;
    VEC_PUSH(cg.drivers, d);
    d->portal = cg_alloc(sizeof *d->portal);
    d->portal->v = s.portal;
    d->portal->portal_of = d;
    d->portal->name = cg_strdup(ir_name(s.portal));
    d->portal->jit_index = -1;
    VEC_PUSH(cg.fns, d->portal);
    ptrmap_free(&s.reach);
    ptrmap_free(&s.slots);
    ptrmap_free(&s.blockmap);
    ptrmap_free(&s.valuemap);
}

void portal_split_all(void)
{
    LLVMValueRef mark = LLVMGetNamedFunction(cg.mod, "tw_mark_merge_point"),
                 enter;
    VEC(LLVMValueRef) calls = {0};

    for (LLVMUseRef u = mark ? LLVMGetFirstUse(mark) : NULL; u;
         u = LLVMGetNextUse(u))
        if (ir_op(LLVMGetUser(u)) == LLVMCall)
            VEC_PUSH(calls, LLVMGetUser(u));
    for (uint32_t k = calls.n; k--;)
        split(cg_fn(LLVMGetBasicBlockParent(
                  LLVMGetInstructionParent(calls.p[k]))),
              calls.p[k]);
    free(calls.p);
    enter = LLVMGetNamedFunction(cg.mod, "tw_mark_can_enter_jit");
    for (LLVMUseRef u = enter ? LLVMGetFirstUse(enter) : NULL; u;
         u = LLVMGetNextUse(u)) {
        LLVMValueRef ops[64];
        unsigned ng, nr;
        struct driver *d = portal_marker(LLVMGetUser(u), ops, &ng, &nr);

        if (!d->portal)
            error_at(LLVMGetUser(u),
                     cg_printf("driver \"%s\" has no merge point", d->name));
        if (ng != d->ngreens || nr != d->nreds)
            error_at(
                LLVMGetUser(u),
                cg_printf("the merge point of driver \"%s\" passes %u greens "
                          "and %u reds, this passes %u and %u",
                          d->name, d->ngreens, d->nreds, ng, nr));
        d->has_can_enter = 1;
    }
    collect_functions();
}
