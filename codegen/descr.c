/* descr.c: see descr.h. */
#include "codegen/descr.h"

static VEC(struct descr *) descrs;
static struct strmap descr_ids;

uint32_t descr_count(void)
{
    return descrs.n;
}

struct descr *descr_get(uint32_t k)
{
    return descrs.p[k];
}

/* The descriptor of this key; *fresh when it has just been made and is to be
 * filled in. */
static struct descr *intern(const char *key, uint32_t *number, int *fresh)
{
    uint32_t k = strmap_get(&descr_ids, key, strlen(key));
    struct descr *d;

    *fresh = !k;
    if (k) {
        *number = k - 1;
        return descrs.p[k - 1];
    }
    d = cg_alloc(sizeof *d);
    *number = descrs.n;
    VEC_PUSH(descrs, d);
    strmap_set(&descr_ids, key, strlen(key), descrs.n);
    return d;
}

uint32_t descr_field(struct access *a, char type, unsigned size, unsigned flags,
                     int64_t offset)
{
    char key[96];
    struct descr *d;
    uint32_t k;
    int fresh;

    flags |= a->flags;
    snprintf(key, sizeof key, "f%u %c %u %u %lld", a->id, type, size, flags,
             (long long)offset);
    d = intern(key, &k, &fresh);
    if (fresh) {
        d->kind = TW_DK_FIELD;
        d->type = type;
        d->size = (uint8_t)size;
        d->flags = (uint8_t)flags;
        d->offset = (int32_t)offset;
        d->access = a;
        d->watch_offset =
            flags & TW_F_QUASI
                ? (int32_t)(offset - (int64_t)a->offset + a->watch_offset)
                : -1;
        d->vable_index = a->vable_index;
        d->name = a->name;
    }
    return k;
}

uint32_t descr_array(struct access *a, char type, unsigned size, unsigned flags,
                     int64_t base, int64_t stride)
{
    char key[128];
    struct descr *d;
    uint32_t k;
    int fresh;

    flags |= a->flags;
    snprintf(key, sizeof key, "a%u %c %u %u %lld %lld", a->id, type, size,
             flags, (long long)base, (long long)stride);
    d = intern(key, &k, &fresh);
    if (fresh) {
        d->kind = TW_DK_ARRAY;
        d->type = type;
        d->size = (uint8_t)size;
        d->flags = (uint8_t)flags;
        d->offset = (int32_t)base;
        d->stride = (int32_t)stride;
        d->access = a;
        d->vable_index = a->vable_index;
        d->name = cg_printf("%s[]", a->name);
    }
    return k;
}

uint32_t descr_size_of_gctype(struct gctype *g)
{
    char key[64];
    struct descr *d;
    uint32_t k;
    int fresh;

    snprintf(key, sizeof key, "s%p", (void *)g);
    d = intern(key, &k, &fresh);
    if (fresh) {
        d->kind = TW_DK_SIZE;
        d->gctype = g;
        d->total = g->size;
        d->item_size = g->item_size;
        d->item_offset = g->item_offset;
        d->name = g->tag;
    }
    return k;
}

uint32_t descr_size_of_local(uint64_t size)
{
    char key[64];
    struct descr *d;
    uint32_t k;
    int fresh;

    snprintf(key, sizeof key, "l%llu", (unsigned long long)size);
    d = intern(key, &k, &fresh);
    if (fresh) {
        d->kind = TW_DK_SIZE;
        d->total = (uint32_t)size;
        d->name = cg_printf("local of %llu bytes", (unsigned long long)size);
    }
    return k;
}

uint32_t descr_call(struct sig *sig, struct effect *e, struct candidates *c,
                    const char *name)
{
    char key[256];
    struct descr *d;
    uint32_t k;
    int fresh;

    snprintf(key, sizeof key, "c%c%c%.*s/%.*s %p %p %.64s", sig->result,
             sig->abi_result, (int)sig->n, sig->kinds, (int)sig->n, sig->abi,
             (void *)e, (void *)c, name ? name : "");
    d = intern(key, &k, &fresh);
    if (fresh) {
        d->kind = TW_DK_CALL;
        d->call = cg_alloc(sizeof *d->call);
        d->call->descr = k;
        d->call->sig = *sig;
        d->call->effect = e;
        d->call->candidates = c;
        d->call->name = name;
        d->name = name;
    }
    return k;
}

struct calldescr *descr_call_get(uint32_t k)
{
    return descrs.p[k]->call;
}

uint32_t descr_vable_token(struct vinfo *v)
{
    return descr_field(alias_find(v->tag, v->token_offset), 'r', cg.ptr_size, 0,
                       v->token_offset);
}

/* A member's descriptor from the struct's LLVM type, the same that accesses
 * of it get. */
static uint32_t member_descr(struct vinfo *v, LLVMTypeRef t, int32_t offset,
                             int want_array)
{
    for (unsigned e = 0; e < LLVMCountStructElementTypes(t); e++) {
        LLVMTypeRef m = LLVMStructGetTypeAtIndex(t, e);
        struct access *a;
        unsigned size;
        char type;

        if ((int32_t)LLVMOffsetOfElement(cg.td, t, e) != offset)
            continue;
        if (want_array && LLVMGetTypeKind(m) != LLVMArrayTypeKind)
            cg_fatal(
                "virtualizable struct %s: its array must be an array member",
                v->tag);
        if (want_array)
            m = LLVMGetElementType(m);
        type = LLVMGetTypeKind(m) == LLVMPointerTypeKind   ? 'r'
               : LLVMGetTypeKind(m) == LLVMIntegerTypeKind ? 'i'
               : LLVMGetTypeKind(m) == LLVMDoubleTypeKind  ? 'f'
                                                           : 0;
        if (!type)
            break;
        size = (unsigned)LLVMABISizeOfType(cg.td, m);
        a = alias_find(v->tag, (uint32_t)offset);
        return want_array ? descr_array(a, type, size, 0, offset, size)
                          : descr_field(a, type, size, 0, offset);
    }
    cg_fatal("virtualizable struct %s: the field at offset %d is no integer, "
             "pointer or double",
             v->tag, offset);
}

void descr_finish_vinfos(void)
{
    for (uint32_t k = 0; k < cg.vinfos.n; k++) {
        struct vinfo *v = cg.vinfos.p[k];
        LLVMTypeRef t =
            LLVMGetTypeByName2(cg.ctx, cg_printf("struct.%s", v->tag));

        if (!t || LLVMIsOpaqueStruct(t))
            continue; /* declared, never used */
        for (uint32_t n = 0; n < v->nfields; n++)
            v->fields[n] =
                member_descr(v, t, (int32_t)v->field_offsets[n], 0) + 1;
        v->token = descr_vable_token(v) + 1;
        if (v->array_offset >= 0)
            v->array = member_descr(v, t, v->array_offset, 1) + 1;
        if (v->length_offset >= 0)
            v->length = member_descr(v, t, v->length_offset, 0) + 1;
    }
}
