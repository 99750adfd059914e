/*
 * evalops.c: operations of the eval loop that are too long for a case of its
 * switch: names, unpacking, printing, class and import statements.
 */
#include "eval/evalops.h"

#include <ctype.h>

#include "objects/fileobject.h"

/* ------------------------------------------------------------------ names */

void *py_unbound(py_code *code, int slot, int is_cell)
{
    if (!is_cell)
        return py_raise(&py_UnboundLocalError,
                        "local variable '%S' referenced before assignment",
                        code->varnames->item[slot]);
    if (slot < code->ncellvars)
        return py_raise(&py_UnboundLocalError,
                        "local variable '%S' referenced before assignment",
                        code->cellvars->item[slot]);
    return py_raise(&py_NameError,
                    "free variable '%S' referenced before assignment in "
                    "enclosing scope",
                    code->freevars->item[slot - code->ncellvars]);
}

static py_object *builtin_name(py_frame *f, py_str *name)
{
    py_object *b = py_builtins_of(f->globals);
    return py_dict_get_str((py_dict *)b, name);
}

py_object *py_load_global(py_frame *f, py_str *name)
{
    py_object *v = py_dict_get_str(tw_promote(f->globals), name);
    if (PY_LIKELY(v != NULL))
        return v;
    v = builtin_name(f, name);
    if (PY_LIKELY(v != NULL))
        return v;
    return py_err_occurred()
               ? NULL
               : py_raise(&py_NameError, "global name '%S' is not defined",
                          name);
}

py_object *py_load_name(py_frame *f, py_str *name)
{
    py_object *v;
    if (!f->locals)
        return py_raise(&py_SystemError, "no locals when loading %R", name);
    if (py_is_dict_exact(f->locals)) {
        v = py_dict_get_str((py_dict *)f->locals, name);
    } else {
        v = py_getitem(f->locals, &name->base);
        if (!v && !py_err_catch(&py_KeyError))
            return NULL;
    }
    if (!v && f->locals != &f->globals->base)
        v = py_dict_get_str(f->globals, name);
    if (!v)
        v = builtin_name(f, name);
    if (v || py_err_occurred())
        return v;
    return py_raise(&py_NameError, "name '%S' is not defined", name);
}

int py_store_name(py_frame *f, py_str *name, py_object *v)
{
    if (!f->locals)
        return py_raise_i(&py_SystemError, "no locals found when storing %R",
                          name);
    if (py_is_dict_exact(f->locals))
        return py_dict_set_str((py_dict *)f->locals, name, v);
    return py_setitem(f->locals, &name->base, v);
}

int py_delete_name(py_frame *f, py_str *name)
{
    if (!f->locals)
        return py_raise_i(&py_SystemError, "no locals when deleting %R", name);
    if (py_delitem(f->locals, &name->base) == 0)
        return 0;
    return py_raise_i(&py_NameError, "name '%S' is not defined", name);
}

int py_delete_global(py_frame *f, py_str *name)
{
    int r = py_dict_del_maybe(f->globals, &name->base);
    if (r == 0)
        py_raise(&py_NameError, "global name '%S' is not defined", name);
    return r > 0 ? 0 : -1;
}

/* ------------------------------------------------------------- containers */

tw_unroll_safe py_tuple *py_build_tuple(py_frame *f, int depth, int n)
{
    if (n == 0)
        return py_tuple_empty;
    py_tuple *t = py_tuple_new(n);
    for (int i = 0; i < n; i++) {
        t->item[i] = f->slots[depth - n + i];
        f->slots[depth - n + i] = NULL;
    }
    return t;
}

tw_unroll_safe py_list *py_build_list(py_frame *f, int depth, int n)
{
    if (n == 0)
        return py_list_new();
    py_list *l = py_list_with_room(n);
    for (int i = 0; i < n; i++) {
        if (py_list_append(l, f->slots[depth - n + i]) < 0)
            return NULL;
        f->slots[depth - n + i] = NULL;
    }
    return l;
}

tw_unroll_safe py_set *py_build_set(py_frame *f, int depth, int n)
{
    py_set *s = py_set_new();
    for (int i = 0; i < n; i++) {
        if (py_set_add(s, f->slots[depth - n + i]) < 0)
            return NULL;
        f->slots[depth - n + i] = NULL;
    }
    return s;
}

static int unpack_error(intptr_t got)
{
    return py_raise_i(&py_ValueError, "need more than %zd value%s to unpack",
                      got, got == 1 ? "" : "s");
}

tw_unroll_safe static int unpack_iterable(py_frame *f, py_object *seq, int n,
                                          int depth)
{
    py_object *it = py_iter(seq);
    if (!it)
        return -1;
    for (int i = 0; i < n; i++) {
        py_object *v = py_iternext(it);
        if (!v) {
            for (int k = 0; k < i; k++)
                f->slots[depth + n - 1 - k] = NULL;
            return py_err_occurred() ? -1 : unpack_error(i);
        }
        f->slots[depth + n - 1 - i] = v;
    }
    if (!py_iternext(it) && !py_err_occurred())
        return 0;
    for (int k = 0; k < n; k++)
        f->slots[depth + k] = NULL;
    if (py_err_occurred())
        return -1;
    return py_raise_i(&py_ValueError, "too many values to unpack");
}

tw_unroll_safe int py_unpack(py_frame *f, py_object *seq, int n, int depth)
{
    py_type *t = py_type_of(seq);
    if (t == &py_tuple_type && ((py_tuple *)seq)->n == n) {
        for (int i = 0; i < n; i++)
            f->slots[depth + n - 1 - i] = ((py_tuple *)seq)->item[i];
        return 0;
    }
    if (t == &py_list_type && ((py_list *)seq)->n == n) {
        for (int i = 0; i < n; i++)
            f->slots[depth + n - 1 - i] = py_list_get((py_list *)seq, i);
        return 0;
    }
    return unpack_iterable(f, seq, n, depth);
}

/* ------------------------------------------------------------ comparison */

py_object *py_compare_op(py_object *a, py_object *b, int op)
{
    int r;
    switch (op) {
    case PY_CMP_IN:
    case PY_CMP_NOT_IN:
        r = py_contains(b, a);
        if (r < 0)
            return NULL;
        return py_bool(r == (op == PY_CMP_IN));
    case PY_CMP_EXC_MATCH:
        r = py_exc_matches(a, b);
        return r < 0 ? NULL : py_bool(r);
    default:
        return py_richcompare(a, b, op);
    }
}

/* `with`: the method looked up on the type. */
py_object *py_special(py_object *o, py_str *name)
{
    py_object *m = py_lookup_special(o, name);
    if (!m && !py_err_occurred())
        py_raise(&py_AttributeError, "%S", name);
    return m;
}

/* --------------------------------------------------------------- printing */

static py_object *std_out(void)
{
    py_object *o = py_dict_get_str(py_module_add("sys")->dict, py_id_stdout);
    return o ? o : py_raise(&py_RuntimeError, "lost sys.stdout");
}

/* Does printing v leave the cursor where no blank is needed? */
static int ends_line(py_object *v)
{
    if (py_is_str(v)) {
        intptr_t n = ((py_str *)v)->n;
        char c = n ? py_str_data((py_str *)v)[n - 1] : 0;
        return n && isspace((unsigned char)c) && c != ' ';
    }
    if (py_is_unicode(v)) {
        intptr_t n = ((py_unicode *)v)->n;
        uint32_t c = n ? ((py_unicode *)v)->data[n - 1] : 0;
        return n && c < 128 && isspace((int)c) && c != ' ';
    }
    return 0;
}

int py_print_item(py_object *v, py_object *file)
{
    if (!file && !(file = std_out()))
        return -1;
    if (file == py_None)
        return 0;
    if (py_file_softspace(file, 0) && py_file_write_cstr(file, " ") < 0)
        return -1;
    if (py_file_write_object(file, v, 0) < 0)
        return -1;
    if (!ends_line(v))
        py_file_softspace(file, 1);
    return 0;
}

int py_print_newline(py_object *file)
{
    if (!file && !(file = std_out()))
        return -1;
    if (file == py_None)
        return 0;
    if (py_file_write_cstr(file, "\n") < 0)
        return -1;
    py_file_softspace(file, 0);
    return 0;
}

int py_print_expr(py_object *v)
{
    py_object *hook =
        py_dict_get_str(py_module_add("sys")->dict, py_id_displayhook);
    if (!hook)
        return py_raise_i(&py_RuntimeError, "lost sys.displayhook");
    return py_call1(hook, v) ? 0 : -1;
}

/* ---------------------------------------------------------------- classes */

py_object *py_build_class(py_frame *f, py_object *methods, py_object *bases,
                          py_object *name)
{
    py_object *meta = NULL;
    if (py_is_dict(methods))
        meta = py_dict_get_str((py_dict *)methods, py_id___metaclass__);
    if (!meta && py_is_tuple(bases) && ((py_tuple *)bases)->n) {
        py_object *base = ((py_tuple *)bases)->item[0];
        meta = py_getattr(base, py_id___class__);
        if (!meta) {
            py_err_clear();
            meta = &py_type_of(base)->base;
        }
    }
    if (!meta)
        meta = py_dict_get_str(f->globals, py_id___metaclass__);
    if (!meta)
        meta = &py_classobj_type.base;
    py_object *c = py_call3(meta, name, bases, methods);
    if (!c && py_err_matches(&py_TypeError)) {
        /* A metaclass that fails so is often a base that is no class. */
        struct py_savedexc s = py_err_save();
        py_object *text = py_str_of(s.exc);
        if (text && py_is_exception(s.exc) &&
            ((py_tuple *)((struct py_baseexception *)s.exc)->args)->n == 1) {
            py_raise(&py_TypeError,
                     "Error when calling the metaclass bases\n    %S", text);
            py_ec->exc_tb = s.tb;
        } else {
            py_err_restore(s);
        }
    }
    return c;
}

/* ---------------------------------------------------------------- imports */

py_object *py_import_stmt(py_frame *f, py_str *name, py_object *level,
                          py_object *fromlist)
{
    py_object *imp = py_dict_get_str((py_dict *)py_builtins_of(f->globals),
                                     py_id___import__);
    if (!imp)
        return py_raise(&py_ImportError, "__import__ not found");
    py_object *locals = f->locals ? f->locals : py_None;
    int64_t lv = -1;
    if (level != py_None && !py_fits_int64(level, &lv))
        lv = -1;
    if (py_type_of(imp) == &py_builtin_type &&
        !strcmp(((py_builtin *)imp)->def->name, "__import__"))
        return py_import_name(name, &f->globals->base, locals, fromlist,
                              (int)lv);
    py_object *a[5] = {&name->base, &f->globals->base, locals, fromlist, level};
    return py_call_fast(imp, a, lv == -1 ? 4 : 5, NULL);
}

py_object *py_import_from(py_object *module, py_str *name)
{
    py_object *v = py_getattr(module, name);
    if (!v && py_err_catch(&py_AttributeError))
        py_raise(&py_ImportError, "cannot import name %S", name);
    return v;
}

int py_import_star(py_frame *f, py_object *m)
{
    py_object *locals = py_frame_locals(f);
    if (!locals)
        return -1;
    py_object *all = py_getattr_maybe(m, py_id___all__);
    int skip = 0;
    if (!all) {
        if (py_err_occurred())
            return -1;
        py_object *d = py_getattr_maybe(m, py_id___dict__);
        if (!d)
            return py_err_occurred()
                       ? -1
                       : py_raise_i(&py_ImportError,
                                    "from-import-* object has no __dict__ and "
                                    "no __all__");
        all = py_call_method0(d, py_id_keys);
        if (!all)
            return -1;
        skip = 1;
    }
    for (intptr_t i = 0;; i++) {
        py_object *name = py_sequence_getitem(all, i);
        if (!name) {
            if (!py_err_catch(&py_IndexError))
                return -1;
            break;
        }
        if (py_is_unicode(name) &&
            !(name = py_unicode_encode(name, NULL, NULL)))
            return -1;
        if (skip && py_is_str(name) && ((py_str *)name)->n &&
            py_str_data((py_str *)name)[0] == '_')
            continue;
        if (!py_is_str(name))
            return py_raise_i(&py_TypeError,
                              "attribute name must be string, not '%T'", name);
        py_object *v = py_getattr(m, py_intern((py_str *)name));
        if (!v || py_setitem(locals, name, v) < 0)
            return -1;
    }
    return py_frame_locals_to_fast(f, 0);
}
