/*
 * alias.c: which memory each load and store touches, in terms of C types.
 *
 * In:  each file's module as clang wrote it, before linking (alias_note_paths);
 *      the linked module, before any pass (alias_tag_module).
 * Out: every load and store carries a TBAA tag of ours ("tw:12") that names a
 *      struct access in cg.accesses; passes keep or merge tags, nothing else.
 *      alias_untag_module puts clang's own tags back for the native code.
 *
 * The path of the getelementptr comes first: clang's tags know neither the
 * fields of a struct that ends in a flexible array, nor members of unions, nor
 * items of array members. Getelementptrs of field 0 vanish in the first pass,
 * which is why this step comes before it. Then struct-path TBAA, then the
 * scalar type alone, then "any".
 *
 * Linking makes one type of all structs of one shape, whatever their names. So
 * paths are followed before it, and noted on the instructions for later.
 *
 * A union is one place: all that is in it has the id of the field that holds
 * the union (of the union itself if it has a name), whatever the member; and
 * where a pointer to a member gets away, that id is "any".
 */
#include "codegen/irutil.h"

static struct strmap access_ids;  /* "tag+offset" or "=scalar" → access */
static struct strmap scalar_ids;
static struct strmap struct_types; /* tag → index in types + 1 */
static VEC(LLVMTypeRef) types;    /* as they were before linking */
static unsigned tbaa_kind, path_kind;

/* ---------------------------------------------------------------- the table */

static uint16_t scalar_number(const char *name)
{
    uint32_t k = strmap_get(&scalar_ids, name, strlen(name));

    if (!k) {
        k = scalar_ids.n + 1;
        strmap_set(&scalar_ids, name, strlen(name), k);
    }
    return (uint16_t)k;
}

static struct access *new_access(const char *key, const char *name)
{
    struct access *a = cg_alloc(sizeof *a);

    VEC_PUSH(cg.accesses, a);
    a->id = cg.accesses.n;
    a->watch_offset = -1;
    a->vable_index = -1;
    a->name = name;
    strmap_set(&access_ids, key, strlen(key), a->id);
    return a;
}

struct access *alias_any(void)
{
    struct access *a;

    if (!cg.accesses.n) {
        a = new_access("=", "any");
        a->width = TW_ALIAS_ANY;
        a->scalar = scalar_number("omnipotent char");
    }
    return cg.accesses.p[0];
}

struct access *alias_plain(const char *scalar)
{
    char key[128];
    uint32_t k;
    struct access *a = alias_any();

    if (!strcmp(scalar, "omnipotent char"))
        return a;
    snprintf(key, sizeof key, "=%s", scalar);
    if ((k = strmap_get(&access_ids, key, strlen(key))))
        return cg.accesses.p[k - 1];
    a = new_access(key, cg_strdup(scalar));
    a->width = TW_ALIAS_SCALAR;
    a->scalar = scalar_number(scalar);
    return a;
}

static void apply_decls(struct access *a)
{
    for (uint32_t k = 0; k < cg.decls.n; k++) {
        const struct decl *d = &cg.decls.p[k];

        if (strcmp(d->tag, a->tag) || d->offset != (int32_t)a->offset)
            continue;
        if (d->kind == TW_DECL_IMMUTABLE)
            a->flags |= TW_F_IMMUTABLE;
        if (d->kind == TW_DECL_CLASS_FIELD)
            a->flags |= TW_F_IMMUTABLE | TW_F_CLASS;
        if (d->kind == TW_DECL_NONNULL)
            a->flags |= TW_F_NONNULL;
        if (d->kind == TW_DECL_QUASI_IMMUTABLE) {
            a->flags |= TW_F_QUASI;
            a->watch_offset = d->extra;
        }
        if (d->kind == TW_DECL_IMMUTABLE_ARRAY)
            a->items_immutable = 1;
    }
    for (uint32_t k = 0; k < cg.vinfos.n; k++) {
        struct vinfo *v = cg.vinfos.p[k];

        if (strcmp(v->tag, a->tag))
            continue;
        for (uint32_t n = 0; n < v->nfields; n++) {
            if (v->field_offsets[n] == a->offset) {
                a->vinfo = v;
                a->vable_index = (int16_t)n;
                a->flags |= TW_F_VABLE;
            }
        }
        if (v->array_offset == (int32_t)a->offset) {
            a->vinfo = v;
            a->vable_index = (int16_t)v->nfields;
            a->flags |= TW_F_VABLE;
        }
    }
}

struct access *alias_find(const char *tag, uint32_t offset)
{
    char key[256];
    const char *member;
    struct access *a;
    uint32_t k;
    int n = snprintf(key, sizeof key, "%s+%u", tag, offset);

    if (n >= (int)sizeof key)
        return alias_any();
    alias_any();
    if ((k = strmap_get(&access_ids, key, (size_t)n)))
        return cg.accesses.p[k - 1];
    member = collect_member(tag, offset);
    a = new_access(key, member        ? cg_printf("%s.%s", tag, member)
                        : *tag == '@' ? cg_printf("%s+%u", tag + 1, offset)
                                      : cg_printf("%s.+%u", tag, offset));
    a->tag = cg_strdup(tag);
    a->member = member;
    a->offset = offset;
    a->width = TW_ALIAS_ONE;
    apply_decls(a);
    return a;
}

int alias_may(const struct access *a, const struct access *b)
{
    if (a->id == b->id || a->width == TW_ALIAS_ANY || b->width == TW_ALIAS_ANY)
        return 1;
    if (a->width == TW_ALIAS_SCALAR || b->width == TW_ALIAS_SCALAR)
        return a->scalar == b->scalar;
    return 0;
}

/* ---------------------------------------------------------------- paths */

/* Where a path of getelementptrs has come to. */
struct path {
    char tag[200]; /* innermost struct that has a name; "" none yet */
    uint32_t offset;
    uint32_t stride;
    int is_array;
    int frozen; /* inside a union */
};

/* 's' named struct, 'u' named union, 'S' 'U' the nameless ones; the C name. */
static int struct_sort(LLVMTypeRef t, char *name, size_t size)
{
    const char *s = LLVMGetStructName(t);
    size_t n;
    char sort;

    if (!s)
        return 'S';
    if (ir_starts(s, "struct.")) {
        sort = 's';
        s += 7;
    } else if (ir_starts(s, "union.")) {
        sort = 'u';
        s += 6;
    } else {
        return 'S';
    }
    /* "foo.12": linking numbers types that differ only by their file. */
    n = strlen(s);
    while (n && s[n - 1] >= '0' && s[n - 1] <= '9')
        n--;
    if (!n || s[n - 1] != '.' || !s[n])
        n = strlen(s);
    else
        n--;
    if (n == 4 && !strncmp(s, "anon", 4))
        return sort == 's' ? 'S' : 'U';
    snprintf(name, size, "%.*s", (int)n, s);
    return sort;
}

static void path_union(struct path *p, LLVMTypeRef t)
{
    char name[180];

    if (p->frozen || ir_kind(t) != LLVMStructTypeKind)
        return;
    switch (struct_sort(t, name, sizeof name)) {
    case 'u':
        snprintf(p->tag, sizeof p->tag, "union %s", name);
        p->offset = 0;
        p->is_array = 0;
        p->frozen = 1;
        break;
    case 'U':
        p->frozen = 1;
        break;
    }
}

static void path_array(struct path *p, LLVMTypeRef element)
{
    if (!p->frozen && *p->tag && !p->is_array) {
        p->is_array = 1;
        p->stride = (uint32_t)LLVMABISizeOfType(cg.td, element);
    }
    path_union(p, element);
}

static void path_field(struct path *p, LLVMTypeRef t, unsigned k)
{
    uint32_t off = (uint32_t)LLVMOffsetOfElement(cg.td, t, k);
    char name[180];

    path_union(p, t);
    if (p->frozen)
        return;
    if (struct_sort(t, name, sizeof name) == 's') {
        if (!strmap_get(&struct_types, name, strlen(name))) {
            VEC_PUSH(types, t);
            strmap_set(&struct_types, name, strlen(name), types.n);
        }
        snprintf(p->tag, sizeof p->tag, "%s", name);
        p->offset = off;
        p->is_array = 0;
    } else if (*p->tag) {
        p->offset += off;
    }
    path_union(p, LLVMStructGetTypeAtIndex(t, k));
}

static int is_gep(LLVMValueRef v)
{
    return ir_op(v) == LLVMGetElementPtr ||
           (LLVMIsAConstantExpr(v) &&
            LLVMGetConstOpcode(v) == LLVMGetElementPtr);
}

static void path_gep(struct path *p, LLVMValueRef gep)
{
    LLVMTypeRef t = LLVMGetGEPSourceElementType(gep);
    int64_t c;

    if (!ir_const_int(LLVMGetOperand(gep, 1), &c) || c)
        path_array(p, t);
    path_union(p, t);
    for (int k = 2; k < LLVMGetNumOperands(gep); k++) {
        LLVMValueRef index = LLVMGetOperand(gep, (unsigned)k);

        if (ir_kind(t) == LLVMStructTypeKind) {
            if (!ir_const_int(index, &c))
                return;
            path_field(p, t, (unsigned)c);
            t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
        } else {
            t = LLVMGetElementType(t);
            path_array(p, t);
        }
    }
}

/* Byte 0 of a variable of type t. */
static void path_global(struct path *p, LLVMTypeRef t)
{
    for (;;) {
        if (ir_kind(t) == LLVMStructTypeKind &&
            LLVMCountStructElementTypes(t)) {
            path_field(p, t, 0);
            t = LLVMStructGetTypeAtIndex(t, 0);
        } else if (ir_kind(t) == LLVMArrayTypeKind) {
            t = LLVMGetElementType(t);
            path_array(p, t);
        } else {
            return;
        }
    }
}

/* What alias_note_paths left on i. */
static int noted_path(struct path *p, LLVMValueRef i)
{
    LLVMValueRef note = LLVMIsAInstruction(i) ? LLVMGetMetadata(i, path_kind)
                                              : NULL,
                 string;
    const char *s;
    unsigned n;

    if (!note)
        return 0;
    LLVMGetMDNodeOperands(note, &string);
    s = LLVMGetMDString(string, &n);
    memset(p, 0, sizeof *p);
    sscanf(s, "%u %u %d %d", &p->offset, &p->stride, &p->is_array, &p->frozen);
    s = strchr(s, ':') + 1;
    snprintf(p->tag, sizeof p->tag, "%s", s);
    return 1;
}

static void path_of(struct path *p, LLVMValueRef ptr)
{
    LLVMValueRef chain[32];
    int n = 0;

    if (noted_path(p, ptr))
        return;
    memset(p, 0, sizeof *p);
    while (is_gep(ptr) && n < 32) {
        chain[n++] = ptr;
        ptr = LLVMGetOperand(ptr, 0);
    }
    /* Globals are known by name; a struct's fields are everybody's. */
    if (LLVMIsAGlobalVariable(ptr)) {
        snprintf(p->tag, sizeof p->tag, "@%.190s", ir_name(ptr));
        path_union(p, LLVMGlobalGetValueType(ptr));
        if (!n)
            path_global(p, LLVMGlobalGetValueType(ptr));
    }
    /* What the C library writes there is in the table of known functions. */
    if (ir_op(ptr) == LLVMCall &&
        !strcmp(ir_callee_name(ptr), "__errno_location"))
        snprintf(p->tag, sizeof p->tag, "@errno");
    while (n)
        path_gep(p, chain[--n]);
}

struct access *alias_by_path(LLVMValueRef ptr)
{
    struct path p;

    path_of(&p, ptr);
    return *p.tag ? alias_find(p.tag, p.offset) : NULL;
}

/* ---------------------------------------------------------------- clang's tags */

static LLVMValueRef md_op(LLVMValueRef md, unsigned k)
{
    unsigned n = LLVMGetMDNodeNumOperands(md);
    LLVMValueRef buf[16],
        *ops = n > 16 ? cg_realloc(NULL, n * sizeof *ops) : buf, r;

    if (k >= n)
        return NULL;
    LLVMGetMDNodeOperands(md, ops);
    r = ops[k];
    if (ops != buf)
        free(ops);
    return r;
}

static const char *md_name(LLVMValueRef type)
{
    LLVMValueRef s = type && !LLVMIsAMDString(type) ? md_op(type, 0) : NULL;
    unsigned n;

    return s && LLVMIsAMDString(s) ? LLVMGetMDString(s, &n) : "";
}

static int is_struct_node(LLVMValueRef type)
{
    /* {name, field, offset, …}; a scalar is {name, parent, 0}: told apart by
     * the parent chain, which for scalars ends in the root {name}. */
    LLVMValueRef t = type;

    if (LLVMGetMDNodeNumOperands(t) != 3)
        return LLVMGetMDNodeNumOperands(t) > 3;
    while (LLVMGetMDNodeNumOperands(t) == 3) {
        int64_t off;

        if (!ir_const_int(md_op(t, 2), &off) || off)
            return 1;
        if (!strcmp(md_name(t), "omnipotent char"))
            break;
        if (!strcmp(md_name(md_op(t, 1)), "omnipotent char")) {
            static const char *const scalars[] = {
                "int",   "long",     "long long",   "short",
                "float", "double",   "any pointer", "_Bool",
                "bool",  "__int128", "long double"};

            for (size_t k = 0; k < sizeof scalars / sizeof *scalars; k++)
                if (!strcmp(md_name(t), scalars[k]))
                    return 0;
            return 1;
        }
        t = md_op(t, 1);
        return 1;
    }
    return 0;
}

/* Innermost struct with a name at `offset` of a struct type node. */
static int tbaa_path(LLVMValueRef type, int64_t offset, const char **tag,
                     uint32_t *at)
{
    *tag = NULL;
    while (is_struct_node(type)) {
        unsigned n = LLVMGetMDNodeNumOperands(type);
        LLVMValueRef inner = NULL;
        int64_t inner_off = 0, o;

        if (*md_name(type)) {
            *tag = md_name(type);
            *at = (uint32_t)offset;
        }
        for (unsigned k = 1; k + 1 < n; k += 2) {
            if (!ir_const_int(md_op(type, k + 1), &o) || o > offset)
                break;
            inner = md_op(type, k);
            inner_off = o;
        }
        if (!inner)
            break;
        type = inner;
        offset -= inner_off;
    }
    return *tag != NULL;
}

static LLVMValueRef access_pointer(LLVMValueRef i)
{
    return LLVMGetOperand(i, ir_op(i) == LLVMLoad ? 0 : 1);
}

static struct access *classify(LLVMValueRef i, LLVMValueRef tbaa)
{
    LLVMValueRef base = tbaa ? md_op(tbaa, 0) : NULL,
                 type = tbaa ? md_op(tbaa, 1) : NULL;
    const char *scalar = type ? md_name(type) : "omnipotent char", *tag;
    struct access *a;
    struct path p;
    uint32_t at;
    int64_t off;

    if (!noted_path(&p, i))
        path_of(&p, access_pointer(i));
    if (*p.tag) {
        a = alias_find(p.tag, p.offset);
        if (p.is_array) {
            a->is_array = 1;
            a->stride = p.stride;
            if (a->items_immutable)
                a->flags |= TW_F_IMMUTABLE;
        }
    } else if (base && base != type && ir_const_int(md_op(tbaa, 2), &off) &&
               tbaa_path(base, off, &tag, &at)) {
        a = alias_find(tag, at);
    } else {
        return alias_plain(scalar);
    }
    if (!a->scalar)
        a->scalar = scalar_number(scalar);
    return a;
}

/* ---------------------------------------------------------------- tagging */

static LLVMValueRef make_node(LLVMValueRef *v, unsigned n)
{
    LLVMMetadataRef m[3];

    for (unsigned k = 0; k < n; k++)
        m[k] = LLVMValueAsMetadata(v[k]);
    return LLVMMetadataAsValue(cg.ctx, LLVMMDNodeInContext2(cg.ctx, m, n));
}

static LLVMValueRef make_string(const char *s)
{
    return LLVMMetadataAsValue(cg.ctx,
                               LLVMMDStringInContext2(cg.ctx, s, strlen(s)));
}

static LLVMValueRef our_node(struct access *a)
{
    static LLVMValueRef root;
    LLVMValueRef v[3];
    char name[32];

    if (a->node)
        return a->node;
    if (!root) {
        v[0] = make_string("tw root");
        root = make_node(v, 1);
    }
    snprintf(name, sizeof name, "tw:%u", a->id);
    v[0] = make_string(name);
    v[1] = root;
    v[2] = LLVMConstInt(cg.i64, 0, 0);
    v[0] = v[1] = make_node(v, 3);
    return a->node = make_node(v, 3);
}

/* Keeps what clang said, for the native code: the tag if always the same, the
 * scalar type's if that is, else none. */
static void keep_tbaa(struct access *a, LLVMValueRef tbaa)
{
    if (a->tbaa == tbaa && tbaa)
        return;
    if (!a->tbaa && !a->tbaa_mixed && tbaa) {
        a->tbaa = tbaa;
    } else if (a->tbaa && tbaa && md_op(a->tbaa, 1) == md_op(tbaa, 1)) {
        LLVMValueRef v[3] = {md_op(tbaa, 1), md_op(tbaa, 1),
                             LLVMConstInt(cg.i64, 0, 0)};

        a->tbaa = make_node(v, 3);
    } else {
        a->tbaa = NULL;
        a->tbaa_mixed = 1;
    }
}

/* Of getelementptrs; of loads and stores where theirs is a constant expression.
 * Paths that end in a variable's name wait for linking, which renames those. */
void alias_note_paths(LLVMModuleRef m)
{
    path_kind = ir_md_kind("tw.path");
    cg.td = LLVMGetModuleDataLayout(m);
    for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
         f = LLVMGetNextFunction(f)) {
        for (FOR_BLOCKS(bb, f)) {
            for (FOR_INSNS(i, bb)) {
                LLVMValueRef ptr = i, v;
                struct path p;

                if (ir_op(i) == LLVMLoad || ir_op(i) == LLVMStore)
                    ptr = LLVMIsAConstantExpr(access_pointer(i))
                              ? access_pointer(i)
                              : NULL;
                if (!ptr || !is_gep(ptr))
                    continue;
                path_of(&p, ptr);
                if (!*p.tag || *p.tag == '@')
                    continue;
                v = make_string(cg_printf("%u %u %d %d:%s", p.offset, p.stride,
                                          p.is_array, p.frozen, p.tag));
                LLVMSetMetadata(i, path_kind, make_node(&v, 1));
            }
        }
    }
}

LLVMTypeRef alias_struct(const char *tag)
{
    uint32_t k = strmap_get(&struct_types, tag, strlen(tag));

    return k ? types.p[k - 1] : NULL;
}

/* A pointer to a union's member that goes elsewhere is read there as what it
 * points to, not as the union: then the field may be anything. */
static void note_escape(LLVMValueRef gep)
{
    struct path p;

    path_of(&p, gep);
    if (!p.frozen || !*p.tag)
        return;
    for (LLVMUseRef u = LLVMGetFirstUse(gep); u; u = LLVMGetNextUse(u)) {
        LLVMValueRef user = LLVMGetUser(u);
        int op = ir_op(user);

        if (op == LLVMLoad || op == LLVMGetElementPtr || ir_is_dbg(user) ||
            (op == LLVMStore && LLVMGetOperand(user, 1) == gep) ||
            (op == LLVMCall && ir_starts(ir_callee_name(user), "llvm.")))
            continue;
        alias_find(p.tag, p.offset)->width = TW_ALIAS_ANY;
        return;
    }
}

void alias_tag_module(void)
{
    tbaa_kind = ir_md_kind("tbaa");
    alias_any();
    for (uint32_t k = 0; k < cg.fns.n; k++) {
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v)) {
            for (FOR_INSNS(i, bb)) {
                LLVMValueRef tbaa;
                struct access *a;

                if (ir_op(i) == LLVMGetElementPtr)
                    note_escape(i);
                if (ir_op(i) != LLVMLoad && ir_op(i) != LLVMStore)
                    continue;
                /* Locals that will be registers: no need to look. */
                if (LLVMIsAAllocaInst(access_pointer(i)) &&
                    ir_kind(LLVMGetAllocatedType(access_pointer(i))) ==
                        LLVMPointerTypeKind) {
                    LLVMSetMetadata(i, tbaa_kind,
                                    our_node(alias_plain("any pointer")));
                    continue;
                }
                tbaa = LLVMGetMetadata(i, tbaa_kind);
                a = classify(i, tbaa);
                keep_tbaa(a, tbaa);
                LLVMSetMetadata(i, tbaa_kind, our_node(a));
            }
        }
    }
}

struct access *alias_of(LLVMValueRef insn)
{
    LLVMValueRef tag = LLVMGetMetadata(insn, tbaa_kind);
    const char *name = tag ? md_name(md_op(tag, 0)) : "";

    return ir_starts(name, "tw:") ? cg.accesses.p[atoi(name + 3) - 1]
                                  : alias_any();
}

void alias_untag_module(void)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(cg.mod); f;
         f = LLVMGetNextFunction(f))
        for (FOR_BLOCKS(bb, f)) {
            for (FOR_INSNS(i, bb)) {
                if (LLVMGetMetadata(i, path_kind))
                    LLVMSetMetadata(i, path_kind, NULL);
                if ((ir_op(i) == LLVMLoad || ir_op(i) == LLVMStore) &&
                    LLVMGetMetadata(i, tbaa_kind))
                    LLVMSetMetadata(i, tbaa_kind, alias_of(i)->tbaa);
            }
        }
}
