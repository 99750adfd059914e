/*
 * assemble.c: a unit's blocks to a code object.
 *
 * Gives blocks their offsets (EXTENDED_ARG where operands need it), writes the
 * bytes and the line table, and finds the depth of the value stack. Blocks are
 * laid out in the order in which the generator used them.
 */
#include <string.h>
#include "compiler/codegen.h"
#include "objects/container.h"
#include "objects/errors.h"

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

static int size_of(const struct instr *i)
{
    return i->op < PY_HAVE_ARGUMENT ? 1 : i->arg > 0xffff ? 6 : 3;
}

/* Offsets and jump operands; a jump that needs an EXTENDED_ARG moves what
 * follows, so until nothing changes. Returns the size of the code. */
static int32_t place(struct unit *u)
{
    int nlong, before = 0;
    for (;; before = nlong) {
        int32_t at = 0, end = 0;
        for (struct codeblock *b = u->first; b; b = b->next) {
            b->offset = at;
            for (int i = 0; i < b->n; i++)
                at += size_of(&b->instr[i]);
        }
        nlong = 0;
        for (struct codeblock *b = u->first; b; b = b->next) {
            end = b->offset;
            for (int i = 0; i < b->n; i++) {
                struct instr *in = &b->instr[i];
                end += size_of(in);
                if (in->target) {
                    in->arg = in->target->offset;
                    if (is_relative(in->op))
                        in->arg -= end;
                    nlong += in->arg > 0xffff;
                }
            }
        }
        if (nlong == before)
            return end;
    }
}

/* -------------------------------------------------------------- line table */

struct linetable {
    struct pyarena *arena;
    uint8_t *bytes;
    int32_t n, cap;
    int32_t offset, line; /* of the last entry */
};

static void put_pair(struct linetable *t, int doffset, int dline)
{
    while (t->n + 2 > t->cap)
        t->bytes = arena_grow(t->arena, t->bytes, (size_t)t->n, 1, &t->cap);
    t->bytes[t->n++] = (uint8_t)doffset;
    t->bytes[t->n++] = (uint8_t)dline;
}

static void put_line(struct linetable *t, int32_t offset, int32_t line)
{
    int doffset = offset - t->offset, dline = line - t->line;
    if (!doffset && !dline)
        return;
    for (; doffset > 255; doffset -= 255)
        put_pair(t, 255, 0);
    for (; dline > 255; dline -= 255, doffset = 0)
        put_pair(t, doffset, 255);
    put_pair(t, doffset, dline);
    t->offset = offset;
    t->line = line;
}

static void write_code(struct unit *u, uint8_t *p, struct linetable *t)
{
    const uint8_t *start = p;
    for (struct codeblock *b = u->first; b; b = b->next) {
        for (int i = 0; i < b->n; i++) {
            const struct instr *in = &b->instr[i];
            if (in->line)
                put_line(t, (int32_t)(p - start), in->line);
            if (in->op >= PY_HAVE_ARGUMENT && in->arg > 0xffff) {
                *p++ = PY_OP_EXTENDED_ARG;
                *p++ = (uint8_t)(in->arg >> 16);
                *p++ = (uint8_t)(in->arg >> 24);
            }
            *p++ = in->op;
            if (in->op >= PY_HAVE_ARGUMENT) {
                *p++ = (uint8_t)in->arg;
                *p++ = (uint8_t)(in->arg >> 8);
            }
        }
    }
}

/* ------------------------------------------------------------- stack depth */

static void reach(struct codeblock *b, int depth)
{
    if (b->depth < depth)
        b->depth = depth;
}

/* Jumps backwards never come deeper than the way there, so one pass in the
 * order of the code sees every block's greatest depth. */
static int stack_depth(struct unit *u)
{
    int max = 0;
    for (struct codeblock *b = u->first; b; b = b->next)
        b->depth = -1;
    u->first->depth = 0;
    for (struct codeblock *b = u->first; b; b = b->next) {
        int depth = b->depth, dead = depth < 0;
        for (int i = 0; i < b->n && !dead; i++) {
            const struct instr *in = &b->instr[i];
            depth += stack_effect(in->op, in->arg);
            if (depth > max)
                max = depth;
            if (!in->target)
                continue;
            int there = depth;
            if (in->op == PY_OP_FOR_ITER)
                there -= 2;
            else if (in->op == PY_OP_SETUP_FINALLY ||
                     in->op == PY_OP_SETUP_EXCEPT) {
                there += 3;
                if (there > max)
                    max = there;
            } else if (in->op == PY_OP_JUMP_IF_TRUE_OR_POP ||
                       in->op == PY_OP_JUMP_IF_FALSE_OR_POP)
                depth--;
            reach(in->target, there);
            dead =
                in->op == PY_OP_JUMP_ABSOLUTE || in->op == PY_OP_JUMP_FORWARD;
        }
        if (!dead && b->next)
            reach(b->next, depth);
    }
    return max;
}

static int call_effect(int arg)
{
    return -((arg & 255) + 2 * (arg >> 8));
}

int stack_effect(int op, int arg)
{
    switch (op) {
    case PY_OP_POP_TOP:
    case PY_OP_BINARY_POWER:
    case PY_OP_BINARY_MULTIPLY:
    case PY_OP_BINARY_DIVIDE:
    case PY_OP_BINARY_MODULO:
    case PY_OP_BINARY_ADD:
    case PY_OP_BINARY_SUBTRACT:
    case PY_OP_BINARY_SUBSCR:
    case PY_OP_BINARY_FLOOR_DIVIDE:
    case PY_OP_BINARY_TRUE_DIVIDE:
    case PY_OP_INPLACE_FLOOR_DIVIDE:
    case PY_OP_INPLACE_TRUE_DIVIDE:
    case PY_OP_INPLACE_ADD:
    case PY_OP_INPLACE_SUBTRACT:
    case PY_OP_INPLACE_MULTIPLY:
    case PY_OP_INPLACE_DIVIDE:
    case PY_OP_INPLACE_MODULO:
    case PY_OP_INPLACE_POWER:
    case PY_OP_INPLACE_LSHIFT:
    case PY_OP_INPLACE_RSHIFT:
    case PY_OP_INPLACE_AND:
    case PY_OP_INPLACE_XOR:
    case PY_OP_INPLACE_OR:
    case PY_OP_BINARY_LSHIFT:
    case PY_OP_BINARY_RSHIFT:
    case PY_OP_BINARY_AND:
    case PY_OP_BINARY_XOR:
    case PY_OP_BINARY_OR:
    case PY_OP_SLICE_1:
    case PY_OP_SLICE_2:
    case PY_OP_PRINT_EXPR:
    case PY_OP_PRINT_ITEM:
    case PY_OP_PRINT_NEWLINE_TO:
    case PY_OP_RETURN_VALUE:
    case PY_OP_IMPORT_STAR:
    case PY_OP_WITH_CLEANUP:
    case PY_OP_STORE_NAME:
    case PY_OP_DELETE_ATTR:
    case PY_OP_STORE_GLOBAL:
    case PY_OP_COMPARE_OP:
    case PY_OP_IMPORT_NAME:
    case PY_OP_POP_JUMP_IF_FALSE:
    case PY_OP_POP_JUMP_IF_TRUE:
    case PY_OP_STORE_FAST:
    case PY_OP_STORE_DEREF:
    case PY_OP_LIST_APPEND:
    case PY_OP_SET_ADD:
        return -1;
    case PY_OP_SLICE_3:
    case PY_OP_STORE_SLICE_0:
    case PY_OP_DELETE_SLICE_1:
    case PY_OP_DELETE_SLICE_2:
    case PY_OP_STORE_MAP:
    case PY_OP_DELETE_SUBSCR:
    case PY_OP_PRINT_ITEM_TO:
    case PY_OP_BUILD_CLASS:
    case PY_OP_STORE_ATTR:
    case PY_OP_MAP_ADD:
        return -2;
    case PY_OP_STORE_SLICE_1:
    case PY_OP_STORE_SLICE_2:
    case PY_OP_DELETE_SLICE_3:
    case PY_OP_STORE_SUBSCR:
    case PY_OP_EXEC_STMT:
    case PY_OP_END_FINALLY:
        return -3;
    case PY_OP_STORE_SLICE_3:
        return -4;
    case PY_OP_DELETE_SLICE_0:
        return -1;
    case PY_OP_DUP_TOP:
    case PY_OP_LOAD_LOCALS:
    case PY_OP_FOR_ITER:
    case PY_OP_LOAD_CONST:
    case PY_OP_LOAD_NAME:
    case PY_OP_BUILD_MAP:
    case PY_OP_IMPORT_FROM:
    case PY_OP_LOAD_GLOBAL:
    case PY_OP_LOAD_FAST:
    case PY_OP_LOAD_CLOSURE:
    case PY_OP_LOAD_DEREF:
    case PY_OP_LOOKUP_METHOD:
        return 1;
    case PY_OP_SETUP_WITH:
        return 4;
    case PY_OP_UNPACK_SEQUENCE:
        return arg - 1;
    case PY_OP_DUP_TOPX:
        return arg;
    case PY_OP_BUILD_TUPLE:
    case PY_OP_BUILD_LIST:
    case PY_OP_BUILD_SET:
        return 1 - arg;
    case PY_OP_RAISE_VARARGS:
    case PY_OP_MAKE_FUNCTION:
        return -arg;
    case PY_OP_MAKE_CLOSURE:
        return -arg - 1;
    case PY_OP_BUILD_SLICE:
        return arg == 3 ? -2 : -1;
    case PY_OP_CALL_FUNCTION:
        return call_effect(arg);
    case PY_OP_CALL_FUNCTION_VAR:
    case PY_OP_CALL_FUNCTION_KW:
    case PY_OP_CALL_METHOD:
        return call_effect(arg) - 1;
    case PY_OP_CALL_FUNCTION_VAR_KW:
        return call_effect(arg) - 2;
    default:
        return 0;
    }
}

/* -------------------------------------------------------------- the object */

static py_tuple *name_tuple(struct compiler *c, const struct nametable *t)
{
    py_tuple *names = py_tuple_new(t->n);
    for (int i = 0; names && i < t->n; i++) {
        py_str *s = ident_str(c, t->name[i]);
        if (!s)
            return NULL;
        names->item[i] = &s->base;
    }
    return names;
}

static int code_flags(const struct compiler *c, const struct unit *u)
{
    const struct scope *s = u->scope;
    int flags = c->flags & PY_CO_FUTURE_MASK;
    if (s->kind != SCOPE_MODULE)
        flags |= PY_CO_NEWLOCALS;
    if (s->kind == SCOPE_FUNCTION) {
        flags |= s->unoptimized ? 0 : PY_CO_OPTIMIZED;
        flags |= s->nested ? PY_CO_NESTED : 0;
        flags |= s->generator ? PY_CO_GENERATOR : 0;
        flags |= s->varargs ? PY_CO_VARARGS : 0;
        flags |= s->varkeywords ? PY_CO_VARKEYWORDS : 0;
    }
    if (!u->freevars.n && !u->cellvars.n)
        flags |= PY_CO_NOFREE;
    return flags;
}

py_code *assemble(struct compiler *c, struct unit *u)
{
    if (!u->firstline)
        u->firstline = u->first->n ? u->first->instr[0].line : 1;
    intptr_t n = place(u);
    uint8_t *bytes = arena_alloc(c->arena, (size_t)n + 1);
    struct linetable lines = {.arena = c->arena, .line = u->firstline};
    write_code(u, bytes, &lines);
    n = peephole(c, u, bytes, n, lines.bytes, lines.n);
    if (n < 0)
        return NULL;
    py_str *code = py_str_new((const char *)bytes, n);
    py_str *lnotab = py_str_new((const char *)lines.bytes, lines.n);
    py_tuple *consts = py_tuple_from(u->consts.item, u->consts.n);
    py_tuple *names = name_tuple(c, &u->names);
    py_tuple *varnames = name_tuple(c, &u->varnames);
    py_tuple *freevars = name_tuple(c, &u->freevars);
    py_tuple *cellvars = name_tuple(c, &u->cellvars);
    py_str *name = ident_str(c, u->name);
    if (!code || !lnotab || !consts || !names || !varnames || !freevars ||
        !cellvars || !name)
        return NULL;
    return py_code_new(u->argcount, u->varnames.n, stack_depth(u),
                       code_flags(c, u), code, consts, names, varnames,
                       freevars, cellvars, c->filename_str, name, u->firstline,
                       lnotab);
}
