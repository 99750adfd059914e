/*
 * _locale.c: the module _locale: the C library's localization.
 */
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <wchar.h>

#include "modules/modutil.h"

static py_type *error;

static py_object *text(const char *s)
{
    return s ? (py_object *)py_str_from(s) : py_None;
}

static py_object *f_setlocale(py_object *self, py_object *cato,
                              py_object *nameo)
{
    const char *name = NULL;
    int category;

    (void)self;
    if (py_arg_int(cato, &category) < 0)
        return NULL;
    if (nameo && nameo != py_None &&
        !(name = py_arg_cstr(nameo, "setlocale", 2)))
        return NULL;
    const char *r = setlocale(category, name);
    if (!r)
        return py_raise(error, name ? "unsupported locale setting"
                                    : "locale query failed");
    return text(r);
}

static py_object *grouping(const char *s)
{
    py_list *l = py_list_new();

    if (*s == 0)
        return &l->base;
    for (; *s && *s != CHAR_MAX; s++)
        if (py_list_append(l, py_int_new(*s)) < 0)
            return NULL;
    return py_list_append(l, py_int_new(*s)) < 0 ? NULL : &l->base;
}

static py_object *f_localeconv(py_object *self)
{
    struct lconv *c = localeconv();
    py_dict *d = py_dict_new();
    int bad = 0;

    (void)self;
#define TEXT(f) bad |= py_dict_set_cstr(d, #f, text(c->f))
#define NUMBER(f) bad |= py_dict_set_cstr(d, #f, py_int_new(c->f))
#define GROUPS(f) bad |= py_dict_set_cstr(d, #f, grouping(c->f))
    TEXT(decimal_point);
    TEXT(thousands_sep);
    GROUPS(grouping);
    TEXT(int_curr_symbol);
    TEXT(currency_symbol);
    TEXT(mon_decimal_point);
    TEXT(mon_thousands_sep);
    GROUPS(mon_grouping);
    TEXT(positive_sign);
    TEXT(negative_sign);
    NUMBER(int_frac_digits);
    NUMBER(frac_digits);
    NUMBER(p_cs_precedes);
    NUMBER(p_sep_by_space);
    NUMBER(n_cs_precedes);
    NUMBER(n_sep_by_space);
    NUMBER(p_sign_posn);
    NUMBER(n_sign_posn);
    return bad ? NULL : &d->base;
}

/* The characters of a str or unicode for wcscoll; NULL with exception. */
static const wchar_t *wide(py_object *o)
{
    if (!py_is_unicode(o)) {
        if (!py_is_str(o))
            return py_raise(&py_ValueError,
                            "strcoll arguments must be strings");
        o = py_unicode_decode(py_str_data((py_str *)o), py_str_len((py_str *)o),
                              NULL, NULL);
        if (!o)
            return NULL;
    }
    return (const wchar_t *)((py_unicode *)o)->data;
}

static py_object *f_strcoll(py_object *self, py_object *a, py_object *b)
{
    (void)self;
    if (py_is_str(a) && py_is_str(b))
        return py_int_new(
            strcoll(py_str_cstr((py_str *)a), py_str_cstr((py_str *)b)));
    if (!py_is_unicode(a) && !py_is_unicode(b))
        return py_raise(&py_ValueError, "strcoll arguments must be strings");
    const wchar_t *s = wide(a), *t = s ? wide(b) : NULL;
    return t ? py_int_new(wcscoll(s, t)) : NULL;
}

static py_object *f_strxfrm(py_object *self, py_object *o)
{
    const char *s = py_arg_cstr(o, "strxfrm", 1);

    (void)self;
    if (!s)
        return NULL;
    size_t n = strxfrm(NULL, s, 0);
    char *p = tw_gc_malloc_atomic(n + 1);
    if (!p)
        return py_raise_nomemory();
    strxfrm(p, s, n + 1);
    return (py_object *)py_str_new(p, (intptr_t)n);
}

static py_object *f_nl_langinfo(py_object *self, py_object *o)
{
    int item;

    (void)self;
    if (py_arg_int(o, &item) < 0)
        return NULL;
    if (_NL_ITEM_CATEGORY(item) > LC_ALL)
        return py_raise(&py_ValueError, "unsupported langinfo constant");
    const char *s = nl_langinfo(item);
    return text(s ? s : "");
}

static const char *optional_text(py_object *o, const char *fname, int argno,
                                 int *failed)
{
    if (!o || o == py_None)
        return NULL;
    const char *s = py_arg_cstr(o, fname, argno);
    if (!s)
        *failed = 1;
    return s;
}

static py_object *f_gettext(py_object *self, py_object *o)
{
    const char *s = py_arg_cstr(o, "gettext", 1);

    (void)self;
    return s ? text(gettext(s)) : NULL;
}

static py_object *f_dgettext(py_object *self, py_object *domain, py_object *o)
{
    int bad = 0;
    const char *d = optional_text(domain, "dgettext", 1, &bad),
               *s = bad ? NULL : py_arg_cstr(o, "dgettext", 2);

    (void)self;
    return s ? text(dgettext(d, s)) : NULL;
}

static py_object *f_dcgettext(py_object *self, py_object *domain, py_object *o,
                              py_object *cato)
{
    int bad = 0, category;
    const char *d = optional_text(domain, "dcgettext", 1, &bad),
               *s = bad ? NULL : py_arg_cstr(o, "dcgettext", 2);

    (void)self;
    if (!s || py_arg_int(cato, &category) < 0)
        return NULL;
    return text(dcgettext(d, s, category));
}

static py_object *f_textdomain(py_object *self, py_object *o)
{
    int bad = 0;
    const char *s = optional_text(o, "textdomain", 1, &bad);

    (void)self;
    return bad ? NULL : text(textdomain(s));
}

static py_object *f_bindtextdomain(py_object *self, py_object *domain,
                                   py_object *o)
{
    int bad = 0;
    const char *d = py_arg_cstr(domain, "bindtextdomain", 1);

    (void)self;
    if (!d)
        return NULL;
    if (!*d)
        return py_raise(error, "domain must be a non-empty string");
    const char *s = optional_text(o, "bindtextdomain", 2, &bad);
    return bad ? NULL : text(bindtextdomain(d, s));
}

static py_object *f_codeset(py_object *self, py_object *domain, py_object *o)
{
    int bad = 0;
    const char *d = py_arg_cstr(domain, "bind_textdomain_codeset", 1),
               *s = d ? optional_text(o, "bind_textdomain_codeset", 2, &bad)
                      : NULL;

    (void)self;
    return d && !bad ? text(bind_textdomain_codeset(d, s)) : NULL;
}

static const struct py_methoddef functions[] = {
    PY_M(1, 2, "setlocale", f_setlocale, "setlocale(category[, locale])"),
    PY_M0("localeconv", f_localeconv, "localeconv() -> dict of conventions"),
    PY_M2("strcoll", f_strcoll, "strcoll(a, b) -> int; compares by locale"),
    PY_M1("strxfrm", f_strxfrm, "strxfrm(s) -> a key for comparing"),
    PY_M1("nl_langinfo", f_nl_langinfo, "nl_langinfo(key) -> string"),
    PY_M1("gettext", f_gettext, "gettext(msg) -> translation"),
    PY_M2("dgettext", f_dgettext, "dgettext(domain, msg) -> translation"),
    PY_M(3, 3, "dcgettext", f_dcgettext,
         "dcgettext(domain, msg, category) -> translation"),
    PY_M1("textdomain", f_textdomain, "textdomain(domain) -> the domain"),
    PY_M2("bindtextdomain", f_bindtextdomain,
          "bindtextdomain(domain, dir) -> the directory"),
    PY_M2("bind_textdomain_codeset", f_codeset,
          "bind_textdomain_codeset(domain, codeset) -> the codeset"),
    PY_MEND,
};

#define C(name) {#name, name}
static const struct py_intconst constants[] = {
    C(LC_CTYPE),    C(LC_TIME),    C(LC_COLLATE),  C(LC_MONETARY),
    C(LC_MESSAGES), C(LC_NUMERIC), C(LC_ALL),      C(CHAR_MAX),
    C(DAY_1),       C(DAY_2),      C(DAY_3),       C(DAY_4),
    C(DAY_5),       C(DAY_6),      C(DAY_7),       C(ABDAY_1),
    C(ABDAY_2),     C(ABDAY_3),    C(ABDAY_4),     C(ABDAY_5),
    C(ABDAY_6),     C(ABDAY_7),    C(MON_1),       C(MON_2),
    C(MON_3),       C(MON_4),      C(MON_5),       C(MON_6),
    C(MON_7),       C(MON_8),      C(MON_9),       C(MON_10),
    C(MON_11),      C(MON_12),     C(ABMON_1),     C(ABMON_2),
    C(ABMON_3),     C(ABMON_4),    C(ABMON_5),     C(ABMON_6),
    C(ABMON_7),     C(ABMON_8),    C(ABMON_9),     C(ABMON_10),
    C(ABMON_11),    C(ABMON_12),   C(RADIXCHAR),   C(THOUSEP),
    C(CRNCYSTR),    C(D_FMT),      C(D_T_FMT),     C(T_FMT),
    C(AM_STR),      C(PM_STR),     C(CODESET),     C(T_FMT_AMPM),
    C(ERA),         C(ERA_D_FMT),  C(ERA_D_T_FMT), C(ERA_T_FMT),
    C(ALT_DIGITS),  C(YESEXPR),    C(NOEXPR),      {"_DATE_FMT", _DATE_FMT},
    {NULL, 0},
};

static int init(py_module *m)
{
    error = py_module_exception(m, "locale.Error", &py_Exception);
    return error ? py_module_set_ints(m, constants) : -1;
}

const struct py_moduledef py_module__locale = {
    "_locale", "The C library's localization.", functions, init};
