/*
 * emit.c: the tables of ir/jitcode.h and ir/descr.h, as constant data of the
 * native module, and a constructor that registers them.
 *
 * Layouts follow the C structs member by member; LLVM's unpacked structs have
 * C's padding. Arrays of plain numbers go out as bytes in the target's order.
 */
#include "codegen/descr.h"
#include "codegen/irutil.h"
#include "codegen/jasm.h"
#include "codegen/stubs.h"

static LLVMTypeRef jitcode_type;
static VEC(LLVMValueRef) jit_globals;
static struct strmap string_ids;
static VEC(LLVMValueRef) strings;

/* ---------------------------------------------------------------- constants */

static LLVMValueRef i8(int64_t v)
{
    return LLVMConstInt(cg.i8, (uint64_t)v, 1);
}
static LLVMValueRef i16(int64_t v)
{
    return LLVMConstInt(cg.i16, (uint64_t)v, 1);
}
static LLVMValueRef i32(int64_t v)
{
    return LLVMConstInt(cg.i32, (uint64_t)v, 1);
}
static LLVMValueRef null(void)
{
    return LLVMConstNull(cg.ptr);
}
static LLVMValueRef or_null(LLVMValueRef v)
{
    return v ? v : null();
}

#define STRUCT(...)                                                            \
    LLVMConstStructInContext(                                                  \
        cg.ctx, (LLVMValueRef[]){__VA_ARGS__},                                 \
        sizeof((LLVMValueRef[]){__VA_ARGS__}) / sizeof(LLVMValueRef), 0)

static LLVMValueRef global(LLVMValueRef init, const char *name)
{
    LLVMValueRef g = LLVMAddGlobal(cg.mod, LLVMTypeOf(init), name);

    LLVMSetInitializer(g, init);
    LLVMSetGlobalConstant(g, 1);
    LLVMSetLinkage(g, LLVMPrivateLinkage);
    return g;
}

static LLVMValueRef array(LLVMTypeRef t, LLVMValueRef *v, uint32_t n,
                          const char *name)
{
    return n ? global(LLVMConstArray2(t, v, n), name) : null();
}

static LLVMValueRef string(const char *s)
{
    uint32_t k;

    if (!s)
        return null();
    k = strmap_get(&string_ids, s, strlen(s));
    if (!k) {
        VEC_PUSH(strings,
                 global(LLVMConstStringInContext2(cg.ctx, s, strlen(s), 0),
                        "tw.str"));
        k = strings.n;
        strmap_set(&string_ids, s, strlen(s), k);
    }
    return strings.p[k - 1];
}

/* n numbers of `size` bytes each. */
static LLVMValueRef numbers(const void *data, uint32_t n, unsigned size,
                            const char *name)
{
    LLVMValueRef g;
    unsigned char *copy;

    if (!n)
        return null();
    copy = cg_realloc(NULL, (size_t)n * size);
    memcpy(copy, data, (size_t)n * size);
    if (cg.big_endian)
        for (uint32_t k = 0; k < n; k++)
            for (unsigned b = 0; b < size / 2; b++) {
                unsigned char t = copy[k * size + b];

                copy[k * size + b] = copy[k * size + size - 1 - b];
                copy[k * size + size - 1 - b] = t;
            }
    g = global(
        LLVMConstStringInContext2(cg.ctx, (char *)copy, (size_t)n * size, 1),
        name);
    LLVMSetAlignment(g, size);
    free(copy);
    return g;
}

/* ---------------------------------------------------------------- descriptors */

static LLVMValueRef alias(const struct access *a)
{
    return STRUCT(i16(a->width), i16(a->scalar), i32(a->id - 1));
}

static LLVMValueRef effect(struct effect *e)
{
    uint32_t words = (uint32_t)bits_words(e->nbits), any = 0;

    if (e->emitted)
        return e->emitted;
    for (uint32_t w = 0; w < words; w++)
        any |= e->reads[w] | e->writes[w];
    if (!any && !(e->flags & TW_E_ANYTHING)) {
        /* Ids that came later than the sets must not count as members. */
        words = (uint32_t)bits_words(cg.accesses.n) + 1;
        e->reads = cg_alloc(words * 4);
        e->writes = cg_alloc(words * 4);
    }
    e->emitted = global(STRUCT(i32(e->flags), i32(words),
                               numbers(e->reads, words, 4, "tw.reads"),
                               numbers(e->writes, words, 4, "tw.writes")),
                        "tw.effect");
    return e->emitted;
}

static LLVMValueRef candidates(struct candidates *c)
{
    VEC(LLVMValueRef) v = {0};

    if (!c || !c->fns.n)
        return null();
    if (c->emitted)
        return c->emitted;
    for (uint32_t k = 0; k < c->fns.n; k++)
        if (c->fns.p[k]->jit_index >= 0)
            VEC_PUSH(v, jit_globals.p[c->fns.p[k]->jit_index]);
    VEC_PUSH(v, null());
    c->emitted = array(cg.ptr, v.p, v.n, "tw.candidates");
    free(v.p);
    return c->emitted;
}

static LLVMValueRef calldescr(struct calldescr *d)
{
    char kinds[65], abi[65];

    snprintf(kinds, sizeof kinds, "%.*s", (int)d->sig.n, d->sig.kinds);
    snprintf(abi, sizeof abi, "%.*s", (int)d->sig.n, d->sig.abi);
    return STRUCT(i8(TW_DK_CALL), i8(d->sig.result), i8(d->sig.abi_result),
                  i8(d->sig.n), string(kinds), string(abi), effect(d->effect),
                  stubs_stub(&d->sig), candidates(d->candidates),
                  string(d->name));
}

static LLVMValueRef descr(struct descr *d)
{
    switch (d->kind) {
    case TW_DK_FIELD:
        return STRUCT(i8(TW_DK_FIELD), i8(d->type), i8(d->size), i8(d->flags),
                      i32(d->offset), alias(d->access), i32(d->watch_offset),
                      i16(d->vable_index), string(d->name));
    case TW_DK_ARRAY:
        return STRUCT(i8(TW_DK_ARRAY), i8(d->type), i8(d->size), i8(d->flags),
                      i32(d->offset), i32(d->stride), alias(d->access),
                      string(d->name));
    case TW_DK_SIZE:
        return STRUCT(i8(TW_DK_SIZE), d->gctype ? d->gctype->global : null(),
                      i32(d->total), i32(d->item_size), i32(d->item_offset),
                      string(d->name));
    case TW_DK_CALL:
        return calldescr(d->call);
    case TW_DK_GUARD:
    case TW_DK_TARGET:
    case TW_DK_LOOP:
        break;
    }
    cg_fatal("internal: descriptor of kind %d", d->kind);
}

static LLVMValueRef descr_ref(uint32_t k)
{
    return descr_get(k)->emitted;
}

static LLVMValueRef optional_descr(uint32_t k_plus_1)
{
    return k_plus_1 ? descr_ref(k_plus_1 - 1) : null();
}

static LLVMValueRef emit_descrs(void)
{
    LLVMValueRef *v = cg_alloc((descr_count() + 1) * sizeof *v);

    for (uint32_t k = 0; k < descr_count(); k++)
        v[k] = descr_get(k)->emitted = global(descr(descr_get(k)), "tw.descr");
    return array(cg.ptr, v, descr_count(), "tw.descrs");
}

static void emit_vinfos(void)
{
    for (uint32_t k = 0; k < cg.vinfos.n; k++) {
        struct vinfo *v = cg.vinfos.p[k];
        LLVMValueRef fields[64];

        if (!v->token)
            continue;
        for (uint32_t n = 0; n < v->nfields; n++)
            fields[n] = optional_descr(v->fields[n]);
        v->emitted =
            global(STRUCT(string(v->tag), i32(v->token_offset), i16(v->nfields),
                          array(cg.ptr, fields, v->nfields, "tw.vfields"),
                          optional_descr(v->array), optional_descr(v->length),
                          optional_descr(v->token)),
                   "tw.vinfo");
    }
}

/* ---------------------------------------------------------------- jitcode */

static LLVMTypeRef make_jitcode_type(void)
{
    LLVMTypeRef three = LLVMArrayType2(cg.i16, 3), p = cg.ptr;
    LLVMTypeRef t[] = {p, cg.i32, cg.i32, cg.i32, p, three,  three, p, p,
                       p, p,      p,      p,      p, cg.i32, p,     p};

    return LLVMStructTypeInContext(cg.ctx, t, sizeof t / sizeof *t, 0);
}

static LLVMValueRef switches(struct jasm *a)
{
    LLVMValueRef *v = cg_alloc((a->switches.n + 1) * sizeof *v);

    if (!a->switches.n)
        return null();
    for (uint32_t k = 0; k < a->switches.n; k++) {
        const struct jswitch *s = &a->switches.p[k];
        uint32_t *targets = cg_alloc((s->n + 1) * sizeof *targets);

        for (uint32_t c = 0; c < s->n; c++)
            targets[c] = a->pcs[a->labels.p[s->labels[c]]];
        v[k] = STRUCT(i32(s->n), i32(a->pcs[a->labels.p[s->default_label]]),
                      numbers(s->values, s->n, 8, "tw.values"),
                      numbers(targets, s->n, 4, "tw.targets"));
    }
    return array(LLVMTypeOf(v[0]), v, a->switches.n, "tw.switches");
}

static LLVMValueRef three_numbers(uint32_t a, uint32_t b, uint32_t c)
{
    LLVMValueRef v[3] = {i16(a), i16(b), i16(c)};

    return LLVMConstArray2(cg.i16, v, 3);
}

static void emit_jitcode(struct fn *f)
{
    struct jasm *a = f->code;
    LLVMValueRef g = jit_globals.p[f->jit_index], d, iff, init;
    uint32_t flags = 0;
    const char *file = NULL;

    d = f->calldescr ? descr_ref(f->calldescr->descr) : null();
    iff = f->iff ? jit_globals.p[f->iff->jit_index] : null();
    flags |= a ? TW_J_LOOKED_INSIDE : 0;
    flags |= f->portal_of ? TW_J_PORTAL : 0;
    flags |= f->has_loop ? TW_J_HAS_LOOP : 0;
    flags |= f->hints & H_ELIDABLE ? TW_J_ELIDABLE : 0;
    flags |= f->hints & H_ELIDABLE_PROMOTE ? TW_J_ELIDABLE_PROMOTE : 0;
    ir_fn_line(f->outer_of ? f->outer_of->portal->v : f->v, &file);
    if (!a) {
        init = STRUCT(string(f->name), i32(f->jit_index), i32(flags), i32(0),
                      null(), three_numbers(0, 0, 0), three_numbers(0, 0, 0),
                      null(), null(), null(), null(), f->native, d, iff, i32(0),
                      null(), string(file));
    } else {
        LLVMValueRef *cf = cg_alloc((a->consts_f.n + 1) * sizeof *cf);

        if (a->code.n >= 1u << 31 || a->nregs[0] + a->consts_i.n > 65535 ||
            a->nregs[1] + a->consts_r.n > 65535 ||
            a->nregs[2] + a->consts_f.n > 65535)
            cg_fatal("%s: too many registers and constants for the JIT",
                     f->name);
        for (uint32_t k = 0; k < a->consts_f.n; k++)
            cf[k] = LLVMConstReal(cg.f64, a->consts_f.p[k]);
        init =
            STRUCT(string(f->name), i32(f->jit_index), i32(flags),
                   i32(a->code.n), numbers(a->code.p, a->code.n, 2, "tw.code"),
                   three_numbers(a->nregs[0], a->nregs[1], a->nregs[2]),
                   three_numbers(a->consts_i.n, a->consts_r.n, a->consts_f.n),
                   array(cg.i64, a->consts_i.p, a->consts_i.n, "tw.ci"),
                   array(cg.ptr, a->consts_r.p, a->consts_r.n, "tw.cr"),
                   array(cg.f64, cf, a->consts_f.n, "tw.cf"), switches(a),
                   f->native, d, iff, i32(a->line_table.n / 2),
                   numbers(a->line_table.p, a->line_table.n, 4, "tw.lines"),
                   string(file));
    }
    LLVMSetInitializer(g, init);
}

static LLVMValueRef emit_live(void)
{
    uint32_t n = jasm_live_count();
    LLVMValueRef *v = cg_alloc((n + 1) * sizeof *v), regs;
    VEC(uint16_t) all = {0};
    uint32_t *at = cg_alloc((n + 1) * sizeof *at);

    for (uint32_t k = 0; k < n; k++) {
        const struct jlive_set *s = jasm_live_get(k);

        at[k] = all.n;
        for (uint32_t r = 0; r < (uint32_t)s->n[0] + s->n[1] + s->n[2]; r++)
            VEC_PUSH(all, s->regs[r]);
    }
    VEC_PUSH(all, 0);
    regs = numbers(all.p, all.n, 2, "tw.liveregs");
    for (uint32_t k = 0; k < n; k++) {
        const struct jlive_set *s = jasm_live_get(k);
        LLVMValueRef ix = LLVMConstInt(cg.i64, at[k] * 2, 0);

        v[k] = STRUCT(three_numbers(s->n[0], s->n[1], s->n[2]),
                      LLVMConstGEP2(cg.i8, regs, &ix, 1));
    }
    free(all.p);
    return n ? array(LLVMTypeOf(v[0]), v, n, "tw.live") : null();
}

/* ---------------------------------------------------------------- drivers */

/* void stub(const union tw_value *args, union tw_value *res) */
static LLVMValueRef portal_stub(struct driver *d)
{
    LLVMTypeRef params[2] = {cg.ptr, cg.ptr};
    LLVMValueRef f =
        stubs_new_function(cg_printf("tw.portal_stub.%s", d->name),
                           LLVMFunctionType(cg.void_, params, 2, 0));
    LLVMValueRef args[64], call;

    for (uint32_t k = 0; k < d->ngreens + d->nreds; k++)
        args[k] = stubs_load_value(LLVMGetParam(f, 0), k,
                                   LLVMTypeOf(LLVMGetParam(d->portal->v, k)));
    call = LLVMBuildCall2(cg.b, d->portal->type, d->portal->v, args,
                          d->ngreens + d->nreds, "");
    if (d->result != 'v')
        stubs_store_value(LLVMGetParam(f, 1), 0, call);
    LLVMBuildRetVoid(cg.b);
    return f;
}

static struct vinfo *driver_vinfo(struct driver *d)
{
    LLVMValueRef p;

    if (d->vable_red < 0)
        return NULL;
    if (cg.vinfos.n == 1)
        return cg.vinfos.p[0];
    p = LLVMGetParam(d->portal->v, d->ngreens + (unsigned)d->vable_red);
    for (LLVMUseRef u = LLVMGetFirstUse(p); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);
        struct access *a = ir_op(user) == LLVMLoad || ir_op(user) == LLVMStore
                               ? alias_of(user)
                               : NULL;

        if (ir_op(user) == LLVMGetElementPtr)
            a = alias_by_path(user);
        for (uint32_t k = 0; a && a->tag && k < cg.vinfos.n; k++)
            if (!strcmp(a->tag, cg.vinfos.p[k]->tag))
                return cg.vinfos.p[k];
    }
    cg_fatal("driver \"%s\": no TW_VIRTUALIZABLE is known for its '%s'",
             d->name, d->virtualizable);
}

static void emit_driver(struct driver *d)
{
    char kinds[64];
    struct vinfo *v = driver_vinfo(d);

    if (v && v->missing)
        cg_fatal(
            "TW_VIRTUALIZABLE(%s): no field '%s' (was it compiled with -g?)",
            v->tag, v->missing);
    snprintf(kinds, sizeof kinds, "%.*s", (int)d->ngreens, d->kinds);
    d->vinfo = v;
    LLVMSetInitializer(d->emitted,
                       STRUCT(d->global, i16(d->index), i8(d->ngreens),
                              i8(d->nreds), string(kinds),
                              string(d->kinds + d->ngreens), i8(d->vable_red),
                              i8(d->result), v ? or_null(v->emitted) : null(),
                              jit_globals.p[d->portal->jit_index],
                              portal_stub(d), i32(d->portal->code->merge_pc)));
}

static LLVMTypeRef driver_type(void)
{
    LLVMTypeRef p = cg.ptr;
    LLVMTypeRef t[] = {p,     cg.i16, cg.i8, cg.i8, p, p,
                       cg.i8, cg.i8,  p,     p,     p, cg.i32};

    return LLVMStructTypeInContext(cg.ctx, t, sizeof t / sizeof *t, 0);
}

/* ---------------------------------------------------------------- the program */

static void add_constructor(LLVMValueRef program)
{
    LLVMValueRef old = LLVMGetNamedGlobal(cg.mod, "llvm.global_ctors"), f, reg,
                 g, init;
    VEC(LLVMValueRef) list = {0};
    LLVMTypeRef param = cg.ptr, type = LLVMFunctionType(cg.void_, &param, 1, 0);

    f = stubs_new_function("tw.register",
                           LLVMFunctionType(cg.void_, NULL, 0, 0));
    reg = LLVMGetNamedFunction(cg.mod, "tw_rt_register");
    if (!reg)
        reg = LLVMAddFunction(cg.mod, "tw_rt_register", type);
    LLVMBuildCall2(cg.b, type, reg, &program, 1, "");
    LLVMBuildRetVoid(cg.b);
    if (old) {
        init = LLVMGetInitializer(old);
        for (int k = 0; k < LLVMGetNumOperands(init); k++)
            VEC_PUSH(list, LLVMGetOperand(init, (unsigned)k));
        LLVMDeleteGlobal(old);
    }
    VEC_PUSH(list, STRUCT(i32(101), f, null()));
    init = LLVMConstArray2(LLVMTypeOf(list.p[list.n - 1]), list.p, list.n);
    g = LLVMAddGlobal(cg.mod, LLVMTypeOf(init), "llvm.global_ctors");
    LLVMSetInitializer(g, init);
    LLVMSetLinkage(g, LLVMAppendingLinkage);
    free(list.p);
}

void emit_tables(void)
{
    LLVMValueRef descrs, live, aliases, names, drivers, jits, *v, *w, program;
    uint32_t n = cg.accesses.n;
    LLVMValueRef declared = LLVMGetNamedGlobal(cg.mod, "tw_program");

    jitcode_type = make_jitcode_type();
    for (uint32_t k = 0; k < cg.jits.n; k++) {
        LLVMValueRef g = LLVMAddGlobal(cg.mod, jitcode_type, "tw.jitcode");

        LLVMSetGlobalConstant(g, 1);
        LLVMSetLinkage(g, LLVMPrivateLinkage);
        VEC_PUSH(jit_globals, g);
    }
    descrs = emit_descrs();
    emit_vinfos();
    for (uint32_t k = 0; k < cg.jits.n; k++)
        emit_jitcode(cg.jits.p[k]);
    v = cg_alloc((cg.drivers.n + 1) * sizeof *v);
    for (uint32_t k = 0; k < cg.drivers.n; k++) {
        struct driver *d = cg.drivers.p[k];

        v[k] = d->emitted = LLVMAddGlobal(cg.mod, driver_type(), "tw.driver");
        LLVMSetGlobalConstant(d->emitted, 1);
        LLVMSetLinkage(d->emitted, LLVMPrivateLinkage);
        emit_driver(d);
    }
    drivers = array(cg.ptr, v, cg.drivers.n, "tw.drivers");
    jits = array(cg.ptr, jit_globals.p, jit_globals.n, "tw.jitcodes");
    live = emit_live();
    v = cg_alloc((n + 1) * sizeof *v);
    w = cg_alloc((n + 1) * sizeof *w);
    for (uint32_t k = 0; k < n; k++) {
        v[k] = alias(cg.accesses.p[k]);
        w[k] = string(cg.accesses.p[k]->name);
    }
    aliases = array(LLVMTypeOf(v[0]), v, n, "tw.aliases");
    names = array(cg.ptr, w, n, "tw.alias_names");
    program = global(STRUCT(i32(TW_PROGRAM_VERSION), i32(cg.jits.n),
                            i32(descr_count()), i32(jasm_live_count()),
                            i32(cg.drivers.n), i32(n), jits, descrs, live,
                            drivers, aliases, names),
                     "tw_program");
    LLVMSetLinkage(program, LLVMExternalLinkage);
    if (declared) { /* by a client that looks at its own tables */
        LLVMReplaceAllUsesWith(declared, program);
        LLVMDeleteGlobal(declared);
        LLVMSetValueName2(program, "tw_program", strlen("tw_program"));
    }
    add_constructor(program);
}
