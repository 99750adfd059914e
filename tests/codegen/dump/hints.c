/* Every hint, in a portal: what becomes of it in jitcode. */
#include <tw/gc.h>
#include <tw/jit.h>

struct type {
    int64_t version;
    void *watch;
    int64_t flags;
};
struct object {
    struct type *type;
    int64_t value;
    struct object *other;
};
struct tuple {
    int64_t n;
    struct object *item[];
};
TW_CLASS_FIELD(object, type);
TW_IMMUTABLE(object, value);
TW_NONNULL_FIELD(object, other);
TW_QUASI_IMMUTABLE(type, version, watch);
TW_IMMUTABLE_ARRAY(tuple, item);
TW_GC_TYPE(object);
TW_GC_TYPE_VAR(tuple, item);

tw_elidable static int64_t pure(int64_t a)
{
    return a * 3;
}
tw_elidable_promote static int64_t pure_promoted(int64_t a, struct object *o)
{
    return a * 3 + o->value;
}
tw_loop_invariant static int64_t invariant(void)
{
    return 5;
}
tw_not_in_trace static void trace_log(int64_t a)
{
    (void)a;
}
tw_unroll_safe static int64_t sum(struct tuple *t)
{
    int64_t s = 0;
    for (int64_t k = 0; k < t->n; k++)
        s += t->item[k]->value;
    return s;
}
__attribute__((used)) static int few(struct tuple *t)
{
    return tw_isconstant(t->n) || tw_isvirtual(t);
}
tw_look_inside_iff(few) static int64_t sum_if_few(struct tuple *t)
{
    return t->item[0]->value;
}
tw_dont_look_inside static void init(struct type *t)
{
    t->flags = 1;
}
static const struct tw_driver driver = {
    .name = "hints", .greens = "pc code", .reds = "acc obj x"};

int64_t run(const unsigned char *code, struct object *obj)
{
    int64_t acc = 0, pc = 0;
    double x = 1;

    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc, code), TW_REDS(acc, obj, x));
        switch (code[pc++]) {
        case 0:
            return acc + (int64_t)x;
        case 1:
            acc = tw_promote(acc) + pure(acc) + pure_promoted(acc, obj) +
                  invariant();
            break;
        case 2:
            trace_log(acc);
            tw_conditional_call(obj->type->flags == 0, init(obj->type));
            acc += obj->type->version;
            break;
        case 3:
            obj->type->version = acc;
            break;
        case 4:
            tw_record_exact_class(obj, (void *)8);
            tw_record_exact_value(acc, 7);
            tw_record_nonnull(obj);
            acc += tw_we_are_jitted();
            tw_keepalive(obj);
            break;
        case 5: {
            struct tuple *t = TW_NEW_VAR(tuple, 2);
            t->n = 2;
            t->item[0] = t->item[1] = obj;
            acc += sum(t) + sum_if_few(t);
            break;
        }
        case 6: {
            void *h = tw_virtual_ref(obj);
            acc += ((struct object *)tw_virtual_ref_force(h))->value;
            tw_virtual_ref_finish(h, obj);
            break;
        }
        case 7:
            pc = code[pc];
            x = x * 2;
            tw_can_enter_jit(&driver, TW_GREENS(pc, code),
                             TW_REDS(acc, obj, x));
            break;
        case 8:
            obj = obj->other;
            acc += run(code + 1, obj);
            break;
        }
    }
}

int main(void)
{
    static struct type t;
    static struct object o = {&t, 1, &o};
    static const unsigned char code[] = {1, 2, 4, 5, 6, 8, 0, 0};
    return run(code, &o) == 0;
}
