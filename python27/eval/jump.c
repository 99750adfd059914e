/*
 * jump.c: assignment to f_lineno: a trace function moves its frame to another
 * line.
 *
 * Allowed are only places that the frame could stand at with the blocks it has
 * open, or with fewer of them: not the inside of a block from outside, not an
 * except clause, not across the border of a finally clause. The assignment
 * checks and notes the target; py_trace_line() (trace.c) leaves the blocks and
 * goes there when the trace function returns.
 */
#include "eval/evalops.h"

enum { MAX_BLOCKS = 64 };

static int next_instruction(const unsigned char *code, int pc)
{
    return pc + (code[pc] >= PY_HAVE_ARGUMENT ? 3 : 1);
}

static int opens_block(int op)
{
    return op == PY_OP_SETUP_LOOP || op == PY_OP_SETUP_EXCEPT ||
           op == PY_OP_SETUP_FINALLY || op == PY_OP_SETUP_WITH;
}

static int has_finally(int op)
{
    return op == PY_OP_SETUP_FINALLY || op == PY_OP_SETUP_WITH;
}

/* The first instruction of the first line from *line on that has any; *line
 * becomes that line. -1: there is none. */
static int place_of(py_code *c, int *line)
{
    const unsigned char *p = (const unsigned char *)py_str_data(c->lnotab);
    int at = c->firstlineno, addr = 0;
    if (*line == at)
        return 0;
    for (intptr_t n = c->lnotab->n / 2; n-- > 0; p += 2) {
        addr += p[0];
        at += p[1];
        if (at >= *line) {
            *line = at;
            return addr;
        }
    }
    return -1;
}

/* The SETUP instructions of the innermost finally clauses around two places;
 * -1: none. */
static void finally_around(py_code *c, int from, int to, int *around_from,
                           int *around_to)
{
    struct {
        int setup, in_finally;
    } open[MAX_BLOCKS];
    int n = 0, size = (int)c->code->n;
    *around_from = *around_to = -1;
    for (int pc = 0; pc < size; pc = next_instruction(c->bytes, pc)) {
        int op = c->bytes[pc];
        if (opens_block(op) && n < MAX_BLOCKS) {
            open[n].setup = pc;
            open[n++].in_finally = 0;
        } else if (op == PY_OP_POP_BLOCK && n) {
            if (has_finally(c->bytes[open[n - 1].setup]))
                open[n - 1].in_finally = 1;
            else
                n--;
        } else if (op == PY_OP_END_FINALLY && n && open[n - 1].in_finally) {
            n--; /* else it ends the except clauses inside */
        }
        for (int i = n; (pc == from || pc == to) && i-- > 0;)
            if (open[i].in_finally) {
                if (pc == from)
                    *around_from = open[i].setup;
                if (pc == to)
                    *around_to = open[i].setup;
                break;
            }
    }
}

/* How many blocks more (or less) are open at `to` than at `from`, and *least,
 * the fewest in between. */
static int block_change(py_code *c, int from, int to, int *least)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    int depth = 0;
    *least = 0;
    for (int pc = low; pc < high; pc = next_instruction(c->bytes, pc)) {
        if (opens_block(c->bytes[pc]))
            depth++;
        else if (c->bytes[pc] == PY_OP_POP_BLOCK)
            depth--;
        if (depth < *least)
            *least = depth;
    }
    return from < to ? depth : -depth;
}

static int open_blocks(struct py_block *b)
{
    int n = 0;
    for (; b; b = b->prev)
        n++;
    return n;
}

int py_frame_set_line(py_frame *f, py_object *v)
{
    py_code *c = f->code;
    struct py_frametrace *t = f->trace;
    int line, after, before;
    if (!v)
        return py_raise_i(&py_AttributeError, "cannot delete attribute");
    if (!py_is_int(v))
        return py_raise_i(&py_ValueError, "lineno must be an integer");
    line = (int)py_int_value(v);
    if (f->lasti < 0)
        return py_raise_i(&py_ValueError,
                          "can't jump from the 'call' trace event of a new "
                          "frame");
    if (!t || !t->func)
        return py_raise_i(&py_ValueError,
                          "f_lineno can only be set by a trace function");
    if (t->event == 'r' && c->bytes[f->lasti] == PY_OP_YIELD_VALUE)
        return py_raise_i(&py_ValueError, "can't jump from a yield statement");
    if (t->event != 'l')
        return py_raise_i(&py_ValueError,
                          "can only jump from a 'line' trace event");
    if (line < c->firstlineno)
        return py_raise_i(&py_ValueError,
                          "line %d comes before the current code block", line);
    int to = place_of(c, &line);
    if (to < 0)
        return py_raise_i(&py_ValueError,
                          "line %d comes after the current code block",
                          (int)py_int_value(v));
    if (c->bytes[to] == PY_OP_DUP_TOP || c->bytes[to] == PY_OP_POP_TOP)
        return py_raise_i(
            &py_ValueError,
            "can't jump to 'except' line as there's no exception");
    finally_around(c, f->lasti, to, &before, &after);
    if (before != after)
        return py_raise_i(&py_ValueError,
                          "can't jump into or out of a 'finally' block");
    int least, change = block_change(c, f->lasti, to, &least);
    int have = open_blocks(f->block);
    if (have + change > have + least)
        return py_raise_i(&py_ValueError,
                          "can't jump into the middle of a block");
    t->jump = to;
    t->jump_blocks = have + change;
    t->line = line;
    return 0;
}

int py_frame_leave_blocks(py_frame *f, int depth)
{
    int have = open_blocks(f->block);
    while (have-- > f->trace->jump_blocks) {
        struct py_block *b = f->block;
        int level = b->level;
        if (b->kind == PY_OP_SETUP_WITH)
            level--; /* its __exit__, too, which will not be called */
        while (depth > level)
            f->slots[--depth] = NULL;
        f->block = b->prev;
    }
    return depth;
}
