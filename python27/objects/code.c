/*
 * code.c: code objects and the blocks of their frames.
 */
#include "objects/runtime.h"

TW_GC_TYPE(py_code);
TW_GC_TYPE(py_block);

static int is_name_like(py_str *s)
{
    const char *p = py_str_data(s);
    for (intptr_t i = 0; i < s->n; i++)
        if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ||
              (p[i] >= '0' && p[i] <= '9') || p[i] == '_'))
            return 0;
    return 1;
}

static py_tuple *intern_all(py_tuple *t)
{
    for (intptr_t i = 0; i < t->n; i++)
        if (py_is_str_exact(t->item[i]))
            t->item[i] = (py_object *)py_intern((py_str *)t->item[i]);
    return t;
}

/* Also inside tuples: constants made of names compare by pointer, too. */
static void intern_consts(py_tuple *t)
{
    for (intptr_t i = 0; i < t->n; i++) {
        if (py_is_tuple_exact(t->item[i]))
            intern_consts((py_tuple *)t->item[i]);
        else if (py_is_str_exact(t->item[i]) &&
                 is_name_like((py_str *)t->item[i]))
            t->item[i] = (py_object *)py_intern((py_str *)t->item[i]);
    }
}

static int has_try(const unsigned char *p, intptr_t n)
{
    for (intptr_t i = 0; i < n; i += p[i] >= PY_HAVE_ARGUMENT ? 3 : 1)
        if (p[i] == PY_OP_SETUP_FINALLY || p[i] == PY_OP_SETUP_EXCEPT ||
            p[i] == PY_OP_SETUP_WITH)
            return 1;
    return 0;
}

py_code *py_code_new(int argcount, int nlocals, int stacksize, int flags,
                     py_str *code, py_tuple *consts, py_tuple *names,
                     py_tuple *varnames, py_tuple *freevars, py_tuple *cellvars,
                     py_str *filename, py_str *name, int firstlineno,
                     py_str *lnotab)
{
    py_code *c = PY_NEW(py_code, &py_code_type);
    intern_consts(consts);
    c->argcount = argcount;
    c->nlocals = nlocals;
    c->stacksize = stacksize;
    if (!freevars->n && !cellvars->n)
        flags |= PY_CO_NOFREE;
    c->flags = flags;
    c->firstlineno = firstlineno;
    c->code = code;
    /* Padded: the eval loop reads two bytes behind any opcode. */
    struct py_bytes *padded = TW_NEW_VAR(py_bytes, code->n + 2);
    memcpy(padded->item, py_str_data(code), (size_t)code->n);
    c->bytes = (const unsigned char *)padded->item;
    c->has_try = has_try(c->bytes, code->n);
    c->consts = consts;
    c->names = intern_all(names);
    c->varnames = intern_all(varnames);
    c->freevars = intern_all(freevars);
    c->cellvars = intern_all(cellvars);
    c->filename = filename;
    c->name = py_intern(name);
    c->lnotab = lnotab;
    c->ncellvars = (int32_t)cellvars->n;
    c->ncells = (int32_t)(cellvars->n + freevars->n);
    c->stackbase = nlocals + c->ncells;
    c->nslots = c->stackbase + stacksize;
    intptr_t nargs =
        argcount + !!(flags & PY_CO_VARARGS) + !!(flags & PY_CO_VARKEYWORDS);
    for (intptr_t i = 0; i < cellvars->n; i++)
        for (intptr_t j = 0; j < nargs; j++) {
            if (c->cellvars->item[i] != c->varnames->item[j])
                continue;
            if (!c->cell2arg) {
                c->cell2arg = TW_NEW_VAR(py_intarray, cellvars->n);
                for (intptr_t k = 0; k < cellvars->n; k++)
                    c->cell2arg->item[k] = -1;
            }
            c->cell2arg->item[i] = j;
        }
    c->simple_args =
        (flags & (PY_CO_VARARGS | PY_CO_VARKEYWORDS | PY_CO_GENERATOR)) ||
                c->ncells ||
                (flags & (PY_CO_OPTIMIZED | PY_CO_NEWLOCALS)) !=
                    (PY_CO_OPTIMIZED | PY_CO_NEWLOCALS)
            ? -1
            : argcount;
    c->blocks = tw_gc_malloc(sizeof *c->blocks);
    c->gcache = tw_gc_malloc(sizeof *c->gcache * (size_t)(names->n + 1));
    return c;
}

int py_code_line(py_code *c, int pc)
{
    const unsigned char *p = (const unsigned char *)py_str_data(c->lnotab);
    int line = c->firstlineno, addr = 0;
    for (intptr_t n = c->lnotab->n / 2; n-- > 0; p += 2) {
        addr += p[0];
        if (addr > pc)
            break;
        line += p[1];
    }
    return line;
}

struct py_block *py_block_get(py_code *code, int pc, int kind, int handler,
                              int level, struct py_block *prev)
{
    struct py_block **bucket =
        &code->blocks->bucket[(unsigned)pc % PY_BLOCK_BUCKETS];
    for (struct py_block *b = *bucket; b; b = b->chain)
        if (b->pc == pc && b->level == level && b->prev == prev)
            return b;
    struct py_block *b = TW_NEW(py_block);
    b->prev = prev;
    b->kind = kind;
    b->handler = handler;
    b->level = level;
    b->pc = pc;
    b->chain = *bucket;
    *bucket = b;
    return b;
}

/* --------------------------------------------------------------- the type */

#define CO(o) ((py_code *)(o))

static int want_strings(py_object *t)
{
    if (!py_is_tuple(t))
        return py_raise_i(&py_TypeError, "code() arguments 7 to 9, 13 and 14 "
                                         "must be tuples");
    for (intptr_t i = 0; i < ((py_tuple *)t)->n; i++)
        if (!py_is_str(((py_tuple *)t)->item[i]))
            return py_raise_i(&py_TypeError,
                              "name tuples must contain only strings, not "
                              "'%T'",
                              ((py_tuple *)t)->item[i]);
    return 0;
}

static py_object *code_new(py_type *t, py_object *const *a, intptr_t n,
                           py_tuple *kw)
{
    int num[4], first;
    (void)t;
    if (py_args_nokw("code", kw) < 0 || py_args_count("code", n, 12, 14) < 0)
        return NULL;
    for (int i = 0; i < 4; i++)
        if (py_arg_int(a[i], &num[i]) < 0)
            return NULL;
    if (num[0] < 0)
        return py_raise(&py_ValueError, "code: argcount must not be negative");
    if (num[1] < 0)
        return py_raise(&py_ValueError, "code: nlocals must not be negative");
    if (!py_is_str(a[4]))
        return py_arg_error("code", 5, "string", a[4]);
    if (!py_is_tuple(a[5]))
        return py_arg_error("code", 6, "tuple", a[5]);
    py_object *free = n > 12 ? a[12] : &py_tuple_empty->base;
    py_object *cell = n > 13 ? a[13] : &py_tuple_empty->base;
    if (want_strings(a[6]) < 0 || want_strings(a[7]) < 0 ||
        want_strings(free) < 0 || want_strings(cell) < 0)
        return NULL;
    if (!py_is_str(a[8]))
        return py_arg_error("code", 9, "string", a[8]);
    if (!py_is_str(a[9]))
        return py_arg_error("code", 10, "string", a[9]);
    if (py_arg_int(a[10], &first) < 0)
        return NULL;
    if (!py_is_str(a[11]))
        return py_arg_error("code", 12, "string", a[11]);
    return &py_code_new(num[0], num[1], num[2], num[3], (py_str *)a[4],
                        (py_tuple *)a[5], (py_tuple *)a[6], (py_tuple *)a[7],
                        (py_tuple *)free, (py_tuple *)cell, (py_str *)a[8],
                        (py_str *)a[9], first, (py_str *)a[11])
                ->base;
}

static py_object *code_repr(py_object *o)
{
    return (py_object *)py_str_format_c(
        "<code object %S at %p, file \"%S\", line %d>", CO(o)->name, (void *)o,
        CO(o)->filename, CO(o)->firstlineno ? CO(o)->firstlineno : -1);
}

/* Equal constants of different types make different code. */
static int same_consts(py_tuple *a, py_tuple *b)
{
    if (a->n != b->n)
        return 0;
    for (intptr_t i = 0; i < a->n; i++) {
        if (py_type_of(a->item[i]) != py_type_of(b->item[i]))
            return 0;
        int r = py_eq(a->item[i], b->item[i]);
        if (r <= 0)
            return r;
    }
    return 1;
}

static py_object *code_richcmp(py_object *a, py_object *b, int op)
{
    if ((op != PY_EQ && op != PY_NE) || py_type_of(a) != &py_code_type ||
        py_type_of(b) != &py_code_type)
        return py_NotImplemented;
    py_code *x = CO(a), *y = CO(b);
    int eq = x->argcount == y->argcount && x->nlocals == y->nlocals &&
             x->flags == y->flags && x->firstlineno == y->firstlineno &&
             py_str_eq(x->name, y->name) && py_str_eq(x->code, y->code);
    if (eq)
        eq = same_consts(x->consts, y->consts);
    if (eq > 0)
        eq = py_eq(&x->names->base, &y->names->base);
    if (eq > 0)
        eq = py_eq(&x->varnames->base, &y->varnames->base);
    if (eq > 0)
        eq = py_eq(&x->freevars->base, &y->freevars->base);
    if (eq > 0)
        eq = py_eq(&x->cellvars->base, &y->cellvars->base);
    return eq < 0 ? NULL : py_bool(eq == (op == PY_EQ));
}

static int64_t code_hash(py_object *o)
{
    int64_t h = py_str_hash(CO(o)->name) ^ py_str_hash(CO(o)->code) ^
                CO(o)->argcount ^ CO(o)->nlocals ^ CO(o)->flags;
    return h == -1 ? -2 : h;
}

#define INT(nm, f) {nm, PY_MEMBER_INT, 1, offsetof(struct py_code, f), NULL}
#define OBJ(nm, f) {nm, PY_MEMBER_OBJ, 1, offsetof(struct py_code, f), NULL}
static const struct py_memberdef code_members[] = {
    INT("co_argcount", argcount),
    INT("co_nlocals", nlocals),
    INT("co_stacksize", stacksize),
    INT("co_flags", flags),
    OBJ("co_code", code),
    OBJ("co_consts", consts),
    OBJ("co_names", names),
    OBJ("co_varnames", varnames),
    OBJ("co_freevars", freevars),
    OBJ("co_cellvars", cellvars),
    OBJ("co_filename", filename),
    OBJ("co_name", name),
    INT("co_firstlineno", firstlineno),
    OBJ("co_lnotab", lnotab),
    {NULL, 0, 0, 0, NULL},
};
py_type py_code_type = {
    PY_TYPE_HEAD("code", py_code), .flags = PY_TF_WEAKREF,
    .members = code_members,       .tp_new = code_new,
    .tp_repr = code_repr,          .tp_richcompare = code_richcmp,
    .tp_hash = code_hash,
};
