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

/* T(sequence[, dict]): the dict has fields beyond the sequence. */
static py_object *make(py_type *t, py_object *const *args, intptr_t nargs,
                       py_tuple *kw)
{
    static const char *const names[] = {"sequence", "dict"};
    py_object *a[2];
    py_tuple *fields = fields_of(t);
    py_object *shown = py_type_lookup_cstr(t, "n_sequence_fields");
    if (!fields || !shown ||
        py_args_kw("structseq", args, nargs, kw, names, 2, 1, a) < 0)
        return NULL;
    py_object *seq = py_fastseq(a[0], "constructor requires a sequence");
    if (!seq)
        return NULL;
    py_str *name = py_str_format_c("%S.%s", py_type_lookup(t, py_id___module__),
                                   py_type_shortname(t));
    if (a[1] && !py_is_dict(a[1]))
        return py_raise(&py_TypeError,
                        "%S() takes a dict as second arg, if any", name);
    intptr_t n = py_fastseq_len(seq), nseq = py_int_value(shown);
    if (n < nseq || n > fields->n)
        return py_raise(&py_TypeError,
                        "%S() takes %s %zd-sequence (%zd-sequence given)", name,
                        nseq == fields->n ? "a"
                        : n < nseq        ? "an at least"
                                          : "an at most",
                        n < nseq ? nseq : fields->n, n);
    struct py_objarray *values = TW_NEW_VAR(py_objarray, fields->n);
    for (intptr_t i = 0; i < fields->n; i++) {
        py_object *v = i < n  ? py_fastseq_item(seq, i)
                       : a[1] ? py_dict_get((py_dict *)a[1], fields->item[i])
                              : NULL;
        values->item[i] = v ? v : py_None;
    }
    return py_structseq_new(t, values->item);
}

/* (T, (the tuple, the other fields)) for pickle and copy. */
static py_object *reduce(py_object *o)
{
    py_tuple *fields = fields_of(py_type_of(o)), *t = (py_tuple *)o;
    py_dict *d = py_dict_new();
    for (intptr_t i = t->n; i < fields->n; i++) {
        py_object *v = py_getattr(o, (py_str *)fields->item[i]);
        if (!v || py_dict_set(d, fields->item[i], v) < 0)
            return NULL;
    }
    py_tuple *plain = py_tuple_from(t->item, t->n);
    return &py_tuple_pack2(&py_type_of(o)->base,
                           &py_tuple_pack2(&plain->base, &d->base)->base)
                ->base;
}
static const struct py_methoddef reduce_def = PY_M0("__reduce__", reduce, NULL);

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
    if (!t || py_setattr_cstr(&t->base, "__reduce__",
                              py_methoddescr_new(t, &reduce_def)) < 0)
        return NULL;
    t->tp_repr = repr;
    t->tp_new = make;
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
