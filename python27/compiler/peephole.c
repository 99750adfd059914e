/*
 * peephole.c: improves the bytes of finished code, as CPython 2.7 does.
 *
 * Input and output: code, its line table and its constants. Patterns are
 * overwritten in place with NOPs for what is dropped; the NOPs are squeezed out
 * at the end and jumps and line table follow. The patterns are CPython's, so
 * that code reads the same to tools: constants folded, tuples of constants
 * built once, not/is not/not in merged, jumps to jumps threaded, code behind
 * returns dropped.
 * Not done: code with EXTENDED_ARG, with a line table that has 255s, or of more
 * than 32,700 bytes stays as it is.
 */
#include <string.h>
#include "compiler/codegen.h"
#include "objects/abstract.h"
#include "objects/container.h"
#include "objects/intobject.h"

enum { MAX_CODE = 32700, MAX_FOLDED = 20 };

struct peep {
    struct compiler *c;
    struct unit *u;
    uint8_t *code;
    intptr_t n;
    int32_t *block; /* the basic block of each offset */
};

static int get_arg(const uint8_t *p)
{
    return p[1] | p[2] << 8;
}

static void set_arg(uint8_t *p, int arg)
{
    p[1] = (uint8_t)arg;
    p[2] = (uint8_t)(arg >> 8);
}

static int op_size(int op)
{
    return op >= PY_HAVE_ARGUMENT ? 3 : 1;
}

static void nops(uint8_t *p, int n)
{
    memset(p, PY_OP_NOP, (size_t)n);
}

static int is_absolute(int op)
{
    switch (op) {
    case PY_OP_JUMP_ABSOLUTE:
    case PY_OP_CONTINUE_LOOP:
    case PY_OP_POP_JUMP_IF_FALSE:
    case PY_OP_POP_JUMP_IF_TRUE:
    case PY_OP_JUMP_IF_FALSE_OR_POP:
    case PY_OP_JUMP_IF_TRUE_OR_POP:
        return 1;
    default:
        return 0;
    }
}

static int is_relative(int op)
{
    switch (op) {
    case PY_OP_FOR_ITER:
    case PY_OP_JUMP_FORWARD:
    case PY_OP_SETUP_LOOP:
    case PY_OP_SETUP_EXCEPT:
    case PY_OP_SETUP_FINALLY:
    case PY_OP_SETUP_WITH:
        return 1;
    default:
        return 0;
    }
}

static int is_unconditional(int op)
{
    return op == PY_OP_JUMP_ABSOLUTE || op == PY_OP_JUMP_FORWARD;
}

static int jumps_on_true(int op)
{
    return op == PY_OP_POP_JUMP_IF_TRUE || op == PY_OP_JUMP_IF_TRUE_OR_POP;
}

static int is_conditional(int op)
{
    return op == PY_OP_POP_JUMP_IF_FALSE || op == PY_OP_JUMP_IF_FALSE_OR_POP ||
           jumps_on_true(op);
}

static int target(const struct peep *p, intptr_t i)
{
    int arg = get_arg(p->code + i);
    return is_absolute(p->code[i]) ? arg : arg + (int)i + 3;
}

static void find_blocks(struct peep *p)
{
    for (intptr_t i = 0; i < p->n; i += op_size(p->code[i]))
        if (is_absolute(p->code[i]) || is_relative(p->code[i]))
            p->block[target(p, i)] = 1;
    int32_t k = 0;
    for (intptr_t i = 0; i < p->n; i++)
        p->block[i] = k += p->block[i];
}

/* Do the n bytes from i lie in one basic block? */
static int together(const struct peep *p, intptr_t i, int n)
{
    return p->block[i] == p->block[i + n - 1];
}

/* ----------------------------------------------------------------- folding */

static py_object *binary(int op, py_object *a, py_object *b)
{
    switch (op) {
    case PY_OP_BINARY_POWER:
        return py_pow(a, b, py_None);
    case PY_OP_BINARY_MULTIPLY:
        return py_mul(a, b);
    case PY_OP_BINARY_TRUE_DIVIDE:
        return py_truediv(a, b);
    case PY_OP_BINARY_FLOOR_DIVIDE:
        return py_floordiv(a, b);
    case PY_OP_BINARY_MODULO:
        return py_mod(a, b);
    case PY_OP_BINARY_ADD:
        return py_add(a, b);
    case PY_OP_BINARY_SUBTRACT:
        return py_sub(a, b);
    case PY_OP_BINARY_SUBSCR:
        return py_getitem(a, b);
    case PY_OP_BINARY_LSHIFT:
        return py_lshift(a, b);
    case PY_OP_BINARY_RSHIFT:
        return py_rshift(a, b);
    case PY_OP_BINARY_AND:
        return py_and(a, b);
    case PY_OP_BINARY_XOR:
        return py_xor(a, b);
    case PY_OP_BINARY_OR:
        return py_or(a, b);
    default:
        return NULL;
    }
}

/* Length of a folded sequence, -1 for what has none. */
static intptr_t length(py_object *v)
{
    if (py_is_str_exact(v))
        return ((py_str *)v)->n;
    if (py_is_unicode_exact(v))
        return ((py_unicode *)v)->n;
    if (py_is_tuple_exact(v))
        return ((py_tuple *)v)->n;
    return -1;
}

/* Would the result be too large to be worth computing at all? CPython finds
 * out by computing; the result is thrown away either way when it is a long
 * sequence. Numbers of any size are kept. */
static int oversized(int op, py_object *a, py_object *b)
{
    if (op != PY_OP_BINARY_MULTIPLY)
        return 0;
    intptr_t n = length(a) >= 0 ? length(a) : length(b);
    py_object *times = length(a) >= 0 ? b : a;
    return n > 0 && py_is_int_exact(times) && py_int_value(times) > MAX_FOLDED;
}

/* At code[i-6]: LOAD_CONST a, LOAD_CONST b, op. */
static int fold_binary(struct peep *p, intptr_t i)
{
    uint8_t *q = p->code + i - 6;
    struct consttable *k = &p->u->consts;
    py_object *a = k->item[get_arg(q)], *b = k->item[get_arg(q + 3)];
    if (oversized(q[6], a, b))
        return 0;
    /* Left to run time in CPython, where characters differ between builds. */
    if (q[6] == PY_OP_BINARY_SUBSCR && py_is_unicode_exact(a))
        return 0;
    py_object *v = binary(q[6], a, b);
    if (!v) {
        py_err_clear();
        return 0;
    }
    if (length(v) > MAX_FOLDED)
        return 0;
    nops(q, 4);
    q[4] = PY_OP_LOAD_CONST;
    set_arg(q + 4, const_append(p->c->arena, k, v));
    return 1;
}

/* At code[i-3]: LOAD_CONST a, op. */
static int fold_unary(struct peep *p, intptr_t i)
{
    uint8_t *q = p->code + i - 3;
    struct consttable *k = &p->u->consts;
    py_object *a = k->item[get_arg(q)], *v = NULL;
    if (q[3] == PY_OP_UNARY_NEGATIVE) {
        /* -0.0 would lose its sign where constants are shared by value. */
        if (py_is_true(a) == 1)
            v = py_neg(a);
    } else if (q[3] == PY_OP_UNARY_CONVERT)
        v = py_repr(a);
    else
        v = py_invert(a);
    if (!v) {
        py_err_clear();
        return 0;
    }
    q[0] = PY_OP_NOP;
    q[1] = PY_OP_LOAD_CONST;
    set_arg(q + 1, const_append(p->c->arena, k, v));
    return 1;
}

/* n LOAD_CONSTs from h on, then BUILD_TUPLE or BUILD_LIST. */
static int fold_tuple(struct peep *p, intptr_t h, int n)
{
    struct consttable *k = &p->u->consts;
    py_tuple *t = py_tuple_new(n);
    if (!t) {
        py_err_clear();
        return 0;
    }
    for (int i = 0; i < n; i++)
        t->item[i] = k->item[get_arg(p->code + h + 3 * i)];
    nops(p->code + h, 3 * n);
    p->code[h + 3 * n] = PY_OP_LOAD_CONST;
    set_arg(p->code + h + 3 * n, const_append(p->c->arena, k, (py_object *)t));
    return 1;
}

static int none_index(struct peep *p)
{
    struct consttable *k = &p->u->consts;
    for (int i = 0; i < k->n; i++)
        if (k->item[i] == py_None)
            return i;
    return const_append(p->c->arena, k, py_None);
}

/* BUILD_TUPLE/BUILD_LIST at i after `loads` LOAD_CONSTs. 1: it became one. */
static int build(struct peep *p, intptr_t i, int loads)
{
    uint8_t *q = p->code + i;
    int n = get_arg(q), next = q[3];
    intptr_t h = i - 3 * (intptr_t)n;
    if (h >= 0 && n <= loads) {
        /* A list that is only searched may be a tuple. */
        int searched =
            next == PY_OP_COMPARE_OP &&
            (get_arg(q + 3) == PY_CMP_IN || get_arg(q + 3) == PY_CMP_NOT_IN);
        if ((q[0] == PY_OP_BUILD_TUPLE && together(p, h, 3 * (n + 1))) ||
            (q[0] == PY_OP_BUILD_LIST && searched &&
             together(p, h, 3 * (n + 2))))
            if (fold_tuple(p, h, n))
                return 1;
    }
    if (next != PY_OP_UNPACK_SEQUENCE || !together(p, i, 6) ||
        n != get_arg(q + 3))
        return 0;
    if (n == 1)
        nops(q, 6);
    else if (n == 2) {
        q[0] = PY_OP_ROT_TWO;
        nops(q + 1, 5);
    } else if (n == 3) {
        q[0] = PY_OP_ROT_THREE;
        q[1] = PY_OP_ROT_TWO;
        nops(q + 2, 4);
    }
    return 0;
}

/* ------------------------------------------------------------------- jumps */

/* A jump at i that keeps its value on the stack when taken, to another
 * conditional jump: 1 if it changed and is to be looked at again. */
static int thread_condition(struct peep *p, intptr_t i)
{
    uint8_t *q = p->code + i;
    int to = target(p, i), there = p->code[to];
    if (!is_conditional(there))
        return 0;
    if (jumps_on_true(there) == jumps_on_true(q[0])) {
        q[0] = (uint8_t)there;
        set_arg(q, target(p, to));
    } else {
        /* The second is not taken, and pops. */
        q[0] = jumps_on_true(q[0]) ? PY_OP_POP_JUMP_IF_TRUE
                                   : PY_OP_POP_JUMP_IF_FALSE;
        set_arg(q, to + 3);
    }
    return 1;
}

static void thread_jump(struct peep *p, intptr_t i)
{
    uint8_t *q = p->code + i;
    int to = target(p, i), op = q[0];
    if (is_unconditional(op) && p->code[to] == PY_OP_RETURN_VALUE) {
        q[0] = PY_OP_RETURN_VALUE;
        nops(q + 1, 2);
        return;
    }
    if (!is_unconditional(p->code[to]))
        return;
    int final = target(p, to);
    if (op == PY_OP_JUMP_FORWARD)
        op = PY_OP_JUMP_ABSOLUTE; /* which can go backwards */
    if (!is_absolute(op))
        final -= (int)i + 3;
    if (final < 0)
        return;
    q[0] = (uint8_t)op;
    set_arg(q, final);
}

/* ------------------------------------------------------------------ driver */

/* Squeezes the NOPs out. */
static intptr_t compact(struct peep *p, uint8_t *lnotab, intptr_t nlnotab)
{
    uint8_t *code = p->code;
    int32_t *map = p->block; /* reused: the new offset of each old one */
    int dropped = 0, old = 0, last = 0;
    for (intptr_t i = 0; i < p->n; i += op_size(code[i])) {
        map[i] = (int32_t)i - dropped;
        if (code[i] == PY_OP_NOP)
            dropped++;
    }
    for (intptr_t i = 0; i < nlnotab; i += 2) {
        old += lnotab[i];
        int at = map[old];
        lnotab[i] = (uint8_t)(at - last);
        last = at;
    }
    intptr_t h = 0;
    for (intptr_t i = 0; i < p->n;) {
        int op = code[i], size = op_size(op);
        if (op == PY_OP_NOP) {
            i++;
            continue;
        }
        if (is_absolute(op))
            set_arg(code + i, map[get_arg(code + i)]);
        else if (is_relative(op))
            set_arg(code + i, map[get_arg(code + i) + i + 3] - map[i] - 3);
        memmove(code + h, code + i, (size_t)size);
        h += size;
        i += size;
    }
    return h;
}

/* Looks at the instruction at i. *loads: how many LOAD_CONSTs end just before
 * it, and then, with it. Returns the offset to go on after (an instruction's),
 * or -1: this code is not for us. */
static intptr_t improve(struct peep *p, intptr_t i, int *loads)
{
    uint8_t *q = p->code + i;
    int before = *loads, arg;
    *loads = 0;
again:
    switch (q[0]) {
    case PY_OP_UNARY_NOT:
        if (q[1] != PY_OP_POP_JUMP_IF_FALSE || !together(p, i, 4))
            return i;
        arg = get_arg(q + 1);
        q[0] = PY_OP_POP_JUMP_IF_TRUE;
        set_arg(q, arg);
        q[3] = PY_OP_NOP;
        before = 0;
        goto again;
    case PY_OP_COMPARE_OP:
        arg = get_arg(q);
        if (arg < PY_CMP_IN || arg > PY_CMP_IS_NOT || q[3] != PY_OP_UNARY_NOT ||
            !together(p, i, 4))
            return i;
        set_arg(q, arg ^ 1);
        q[3] = PY_OP_NOP;
        return i;
    case PY_OP_LOAD_NAME:
    case PY_OP_LOAD_GLOBAL:
        if (strcmp(p->u->names.name[get_arg(q)]->text, "None"))
            return i;
        q[0] = PY_OP_LOAD_CONST;
        set_arg(q, none_index(p));
        *loads = before + 1;
        return i;
    case PY_OP_LOAD_CONST:
        *loads = before + 1;
        if (q[3] != PY_OP_POP_JUMP_IF_FALSE || !together(p, i, 6) ||
            py_is_true(p->u->consts.item[get_arg(q)]) != 1)
            return i;
        nops(q, 6);
        *loads = 0;
        return i;
    case PY_OP_BUILD_TUPLE:
    case PY_OP_BUILD_LIST:
        *loads = build(p, i, before);
        return i;
    case PY_OP_BINARY_POWER:
    case PY_OP_BINARY_MULTIPLY:
    case PY_OP_BINARY_TRUE_DIVIDE:
    case PY_OP_BINARY_FLOOR_DIVIDE:
    case PY_OP_BINARY_MODULO:
    case PY_OP_BINARY_ADD:
    case PY_OP_BINARY_SUBTRACT:
    case PY_OP_BINARY_SUBSCR:
    case PY_OP_BINARY_LSHIFT:
    case PY_OP_BINARY_RSHIFT:
    case PY_OP_BINARY_AND:
    case PY_OP_BINARY_XOR:
    case PY_OP_BINARY_OR:
        if (before < 2 || !together(p, i - 6, 7) || !fold_binary(p, i))
            return i;
        *loads = 1;
        return i - 2;
    case PY_OP_UNARY_NEGATIVE:
    case PY_OP_UNARY_CONVERT:
    case PY_OP_UNARY_INVERT:
        if (before < 1 || !together(p, i - 3, 4) || !fold_unary(p, i))
            return i;
        *loads = 1;
        return i - 2;
    case PY_OP_JUMP_IF_FALSE_OR_POP:
    case PY_OP_JUMP_IF_TRUE_OR_POP:
        if (thread_condition(p, i))
            goto again;
        thread_jump(p, i);
        return i;
    case PY_OP_POP_JUMP_IF_FALSE:
    case PY_OP_POP_JUMP_IF_TRUE:
    case PY_OP_FOR_ITER:
    case PY_OP_JUMP_FORWARD:
    case PY_OP_JUMP_ABSOLUTE:
    case PY_OP_CONTINUE_LOOP:
    case PY_OP_SETUP_LOOP:
    case PY_OP_SETUP_EXCEPT:
    case PY_OP_SETUP_FINALLY:
    case PY_OP_SETUP_WITH:
        thread_jump(p, i);
        return i;
    case PY_OP_EXTENDED_ARG:
        return q[3] == PY_OP_MAKE_CLOSURE ? i + 3 : -1;
    case PY_OP_RETURN_VALUE:
        if (i + 4 >= p->n)
            return i;
        if (q[4] == PY_OP_RETURN_VALUE && together(p, i, 5))
            nops(q + 1, 4);
        else if (is_unconditional(q[1]) && together(p, i, 4))
            nops(q + 1, 3);
        return i;
    default:
        return i;
    }
}

intptr_t peephole(struct compiler *c, struct unit *u, uint8_t *code, intptr_t n,
                  uint8_t *lnotab, intptr_t nlnotab)
{
    if (n > MAX_CODE || code[n - 1] != PY_OP_RETURN_VALUE ||
        (nlnotab && memchr(lnotab, 255, (size_t)nlnotab)))
        return n;
    /* Works on a copy: giving up leaves the code as it was. Room behind the
     * end lets patterns look ahead. */
    struct peep p = {.c = c, .u = u, .n = n};
    p.code = arena_alloc(c->arena, (size_t)n + 8);
    p.block = arena_alloc(c->arena, ((size_t)n + 8) * sizeof *p.block);
    memcpy(p.code, code, (size_t)n);
    find_blocks(&p);
    int loads = 0;
    for (intptr_t i = 0; i < n; i += op_size(p.code[i])) {
        i = improve(&p, i, &loads);
        if (i < 0)
            return n;
    }
    n = compact(&p, lnotab, nlnotab);
    memcpy(code, p.code, (size_t)n);
    return n;
}
