/*
 * ir_trace.c: traces as data: printing and parsing are inverse, the verifier finds what is wrong,
 * folding and memory access do what ops.def and descr.h say.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolkit/ir/trace_text.h"

static int failures;

static void check(int ok, const char *name, const char *detail)
{
    printf("%s %s\n", ok ? "ok" : "not ok", name);
    if (!ok) {
        failures = 1;
        printf("    %s\n", detail);
    }
}

static const char *const head[] = {
    "struct point 24",
    "field point.type r 8 @0 class",
    "field point.x i 8 @8",
    "field point.small i 1 @16 bool",
    "struct tuple 16 items 8 @16",
    "array tuple.item[] r 8 @16 stride 8 immutable",
    "raw byte i 1",
    "call f(iir)i reads=point.x writes=point.x,point.small",
    "call g(ii)i elidable = add",
    "ptr origin = point { x=5, small=1 }",
    "ptr far = 0x1000",
};

static struct tw_names *names(void)
{
    struct tw_names *ns = tw_names_new();
    char err[256];

    for (size_t k = 0; k < sizeof head / sizeof *head; k++)
        if (tw_names_declare(ns, head[k], err, sizeof err)) {
            printf("not ok declarations\n    %s: %s\n", head[k], err);
            exit(1);
        }
    return ns;
}

static char *printed(const struct tw_trace *t, const struct tw_names *ns)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    tw_trace_print_names(t, ns, f);
    fclose(f);
    return text;
}

static void round_trip(const char *name, const char *text,
                       enum tw_parse_mode mode)
{
    struct tw_names *ns = names();
    char err[256] = "";
    struct tw_trace *t = tw_trace_parse(text, ns, mode, err, sizeof err);

    if (!t) {
        check(0, name, err);
        return;
    }
    if (tw_trace_verify(t, err, sizeof err)) {
        check(0, name, err);
    } else {
        char *again = printed(t, ns);
        check(!strcmp(again, text), name, again);
        free(again);
    }
    tw_trace_free(t);
    tw_names_free(ns);
}

static void rejects(const char *name, const char *text, const char *message)
{
    struct tw_names *ns = names();
    char err[256] = "";
    struct tw_trace *t =
        tw_trace_parse(text, ns, TW_PARSE_OPTIMIZED, err, sizeof err);
    int found = t ? tw_trace_verify(t, err, sizeof err) : -1;

    check(found && strstr(err, message), name, err);
    tw_trace_free(t);
    tw_names_free(ns);
}

static void test_text(void)
{
    round_trip(
        "round-trip-recorded",
        "[i0, p1, f2]\n"
        "label(i0, p1, f2, descr=L1)\n"
        "i4 = int_add_ovf(i0, -3)\n"
        "guard_no_overflow() {eval@7(i0, p1) add@2(f2, 1.5); vable(p1, i0); "
        "vrefs(p1, "
        "NULL)}\n"
        "p6 = getfield_r(p1, descr=<point.type>)\n"
        "guard_value_r(p6, ConstPtr(far)) {eval@7(i0, p1); vable(p1, i4)}\n"
        "i8 = getfield_i(p1, descr=<point.x+8>)\n"
        "p9 = getarrayitem_r(p1, i8, descr=<tuple.item[]>)\n"
        "i10 = raw_load_i(p9, 9223372036854775807, descr=<byte>)\n"
        "i11 = call_i(ConstPtr(f), i10, -9223372036854775808, p9, descr=<f>)\n"
        "f12 = float_add(f2, inf)\n"
        "f13 = float_mul(f12, nan(0x7ff8000000000001))\n"
        "p14 = getfield_r(p9, descr=<tuple.item[3]>)\n"
        "jump(i11, p9, f13, descr=L1) {eval@1(i11, p9)}\n",
        TW_PARSE_RECORDED);
    round_trip(
        "round-trip-optimized",
        "[i0, p1]\n"
        "guard_true(i0) [p1, -, i0]\n"
        "p3 = new(descr=<point>)\n"
        "p4 = new_var(i0, descr=<tuple>)\n"
        "setfield_i(p3, -1, descr=<point.x>)\n"
        "guard_nonnull_class(p1, ConstPtr(0x77), descr=<point.type>) []\n"
        "i7 = call_pure_i(ConstPtr(g), i0, 2, descr=<g>)\n"
        "finish(p3)\n",
        TW_PARSE_OPTIMIZED);
}

static void test_verifier(void)
{
    rejects("unknown-operation", "[i0]\ni1 = int_plus(i0, 1)\nfinish(i1)\n",
            "int_plus");
    rejects("use-before-definition", "[i0]\ni1 = int_add(i0, i2)\nfinish(i1)\n",
            "i2");
    rejects("wrong-kind", "[i0, f1]\ni2 = int_add(i0, f1)\nfinish(i2)\n",
            "operand 1");
    rejects("wrong-count", "[i0]\ni2 = int_neg(i0, i0)\nfinish(i2)\n",
            "operands");
    rejects("no-end", "[i0]\ni2 = int_neg(i0)\n", "does not end");
    rejects("not-visible-after-label",
            "[i0, i1]\nlabel(i0, descr=L0)\njump(i1, descr=L0)\n",
            "not visible");
    rejects("label-twice",
            "[i0]\nlabel(i0, i0, descr=L0)\njump(i0, i0, descr=L0)\n", "twice");
    rejects("overflow-alone", "[i0]\ni1 = int_add_ovf(i0, 1)\nfinish(i1)\n",
            "overflow guard");
    rejects("forced-alone", "[i0]\nguard_not_forced() []\nfinish(i0)\n",
            "call that may force");
    rejects("descriptor-kind",
            "[p0]\nf1 = getfield_f(p0, descr=<point.x>)\nfinish(f1)\n",
            "of kind i");
    rejects("call-arguments",
            "[i0]\ni1 = call_i(ConstPtr(f), i0, i0, descr=<f>)\nfinish(i1)\n",
            "arguments instead of");
}

static void test_fold(void)
{
    union tw_value a[3], r;

    a[0].i = INT64_MIN;
    a[1].i = -1;
    check(tw_op_fold(TW_OP_int_div, a, &r) && r.i == INT64_MIN,
          "fold-division-wraps", "");
    a[1].i = 0;
    check(tw_op_fold(TW_OP_int_rem, a, &r) && r.i == 0,
          "fold-remainder-by-zero", "");
    a[0].f = NAN;
    check(tw_op_fold(TW_OP_cast_float_to_int, a, &r) && r.i == 0,
          "fold-nan-to-int", "");
    a[0].f = 0.1;
    check(tw_op_fold(TW_OP_float_to_single, a, &r) && r.f == (double)0.1f,
          "fold-to-single", "");
    check(!tw_op_fold(TW_OP_getfield_i, a, &r), "no-fold-of-loads", "");
    check(tw_opinfo[TW_OP_cond_call].nargs == 2 &&
              tw_opinfo[TW_OP_jump].nargs == 0 &&
              tw_opinfo[TW_OP_new].nargs == 0 &&
              tw_opinfo[TW_OP_setarrayitem_f].nargs == 3,
          "fixed-operand-counts", "");
}

static void test_memory(void)
{
    unsigned char m[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    check(tw_load(m, 'i', 2, 0).i == -1, "load-is-sign-extended", "");
    check(tw_load(m, 'i', 1, TW_F_BOOL).i == 1, "load-of-bool", "");
    tw_store(m, 'f', 4, (union tw_value){.f = 1.5});
    check(tw_load(m, 'f', 4, 0).f == 1.5 && m[4] == 0xff, "float-in-four-bytes",
          "");
    tw_store(m, 'i', 1, (union tw_value){.i = 0x180});
    check(tw_load(m, 'i', 1, 0).i == -128, "store-truncates", "");
}

static void test_derived(void)
{
    struct tw_names *ns = names();
    const void *x = tw_names_descr(ns, "point.x");
    const struct tw_fielddescr *a = tw_descr_field_at(x, 24),
                               *b = tw_descr_field_at(x, 24);

    check(a == b && a->offset == 24, "derived-are-interned", "");
    check(tw_descr_field_at(a, 8)->offset == 8, "derived-back", "");
    check((const void *)a == tw_names_descr(ns, "point.x+16"),
          "derived-by-name", a->name);
    tw_names_free(ns);
}

int main(void)
{
    tw_gc_init();
    test_text();
    test_verifier();
    test_fold();
    test_memory();
    test_derived();
    return failures;
}
