/*
 * collect.c: what the author declared: functions and their hints, drivers,
 * declarations of fields (section "tw.decls"), types of collected objects, and
 * the names of struct members (from debug info, for messages and logs).
 *
 * In: the linked module. Out: cg.fns, drivers, decls, vinfos, gctypes, members.
 */
#include "codegen/irutil.h"

#include <llvm-c/DebugInfo.h>

struct cg cg;

/* ---------------------------------------------------------------- functions */

static const struct {
    const char *text;
    unsigned hint;
} hint_names[] = {
    {"elidable", H_ELIDABLE},
    {"elidable_promote", H_ELIDABLE | H_ELIDABLE_PROMOTE},
    {"unroll_safe", H_UNROLL_SAFE},
    {"look_inside", H_LOOK_INSIDE},
    {"dont_look_inside", H_DONT_LOOK_INSIDE},
    {"not_in_trace", H_NOT_IN_TRACE},
    {"loop_invariant", H_LOOP_INVARIANT},
    {"may_force", H_MAY_FORCE},
    {"no_effect", H_NO_EFFECT},
};

struct fn *cg_fn(LLVMValueRef v)
{
    return ptrmap_get(&cg.fn_of, v);
}

/* Passes remove functions and other steps add some: names tell which is which. */
void collect_functions(void)
{
    struct strmap known = {0};
    VEC(struct fn *) old = {0};

    old.p = cg.fns.p;
    old.n = cg.fns.n;
    for (uint32_t k = 0; k < old.n; k++)
        strmap_set(&known, old.p[k]->name, strlen(old.p[k]->name), k + 1);
    cg.fns.p = NULL;
    cg.fns.n = cg.fns.cap = 0;
    ptrmap_free(&cg.fn_of);
    for (LLVMValueRef v = LLVMGetFirstFunction(cg.mod); v;
         v = LLVMGetNextFunction(v)) {
        const char *name = ir_name(v);
        uint32_t k = strmap_get(&known, name, strlen(name));
        struct fn *f;

        if (ir_starts(name, "llvm."))
            continue;
        if (!*name) {
            LLVMSetValueName2(v, "tw.unnamed", 10);
            name = ir_name(v);
        }
        if (k) {
            f = old.p[k - 1];
        } else {
            f = cg_alloc(sizeof *f);
            f->name = cg_strdup(name);
            f->jit_index = -1;
            f->is_marker = ir_starts(name, "tw_mark_");
        }
        f->v = f->native = v;
        f->type = LLVMGlobalGetValueType(v);
        f->has_body = !LLVMIsDeclaration(v);
        f->index = cg.fns.n;
        VEC_PUSH(cg.fns, f);
        ptrmap_set(&cg.fn_of, v, f);
    }
    free(old.p);
    free(known.slots);
}

static void hint_function(struct fn *f, const char *text)
{
    if (!ir_starts(text, "tw."))
        return;
    text += 3;
    if (ir_starts(text, "look_inside_iff:")) {
        f->iff_name = cg_strdup(text + strlen("look_inside_iff:"));
        return;
    }
    for (size_t k = 0; k < sizeof hint_names / sizeof *hint_names; k++) {
        if (!strcmp(text, hint_names[k].text)) {
            f->hints |= hint_names[k].hint;
            return;
        }
    }
    cg_fatal("%s: unknown annotation \"tw.%s\"", f->name, text);
}

static void collect_annotations(void)
{
    LLVMValueRef g = LLVMGetNamedGlobal(cg.mod, "llvm.global.annotations"),
                 list;

    if (!g)
        return;
    list = LLVMGetInitializer(g);
    for (int k = 0; k < LLVMGetNumOperands(list); k++) {
        LLVMValueRef entry = LLVMGetOperand(list, (unsigned)k);
        struct fn *f = cg_fn(LLVMGetOperand(entry, 0));
        const char *text = ir_string(LLVMGetOperand(entry, 1));

        if (f && text)
            hint_function(f, text);
    }
    /* Native code needs them no more, and they would keep dead functions. */
    LLVMDeleteGlobal(g);
}

/* The predicate of look_inside_iff is named by its C name: a static one of the
 * same file keeps it, unless linking had to rename it. */
static void resolve_predicates(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        struct fn *f = cg.fns.p[k];
        LLVMValueRef p;

        if (!f->iff_name)
            continue;
        p = LLVMGetNamedFunction(cg.mod, f->iff_name);
        if (!p || !(f->iff = cg_fn(p)) || !f->iff->has_body)
            cg_fatal("%s: tw_look_inside_iff(%s): there is no such function (a "
                     "static one "
                     "needs __attribute__((used)))",
                     f->name, f->iff_name);
        f->iff->hints |= H_LOOK_INSIDE;
    }
}

/* ---------------------------------------------------------------- drivers */

/* Linking may have numbered the type: struct.tw_driver.7. */
static int is_struct(LLVMTypeRef t, const char *full_name)
{
    const char *name =
        ir_kind(t) == LLVMStructTypeKind ? LLVMGetStructName(t) : NULL;
    size_t n = strlen(full_name);

    return name && !strncmp(name, full_name, n) && (!name[n] || name[n] == '.');
}

static LLVMValueRef field_of(LLVMValueRef init, unsigned k)
{
    return LLVMGetAggregateElement(init, k);
}

static const char *string_field(LLVMValueRef init, unsigned k)
{
    const char *s = ir_string(field_of(init, k));

    return s ? cg_strdup(s) : NULL;
}

static void collect_drivers(void)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g;
         g = LLVMGetNextGlobal(g)) {
        LLVMValueRef init = LLVMGetInitializer(g);
        struct driver *d;

        if (!init || !is_struct(LLVMGlobalGetValueType(g), "struct.tw_driver"))
            continue;
        d = cg_alloc(sizeof *d);
        d->global = g;
        d->name = string_field(init, 0) ?: ir_name(g);
        d->greens = string_field(init, 1) ?: "";
        d->reds = string_field(init, 2) ?: "";
        d->virtualizable = string_field(init, 3);
        d->vable_red = -1;
        ptrmap_set(&cg.driver_of, g, d);
    }
}

/* ---------------------------------------------------------------- tw.decls */

static int32_t int_field(LLVMValueRef init, unsigned k)
{
    return (int32_t)LLVMConstIntGetSExtValue(field_of(init, k));
}

const char *collect_member(const char *tag, uint32_t offset)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s+%u", tag, offset);
    uint32_t k = strmap_get(&cg.members, key, (size_t)n);

    return k ? cg.member_names.p[k - 1] : NULL;
}

static void add_member(const char *tag, uint32_t offset, const char *name)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s+%u", tag, offset);

    if (n >= (int)sizeof key || strmap_get(&cg.members, key, (size_t)n))
        return;
    VEC_PUSH(cg.member_names, cg_strdup(name));
    strmap_set(&cg.members, key, (size_t)n, cg.member_names.n);
}

static void collect_vinfo(const struct decl *d)
{
    struct vinfo *v = cg_alloc(sizeof *v);

    for (uint32_t k = 0; k < cg.vinfos.n; k++)
        if (!strcmp(cg.vinfos.p[k]->tag, d->tag))
            return; /* declared in a header, seen in every file */
    v->tag = d->tag;
    v->token_offset = (uint32_t)d->offset;
    v->array_offset = d->extra;
    v->length_offset = d->extra2;
    v->names = d->field;
    v->index = cg.vinfos.n;
    VEC_PUSH(cg.vinfos, v);
}

static LLVMTypeRef struct_by_tag(const char *tag)
{
    LLVMTypeRef t = alias_struct(tag);
    char name[256];

    if (t)
        return t;
    snprintf(name, sizeof name, "struct.%s", tag);
    return LLVMGetTypeByName2(cg.ctx, name);
}

/* The virtualizable's field names need debug info's offsets. */
static void resolve_vinfo(struct vinfo *v)
{
    char *names = cg_strdup(v->names), *save = NULL;

    if (!struct_by_tag(v->tag) || LLVMIsOpaqueStruct(struct_by_tag(v->tag)))
        return; /* declared, but no code uses it */
    v->field_offsets = cg_alloc(64 * sizeof *v->field_offsets);
    v->fields = cg_alloc(64 * sizeof *v->fields);
    for (char *s = strtok_r(names, " ", &save); s;
         s = strtok_r(NULL, " ", &save)) {
        int found = 0;

        for (uint32_t off = 0; off < 4096 && !found; off++) {
            const char *m = collect_member(v->tag, off);

            if (m && !strcmp(m, s)) {
                if (v->nfields == 64)
                    cg_fatal("virtualizable struct %s: more than 64 fields",
                             v->tag);
                v->field_offsets[v->nfields++] = off;
                found = 1;
            }
        }
        if (!found && !v->missing) /* an error if a driver wants it: emit.c */
            v->missing = s;
    }
}

static void collect_decls(void)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g;
         g = LLVMGetNextGlobal(g)) {
        LLVMValueRef init = LLVMGetInitializer(g);
        const char *section = LLVMGetSection(g);
        struct decl d;

        if (!init || !section || strcmp(section, "tw.decls"))
            continue;
        d.kind = int_field(init, 0);
        d.offset = int_field(init, 1);
        d.size = int_field(init, 2);
        d.extra = int_field(init, 3);
        d.extra2 = int_field(init, 4);
        d.extra2_size = int_field(init, 5);
        d.tag = string_field(init, 6);
        d.field = string_field(init, 7);
        VEC_PUSH(cg.decls, d);
        if (d.kind == TW_DECL_VIRTUALIZABLE)
            collect_vinfo(&d);
        else
            add_member(d.tag, (uint32_t)d.offset, d.field);
    }
}

/* Removes the declarations from the native program. */
void collect_drop_decls(void)
{
    static const char *const used[] = {"llvm.compiler.used", "llvm.used"};
    LLVMValueRef next;

    for (int u = 0; u < 2; u++) {
        LLVMValueRef list = LLVMGetNamedGlobal(cg.mod, used[u]), init, fresh;
        VEC(LLVMValueRef) keep = {0};

        if (!list)
            continue;
        init = LLVMGetInitializer(list);
        for (int k = 0; k < LLVMGetNumOperands(init); k++) {
            LLVMValueRef x = LLVMGetOperand(init, (unsigned)k);
            const char *section =
                LLVMIsAGlobalVariable(x) ? LLVMGetSection(x) : NULL;

            if (!section || strcmp(section, "tw.decls"))
                VEC_PUSH(keep, x);
        }
        LLVMSetValueName2(list, "", 0);
        if (keep.n) {
            init = LLVMConstArray2(cg.ptr, keep.p, keep.n);
            fresh = LLVMAddGlobal(cg.mod, LLVMTypeOf(init), used[u]);
            LLVMSetInitializer(fresh, init);
            LLVMSetLinkage(fresh, LLVMAppendingLinkage);
            LLVMSetSection(fresh, "llvm.metadata");
        }
        LLVMDeleteGlobal(list);
        free(keep.p);
    }
    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g; g = next) {
        const char *section = LLVMGetSection(g);

        next = LLVMGetNextGlobal(g);
        if (section && !strcmp(section, "tw.decls") && !LLVMGetFirstUse(g))
            LLVMDeleteGlobal(g);
    }
}

/* ---------------------------------------------------------------- debug info */

static void walk_debug(LLVMValueRef md, struct ptrmap *seen,
                       LLVMValueRef **stack, uint32_t *n, uint32_t *cap)
{
    LLVMMetadataRef m;

    if (!md || LLVMIsAMDString(md))
        return;
    m = LLVMValueAsMetadata(md);
    if (LLVMGetMetadataKind(m) <= LLVMConstantAsMetadataMetadataKind ||
        ptrmap_get(seen, m))
        return;
    ptrmap_set(seen, m, md);
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 256;
        *stack = cg_realloc(*stack, *cap * sizeof **stack);
    }
    (*stack)[(*n)++] = md;
}

/* ---------------------------------------------------------------- what pointers lead to
 * By their declarations: a pointer to a struct, a number, another pointer, and not to void or a
 * function? Debug information's nodes: operand 3 of DIDerivedType is the type that it derives
 * from. */
static int is_data_type(LLVMValueRef md)
{
    enum { POINTER = 0x0f, TYPEDEF = 0x16, CONST = 0x26, VOLATILE = 0x35 };
    int pointers = 0;

    for (int depth = 0; depth < 20; depth++) {
        LLVMMetadataRef m = md ? LLVMValueAsMetadata(md) : NULL;
        LLVMValueRef ops[16];
        unsigned tag;

        if (!m)
            return 0; /* void */
        switch (LLVMGetMetadataKind(m)) {
        case LLVMDICompositeTypeMetadataKind:
        case LLVMDIBasicTypeMetadataKind:
            return pointers > 0;
        case LLVMDIDerivedTypeMetadataKind:
            break;
        default:
            return 0;
        }
        tag = LLVMGetDINodeTag(m);
        if (tag == POINTER && pointers++)
            return 1; /* to a pointer */
        if (tag != POINTER && tag != TYPEDEF && tag != CONST && tag != VOLATILE)
            return 0;
        if (LLVMGetMDNodeNumOperands(md) > 16)
            return 0;
        LLVMGetMDNodeOperands(md, ops);
        md = ops[3];
    }
    return 0;
}

static LLVMValueRef operand(LLVMValueRef md, unsigned k)
{
    unsigned n = md ? LLVMGetMDNodeNumOperands(md) : 0;
    LLVMValueRef buf[64];

    if (k >= n || n > 64)
        return NULL;
    LLVMGetMDNodeOperands(md, buf);
    return buf[k];
}

/* Operand 4 of a DISubprogram is its type, whose operand 3 lists result and parameters. */
int collect_is_data_param(LLVMValueRef f, unsigned k)
{
    LLVMMetadataRef sp = LLVMGetSubprogram(f);
    LLVMValueRef list =
        sp ? operand(operand(LLVMMetadataAsValue(cg.ctx, sp), 4), 3) : NULL;

    /* Structs by value make other parameters of one. */
    if (!list || LLVMGetMDNodeNumOperands(list) != LLVMCountParams(f) + 1)
        return 0;
    return is_data_type(operand(list, k));
}

int collect_is_data(const char *tag, uint32_t offset)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s+%u", tag, offset);

    return n < (int)sizeof key &&
           strmap_get(&cg.data_members, key, (size_t)n) == 1;
}

/* Structs of one name in several files must agree. */
static void note_member_type(const char *tag, uint32_t offset,
                             LLVMValueRef type)
{
    char key[256];
    int n = snprintf(key, sizeof key, "%s+%u", tag, offset);

    /* an array's items stand for it */
    while (type &&
           LLVMGetMetadataKind(LLVMValueAsMetadata(type)) ==
               LLVMDICompositeTypeMetadataKind &&
           LLVMGetDINodeTag(LLVMValueAsMetadata(type)) == 1)
        type = operand(type, 3);
    if (n < (int)sizeof key &&
        strmap_get(&cg.data_members, key, (size_t)n) != 2)
        strmap_set(&cg.data_members, key, (size_t)n,
                   is_data_type(type) ? 1 : 2);
}

/* Members of every named struct: DICompositeType's elements are operand 4,
 * DIDerivedType's name is operand 2. */
static void collect_members(void)
{
    struct ptrmap seen = {0};
    LLVMValueRef *stack = NULL, ops[64];
    uint32_t n = 0, cap = 0;
    unsigned ncu = LLVMGetNamedMetadataNumOperands(cg.mod, "llvm.dbg.cu");
    LLVMValueRef *cus = cg_alloc((ncu + 1) * sizeof *cus);

    LLVMGetNamedMetadataOperands(cg.mod, "llvm.dbg.cu", cus);
    for (unsigned k = 0; k < ncu; k++)
        walk_debug(cus[k], &seen, &stack, &n, &cap);
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        LLVMMetadataRef sp = LLVMGetSubprogram(cg.fns.p[k]->v);

        if (sp)
            walk_debug(LLVMMetadataAsValue(cg.ctx, sp), &seen, &stack, &n,
                       &cap);
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v))
            for (FOR_INSNS(i, bb))
                if (ir_is_dbg(i) && LLVMGetNumOperands(i) > 2)
                    walk_debug(LLVMGetOperand(i, 1), &seen, &stack, &n, &cap);
    }
    while (n) {
        LLVMValueRef md = stack[--n];
        LLVMMetadataRef m = LLVMValueAsMetadata(md);
        unsigned nops = LLVMGetMDNodeNumOperands(md);
        LLVMValueRef *p = nops > 64 ? cg_alloc(nops * sizeof *p) : ops;

        LLVMGetMDNodeOperands(md, p);
        for (unsigned k = 0; k < nops; k++)
            walk_debug(p[k], &seen, &stack, &n, &cap);
        if (LLVMGetMetadataKind(m) == LLVMDICompositeTypeMetadataKind &&
            nops > 4 && p[4]) {
            size_t len = 0;
            const char *tag = LLVMDITypeGetName(m, &len);
            unsigned nm = LLVMGetMDNodeNumOperands(p[4]);
            LLVMValueRef *members =
                cg_realloc(NULL, (nm + 1) * sizeof *members);
            char *t = tag ? cg_printf("%.*s", (int)len, tag) : NULL;

            LLVMGetMDNodeOperands(p[4], members);
            for (unsigned k = 0; k < nm && t && *t; k++) {
                LLVMMetadataRef e =
                    members[k] ? LLVMValueAsMetadata(members[k]) : NULL;
                const char *name;

                if (!e ||
                    LLVMGetMetadataKind(e) != LLVMDIDerivedTypeMetadataKind)
                    continue;
                name = LLVMDITypeGetName(e, &len);
                note_member_type(t,
                                 (uint32_t)(LLVMDITypeGetOffsetInBits(e) / 8),
                                 operand(members[k], 3));
                if (name && len)
                    add_member(t, (uint32_t)(LLVMDITypeGetOffsetInBits(e) / 8),
                               cg_printf("%.*s", (int)len, name));
            }
            free(members);
        }
    }
    free(stack);
    ptrmap_free(&seen);
}

/* ---------------------------------------------------------------- gc types */

/* Sets the words of `map` where t, at byte offset off, holds pointers. */
static int map_pointers(LLVMTypeRef t, uint64_t off, uint64_t *map)
{
    LLVMTypeKind k = ir_kind(t);
    int any = 0;

    if (k == LLVMPointerTypeKind) {
        if (off % cg.ptr_size || off / cg.ptr_size >= 64)
            return -1;
        *map |= 1ull << (off / cg.ptr_size);
        return 1;
    }
    if (k == LLVMStructTypeKind) {
        const char *name = LLVMGetStructName(t);

        /* Which member of a union is there is not known: conservatively. */
        if (name && ir_starts(name, "union."))
            return -1;
        for (unsigned e = 0; e < LLVMCountStructElementTypes(t); e++) {
            int r = map_pointers(LLVMStructGetTypeAtIndex(t, e),
                                 off + LLVMOffsetOfElement(cg.td, t, e), map);

            if (r < 0)
                return r;
            any |= r;
        }
    }
    if (k == LLVMArrayTypeKind) {
        LLVMTypeRef el = LLVMGetElementType(t);
        uint64_t size = LLVMABISizeOfType(cg.td, el), one = 0;
        int r = LLVMGetArrayLength2(t) ? map_pointers(el, 0, &one) : 0;

        if (r)
            for (uint64_t e = 0; e < LLVMGetArrayLength2(t); e++)
                if (map_pointers(el, off + e * size, map) < 0)
                    return -1;
        any |= r;
    }
    return any;
}

/* A pointer inside, in the flexible array's items? */
static int items_hold_pointers(LLVMTypeRef t, uint32_t item_offset)
{
    unsigned n = LLVMCountStructElementTypes(t);
    uint64_t map = 0;

    for (unsigned e = 0; e < n; e++) {
        LLVMTypeRef el = LLVMStructGetTypeAtIndex(t, e);

        if (LLVMOffsetOfElement(cg.td, t, e) == item_offset &&
            ir_kind(el) == LLVMArrayTypeKind && !LLVMGetArrayLength2(el))
            return map_pointers(LLVMGetElementType(el), 0, &map) != 0;
    }
    return 1;
}

static void fill_gctype(struct gctype *g, LLVMTypeRef gt)
{
    LLVMTypeRef t = struct_by_tag(g->tag);
    LLVMValueRef init = LLVMGetInitializer(g->global), values[6];
    uint64_t map = 0;
    int r;

    if (!t || LLVMIsOpaqueStruct(t))
        return;
    if (g->flags & TW_GC_ATOMIC)
        return; /* the author knows that its pointers lead to static data */
    r = map_pointers(t, 0, &map);
    if (r < 0)
        return; /* too large or a union: the collector scans all of it */
    if (g->item_size && !items_hold_pointers(t, g->item_offset))
        g->flags &= ~(uint32_t)TW_GC_ITEM_PTRS;
    g->flags |= TW_GC_LAYOUT_KNOWN;
    if (!map && !(g->flags & TW_GC_ITEM_PTRS))
        g->flags |= TW_GC_ATOMIC;
    for (unsigned k = 0; k < 6; k++)
        values[k] = LLVMGetAggregateElement(init, k);
    values[4] = LLVMConstInt(cg.i32, g->flags, 0);
    values[5] = LLVMConstInt(cg.i64, map, 0);
    LLVMSetInitializer(g->global, LLVMConstNamedStruct(gt, values, 6));
}

static void collect_gctypes(void)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g;
         g = LLVMGetNextGlobal(g)) {
        LLVMTypeRef t = LLVMGlobalGetValueType(g);
        LLVMValueRef init = LLVMGetInitializer(g);
        struct gctype *gt;

        if (!init || !is_struct(t, "struct.tw_gctype") ||
            !ir_starts(ir_name(g), "tw_gctype_"))
            continue;
        gt = cg_alloc(sizeof *gt);
        gt->global = g;
        gt->tag = string_field(init, 0);
        gt->size = (uint32_t)int_field(init, 1);
        gt->item_offset = (uint32_t)int_field(init, 2);
        gt->item_size = (uint32_t)int_field(init, 3);
        gt->flags = (uint32_t)int_field(init, 4);
        fill_gctype(gt, t);
        VEC_PUSH(cg.gctypes, gt);
        ptrmap_set(&cg.gctype_of, g, gt);
    }
}

void collect(void)
{
    collect_functions();
    collect_annotations();
    resolve_predicates();
    collect_drivers();
    collect_decls();
    collect_members();
    for (uint32_t k = 0; k < cg.vinfos.n; k++)
        resolve_vinfo(cg.vinfos.p[k]);
    collect_gctypes();
}
