/*
 * pwd.c: the modules pwd, grp, spwd and crypt: the system's users, groups and
 * passwords.
 */
#include <crypt.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>

#include "modules/modutil.h"

static py_type *passwd_type, *group_type, *spwd_type;

static py_object *text(const char *s)
{
    return s ? (py_object *)py_str_from(s) : py_None;
}

/* An id argument: the wide ones that no user has mean "not found". */
static int id_arg(py_object *o, uint32_t *id, int *exists)
{
    int64_t v;

    if (!py_is_int(o) && !py_is_long(o)) {
        if (py_is_float(o))
            return py_raise_i(&py_TypeError,
                              "integer argument expected, got float");
        if (!py_has_index(o))
            return py_raise_i(&py_TypeError, "an integer is required");
        o = py_index(o);
        if (!o)
            return -1;
    }
    *exists = py_fits_int64(o, &v) && v >= -1 && v <= UINT32_MAX;
    *id = *exists ? (uint32_t)v : 0;
    return 0;
}

/* -------------------------------------------------------------------- pwd */

static py_object *from_passwd(const struct passwd *p)
{
    py_object *v[] = {text(p->pw_name),      text(p->pw_passwd),
                      py_int_new(p->pw_uid), py_int_new(p->pw_gid),
                      text(p->pw_gecos),     text(p->pw_dir),
                      text(p->pw_shell)};
    return py_structseq_new(passwd_type, v);
}

static py_object *f_getpwuid(py_object *self, py_object *o)
{
    uint32_t id;
    int exists;

    (void)self;
    if (id_arg(o, &id, &exists) < 0)
        return NULL;
    struct passwd *p = exists ? getpwuid(id) : NULL;
    if (p)
        return from_passwd(p);
    return exists ? py_raise(&py_KeyError, "getpwuid(): uid not found: %lld",
                             (long long)id)
                  : py_raise(&py_KeyError, "getpwuid(): uid not found");
}

static py_object *f_getpwnam(py_object *self, py_object *o)
{
    const char *name = py_arg_cstr(o, "getpwnam", 1);

    (void)self;
    if (!name)
        return NULL;
    struct passwd *p = getpwnam(name);
    return p ? from_passwd(p)
             : py_raise(&py_KeyError, "getpwnam(): name not found: %s", name);
}

static py_object *f_getpwall(py_object *self)
{
    py_list *l = py_list_new();
    struct passwd *p;

    (void)self;
    setpwent();
    while ((p = getpwent())) {
        py_object *v = from_passwd(p);

        if (!v || py_list_append(l, v) < 0) {
            endpwent();
            return NULL;
        }
    }
    endpwent();
    return &l->base;
}

static const struct py_methoddef pwd_functions[] = {
    PY_M1("getpwuid", f_getpwuid, "getpwuid(uid) -> the user's entry"),
    PY_M1("getpwnam", f_getpwnam, "getpwnam(name) -> the user's entry"),
    PY_M0("getpwall", f_getpwall, "getpwall() -> list of all entries"),
    PY_MEND,
};

static int init_pwd(py_module *m)
{
    static const char *const fields[] = {"pw_name",  "pw_passwd", "pw_uid",
                                         "pw_gid",   "pw_gecos",  "pw_dir",
                                         "pw_shell", NULL};

    passwd_type = py_structseq_type("pwd.struct_passwd", fields, 7, 7);
    return !passwd_type ||
                   py_module_set(m, "struct_passwd", &passwd_type->base) < 0 ||
                   py_module_set(m, "struct_pwent", &passwd_type->base) < 0
               ? -1
               : 0;
}

const struct py_moduledef py_module_pwd = {
    "pwd", "The users that the system knows.", pwd_functions, init_pwd};

/* -------------------------------------------------------------------- grp */

static py_object *names_list(char *const *names)
{
    py_list *l = py_list_new();

    for (; *names; names++)
        if (py_list_append(l, text(*names)) < 0)
            return NULL;
    return &l->base;
}

static py_object *from_group(const struct group *g)
{
    py_object *members = names_list(g->gr_mem);

    if (!members)
        return NULL;
    py_object *v[] = {text(g->gr_name), text(g->gr_passwd),
                      py_int_new(g->gr_gid), members};
    return py_structseq_new(group_type, v);
}

static py_object *f_getgrgid(py_object *self, py_object *o)
{
    uint32_t id;
    int exists;

    (void)self;
    o = py_number_int(o);
    if (!o || id_arg(o, &id, &exists) < 0)
        return NULL;
    struct group *g = exists ? getgrgid(id) : NULL;
    if (g)
        return from_group(g);
    return exists ? py_raise(&py_KeyError, "getgrgid(): gid not found: %lld",
                             (long long)id)
                  : py_raise(&py_KeyError, "getgrgid(): gid not found");
}

static py_object *f_getgrnam(py_object *self, py_object *o)
{
    py_object *s = py_str_of(o);
    const char *name = s ? py_arg_cstr(s, "getgrnam", 1) : NULL;

    (void)self;
    if (!name)
        return NULL;
    struct group *g = getgrnam(name);
    return g ? from_group(g)
             : py_raise(&py_KeyError, "getgrnam(): name not found: %s", name);
}

static py_object *f_getgrall(py_object *self)
{
    py_list *l = py_list_new();
    struct group *g;

    (void)self;
    setgrent();
    while ((g = getgrent())) {
        py_object *v = from_group(g);

        if (!v || py_list_append(l, v) < 0) {
            endgrent();
            return NULL;
        }
    }
    endgrent();
    return &l->base;
}

static const struct py_methoddef grp_functions[] = {
    PY_M1("getgrgid", f_getgrgid, "getgrgid(gid) -> the group's entry"),
    PY_M1("getgrnam", f_getgrnam, "getgrnam(name) -> the group's entry"),
    PY_M0("getgrall", f_getgrall, "getgrall() -> list of all entries"),
    PY_MEND,
};

static int init_grp(py_module *m)
{
    static const char *const fields[] = {"gr_name", "gr_passwd", "gr_gid",
                                         "gr_mem", NULL};

    group_type = py_structseq_type("grp.struct_group", fields, 4, 4);
    return group_type ? py_module_set(m, "struct_group", &group_type->base)
                      : -1;
}

const struct py_moduledef py_module_grp = {
    "grp", "The groups that the system knows.", grp_functions, init_grp};

/* ------------------------------------------------------------------- spwd */

static py_object *from_spwd(const struct spwd *p)
{
    py_object *v[] = {text(p->sp_namp),
                      text(p->sp_pwdp),
                      py_int_new(p->sp_lstchg),
                      py_int_new(p->sp_min),
                      py_int_new(p->sp_max),
                      py_int_new(p->sp_warn),
                      py_int_new(p->sp_inact),
                      py_int_new(p->sp_expire),
                      py_int_new((int64_t)p->sp_flag)};
    return py_structseq_new(spwd_type, v);
}

static py_object *f_getspnam(py_object *self, py_object *o)
{
    const char *name = py_arg_cstr(o, "getspnam", 1);

    (void)self;
    if (!name)
        return NULL;
    struct spwd *p = getspnam(name);
    return p ? from_spwd(p)
             : py_raise(&py_KeyError, "getspnam(): name not found");
}

static py_object *f_getspall(py_object *self)
{
    py_list *l = py_list_new();
    struct spwd *p;

    (void)self;
    setspent();
    while ((p = getspent())) {
        py_object *v = from_spwd(p);

        if (!v || py_list_append(l, v) < 0) {
            endspent();
            return NULL;
        }
    }
    endspent();
    return &l->base;
}

static const struct py_methoddef spwd_functions[] = {
    PY_M1("getspnam", f_getspnam, "getspnam(name) -> the user's entry"),
    PY_M0("getspall", f_getspall, "getspall() -> list of all entries"),
    PY_MEND,
};

static int init_spwd(py_module *m)
{
    static const char *const fields[] = {
        "sp_nam",  "sp_pwd",   "sp_lstchg", "sp_min",  "sp_max",
        "sp_warn", "sp_inact", "sp_expire", "sp_flag", NULL};

    spwd_type = py_structseq_type("spwd.struct_spwd", fields, 9, 9);
    return spwd_type ? py_module_set(m, "struct_spwd", &spwd_type->base) : -1;
}

const struct py_moduledef py_module_spwd = {"spwd", "The shadow passwords.",
                                            spwd_functions, init_spwd};

/* ------------------------------------------------------------------ crypt */

static py_object *f_crypt(py_object *self, py_object *worda, py_object *salta)
{
    const char *word = py_arg_cstr(worda, "crypt", 1),
               *salt = word ? py_arg_cstr(salta, "crypt", 2) : NULL;

    (void)self;
    return salt ? text(crypt(word, salt)) : NULL;
}

static const struct py_methoddef crypt_functions[] = {
    PY_M2("crypt", f_crypt, "crypt(word, salt) -> the word's one-way hash"),
    PY_MEND,
};

const struct py_moduledef py_module_crypt = {"crypt", "Hashes of passwords.",
                                             crypt_functions, NULL};
