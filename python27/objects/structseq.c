/*
 * structseq.c: tuples with named fields, for the results of C functions.
 *
 * Each kind is a class derived from tuple, made at run time: a descriptor for
 * each item, instance attributes for the fields beyond the tuple's length.
 */
#include "objects/runtime.h"

struct py_fielddescr {
    struct py_descr d;
    intptr_t index;
};
TW_IMMUTABLE(py_fielddescr, index);
TW_GC_TYPE(py_fielddescr);

static py_object *field_get(py_object *d, py_object *o, py_object *type)
{
    (void)type;
    return o ? ((py_tuple *)o)->item[((struct py_fielddescr *)d)->index] : d;
}

static int field_set(py_object *d, py_object *o, py_object *v)
{
    (void)d;
    (void)o;
    (void)v;
    return py_raise_i(&py_TypeError, "readonly attribute");
}

static py_type field_type = {
    PY_TYPE_HEAD("member_descriptor", py_fielddescr),
    .tp_descr_get = field_get,
    .tp_descr_set = field_set,
};

static py_tuple *fields_of(py_type *t)
{
    return (py_tuple *)py_type_lookup_cstr(t, "__fields__");
}

static py_object *repr(py_object *o)
{
    py_type *t = py_type_of(o);
    py_tuple *fields = fields_of(t);
    struct py_sb sb;
    py_sb_init(&sb);
    py_sb_addf(&sb, "%S.%s(", py_type_lookup(t, py_id___module__),
               py_type_shortname(t));
    for (intptr_t i = 0; i < ((py_tuple *)o)->n; i++)
        py_sb_addf(&sb, "%s%S=%R", i ? ", " : "", fields->item[i],
                   ((py_tuple *)o)->item[i]);
    py_sb_addc(&sb, ')');
    return (py_object *)py_sb_finish(&sb);
}

py_type *py_structseq_type(const char *name, const char *const *fields,
                           int nseq, int nfields)
{
    const char *dot = strrchr(name, '.');
    py_dict *d = py_dict_new();
    if (py_type_ready(&field_type) < 0)
        return NULL;
    py_dict_set_str(d, py_id___module__,
                    (py_object *)py_str_new(name, dot - name));
    if (nfields == nseq)
        py_dict_set_str(d, py_id___slots__, &py_tuple_empty->base);
    py_tuple *names = py_tuple_new(nfields);
    for (int i = 0; i < nfields; i++)
        names->item[i] = (py_object *)py_intern_cstr(fields[i]);
    py_dict_set_cstr(d, "__fields__", &names->base);
    py_dict_set_cstr(d, "n_fields", py_int_new(nfields));
    py_dict_set_cstr(d, "n_sequence_fields", py_int_new(nseq));
    py_dict_set_cstr(d, "n_unnamed_fields", py_int_new(0));
    for (int i = 0; i < nseq; i++) {
        struct py_fielddescr *f = PY_NEW(py_fielddescr, &field_type);
        f->index = i;
        f->d.name = (py_str *)names->item[i];
        f->d.owner = &py_tuple_type;
        py_dict_set_str(d, (py_str *)names->item[i], &f->d.base);
    }
    py_type *t = (py_type *)py_type_new(&py_type_type, py_str_from(dot + 1),
                                        py_tuple_pack1(&py_tuple_type.base), d);
    if (t)
        t->tp_repr = repr;
    return t;
}

py_object *py_structseq_new(py_type *t, py_object *const *values)
{
    py_tuple *fields = fields_of(t);
    intptr_t nseq = py_int_value(py_type_lookup_cstr(t, "n_sequence_fields"));
    py_tuple *o = (py_tuple *)py_alloc(t, nseq);
    if (!o)
        return NULL;
    o->n = nseq;
    for (intptr_t i = 0; i < nseq; i++)
        o->item[i] = values[i];
    for (intptr_t i = nseq; i < fields->n; i++)
        if (py_setattr(&o->base, (py_str *)fields->item[i], values[i]) < 0)
            return NULL;
    return &o->base;
}
