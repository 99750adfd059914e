/*
 * tw/jit.h: all that a language author says to the JIT.
 *
 * The macros below expand to calls of marker functions and to declarations in
 * the section "tw.decls"; codegen finds them in the bitcode, uses them for the
 * jitcode and takes them out of the native code, where they cost nothing.
 * Compiled with -DTW_NO_JIT (or by a plain C compiler) they vanish altogether
 * and the program is an ordinary interpreter.
 *
 * The names and meanings are RPython's (rpython/rlib/jit.py), for C.
 */
#ifndef TW_JIT_H
#define TW_JIT_H

#include <stdint.h>
#include <stddef.h>

/* ------------------------------------------------------------------ drivers
 *
 * One static struct a dispatch loop:
 *
 *     static const struct tw_driver driver = {
 *         .name = "bf", .greens = "pc code", .reds = "tape pos",
 *         .get_printable_location = where };
 *
 * greens/reds name the values in the order in which the merge point passes
 * them (names are for messages and logs). `virtualizable` names the red that is
 * one, or is NULL. Callbacks take the greens in order, as int64_t, void * and
 * double according to their kind, packed into `union tw_value` arrays.
 */
union tw_value {
    int64_t i;
    void *r;
    double f;
};

struct tw_driver {
    const char *name;
    const char *greens;
    const char *reds;
    const char *virtualizable;
    /* Writes a readable location into buf, as snprintf does. */
    void (*get_printable_location)(const union tw_value *greens, char *buf,
                                   size_t size);
    /* May machine code be entered here? Also gets the reds, after the greens. */
    int (*confirm_enter_jit)(const union tw_value *greens_and_reds);
    /* Never inline a recursive portal call with these greens. */
    int (*can_never_inline)(const union tw_value *greens);
    /* Unroll one iteration of the loop at these greens when it closes. */
    int (*should_unroll_one_iteration)(const union tw_value *greens);
    unsigned char is_recursive; /* the portal calls itself for calls */
    unsigned char vectorize; /* loops of it may be vectorized (vec=1) */
};

/* Aborts and statistics, for hooks (see tw_set_jit_hooks). */
struct tw_hook_event {
    int kind; /* enum tw_hook_kind */
    const struct tw_driver *driver;
    const union tw_value *greens;
    const char *reason; /* aborts */
    const char *trace_text; /* loops and bridges, if asked for */
    uint64_t nops_before, nops_after, loop_id;
};
enum tw_hook_kind { TW_HOOK_LOOP, TW_HOOK_BRIDGE, TW_HOOK_ABORT };
void tw_set_jit_hooks(void (*hook)(const struct tw_hook_event *, void *),
                      void *data, int want_text);

/* Sets one parameter ("threshold", 100) of all drivers; -1 and no change when
 * there is none of that name. tw_jit_set_params takes "off", "default" or
 * "threshold=3,trace_limit=2000" and names the bad part in err. */
int tw_jit_set_param(const char *name, int64_t value);
int tw_jit_set_params(const char *text, char *err, size_t errsize);

/* ------------------------------------------------------------ markers
 * Never called by hand: the macros below do. */
#if !defined(TW_NO_JIT)
void tw_mark_merge_point(const struct tw_driver *d, int ngreens, ...);
void tw_mark_can_enter_jit(const struct tw_driver *d, int ngreens, ...);
void tw_mark_loop_header(const struct tw_driver *d);
int64_t tw_mark_promote_i(int64_t x);
const void *tw_mark_promote_r(const void *p);
double tw_mark_promote_f(double x);
/* p..p+n compared by content; the value becomes the constant block known. */
const void *tw_mark_promote_string(const void *p, int64_t n);
int tw_mark_isconstant_i(int64_t x);
int tw_mark_isconstant_r(const void *p);
int tw_mark_isvirtual(const void *p);
int tw_mark_we_are_jitted(void);
void tw_mark_record_exact_class(const void *p, const void *cls);
void tw_mark_record_exact_value_i(int64_t x, int64_t v);
void tw_mark_record_exact_value_r(const void *p, const void *v);
void tw_mark_record_nonnull(const void *p);
void tw_mark_access_directly(const void *frame);
void tw_mark_fresh_virtualizable(const void *frame);
void tw_mark_force_virtualizable(const void *frame);
void *tw_mark_virtual_ref(void *real);
void tw_mark_virtual_ref_finish(void *vref, void *real);
void *tw_mark_virtual_ref_force(void *vref);
void tw_mark_keepalive(const void *p);
#endif

/* Counts arguments, 0 to 16. */
#define TW_NARGS(...)                                                          \
    TW_NARGS_(0, ##__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4,  \
              3, 2, 1, 0)
#define TW_NARGS_(z, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, N, ...) N
#define TW_GREENS(...) TW_NARGS(__VA_ARGS__), ##__VA_ARGS__
#define TW_REDS(...) TW_NARGS(__VA_ARGS__), ##__VA_ARGS__

#define TW_IS_PTR(x) (__builtin_classify_type(x) == 5)
#define TW_IS_FLT(x) (__builtin_classify_type(x) == 8)
#define TW_AS_PTR(x) __builtin_choose_expr(TW_IS_PTR(x), (x), (void *)0)
#define TW_AS_INT(x) __builtin_choose_expr(TW_IS_PTR(x) || TW_IS_FLT(x), 0, (x))

/*
 * tw_jit_merge_point(&driver, TW_GREENS(pc, code), TW_REDS(tape, pos));
 *   first thing in the dispatch loop. Everything alive here is a green or a
 *   red, else codegen refuses and names the variable.
 * tw_can_enter_jit(&driver, TW_GREENS(..), TW_REDS(..));
 *   at backward jumps of the interpreted language, with the values that the
 *   merge point reached next will have: counts, and enters machine code.
 *   A driver without any counts at the merge point itself.
 */
#if !defined(TW_NO_JIT)
#define tw_jit_merge_point(driver, ...) tw_mark_merge_point(driver, __VA_ARGS__)
#define tw_can_enter_jit(driver, ...) tw_mark_can_enter_jit(driver, __VA_ARGS__)
/* Marks a place that closes a loop while tracing, without counting. */
#define tw_loop_header(driver) tw_mark_loop_header(driver)
#else
#define tw_jit_merge_point(driver, ...) ((void)(driver))
#define tw_can_enter_jit(driver, ...) ((void)(driver))
#define tw_loop_header(driver) ((void)(driver))
#endif

/*
 * Values. tw_promote(x) has x's value and type; in a trace it is the constant
 * seen while recording, checked by a guard. Greens are promoted by themselves.
 */
#if !defined(TW_NO_JIT)
#define tw_promote(x)                                                          \
    __builtin_choose_expr(                                                     \
        TW_IS_PTR(x),                                                          \
        (__typeof__(TW_AS_PTR(x)))tw_mark_promote_r(TW_AS_PTR(x)),             \
        __builtin_choose_expr(                                                 \
            TW_IS_FLT(x),                                                      \
            tw_mark_promote_f(__builtin_choose_expr(TW_IS_FLT(x), (x), 0.0)),  \
            (__typeof__(TW_AS_INT(x)))tw_mark_promote_i(TW_AS_INT(x))))
#define tw_promote_string(p, n)                                                \
    ((__typeof__(p))tw_mark_promote_string((p), (n)))
#define tw_isconstant(x)                                                       \
    __builtin_choose_expr(TW_IS_PTR(x), tw_mark_isconstant_r(TW_AS_PTR(x)),    \
                          tw_mark_isconstant_i(TW_AS_INT(x)))
#define tw_isvirtual(p) tw_mark_isvirtual(p)
#define tw_we_are_jitted() tw_mark_we_are_jitted()
/* Facts that the author vouches for; the optimizer believes them. */
#define tw_record_exact_class(p, cls) tw_mark_record_exact_class(p, cls)
#define tw_record_exact_value(x, v)                                            \
    __builtin_choose_expr(                                                     \
        TW_IS_PTR(x),                                                          \
        tw_mark_record_exact_value_r(                                          \
            TW_AS_PTR(x),                                                      \
            __builtin_choose_expr(TW_IS_PTR(x), (v), (void *)0)),              \
        tw_mark_record_exact_value_i(                                          \
            TW_AS_INT(x), __builtin_choose_expr(TW_IS_PTR(x), 0, (v))))
#define tw_record_nonnull(p) tw_mark_record_nonnull(p)
#define tw_keepalive(p) tw_mark_keepalive(p)
#else
#define tw_promote(x) (x)
#define tw_promote_string(p, n) (p)
#define tw_isconstant(x) 0
#define tw_isvirtual(p) 0
#define tw_we_are_jitted() 0
#define tw_record_exact_class(p, cls) ((void)0)
#define tw_record_exact_value(x, v) ((void)0)
#define tw_record_nonnull(p) ((void)0)
#define tw_keepalive(p) ((void)(p))
#endif

/*
 * Functions. Written before the declaration: `tw_elidable static int f(int);`
 *   tw_elidable          same arguments, same result, no effect that matters;
 *                        with constant arguments it is folded away
 *   tw_elidable_promote  the same, and every pointer/int argument is promoted
 *   tw_unroll_safe       the tracer may look inside although it has loops
 *   tw_look_inside       the tracer must look inside (error if it cannot)
 *   tw_dont_look_inside  always a residual call
 *   tw_not_in_trace      a call that traces leave out altogether
 *   tw_loop_invariant    no arguments; called once per loop
 *   tw_may_force         a residual call that may look at virtualizable frames
 *                        (found by itself where codegen sees the body)
 *   tw_no_effect         an external that reads/writes no memory the program sees
 *   tw_look_inside_iff(pred): look inside (loops too) only where pred(args), a
 *                        function of the same arguments, is true at record time
 *                        (with tw_isconstant/tw_isvirtual inside)
 *                        A static pred needs __attribute__((used)), or clang
 *                        drops it
 */
#if !defined(TW_NO_JIT)
#define TW_ANNOTATE(text) __attribute__((annotate("tw." text)))
#else
#define TW_ANNOTATE(text)
#endif
#define tw_elidable TW_ANNOTATE("elidable")
#define tw_elidable_promote TW_ANNOTATE("elidable_promote")
#define tw_unroll_safe TW_ANNOTATE("unroll_safe")
#define tw_look_inside TW_ANNOTATE("look_inside")
#define tw_dont_look_inside                                                    \
    TW_ANNOTATE("dont_look_inside") __attribute__((noinline))
#define tw_not_in_trace TW_ANNOTATE("not_in_trace")
#define tw_loop_invariant TW_ANNOTATE("loop_invariant")
#define tw_may_force TW_ANNOTATE("may_force")
#define tw_no_effect TW_ANNOTATE("no_effect")
#define tw_look_inside_iff(pred) TW_ANNOTATE("look_inside_iff:" #pred)

/* if (cond) f(args): in traces one operation, not a guard and a bridge.
 * The second form is x = (x is 0/NULL) ? f(args) : x, f elidable. */
#define tw_conditional_call(cond, call)                                        \
    do {                                                                       \
        if (__builtin_expect_with_probability(!!(cond), 0, 0.9921875))         \
            (call);                                                            \
    } while (0)
#define tw_conditional_call_elidable(x, call)                                  \
    ((__builtin_expect_with_probability(!(x), 0, 0.9921875)) ? (call) : (x))

/*
 * Structs. Written once, at file level, beside the struct.
 *   TW_IMMUTABLE(py_int, value)        never changes after initialisation
 *   TW_IMMUTABLE_ARRAY(py_tuple, item) nor do the items of this array member
 *                                      (inline or pointed to)
 *   TW_QUASI_IMMUTABLE(py_type, version, version_watch)
 *        changes rarely; traces take it as a constant and are thrown away when
 *        it is written. The second field is a `void *` of the same struct,
 *        zero at first, that belongs to the toolkit.
 *   TW_CLASS_FIELD(py_object, type)    the field that says what the object is:
 *        immutable, and what `known class` means
 *   TW_VIRTUALIZABLE(py_frame, token, "lasti depth", slots, nslots)
 *        `token` is a `void *` field of the toolkit's, zero at first; then the
 *        fields kept in registers, and the (inline, flexible) array with the
 *        field that holds its length. Array and length may be omitted with
 *        TW_VIRTUALIZABLE_NOARRAY.
 *   TW_NONNULL_FIELD(s, f)             never NULL once initialised
 */
enum tw_decl_kind {
    TW_DECL_IMMUTABLE = 1,
    TW_DECL_IMMUTABLE_ARRAY,
    TW_DECL_QUASI_IMMUTABLE,
    TW_DECL_CLASS_FIELD,
    TW_DECL_VIRTUALIZABLE,
    TW_DECL_NONNULL
};
struct tw_decl {
    int32_t kind;
    int32_t offset; /* of the field (virtualizable: of the token) */
    int32_t size; /* of the field */
    int32_t extra_offset; /* watch field / array of a virtualizable, or -1 */
    int32_t extra2_offset; /* array length of a virtualizable, or -1 */
    int32_t extra2_size;
    const char *tag; /* struct tag */
    const char *field; /* field name(s), separated by blanks */
};
#if !defined(TW_NO_JIT)
#define TW_DECL_CAT_(a, b) a##b
#define TW_DECL_CAT(a, b) TW_DECL_CAT_(a, b)
#define TW_DECL(k, s, f, off, sz, xo, x2o, x2s, names)                         \
    static const struct tw_decl TW_DECL_CAT(tw_decl_, __COUNTER__)             \
        __attribute__((used, section("tw.decls"))) = {(k),                     \
                                                      (int32_t)(off),          \
                                                      (int32_t)(sz),           \
                                                      (int32_t)(xo),           \
                                                      (int32_t)(x2o),          \
                                                      (int32_t)(x2s),          \
                                                      #s,                      \
                                                      names}
#else
#define TW_DECL(k, s, f, off, sz, xo, x2o, x2s, names)                         \
    _Static_assert(1, "no declaration")
#endif
#define TW_FSIZE(s, f) sizeof(((struct s *)0)->f)
#define TW_IMMUTABLE(s, f)                                                     \
    TW_DECL(TW_DECL_IMMUTABLE, s, f, offsetof(struct s, f), TW_FSIZE(s, f),    \
            -1, -1, 0, #f)
#define TW_IMMUTABLE_ARRAY(s, f)                                               \
    TW_DECL(TW_DECL_IMMUTABLE_ARRAY, s, f, offsetof(struct s, f), 0, -1, -1,   \
            0, #f)
#define TW_QUASI_IMMUTABLE(s, f, watch)                                        \
    TW_DECL(TW_DECL_QUASI_IMMUTABLE, s, f, offsetof(struct s, f),              \
            TW_FSIZE(s, f), offsetof(struct s, watch), -1, 0, #f)
#define TW_CLASS_FIELD(s, f)                                                   \
    TW_DECL(TW_DECL_CLASS_FIELD, s, f, offsetof(struct s, f), TW_FSIZE(s, f),  \
            -1, -1, 0, #f)
#define TW_NONNULL_FIELD(s, f)                                                 \
    TW_DECL(TW_DECL_NONNULL, s, f, offsetof(struct s, f), TW_FSIZE(s, f), -1,  \
            -1, 0, #f)
#define TW_VIRTUALIZABLE(s, token, names, array, length)                       \
    TW_DECL(TW_DECL_VIRTUALIZABLE, s, token, offsetof(struct s, token),        \
            sizeof(void *), offsetof(struct s, array),                         \
            offsetof(struct s, length), TW_FSIZE(s, length), names)
#define TW_VIRTUALIZABLE_NOARRAY(s, token, names)                              \
    TW_DECL(TW_DECL_VIRTUALIZABLE, s, token, offsetof(struct s, token),        \
            sizeof(void *), -1, -1, 0, names)

/*
 * Virtualizables, by hand where codegen cannot see it:
 *   tw_hint_access_directly(f)   in this function f is the portal's own frame
 *   tw_hint_fresh_virtualizable(f) f was just allocated: nothing to force
 *   tw_hint_force_virtualizable(f) write everything back now
 * Code that reaches a frame from outside (sys._getframe, tracebacks) calls
 * tw_force_virtualizable(frame, offset of its token) first; functions that
 * touch a virtualizable's fields without being traced do so by themselves.
 */
#if !defined(TW_NO_JIT)
#define tw_hint_access_directly(f) tw_mark_access_directly(f)
#define tw_hint_fresh_virtualizable(f) tw_mark_fresh_virtualizable(f)
#define tw_hint_force_virtualizable(f) tw_mark_force_virtualizable(f)
#else
#define tw_hint_access_directly(f) ((void)(f))
#define tw_hint_fresh_virtualizable(f) ((void)(f))
#define tw_hint_force_virtualizable(f) ((void)(f))
#endif

/*
 * Virtual references: a handle to an object (usually a frame) that lets the
 * object stay virtual as long as nobody asks. tw_virtual_ref(x) makes the
 * handle, tw_virtual_ref_finish(h, x) ends its time, tw_virtual_ref_force(h)
 * gives the object back. Outside traces the handle is x itself.
 */
#if !defined(TW_NO_JIT)
#define tw_virtual_ref(x) tw_mark_virtual_ref(x)
#define tw_virtual_ref_finish(h, x) tw_mark_virtual_ref_finish((h), (x))
#define tw_virtual_ref_force(h) tw_mark_virtual_ref_force(h)
#else
#define tw_virtual_ref(x) ((void *)(x))
#define tw_virtual_ref_finish(h, x) ((void)0)
#define tw_virtual_ref_force(h) (h)
#endif

#endif
