/*
 * _sre_matchobject.c: match objects: where a pattern matched, and its groups.
 */
#include "modules/_sre_object.h"
#include "objects/python.h"

struct sre_matchobj {
    py_object base;
    py_object *string;
    struct sre_pattern *pattern;
    py_object *regs; /* made when asked for */
    intptr_t pos, endpos;
    intptr_t lastindex;  /* -1: no group */
    intptr_t n;          /* groups, the whole match included */
    intptr_t mark[];     /* 2 * n: from, to; -1 when it took no part */
};
const struct tw_gctype tw_gctype_sre_matchobj = {
    "sre_matchobj",
    sizeof(struct sre_matchobj),
    offsetof(struct sre_matchobj, mark),
    sizeof(intptr_t),
    0,
    0};

#define M(o) ((struct sre_matchobj *)(o))

py_object *sre_match_new(struct sre_pattern *p, const struct sre_state *st,
                         py_object *string)
{
    intptr_t n = p->groups + 1;
    struct sre_matchobj *m = TW_NEW_VAR(sre_matchobj, 2 * n);

    if (!m)
        return py_raise_nomemory();
    m->base.type = &sre_match_type;
    m->string = string;
    m->pattern = p;
    m->pos = st->pos;
    m->endpos = st->end;
    m->lastindex = st->lastindex;
    m->n = n;
    m->mark[0] = st->start;
    m->mark[1] = st->ptr;
    for (intptr_t i = 1; i < n; i++) {
        intptr_t from = st->mark[2 * i - 2], to = st->mark[2 * i - 1];
        int unset = from < 0 || to < from;
        m->mark[2 * i] = unset ? -1 : from;
        m->mark[2 * i + 1] = unset ? -1 : to;
    }
    return &m->base;
}

/* ----------------------------------------------------------------- groups */

static py_object *group(struct sre_matchobj *m, intptr_t i, py_object *missing)
{
    if (m->mark[2 * i] < 0)
        return missing;
    return sre_slice(m->string, m->mark[2 * i], m->mark[2 * i + 1]);
}

/* A group's number from a number or a name; -1 with IndexError. */
static intptr_t group_number(struct sre_matchobj *m, py_object *which)
{
    intptr_t i = -1;

    if (!which)
        return 0;
    if (py_has_index(which) || py_is_int(which) || py_is_long(which)) {
        i = py_index_as_ssize(which, NULL);
    } else if (m->pattern->groupindex) {
        py_object *v = py_getitem(m->pattern->groupindex, which);
        if (v && (py_is_int(v) || py_is_long(v)))
            i = py_as_int64(v);
        py_err_clear();
    }
    if (i < 0 || i >= m->n)
        return py_raise_i(&py_IndexError, "no such group");
    return i;
}

static py_object *m_group(py_object *o, py_object *const *args, intptr_t nargs)
{
    intptr_t i;

    if (nargs <= 1) {
        i = group_number(M(o), nargs ? args[0] : NULL);
        return i < 0 ? NULL : group(M(o), i, py_None);
    }
    py_tuple *t = py_tuple_new(nargs);
    for (intptr_t k = 0; k < nargs; k++) {
        i = group_number(M(o), args[k]);
        if (i < 0 || !(t->item[k] = group(M(o), i, py_None)))
            return NULL;
    }
    return &t->base;
}

static py_object *m_groups(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    static const char *const names[] = {"default"};
    py_object *missing;

    if (py_args_kw("groups", args, nargs, kw, names, 1, 0, &missing) < 0)
        return NULL;
    py_tuple *t = py_tuple_new(M(o)->n - 1);
    for (intptr_t i = 1; i < M(o)->n; i++)
        if (!(t->item[i - 1] = group(M(o), i, missing ? missing : py_None)))
            return NULL;
    return &t->base;
}

static py_object *m_groupdict(py_object *o, py_object *const *args,
                              intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"default"};
    py_object *missing, *index = M(o)->pattern->groupindex, *key;
    py_dict *d = py_dict_new();

    if (py_args_kw("groupdict", args, nargs, kw, names, 1, 0, &missing) < 0)
        return NULL;
    if (!index)
        return &d->base;
    py_object *it = py_iter(index);
    while (it && (key = py_iternext(it))) {
        intptr_t i = group_number(M(o), key);
        py_object *v =
            i < 0 ? NULL : group(M(o), i, missing ? missing : py_None);
        if (!v || py_dict_set(d, key, v) < 0)
            return NULL;
    }
    return py_err_occurred() ? NULL : &d->base;
}

static py_object *m_start(py_object *o, py_object *which)
{
    intptr_t i = group_number(M(o), which);
    return i < 0 ? NULL : py_int_new(M(o)->mark[2 * i]);
}

static py_object *m_end(py_object *o, py_object *which)
{
    intptr_t i = group_number(M(o), which);
    return i < 0 ? NULL : py_int_new(M(o)->mark[2 * i + 1]);
}

static py_object *span(struct sre_matchobj *m, intptr_t i)
{
    return (py_object *)py_tuple_pack2(py_int_new(m->mark[2 * i]),
                                       py_int_new(m->mark[2 * i + 1]));
}

static py_object *m_span(py_object *o, py_object *which)
{
    intptr_t i = group_number(M(o), which);
    return i < 0 ? NULL : span(M(o), i);
}

static py_object *m_expand(py_object *o, py_object *template)
{
    py_object *m = py_import("re");
    py_object *f = m ? py_getattr_cstr(m, "_expand") : NULL;
    return f ? py_call3(f, &M(o)->pattern->base, o, template) : NULL;
}

static py_object *m_copy(py_object *o)
{
    (void)o;
    return py_raise(&py_TypeError, "cannot copy this match object");
}

static py_object *m_deepcopy(py_object *o, py_object *memo)
{
    (void)o;
    (void)memo;
    return py_raise(&py_TypeError, "cannot deepcopy this match object");
}

/* ------------------------------------------------------------- attributes */

static py_object *get_lastindex(py_object *o, void *data)
{
    (void)data;
    return M(o)->lastindex < 0 ? py_None : py_int_new(M(o)->lastindex);
}

static py_object *get_lastgroup(py_object *o, void *data)
{
    (void)data;
    if (!M(o)->pattern->indexgroup || M(o)->lastindex < 0)
        return py_None;
    py_object *r =
        py_sequence_getitem(M(o)->pattern->indexgroup, M(o)->lastindex);
    if (r)
        return r;
    py_err_clear();
    return py_None;
}

static py_object *get_regs(py_object *o, void *data)
{
    (void)data;
    if (!M(o)->regs) {
        py_tuple *t = py_tuple_new(M(o)->n);
        for (intptr_t i = 0; i < M(o)->n; i++)
            t->item[i] = span(M(o), i);
        M(o)->regs = &t->base;
    }
    return M(o)->regs;
}

static const struct py_methoddef match_methods[] = {
    PY_MFAST("group", m_group,
             "group([group1, ...]) -> string, or tuple of strings"),
    PY_M(0, 1, "start", m_start,
         "start([group=0]) -> position of the group's beginning"),
    PY_M(0, 1, "end", m_end, "end([group=0]) -> position of the group's end"),
    PY_M(0, 1, "span", m_span, "span([group]) -> (start, end) of the group"),
    PY_MKW("groups", m_groups,
           "groups([default=None]) -> tuple of all groups but the whole match"),
    PY_MKW("groupdict", m_groupdict,
           "groupdict([default=None]) -> dict of the named groups"),
    PY_M1("expand", m_expand,
          "expand(template) -> the template with \\1, \\g<name> replaced"),
    PY_M0("__copy__", m_copy, NULL),
    PY_M1("__deepcopy__", m_deepcopy, NULL),
    PY_MEND,
};
static const struct py_memberdef match_members[] = {
    {"string", PY_MEMBER_OBJ, 1, offsetof(struct sre_matchobj, string),
     "the text that was matched"},
    {"re", PY_MEMBER_OBJ, 1, offsetof(struct sre_matchobj, pattern),
     "the pattern object"},
    {"pos", PY_MEMBER_LONG, 1, offsetof(struct sre_matchobj, pos), NULL},
    {"endpos", PY_MEMBER_LONG, 1, offsetof(struct sre_matchobj, endpos), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset match_getset[] = {
    {"lastindex", get_lastindex, NULL, "number of the last group closed", NULL},
    {"lastgroup", get_lastgroup, NULL, "name of the last group closed", NULL},
    {"regs", get_regs, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type sre_match_type = {
    PY_TYPE_HEAD("_sre.SRE_Match", sre_matchobj),
    .doc = "What match() and search() of a pattern return.",
    .methods = match_methods,
    .members = match_members,
    .getset = match_getset,
};
