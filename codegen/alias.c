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
 *
 * One file because all of it is the same walk along types: of accesses, of static
 * initialisers (for callees.c), of copies of structs (for effects.c).
 */
#include "codegen/irutil.h"

static struct strmap access_ids;  /* "tag+offset" or "=scalar" → access */
static struct strmap scalar_ids;
static struct strmap struct_types; /* tag → index in types + 1 */
static VEC(LLVMTypeRef) types;    /* as they were before linking */
static unsigned tbaa_kind, path_kind, source_kind;

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

struct access *alias_known_path(LLVMValueRef ptr)
{
    struct path p;
    char key[256];
    uint32_t k;

    path_of(&p, ptr);
    snprintf(key, sizeof key, "%s+%u", p.tag, p.offset);
    k = strmap_get(&access_ids, key, strlen(key));
    return *p.tag && k ? cg.accesses.p[k - 1] : NULL;
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

/* ---------------------------------------------------------------- static initialisers */

/* Where a function's address stands in an initialiser. */
struct leaf {
    struct path p;
    int nameless; /* in a struct whose type clang has made up for this value */
    LLVMValueRef fn;
};
static VEC(struct leaf) leaves;

static void find_leaves(struct leaf at, LLVMTypeRef t, LLVMValueRef c)
{
    if (LLVMIsAFunction(c)) {
        at.fn = c;
        VEC_PUSH(leaves, at);
        return;
    }
    if (LLVMIsNull(c) || LLVMIsUndef(c) || LLVMIsAConstantDataArray(c) ||
        LLVMIsAGlobalValue(c))
        return;
    path_union(&at.p, t);
    if (LLVMIsAConstantStruct(c)) {
        for (unsigned k = 0; k < LLVMCountStructElementTypes(t); k++) {
            struct leaf in = at;

            in.nameless = !LLVMGetStructName(t);
            path_field(&in.p, t, k);
            find_leaves(in, LLVMStructGetTypeAtIndex(t, k),
                        LLVMGetAggregateElement(c, k));
        }
    } else if (LLVMIsAConstantArray(c)) {
        struct leaf in = at;

        t = LLVMGetElementType(t);
        path_array(&in.p, t);
        for (unsigned k = 0; k < (unsigned)LLVMGetNumOperands(c); k++)
            find_leaves(in, t, LLVMGetOperand(c, k));
    } else if (LLVMIsAConstantExpr(c)) {
        at.nameless = 1; /* as an integer, perhaps */
        for (unsigned k = 0; k < (unsigned)LLVMGetNumOperands(c); k++)
            find_leaves(at, t, LLVMGetOperand(c, k));
    }
}

static void leaves_of(LLVMValueRef g)
{
    struct leaf at = {.nameless = 0};
    LLVMValueRef init = LLVMGetInitializer(g);

    leaves.n = 0;
    snprintf(at.p.tag, sizeof at.p.tag, "@%.190s", ir_name(g));
    if (init)
        find_leaves(at, LLVMGlobalGetValueType(g), init);
}

/* One path a function, in the order of find_leaves, which linking does not change. */
static void note_initialiser(LLVMValueRef g)
{
    VEC(char) s = {0};
    LLVMValueRef v;

    leaves_of(g);
    if (!leaves.n)
        return;
    for (uint32_t k = 0; k < leaves.n; k++) {
        const struct leaf *l = &leaves.p[k];
        const char *text = l->nameless ? cg_strdup("?\n")
                           : *l->p.tag == '@'
                               ? cg_printf("%u:@\n", l->p.offset)
                               : cg_printf("%u:%s\n", l->p.offset, l->p.tag);

        for (const char *c = text; *c; c++)
            VEC_PUSH(s, *c);
    }
    VEC_PUSH(s, 0);
    v = make_string(s.p);
    LLVMGlobalSetMetadata(g, path_kind, LLVMValueAsMetadata(make_node(&v, 1)));
    free(s.p);
}

static const char *noted_leaves(LLVMValueRef g)
{
    size_t n;
    LLVMValueMetadataEntry *e = LLVMGlobalCopyAllMetadata(g, &n);
    const char *s = NULL;
    unsigned len;

    for (unsigned k = 0; k < n; k++) {
        LLVMValueRef node, string;

        if (LLVMValueMetadataEntriesGetKind(e, k) != path_kind)
            continue;
        node = LLVMMetadataAsValue(cg.ctx,
                                   LLVMValueMetadataEntriesGetMetadata(e, k));
        LLVMGetMDNodeOperands(node, &string);
        s = LLVMGetMDString(string, &len);
    }
    LLVMDisposeValueMetadataEntries(e);
    return s;
}

/* ---------------------------------------------------------------- copies of structs */

/* The type of what ptr leads to, as far as its declaration says. */
static LLVMTypeRef pointee(LLVMValueRef ptr, uint64_t size)
{
    LLVMTypeRef t = NULL;

    if (LLVMIsAAllocaInst(ptr))
        t = LLVMGetAllocatedType(ptr);
    else if (LLVMIsAGlobalVariable(ptr))
        t = LLVMGlobalGetValueType(ptr);
    else if (is_gep(ptr)) {
        t = LLVMGetGEPSourceElementType(ptr);
        for (int k = 2; k < LLVMGetNumOperands(ptr); k++) {
            int64_t c;

            if (ir_kind(t) != LLVMStructTypeKind)
                t = LLVMGetElementType(t);
            else if (ir_const_int(LLVMGetOperand(ptr, (unsigned)k), &c))
                t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
            else
                return NULL;
        }
    }
    return t && ir_kind(t) == LLVMStructTypeKind && LLVMGetStructName(t) &&
                   !LLVMIsOpaqueStruct(t) && LLVMABISizeOfType(cg.td, t) == size
               ? t
               : NULL;
}

/* "offset:type:tag" of a scalar, or of each in t. */
static char *list_scalar(char *list, const struct path *p, LLVMTypeRef t)
{
    return cg_printf("%s%u:%c:%s\n", list, p->offset,
                     ir_kind(t) == LLVMPointerTypeKind   ? 'p'
                     : ir_kind(t) == LLVMDoubleTypeKind  ? 'd'
                     : ir_kind(t) == LLVMFloatTypeKind   ? 'f'
                     : ir_kind(t) != LLVMIntegerTypeKind ? '?'
                     : LLVMGetIntTypeWidth(t) == 64      ? 'l'
                     : LLVMGetIntTypeWidth(t) == 32      ? 'i'
                     : LLVMGetIntTypeWidth(t) == 16      ? 'h'
                                                         : 'b',
                     p->tag);
}

static int list_scalars(struct path p, LLVMTypeRef t, char **out)
{
    path_union(&p, t);
    if (ir_kind(t) == LLVMStructTypeKind) {
        for (unsigned k = 0; k < LLVMCountStructElementTypes(t); k++) {
            struct path in = p;

            path_field(&in, t, k);
            if (!list_scalars(in, LLVMStructGetTypeAtIndex(t, k), out))
                return 0;
        }
        return 1;
    }
    if (ir_kind(t) == LLVMArrayTypeKind) {
        path_array(&p, LLVMGetElementType(t));
        return list_scalars(p, LLVMGetElementType(t), out);
    }
    /* What is in a union is told by no type; one without a name is its owner's. */
    if (p.frozen || !*p.tag)
        return 0;
    *out = list_scalar(*out, &p, t);
    return strlen(*out) < 4000;
}

/* Items of an array that is a struct's member: a block that starts there ends there. */
static int list_items(LLVMValueRef ptr, char **out)
{
    LLVMTypeRef t, in = NULL;
    struct path p;

    while (is_gep(ptr) && LLVMGetNumOperands(ptr) == 2 &&
           ir_kind(LLVMGetGEPSourceElementType(ptr)) != LLVMStructTypeKind)
        ptr = LLVMGetOperand(ptr, 0);
    if (!is_gep(ptr))
        return 0;
    t = LLVMGetGEPSourceElementType(ptr);
    for (int k = 2; k < LLVMGetNumOperands(ptr); k++) {
        int64_t c;

        in = t;
        if (ir_kind(t) == LLVMArrayTypeKind)
            t = LLVMGetElementType(t);
        else if (ir_const_int(LLVMGetOperand(ptr, (unsigned)k), &c))
            t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
        else
            return 0;
    }
    path_of(&p, ptr);
    if (!in || ir_kind(in) != LLVMArrayTypeKind || p.frozen || !p.is_array ||
        *p.tag == '@' || !*p.tag || ir_kind(t) == LLVMStructTypeKind ||
        ir_kind(t) == LLVMArrayTypeKind)
        return 0;
    *out = list_scalar(*out, &p, t);
    return 1;
}

/* Of a block operation: what it writes (on the call as tw.path) and reads (tw.source). */
static void note_copy(LLVMValueRef call)
{
    const char *name = ir_callee_name(call);
    unsigned n =
        ir_starts(name, "llvm.memcpy.") || ir_starts(name, "llvm.memmove.")
            ? 2
            : ir_starts(name, "llvm.memset.");
    LLVMTypeRef t = NULL;
    int64_t size;

    if (n && ir_const_int(LLVMGetOperand(call, 2), &size))
        for (unsigned k = 0; k < n && !t; k++)
            t = pointee(LLVMGetOperand(call, k), (uint64_t)size);
    for (unsigned k = 0; k < n; k++) {
        struct path p = {.offset = 0};
        char *list = cg_strdup("");
        LLVMValueRef v;

        if (t ? !list_scalars(p, t, &list)
              : !list_items(LLVMGetOperand(call, k), &list))
            continue;
        v = make_string(list);
        LLVMSetMetadata(call, k ? source_kind : path_kind, make_node(&v, 1));
    }
}

static void visit_plain(char type, void (*visit)(void *, struct access *),
                        void *data)
{
    static const char *const of[][4] = {
        {"p", "any pointer"},  {"d", "double"},
        {"f", "float"},        {"l", "long", "long long", "any pointer"},
        {"i", "int"},          {"h", "short"},
        {"b", "_Bool", "bool"}};

    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        for (int j = 1; j < 4 && *of[k][0] == type; j++) {
            char key[64];
            uint32_t id;

            if (!of[k][j])
                break;
            snprintf(key, sizeof key, "=%s", of[k][j]);
            if ((id = strmap_get(&access_ids, key, strlen(key))))
                visit(data, cg.accesses.p[id - 1]);
        }
}

int alias_copied(LLVMValueRef call, unsigned arg,
                 void (*visit)(void *, struct access *), void *data)
{
    LLVMValueRef note = LLVMGetMetadata(call, arg ? source_kind : path_kind),
                 string;
    const char *s;
    unsigned n;

    if (!note)
        return 0;
    LLVMGetMDNodeOperands(note, &string);
    for (s = LLVMGetMDString(string, &n); *s; s = strchr(s, '\n') + 1) {
        unsigned offset;
        char type, tag[200];
        struct access *a;

        if (sscanf(s, "%u:%c:%199[^\n]", &offset, &type, tag) != 3 ||
            type == '?')
            return 0;
        a = alias_find(tag, offset);
        if (!a->scalar) {
            a->scalar = scalar_number("omnipotent char");
            a->only_copied = 1;
        }
        visit(data, a);
        if (a->only_copied)
            visit_plain(type, visit, data);
    }
    return 1;
}

static void ignore(void *data, struct access *a)
{
    (void)data;
    (void)a;
}

void alias_make_copied(void)
{
    for (uint32_t k = 0; k < cg.fns.n; k++)
        for (FOR_BLOCKS(bb, cg.fns.p[k]->v))
            for (FOR_INSNS(i, bb))
                if (ir_op(i) == LLVMCall &&
                    ir_starts(ir_callee_name(i), "llvm.mem")) {
                    alias_copied(i, 0, ignore, NULL);
                    alias_copied(i, 1, ignore, NULL);
                }
}

/* cg.stored: each function in an initialiser with the field that it stands in. */
void alias_initialisers(void)
{
    uint16_t pointer = alias_plain("any pointer")->scalar;

    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g;
         g = LLVMGetNextGlobal(g)) {
        const char *s = noted_leaves(g);

        leaves_of(g);
        for (uint32_t k = 0; k < leaves.n; k++) {
            struct stored x = {leaves.p[k].fn, NULL};
            const char *end = s ? strchr(s, '\n') : NULL, *tag;

            if (end && *s != '?') {
                tag = strchr(s, ':') + 1;
                x.at = alias_find(
                    *tag == '@' ? cg_printf("@%.190s", ir_name(g))
                                : cg_printf("%.*s", (int)(end - tag), tag),
                    (uint32_t)atoi(s));
                if (!x.at->scalar)
                    x.at->scalar = pointer;
            }
            VEC_PUSH(cg.stored, x);
            s = end ? end + 1 : NULL;
        }
    }
}

/* ---------------------------------------------------------------- before linking */

/* Of getelementptrs; of loads and stores where theirs is a constant expression.
 * Paths that end in a variable's name wait for linking, which renames those. */
void alias_note_paths(LLVMModuleRef m)
{
    path_kind = ir_md_kind("tw.path");
    source_kind = ir_md_kind("tw.source");
    cg.td = LLVMGetModuleDataLayout(m);
    for (LLVMValueRef g = LLVMGetFirstGlobal(m); g; g = LLVMGetNextGlobal(g))
        note_initialiser(g);
    for (LLVMValueRef f = LLVMGetFirstFunction(m); f;
         f = LLVMGetNextFunction(f)) {
        for (FOR_BLOCKS(bb, f)) {
            for (FOR_INSNS(i, bb)) {
                LLVMValueRef ptr = i, v;
                struct path p;

                if (ir_op(i) == LLVMCall)
                    note_copy(i);
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

    if (ir_starts(name, "tw:"))
        return cg.accesses.p[atoi(name + 3) - 1];
    /* A part of a copied struct: clang's tag from the copy, of a scalar. */
    if (tag && *name && md_op(tag, 0) == md_op(tag, 1))
        return alias_plain(name);
    return alias_any();
}

void alias_untag_module(void)
{
    for (LLVMValueRef g = LLVMGetFirstGlobal(cg.mod); g;
         g = LLVMGetNextGlobal(g))
        LLVMGlobalEraseMetadata(g, path_kind);
    for (LLVMValueRef f = LLVMGetFirstFunction(cg.mod); f;
         f = LLVMGetNextFunction(f))
        for (FOR_BLOCKS(bb, f)) {
            for (FOR_INSNS(i, bb)) {
                if (LLVMGetMetadata(i, path_kind))
                    LLVMSetMetadata(i, path_kind, NULL);
                if (LLVMGetMetadata(i, source_kind))
                    LLVMSetMetadata(i, source_kind, NULL);
                if ((ir_op(i) == LLVMLoad || ir_op(i) == LLVMStore) &&
                    LLVMGetMetadata(i, tbaa_kind))
                    LLVMSetMetadata(i, tbaa_kind, alias_of(i)->tbaa);
            }
        }
}
