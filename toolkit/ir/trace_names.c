/*
 * trace_names.c: the namespace of textual traces: descriptors, pointer constants and jitcodes
 * declared by a test's head. Used by trace_text.c's parser, tw-opt and tests; a running program
 * has its descriptors from codegen instead.
 */
#include "toolkit/ir/trace_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/base/arena.h"
#include "toolkit/base/map.h"
#include "toolkit/base/vec.h"

enum { EFFECT_WORDS = 64 }; /* room for 2048 alias classes */

struct pointer {
    const char *name;
    void *p;
    uint32_t size; /* 0: not ours */
};

struct tw_names {
    struct tw_arena arena;
    const struct tw_descr **descrs;
    uint32_t ndescrs, descrs_cap;
    struct pointer *pointers;
    uint32_t npointers, pointers_cap;
    struct tw_jitcode **jitcodes;
    uint32_t njitcodes, jitcodes_cap;
    struct tw_live *live;
    uint32_t nlive, live_cap;
    struct tw_loop **loops;
    uint32_t nloops, loops_cap;
    struct tw_target **targets;
    uint32_t ntargets, targets_cap;
    uint32_t naliases;
    struct tw_program program;
};

struct tw_names *tw_names_new(void)
{
    return tw_calloc(1, sizeof(struct tw_names));
}

void tw_names_free(struct tw_names *ns)
{
    if (!ns)
        return;
    for (uint32_t k = 0; k < ns->npointers; k++)
        if (ns->pointers[k].size)
            tw_gc_free_uncollectable(ns->pointers[k].p);
    for (uint32_t k = 0; k < ns->njitcodes; k++)
        free((void *)(uintptr_t)ns->jitcodes[k]->code);
    free(ns->descrs);
    free(ns->pointers);
    free(ns->jitcodes);
    free(ns->live);
    free(ns->loops);
    free(ns->targets);
    tw_arena_free(&ns->arena);
    free(ns);
}

/* ------------------------------------------------------------------ lookups */

static const char *name_of(const struct tw_descr *d)
{
    switch (d->kind) {
    case TW_DK_FIELD:
        return ((const struct tw_fielddescr *)d)->name;
    case TW_DK_ARRAY:
        return ((const struct tw_arraydescr *)d)->name;
    case TW_DK_SIZE:
        return ((const struct tw_sizedescr *)d)->name;
    default:
        return ((const struct tw_calldescr *)d)->name;
    }
}

static const struct tw_descr *find(const struct tw_names *ns, const char *name)
{
    for (uint32_t k = 0; k < ns->ndescrs; k++)
        if (!strcmp(name_of(ns->descrs[k]), name))
            return ns->descrs[k];
    return NULL;
}

const struct tw_descr *tw_names_descr(struct tw_names *ns, const char *name)
{
    const struct tw_descr *d = find(ns, name);
    char base[256];
    const char *plus = strrchr(name, '+'), *bracket;

    if (d || strlen(name) >= sizeof base)
        return d;
    if (plus) {
        snprintf(base, sizeof base, "%.*s", (int)(plus - name), name);
        d = tw_names_descr(ns, base);
        if (!d || d->kind != TW_DK_FIELD)
            return NULL;
        const struct tw_fielddescr *f = (const struct tw_fielddescr *)d;
        return (const struct tw_descr *)tw_descr_field_at(
            f, f->offset + atoi(plus + 1));
    }
    for (bracket = strchr(name, '['); bracket;
         bracket = strchr(bracket + 1, '[')) {
        const char *end = strchr(bracket, ']');
        if (!end || end == bracket + 1)
            continue;
        snprintf(base, sizeof base, "%.*s[]%s", (int)(bracket - name), name,
                 end + 1);
        d = find(ns, base);
        if (!d) { /* a raw access: no brackets in its own name */
            snprintf(base, sizeof base, "%.*s%s", (int)(bracket - name), name,
                     end + 1);
            d = find(ns, base);
        }
        if (d && d->kind == TW_DK_ARRAY)
            return (const struct tw_descr *)tw_descr_item_as_field(
                (const struct tw_arraydescr *)d,
                strtoll(bracket + 1, NULL, 10));
    }
    return NULL;
}

int tw_names_pointer(struct tw_names *ns, const char *name, void **p)
{
    for (uint32_t k = 0; k < ns->npointers; k++)
        if (!strcmp(ns->pointers[k].name, name)) {
            *p = ns->pointers[k].p;
            return 1;
        }
    return 0;
}

const char *tw_names_of_pointer(const struct tw_names *ns, const void *p)
{
    for (uint32_t k = 0; k < ns->npointers; k++)
        if (ns->pointers[k].p == p)
            return ns->pointers[k].name;
    return NULL;
}

void tw_names_each_pointer(const struct tw_names *ns,
                           void (*fn)(void *, const char *, void *, uint32_t),
                           void *self)
{
    for (uint32_t k = 0; k < ns->npointers; k++)
        fn(self, ns->pointers[k].name, ns->pointers[k].p, ns->pointers[k].size);
}

struct tw_loop *tw_names_loop(struct tw_names *ns, uint32_t id)
{
    for (uint32_t k = 0; k < ns->nloops; k++)
        if (ns->loops[k]->id == id)
            return ns->loops[k];
    struct tw_loop *l = TW_ARENA_NEW(&ns->arena, struct tw_loop);
    l->dkind = TW_DK_LOOP;
    l->id = id;
    TW_VEC_PUSH(ns->loops, ns->nloops, ns->loops_cap, l);
    return l;
}

struct tw_target *tw_names_target(struct tw_names *ns, uint32_t id)
{
    for (uint32_t k = 0; k < ns->ntargets; k++)
        if (ns->targets[k]->id == id)
            return ns->targets[k];
    struct tw_target *t = TW_ARENA_NEW(&ns->arena, struct tw_target);
    t->dkind = TW_DK_TARGET;
    t->id = id;
    TW_VEC_PUSH(ns->targets, ns->ntargets, ns->targets_cap, t);
    return t;
}

static struct tw_jitcode *jitcode_of(struct tw_names *ns, const char *name)
{
    for (uint32_t k = 0; k < ns->njitcodes; k++)
        if (!strcmp(ns->jitcodes[k]->name, name))
            return ns->jitcodes[k];
    struct tw_jitcode *j = TW_ARENA_NEW(&ns->arena, struct tw_jitcode);
    j->name = tw_arena_strdup(&ns->arena, name);
    j->index = ns->njitcodes;
    j->flags = TW_J_LOOKED_INSIDE;
    TW_VEC_PUSH(ns->jitcodes, ns->njitcodes, ns->jitcodes_cap, j);
    return j;
}

/* Code that is `live` at pc and `unreachable` elsewhere. */
static uint16_t *code_at(struct tw_jitcode *j, uint32_t pc)
{
    uint16_t *code = (uint16_t *)(uintptr_t)j->code;

    if (pc + 3 > j->ncode) {
        uint32_t n = pc + 64;
        code = tw_realloc(code, n * sizeof *code);
        for (uint32_t k = j->ncode; k < n; k++)
            code[k] = TW_JOP_unreachable;
        j->code = code;
        j->ncode = n;
    }
    return code + pc;
}

const struct tw_jitcode *tw_names_frame(struct tw_names *ns, const char *name,
                                        uint32_t pc, const char *kinds)
{
    static const char banks[] = "irf";
    struct tw_jitcode *j = jitcode_of(ns, name);
    uint16_t *code = code_at(j, pc), regs[512];
    struct tw_live live = {{0, 0, 0}, NULL};
    uint32_t n = 0;

    for (int b = 0; b < TW_NBANKS; b++)
        for (const char *k = kinds; *k; k++)
            if (*k == banks[b])
                regs[n++] = live.n[b]++;
    if (code[0] == TW_JOP_live) {
        const struct tw_live *have =
            &ns->live[code[1] | (uint32_t)code[2] << 16];
        return !memcmp(have->n, live.n, sizeof live.n) ? j : NULL;
    }
    live.regs = tw_arena_copy(&ns->arena, regs, n * sizeof *regs);
    code[0] = TW_JOP_live;
    code[1] = (uint16_t)ns->nlive;
    code[2] = (uint16_t)(ns->nlive >> 16);
    TW_VEC_PUSH(ns->live, ns->nlive, ns->live_cap, live);
    for (int b = 0; b < TW_NBANKS; b++)
        if (j->nregs[b] < live.n[b])
            j->nregs[b] = live.n[b];
    return j;
}

const struct tw_program *tw_names_program(struct tw_names *ns)
{
    struct tw_program *p = &ns->program;

    p->version = TW_PROGRAM_VERSION;
    p->njitcodes = ns->njitcodes;
    p->jitcodes = (const struct tw_jitcode *const *)ns->jitcodes;
    p->ndescrs = ns->ndescrs;
    p->descrs = ns->descrs;
    p->nlive = ns->nlive;
    p->live = ns->live;
    p->naliases = ns->naliases;
    return p;
}

/* ------------------------------------------------------------------ declarations */

struct decl {
    struct tw_names *ns;
    char *words[64];
    int n;
    char *err;
    size_t errsize;
};

static __attribute__((format(printf, 2, 3))) int bad(struct decl *d,
                                                     const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(d->err, d->errsize, fmt, ap);
    va_end(ap);
    return -1;
}

static const char *word_value(const struct decl *d, const char *key)
{
    size_t n = strlen(key);

    for (int k = 0; k < d->n; k++)
        if (!strncmp(d->words[k], key, n))
            return d->words[k] + n;
    return NULL;
}

static int has(const struct decl *d, const char *w)
{
    for (int k = 0; k < d->n; k++)
        if (!strcmp(d->words[k], w))
            return 1;
    return 0;
}

static int add_descr(struct decl *d, const void *descr)
{
    if (find(d->ns, name_of(descr)))
        return bad(d, "%s is declared twice", name_of(descr));
    TW_VEC_PUSH(d->ns->descrs, d->ns->ndescrs, d->ns->descrs_cap,
                (const struct tw_descr *)descr);
    return 0;
}

static int add_pointer(struct decl *d, const char *name, void *p, uint32_t size)
{
    struct pointer x = {name, p, size};
    void *old;

    if (tw_names_pointer(d->ns, name, &old))
        return bad(d, "pointer %s is declared twice", name);
    TW_VEC_PUSH(d->ns->pointers, d->ns->npointers, d->ns->pointers_cap, x);
    return 0;
}

static int declare_struct(struct decl *d)
{
    struct tw_sizedescr *s = TW_ARENA_NEW(&d->ns->arena, struct tw_sizedescr);

    if (d->n < 3)
        return bad(d, "struct NAME SIZE [items SIZE @OFFSET] [local]");
    s->dkind = TW_DK_SIZE;
    s->name = d->words[1];
    s->size = (uint32_t)atoi(d->words[2]);
    if (d->n >= 6 && !strcmp(d->words[3], "items")) {
        s->item_size = (uint32_t)atoi(d->words[4]);
        s->item_offset = (uint32_t)atoi(d->words[5] + 1);
    }
    if (!has(d, "local")) {
        struct tw_gctype *g = TW_ARENA_NEW(&d->ns->arena, struct tw_gctype);
        g->name = s->name;
        g->size = s->size;
        g->item_size = s->item_size;
        g->item_offset = s->item_offset;
        g->flags = s->item_size ? TW_GC_ITEM_PTRS : 0;
        s->gctype = g;
    }
    return add_descr(d, s);
}

static int flags_of(const struct decl *d)
{
    static const struct {
        const char *name;
        int flag;
    } flags[] = {{"signed", TW_F_SIGNED},    {"immutable", TW_F_IMMUTABLE},
                 {"quasi", TW_F_QUASI},      {"class", TW_F_CLASS},
                 {"nonnull", TW_F_NONNULL},  {"bool", TW_F_BOOL},
                 {"volatile", TW_F_VOLATILE}};
    int f = 0;

    for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
        if (has(d, flags[k].name))
            f |= flags[k].flag;
    if (f & TW_F_CLASS)
        f |= TW_F_IMMUTABLE;
    return word_value(d, "vable=") ? f | TW_F_VABLE : f;
}

static const struct tw_alias *alias_of_descr(const struct tw_descr *d)
{
    return d && d->kind == TW_DK_FIELD
               ? &((const struct tw_fielddescr *)d)->alias
           : d && d->kind == TW_DK_ARRAY
               ? &((const struct tw_arraydescr *)d)->alias
               : NULL;
}

static int alias_for(struct decl *d, char type, int size, struct tw_alias *a)
{
    const char *same = word_value(d, "alias=");

    if (same) {
        const struct tw_alias *other = alias_of_descr(find(d->ns, same));
        if (!other)
            return bad(d, "alias=%s: no such field or array", same);
        *a = *other;
        return 0;
    }
    a->width = has(d, "any")      ? TW_ALIAS_ANY
               : has(d, "scalar") ? TW_ALIAS_SCALAR
                                  : TW_ALIAS_ONE;
    a->scalar = (uint16_t)((uint8_t)type << 8 | size);
    a->id = d->ns->naliases++;
    return 0;
}

static int check_access(struct decl *d, const char *type, int size)
{
    if (strlen(type) != 1 || !strchr("irf", *type))
        return bad(d, "kind %s is not i, r or f", type);
    if (size != 1 && size != 2 && size != 4 && size != 8)
        return bad(d, "size %d is not 1, 2, 4 or 8", size);
    return 0;
}

static int declare_field(struct decl *d)
{
    struct tw_fielddescr *f = TW_ARENA_NEW(&d->ns->arena, struct tw_fielddescr);

    if (d->n < 5 || d->words[4][0] != '@')
        return bad(d, "field NAME KIND SIZE @OFFSET …");
    f->dkind = TW_DK_FIELD;
    f->name = d->words[1];
    f->type = d->words[2][0];
    f->size = (uint8_t)atoi(d->words[3]);
    f->offset = atoi(d->words[4] + 1);
    f->flags = (uint8_t)flags_of(d);
    f->vable_index =
        word_value(d, "vable=") ? (int16_t)atoi(word_value(d, "vable=")) : -1;
    f->watch_offset =
        word_value(d, "watch=") ? atoi(word_value(d, "watch=")) : -1;
    if (check_access(d, d->words[2], f->size) ||
        alias_for(d, f->type, f->size, &f->alias))
        return -1;
    return add_descr(d, f);
}

static int declare_array(struct decl *d, int raw)
{
    struct tw_arraydescr *a = TW_ARENA_NEW(&d->ns->arena, struct tw_arraydescr);

    if (raw ? d->n < 4
            : d->n < 7 || d->words[4][0] != '@' ||
                  strcmp(d->words[5], "stride"))
        return bad(d, raw ? "raw NAME KIND SIZE"
                          : "array NAME KIND SIZE @BASE stride N …");
    a->dkind = TW_DK_ARRAY;
    a->name = d->words[1];
    a->type = d->words[2][0];
    a->size = (uint8_t)atoi(d->words[3]);
    a->base = raw ? 0 : atoi(d->words[4] + 1);
    a->stride = raw ? 1 : atoi(d->words[6]);
    a->flags = (uint8_t)flags_of(d);
    if (check_access(d, d->words[2], a->size) ||
        alias_for(d, a->type, a->size, &a->alias))
        return -1;
    if (raw)
        a->alias.width = TW_ALIAS_ANY;
    return add_descr(d, a);
}

/* Bodies for declared calls. */
static void fn_add(const union tw_value *a, union tw_value *r)
{
    r->i = (int64_t)((uint64_t)a[0].i + (uint64_t)a[1].i);
}
static void fn_neg(const union tw_value *a, union tw_value *r)
{
    r->i = (int64_t)(0 - (uint64_t)a[0].i);
}
static void fn_addf(const union tw_value *a, union tw_value *r)
{
    r->f = a[0].f + a[1].f;
}
static void fn_first(const union tw_value *a, union tw_value *r)
{
    *r = a[0];
}
static void fn_load8(const union tw_value *a, union tw_value *r)
{
    memcpy(&r->i, a[0].r, sizeof r->i);
}
static void fn_store8(const union tw_value *a, union tw_value *r)
{
    memcpy(a[0].r, &a[1].i, sizeof a[1].i);
    r->i = a[1].i;
}
static void fn_seven(const union tw_value *a, union tw_value *r)
{
    (void)a;
    r->i = 7;
}
static void fn_nothing(const union tw_value *a, union tw_value *r)
{
    (void)a;
    r->i = 0;
}

typedef void test_function(const union tw_value *, union tw_value *);
static const struct {
    const char *name;
    test_function *fn;
} builtins[] = {{"add", fn_add},     {"neg", fn_neg},
                {"addf", fn_addf},   {"first", fn_first},
                {"load8", fn_load8}, {"store8", fn_store8},
                {"seven", fn_seven}, {"nothing", fn_nothing}};

static void call_stub(void *fn, const union tw_value *args, union tw_value *res)
{
    ((test_function *)fn)(args, res);
}

/* "a.x,b.y" as a set of alias ids, with what is wider. */
static int alias_set(struct decl *d, const char *names, const uint32_t **set)
{
    uint32_t *bits = TW_ARENA_ARRAY(&d->ns->arena, uint32_t, EFFECT_WORDS);
    char *list = tw_arena_strdup(&d->ns->arena, names ? names : ""),
         *save = NULL;

    *set = bits;
    for (char *w = strtok_r(list, ",", &save); w;
         w = strtok_r(NULL, ",", &save)) {
        const struct tw_alias *a = alias_of_descr(find(d->ns, w));
        if (!a)
            return bad(d, "no field or array is named %s", w);
        for (uint32_t k = 0; k < d->ns->ndescrs; k++) {
            const struct tw_alias *b = alias_of_descr(d->ns->descrs[k]);
            if (b && tw_alias_may(a, b))
                bits[b->id / 32] |= 1u << (b->id % 32);
        }
    }
    return 0;
}

static int declare_call(struct decl *d)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {{"elidable", TW_E_ELIDABLE},
                 {"loopinvariant", TW_E_LOOPINVARIANT},
                 {"anything", TW_E_ANYTHING},
                 {"force", TW_E_CAN_FORCE},
                 {"invalidate", TW_E_CAN_INVALIDATE},
                 {"gil", TW_E_CAN_RELEASE_GIL}};
    struct tw_calldescr *c = TW_ARENA_NEW(&d->ns->arena, struct tw_calldescr);
    struct tw_effect *e = TW_ARENA_NEW(&d->ns->arena, struct tw_effect);
    char *open = d->n >= 2 ? strchr(d->words[1], '(') : NULL;
    char *close = open ? strchr(open, ')') : NULL;

    if (!close || !close[1])
        return bad(d, "call NAME(KINDS)RESULT …");
    *open = *close = 0;
    c->dkind = TW_DK_CALL;
    c->name = d->words[1];
    c->args = open + 1;
    c->nargs = (uint8_t)strlen(c->args);
    c->result = close[1];
    char *abi = tw_arena_strdup(&d->ns->arena, c->args);
    for (char *k = abi; *k; k++)
        *k = *k == 'i' ? 'l' : *k == 'r' ? 'p' : 'd';
    c->abi_args = abi;
    c->abi_result = c->result == 'i'   ? 'l'
                    : c->result == 'r' ? 'p'
                    : c->result == 'f' ? 'd'
                                       : 'v';
    c->effect = e;
    c->stub = call_stub;
    for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
        if (has(d, flags[k].name))
            e->flags |= flags[k].flag;
    e->nwords = EFFECT_WORDS;
    if (alias_set(d, word_value(d, "reads="), &e->reads) ||
        alias_set(d, word_value(d, "writes="), &e->writes))
        return -1;
    void *fn = TW_ARENA_NEW(&d->ns->arena, int64_t); /* an address of its own */
    for (int k = 0; k + 1 < d->n; k++)
        if (!strcmp(d->words[k], "=")) {
            fn = NULL;
            for (size_t b = 0; b < sizeof builtins / sizeof *builtins; b++)
                if (!strcmp(builtins[b].name, d->words[k + 1]))
                    fn = (void *)builtins[b].fn;
            if (!fn)
                return bad(d, "no builtin is named %s", d->words[k + 1]);
        }
    return add_descr(d, c) || add_pointer(d, c->name, fn, 0) ? -1 : 0;
}

/* "{ value=5, type=int_type }" into the object; w: first word after "{". */
static int fill_object(struct decl *d, int w, const char *type, char *object,
                       uint32_t size)
{
    char name[256];

    for (; w < d->n && strcmp(d->words[w], "}"); w++) {
        char *eq = strchr(d->words[w], '='), *comma = strchr(d->words[w], ',');
        if (!eq)
            return bad(d, "%s is not field=value", d->words[w]);
        *eq = 0;
        if (comma)
            *comma = 0;
        snprintf(name, sizeof name, "%s.%s", type, d->words[w]);
        const struct tw_fielddescr *f =
            (const struct tw_fielddescr *)tw_names_descr(d->ns, name);
        if (!f || f->dkind != TW_DK_FIELD || f->offset < 0 ||
            (uint32_t)f->offset + f->size > size)
            return bad(d, "%s is no field of this object", name);
        union tw_value v = {.i = 0};
        if (f->type == 'i')
            v.i = strtoll(eq + 1, NULL, 0);
        else if (f->type == 'f')
            v.f = strtod(eq + 1, NULL);
        else if (strcmp(eq + 1, "NULL") &&
                 !tw_names_pointer(d->ns, eq + 1, &v.r))
            return bad(d, "no pointer is named %s", eq + 1);
        tw_store(object + f->offset, f->type, f->size, v);
    }
    return 0;
}

static int declare_ptr(struct decl *d)
{
    if (d->n < 4 || strcmp(d->words[2], "="))
        return bad(d, "ptr NAME = ADDRESS, or STRUCT { field=value, … }");
    if (!strncmp(d->words[3], "0x", 2))
        return add_pointer(d, d->words[1],
                           (void *)(uintptr_t)strtoull(d->words[3], NULL, 16),
                           0);
    const struct tw_descr *s = find(d->ns, d->words[3]);
    if (!s || s->kind != TW_DK_SIZE)
        return bad(d, "%s is no struct", d->words[3]);
    const struct tw_sizedescr *sd = (const struct tw_sizedescr *)s;
    uint32_t size =
        sd->size + 8 * sd->item_size; /* the test's arrays have 8 items */
    char *object = tw_gc_malloc_uncollectable(size);
    memset(object, 0, size);
    if (add_pointer(d, d->words[1], object, size))
        return -1;
    return d->n > 4 ? fill_object(d, 5, d->words[3], object, size) : 0;
}

int tw_names_declare(struct tw_names *ns, const char *line, char *err,
                     size_t errsize)
{
    struct decl d = {.ns = ns, .err = err, .errsize = errsize};
    char *copy = tw_arena_strdup(&ns->arena, line), *save = NULL;

    for (char *w = strtok_r(copy, " \t\n", &save); w && d.n < 64 && *w != '#';
         w = strtok_r(NULL, " \t\n", &save))
        d.words[d.n++] = w;
    if (!d.n)
        return 0;
    if (!strcmp(d.words[0], "struct"))
        return declare_struct(&d);
    if (!strcmp(d.words[0], "field"))
        return declare_field(&d);
    if (!strcmp(d.words[0], "array") || !strcmp(d.words[0], "raw"))
        return declare_array(&d, d.words[0][0] == 'r');
    if (!strcmp(d.words[0], "call"))
        return declare_call(&d);
    if (!strcmp(d.words[0], "ptr"))
        return declare_ptr(&d);
    if (!strcmp(d.words[0], "jitcode") && d.n == 2) {
        jitcode_of(ns, d.words[1]);
        return 0;
    }
    return bad(&d, "%s declares nothing", d.words[0]);
}
