/*
 * alias.c: descriptors' alias classes as LLVM's TBAA types. Input: struct
 * tw_alias; output: metadata on loads and stores. Neighbour: lower_memory.c.
 *
 * The tree mirrors tw_alias_may: "any" is the parent of the C scalar types,
 * each of which is the parent of the (struct, field) classes accessed as it.
 * LLVM lets two accesses meet when one's type is an ancestor of the other's.
 * The run time's own memory stands beside "any".
 */
#include "backends/llvm/alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tags {
    LLVMMetadataRef *type;
    LLVMValueRef *tag;
    unsigned n;
};
struct alias_state {
    unsigned kind_tbaa, kind_invariant, kind_prof;
    LLVMMetadataRef root, any;
    LLVMValueRef any_tag, runtime_tag, empty;
    LLVMValueRef likely[2]; /* the false side, the true side */
    struct tags scalars, ones;
};

static LLVMMetadataRef number(LLVMTypeRef type, uint64_t n)
{
    return LLVMValueAsMetadata(LLVMConstInt(type, n, 0));
}

static LLVMMetadataRef type_node(struct engine *e, const char *name,
                                 LLVMMetadataRef parent)
{
    LLVMMetadataRef parts[3] = {
        LLVMMDStringInContext2(e->context, name, strlen(name)), parent,
        number(e->types.i64, 0)};

    return LLVMMDNodeInContext2(e->context, parts, parent ? 3 : 1);
}

static LLVMValueRef tag_node(struct engine *e, LLVMMetadataRef type)
{
    LLVMMetadataRef parts[3] = {type, type, number(e->types.i64, 0)};

    return LLVMMetadataAsValue(e->context,
                               LLVMMDNodeInContext2(e->context, parts, 3));
}

static unsigned kind(struct engine *e, const char *name)
{
    return LLVMGetMDKindIDInContext(e->context, name, (unsigned)strlen(name));
}

static struct alias_state *state(struct engine *e)
{
    struct alias_state *s = e->alias;
    LLVMMetadataRef weights[3];

    if (s)
        return s;
    e->alias = s = calloc(1, sizeof *s);
    s->kind_tbaa = kind(e, "tbaa");
    s->kind_invariant = kind(e, "invariant.load");
    s->kind_prof = kind(e, "prof");
    s->root = type_node(e, "tracewright", NULL);
    s->any = type_node(e, "any", s->root);
    s->any_tag = tag_node(e, s->any);
    s->runtime_tag = tag_node(e, type_node(e, "runtime", s->root));
    weights[0] = LLVMMDStringInContext2(e->context, "branch_weights", 14);
    for (int k = 0; k < 2; k++) {
        weights[1 + k] = number(e->types.i32, 1);
        weights[2 - k] = number(e->types.i32, 1 << 20);
        s->likely[k] = LLVMMetadataAsValue(
            e->context, LLVMMDNodeInContext2(e->context, weights, 3));
    }
    s->empty = LLVMMetadataAsValue(e->context,
                                   LLVMMDNodeInContext2(e->context, NULL, 0));
    return s;
}

static LLVMValueRef tag_of(struct engine *e, struct tags *t, unsigned k,
                           const char *prefix, LLVMMetadataRef parent)
{
    char name[32];

    if (k >= t->n) {
        unsigned n = k + 16 + t->n;

        t->type = realloc(t->type, n * sizeof *t->type);
        t->tag = realloc(t->tag, n * sizeof *t->tag);
        memset(t->type + t->n, 0, (n - t->n) * sizeof *t->type);
        t->n = n;
    }
    if (!t->type[k]) {
        snprintf(name, sizeof name, "%s%u", prefix, k);
        t->type[k] = type_node(e, name, parent);
        t->tag[k] = tag_node(e, t->type[k]);
    }
    return t->tag[k];
}

void alias_program(struct engine *e, LLVMValueRef access,
                   const struct tw_alias *a)
{
    struct alias_state *s = state(e);
    LLVMValueRef tag = s->any_tag;

    if (a->width != TW_ALIAS_ANY)
        tag = tag_of(e, &s->scalars, a->scalar, "scalar", s->any);
    if (a->width == TW_ALIAS_ONE)
        tag = tag_of(e, &s->ones, a->id, "class", s->scalars.type[a->scalar]);
    LLVMSetMetadata(access, s->kind_tbaa, tag);
}

void alias_runtime(struct engine *e, LLVMValueRef access)
{
    struct alias_state *s = state(e);

    LLVMSetMetadata(access, s->kind_tbaa, s->runtime_tag);
}

void alias_invariant(struct engine *e, LLVMValueRef load)
{
    struct alias_state *s = state(e);

    LLVMSetMetadata(load, s->kind_invariant, s->empty);
}

void branch_likely(struct engine *e, LLVMValueRef branch, int true_side)
{
    struct alias_state *s = state(e);

    LLVMSetMetadata(branch, s->kind_prof, s->likely[true_side]);
}

void alias_free(struct engine *e)
{
    struct alias_state *s = e->alias;

    if (!s)
        return;
    free(s->scalars.type);
    free(s->scalars.tag);
    free(s->ones.type);
    free(s->ones.tag);
    free(s);
    e->alias = NULL;
}
