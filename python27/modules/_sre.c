/*
 * _sre.c: the module _sre: pattern, match and scanner objects.
 *
 * Neighbours: _sre_match.c matches; re.py and sre_compile.py (python27/lib) call
 * compile() here with the code of a pattern.
 */
#include "modules/_sre.h"
#include "modules/_sre_object.h"
#include "objects/python.h"
#include "objects/strimpl.h"

TW_GC_TYPE(sre_pattern);

/* ----------------------------------------------------------------- texts */

/* The characters of a text; -1 with TypeError. */
static int open_text(struct sre_state *st, py_object *string)
{
    if (py_is_unicode(string)) {
        st->text = ((py_unicode *)string)->data;
        st->end = ((py_unicode *)string)->n;
        st->wide = 1;
        return 0;
    }
    st->wide = 0;
    if (py_is_str(string)) {
        st->text = ((py_str *)string)->data;
        st->end = ((py_str *)string)->n;
        return 0;
    }
    st->text = py_buffer_read(string, &st->end);
    if (st->text)
        return 0;
    if (py_err_catch(&py_TypeError))
        py_raise(&py_TypeError, "expected string or buffer");
    return -1;
}

static int open_state(struct sre_state *st, struct sre_pattern *p,
                      py_object *string, intptr_t pos, intptr_t endpos)
{
    memset(st, 0, sizeof *st);
    if (open_text(st, string) < 0)
        return -1;
    if (pos < 0)
        pos = 0;
    if (pos > st->end)
        pos = st->end;
    if (endpos < 0)
        endpos = 0;
    if (endpos < st->end)
        st->end = endpos;
    st->code = p->code;
    st->flags = p->flags;
    st->pos = st->start = st->ptr = pos;
    st->groups = p->groups;
    st->mark =
        tw_gc_malloc_atomic((size_t)(2 * p->groups + 1) * sizeof *st->mark);
    return st->mark ? 0 : (py_raise_nomemory(), -1);
}

/* Behind a match that may be empty: where to look for the next one. */
static void advance(struct sre_state *st)
{
    st->start = st->ptr == st->start ? st->ptr + 1 : st->ptr;
}

py_object *sre_slice(py_object *string, intptr_t i, intptr_t j)
{
    if (py_is_str_exact(string) || py_is_unicode_exact(string)) {
        struct py_span s = py_span_of(string);
        if (j > s.n)
            j = s.n;
        if (i == 0 && j == s.n)
            return string;
        s = py_span_cut(&s, i, i < j ? j : i);
        return py_span_object(&s);
    }
    return py_getslice(string, i, j);
}

/* Group i of the match, `missing` when it took no part. */
static py_object *state_group(struct sre_state *st, intptr_t i,
                              py_object *string, py_object *missing)
{
    if (i == 0)
        return sre_slice(string, st->start, st->ptr);
    intptr_t from = st->mark[2 * i - 2], to = st->mark[2 * i - 1];
    if (from < 0 || to < from)
        return missing;
    return sre_slice(string, from, to);
}

/* The match object; None when status is 0. */
static py_object *new_match(struct sre_pattern *p, struct sre_state *st,
                            py_object *string, int status)
{
    if (status <= 0)
        return status ? NULL : py_None;
    return sre_match_new(p, st, string);
}

/* -------------------------------------------------------------- arguments */

/* (string, pos, endpos), the first under either name. */
static int text_args(const char *fname, const char *oldname,
                     py_object *const *args, intptr_t nargs, py_tuple *kw,
                     struct sre_pattern *p, struct sre_state *st,
                     py_object **string)
{
    const char *names[] = {"string", "pos", "endpos", oldname};
    py_object *a[4];
    intptr_t pos = 0, endpos = INTPTR_MAX;

    if (nargs > 3 && py_args_count(fname, nargs, 1, 3) < 0)
        return -1;
    if (py_args_kw(fname, args, nargs, kw, names, 4, 0, a) < 0)
        return -1;
    if (!a[0])
        a[0] = a[3];
    else if (a[3])
        return py_raise_i(&py_TypeError,
                          "Argument given by name ('%s') and position (1)",
                          oldname);
    if (!a[0])
        return py_raise_i(&py_TypeError,
                          "Required argument 'string' (pos 1) not found");
    if ((a[1] && py_arg_ssize(a[1], &pos) < 0) ||
        (a[2] && py_arg_ssize(a[2], &endpos) < 0))
        return -1;
    *string = a[0];
    return open_state(st, p, a[0], pos, endpos);
}

#define P(o) ((struct sre_pattern *)(o))

static py_object *p_match(py_object *o, py_object *const *args, intptr_t nargs,
                          py_tuple *kw)
{
    struct sre_state st;
    py_object *string;
    if (text_args("match", "pattern", args, nargs, kw, P(o), &st, &string) < 0)
        return NULL;
    return new_match(P(o), &st, string, sre_match(&st));
}

static py_object *p_search(py_object *o, py_object *const *args, intptr_t nargs,
                           py_tuple *kw)
{
    struct sre_state st;
    py_object *string;
    if (text_args("search", "pattern", args, nargs, kw, P(o), &st, &string) < 0)
        return NULL;
    return new_match(P(o), &st, string, sre_search(&st));
}

/* What findall() lists of a match. */
static py_object *found(struct sre_pattern *p, struct sre_state *st,
                        py_object *string)
{
    py_object *nothing = sre_slice(string, 0, 0);
    if (p->groups <= 1)
        return state_group(st, p->groups, string, nothing);
    py_tuple *t = py_tuple_new(p->groups);
    for (intptr_t i = 0; i < p->groups; i++)
        if (!(t->item[i] = state_group(st, i + 1, string, nothing)))
            return NULL;
    return &t->base;
}

static py_object *p_findall(py_object *o, py_object *const *args,
                            intptr_t nargs, py_tuple *kw)
{
    struct sre_state st;
    py_object *string;
    int r;

    if (text_args("findall", "source", args, nargs, kw, P(o), &st, &string) < 0)
        return NULL;
    py_list *l = py_list_new();
    while (st.start <= st.end && (r = sre_search(&st)) != 0) {
        py_object *x = r > 0 ? found(P(o), &st, string) : NULL;
        if (!x || py_list_append(l, x) < 0)
            return NULL;
        advance(&st);
    }
    return &l->base;
}

static py_object *p_split(py_object *o, py_object *const *args, intptr_t nargs,
                          py_tuple *kw)
{
    static const char *const names[] = {"string", "maxsplit", "source"};
    struct sre_state st;
    py_object *a[3];
    intptr_t max = 0, last, n = 0;
    int r;

    if ((nargs > 2 && py_args_count("split", nargs, 1, 2) < 0) ||
        py_args_kw("split", args, nargs, kw, names, 3, 0, a) < 0)
        return NULL;
    if (!a[0])
        a[0] = a[2];
    if (!a[0])
        return py_raise(&py_TypeError,
                        "Required argument 'string' (pos 1) not found");
    if ((a[1] && py_arg_ssize(a[1], &max) < 0) ||
        open_state(&st, P(o), a[0], 0, INTPTR_MAX) < 0)
        return NULL;
    py_list *l = py_list_new();
    last = st.start;
    while ((max == 0 || n < max) && (r = sre_search(&st)) != 0) {
        if (r < 0)
            return NULL;
        if (st.start == st.ptr) {
            if (last == st.end)
                break;
            st.start = st.ptr + 1;
            continue;
        }
        for (intptr_t i = 0; i <= P(o)->groups; i++) {
            py_object *x = i == 0 ? sre_slice(a[0], last, st.start)
                                  : state_group(&st, i, a[0], py_None);
            if (!x || py_list_append(l, x) < 0)
                return NULL;
        }
        n++;
        last = st.start = st.ptr;
    }
    py_object *rest = sre_slice(a[0], last, st.end);
    return rest && py_list_append(l, rest) == 0 ? &l->base : NULL;
}

/* ------------------------------------------------------------------- sub */

static py_object *call_re(const char *name, py_object *a, py_object *b,
                          py_object *c)
{
    py_object *m = py_import("re");
    py_object *f = m ? py_getattr_cstr(m, name) : NULL;
    if (!f)
        return NULL;
    return c ? py_call3(f, a, b, c) : py_call2(f, a, b);
}

/* Is it a text without a backslash, to be taken as it is? */
static int literal_template(py_object *o)
{
    struct sre_state t;
    if (open_text(&t, o) < 0) {
        py_err_clear();
        return 0;
    }
    if (!t.wide)
        return !memchr(t.text, '\\', (size_t)t.end);
    for (intptr_t i = 0; i < t.end; i++)
        if (((const uint32_t *)t.text)[i] == '\\')
            return 0;
    return 1;
}

/* The pieces joined as a text of the kind of `string`. */
static py_object *join(py_list *l, py_object *string)
{
    py_object *joiner = py_getslice(string, 0, 0);
    if (!joiner || py_list_len(l) == 0)
        return joiner;
    return py_call_method1(joiner, py_intern_cstr("join"), &l->base);
}

static py_object *substitute(struct sre_pattern *p, py_object *template,
                             py_object *string, intptr_t max, int with_count)
{
    struct sre_state st;
    py_list *l = py_list_new();
    py_object *repl = template;
    int callable = py_callable(template), r;
    intptr_t i = 0, n = 0;

    if (!callable && !literal_template(template)) {
        repl = call_re("_subx", &p->base, template, NULL);
        if (!repl)
            return NULL;
        callable = py_callable(repl);
    }
    if (open_state(&st, p, string, 0, INTPTR_MAX) < 0)
        return NULL;
    while ((max == 0 || n < max) && (r = sre_search(&st)) != 0) {
        intptr_t from = st.start, to = st.ptr;
        if (r < 0)
            return NULL;
        if (i < from) {
            py_object *x = sre_slice(string, i, from);
            if (!x || py_list_append(l, x) < 0)
                return NULL;
        }
        /* An empty match just behind another does not count. */
        if (i < from || from != to || n == 0) {
            py_object *x = repl;
            if (callable) {
                x = sre_match_new(p, &st, string);
                x = x ? py_call1(repl, x) : NULL;
            }
            if (!x || (x != py_None && py_list_append(l, x) < 0))
                return NULL;
            i = to;
            n++;
        }
        advance(&st);
    }
    if (i < st.end) {
        py_object *x = sre_slice(string, i, st.end);
        if (!x || py_list_append(l, x) < 0)
            return NULL;
    }
    py_object *text = join(l, string);
    if (!text || !with_count)
        return text;
    return (py_object *)py_tuple_pack2(text, py_int_new(n));
}

static py_object *sub_method(const char *name, py_object *o,
                             py_object *const *args, intptr_t nargs,
                             py_tuple *kw, int with_count)
{
    static const char *const names[] = {"repl", "string", "count"};
    py_object *a[3];
    intptr_t max = 0;

    if (py_args_kw(name, args, nargs, kw, names, 3, 2, a) < 0 ||
        (a[2] && py_arg_ssize(a[2], &max) < 0))
        return NULL;
    return substitute(P(o), a[0], a[1], max, with_count);
}

static py_object *p_sub(py_object *o, py_object *const *args, intptr_t nargs,
                        py_tuple *kw)
{
    return sub_method("sub", o, args, nargs, kw, 0);
}

static py_object *p_subn(py_object *o, py_object *const *args, intptr_t nargs,
                         py_tuple *kw)
{
    return sub_method("subn", o, args, nargs, kw, 1);
}

/* --------------------------------------------------------------- scanner */

struct sre_scanner {
    py_object base;
    struct sre_pattern *pattern;
    py_object *string;
    struct sre_state st;
};
TW_GC_TYPE(sre_scanner);

static py_object *scan(struct sre_scanner *s, int search)
{
    /* The buffer may have moved since the last time. */
    intptr_t end = s->st.end;
    if (open_text(&s->st, s->string) < 0)
        return NULL;
    if (end < s->st.end)
        s->st.end = end;
    s->st.ptr = s->st.start;
    int r = search ? sre_search(&s->st) : sre_match(&s->st);
    py_object *m = new_match(s->pattern, &s->st, s->string, r);
    if (r == 0)
        s->st.start = s->st.ptr + 1;
    else
        advance(&s->st);
    return m;
}

static py_object *scanner_match(py_object *o)
{
    return scan((struct sre_scanner *)o, 0);
}

static py_object *scanner_search(py_object *o)
{
    return scan((struct sre_scanner *)o, 1);
}

static const struct py_methoddef scanner_methods[] = {
    PY_M0("match", scanner_match, NULL),
    PY_M0("search", scanner_search, NULL),
    PY_MEND,
};
static const struct py_memberdef scanner_members[] = {
    {"pattern", PY_MEMBER_OBJ, 1, offsetof(struct sre_scanner, pattern), NULL},
    {NULL, 0, 0, 0, NULL},
};
static py_type scanner_type = {
    PY_TYPE_HEAD("_sre.SRE_Scanner", sre_scanner),
    .methods = scanner_methods,
    .members = scanner_members,
};

static py_object *new_scanner(const char *fname, const char *oldname,
                              py_object *o, py_object *const *args,
                              intptr_t nargs, py_tuple *kw)
{
    struct sre_scanner *s = PY_NEW(sre_scanner, &scanner_type);
    s->pattern = P(o);
    return text_args(fname, oldname, args, nargs, kw, P(o), &s->st,
                     &s->string) < 0
               ? NULL
               : &s->base;
}

static py_object *p_scanner(py_object *o, py_object *const *args,
                            intptr_t nargs, py_tuple *kw)
{
    return new_scanner("scanner", "source", o, args, nargs, kw);
}

static py_object *p_finditer(py_object *o, py_object *const *args,
                             intptr_t nargs, py_tuple *kw)
{
    py_object *s = new_scanner("finditer", "source", o, args, nargs, kw);
    py_object *next = s ? py_getattr_cstr(s, "search") : NULL;
    return next ? py_calliter_new(next, py_None) : NULL;
}

/* --------------------------------------------------------------- pattern */

static py_object *p_copy(py_object *o)
{
    (void)o;
    return py_raise(&py_TypeError, "cannot copy this pattern object");
}

static py_object *p_deepcopy(py_object *o, py_object *memo)
{
    (void)o;
    (void)memo;
    return py_raise(&py_TypeError, "cannot deepcopy this pattern object");
}

static py_object *get_groupindex(py_object *o, void *data)
{
    (void)data;
    py_object *d = P(o)->groupindex;
    return d && py_is_dict(d) ? (py_object *)py_dict_copy((py_dict *)d)
                              : (py_object *)py_dict_new();
}

static const struct py_methoddef pattern_methods[] = {
    PY_MKW("match", p_match,
           "match(string[, pos[, endpos]]) -> match object or None, at the "
           "beginning"),
    PY_MKW("search", p_search,
           "search(string[, pos[, endpos]]) -> match object or None, anywhere"),
    PY_MKW("sub", p_sub,
           "sub(repl, string[, count]) -> string with the matches replaced"),
    PY_MKW("subn", p_subn,
           "subn(repl, string[, count]) -> (string, number of replacements)"),
    PY_MKW("split", p_split,
           "split(string[, maxsplit]) -> list of what lies between matches"),
    PY_MKW("findall", p_findall,
           "findall(string[, pos[, endpos]]) -> list of matches or groups"),
    PY_MKW("finditer", p_finditer,
           "finditer(string[, pos[, endpos]]) -> iterator of match objects"),
    PY_MKW("scanner", p_scanner, NULL),
    PY_M0("__copy__", p_copy, NULL),
    PY_M1("__deepcopy__", p_deepcopy, NULL),
    PY_MEND,
};
static const struct py_memberdef pattern_members[] = {
    {"pattern", PY_MEMBER_OBJ, 1, offsetof(struct sre_pattern, pattern), NULL},
    {"flags", PY_MEMBER_INT, 1, offsetof(struct sre_pattern, flags), NULL},
    {"groups", PY_MEMBER_LONG, 1, offsetof(struct sre_pattern, groups), NULL},
    {NULL, 0, 0, 0, NULL},
};
static const struct py_getset pattern_getset[] = {
    {"groupindex", get_groupindex, NULL, "numbers of the named groups", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
py_type sre_pattern_type = {
    PY_TYPE_HEAD("_sre.SRE_Pattern", sre_pattern),
    .flags = PY_TF_WEAKREF,
    .doc = "Compiled regular expression objects",
    .methods = pattern_methods,
    .members = pattern_members,
    .getset = pattern_getset,
};

/* ---------------------------------------------------------------- module */

static struct sre_code *code_from_list(py_object *list)
{
    if (!py_is_list(list))
        return py_arg_error("compile", 3, "list", list);
    intptr_t n = py_list_len((py_list *)list);
    struct sre_code *code = TW_NEW_VAR(sre_code, n + 1);
    if (!code)
        return py_raise_nomemory();
    code->n = n;
    for (intptr_t i = 0; i < n; i++) {
        int64_t v = py_as_int64(py_list_get((py_list *)list, i));
        if (v == -1 && py_err_occurred())
            return NULL;
        if (v < 0 || v > UINT32_MAX)
            return py_raise(&py_OverflowError,
                            "regular expression code size limit exceeded");
        code->item[i] = (uint32_t)v;
    }
    return code;
}

static py_object *m_compile(py_object *self, py_object *const *args,
                            intptr_t nargs, py_tuple *kw)
{
    static const char *const names[] = {"pattern", "flags",      "code",
                                        "groups",  "groupindex", "indexgroup"};
    py_object *a[6];
    int flags;
    intptr_t groups = 0;

    (void)self;
    if (py_args_kw("compile", args, nargs, kw, names, 6, 3, a) < 0 ||
        py_arg_int(a[1], &flags) < 0 ||
        (a[3] && py_arg_ssize(a[3], &groups) < 0))
        return NULL;
    struct sre_code *code = code_from_list(a[2]);
    if (!code || sre_validate(code, groups) < 0)
        return NULL;
    struct sre_pattern *p = PY_NEW(sre_pattern, &sre_pattern_type);
    p->pattern = a[0];
    p->flags = flags;
    p->code = code;
    p->groups = groups;
    p->groupindex = a[4];
    p->indexgroup = a[5];
    return &p->base;
}

static py_object *m_getlower(py_object *self, py_object *c, py_object *flags)
{
    int ch, f;
    (void)self;
    if (py_arg_int(c, &ch) < 0 || py_arg_int(flags, &f) < 0)
        return NULL;
    return py_int_new(sre_lower((uint32_t)ch, f));
}

static py_object *m_getcodesize(py_object *self)
{
    (void)self;
    return py_int_new(sizeof(uint32_t));
}

static const struct py_methoddef functions[] = {
    PY_MKW("compile", m_compile, NULL),
    PY_M0("getcodesize", m_getcodesize, NULL),
    PY_M2("getlower", m_getlower, NULL),
    PY_MEND,
};

static int init(py_module *m)
{
    if (py_type_ready(&sre_pattern_type) < 0 ||
        py_type_ready(&sre_match_type) < 0 || py_type_ready(&scanner_type) < 0)
        return -1;
    return py_module_set_int(m, "MAGIC", SRE_MAGIC) < 0 ||
                   py_module_set_int(m, "CODESIZE", sizeof(uint32_t)) < 0 ||
                   py_module_set(m, "MAXREPEAT",
                                 py_long_from_int64(SRE_MAXREPEAT)) < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module__sre = {"_sre", NULL, functions, init};
