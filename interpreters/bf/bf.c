/*
 * bf.c: Brainfuck, the smallest interpreter that shows what the toolkit does.
 *
 * In: bf [--jit TEXT] FILE. Out: what the program prints. The source is
 * translated to pairs (op, argument) with runs counted and brackets resolved; a
 * plain loop executes them. The JIT needs driver, merge point, can_enter_jit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tw/gc.h>
#include <tw/jit.h>

/* An instruction is two words of code[]: the op, and its argument: how far to
 * move, what to add, where a bracket goes when it jumps. */
enum op { OP_MOVE, OP_ADD, OP_OPEN, OP_CLOSE, OP_WRITE, OP_READ, OP_END };

struct bf_program {
    const char *source;
    int32_t *offset; /* in the source, of instruction pc / 2 */
    intptr_t length;
    int32_t code[];
};
TW_GC_TYPE_VAR(bf_program, code);
TW_IMMUTABLE(bf_program, length);
TW_IMMUTABLE_ARRAY(bf_program, code);

/* The cells; walking past the end puts a longer tape in its place. */
struct bf_tape {
    intptr_t length;
    uint8_t cell[];
};
TW_GC_TYPE_VAR_ATOMIC(bf_tape, cell);
TW_IMMUTABLE(bf_tape, length);

static void where(const union tw_value *greens, char *buf, size_t size)
{
    const struct bf_program *program = greens[1].r;
    int32_t at = program->offset[greens[0].i / 2];
    int n = (int)strcspn(program->source + at, "\n");
    snprintf(buf, size, "bf byte %d: %.*s", (int)at, n < 24 ? n : 24,
             program->source + at);
}

static const struct tw_driver driver = {.name = "bf",
                                        .greens = "pc program",
                                        .reds = "tape pos",
                                        .get_printable_location = where};

tw_dont_look_inside static struct bf_tape *tape_new(intptr_t length,
                                                    const struct bf_tape *old)
{
    struct bf_tape *tape = TW_NEW_VAR(bf_tape, length);
    if (!tape)
        abort();
    tape->length = length;
    if (old)
        memcpy(tape->cell, old->cell, (size_t)old->length);
    return tape;
}

tw_dont_look_inside static void write_cell(int cell)
{
    putc_unlocked(cell, stdout);
}

/* At the end of the input a read gives 0. */
tw_dont_look_inside static int read_cell(void)
{
    int c = getc_unlocked(stdin);
    return c == EOF ? 0 : c;
}

/* 0, or 1 after an error. */
static int run(struct bf_program *program, struct bf_tape *tape)
{
    intptr_t pc = 0, pos = 0;
    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc, program), TW_REDS(tape, pos));
        intptr_t argument = program->code[pc + 1];
        switch ((enum op)program->code[pc]) {
        case OP_MOVE:
            pos += argument;
            if (pos < 0) {
                fprintf(stderr, "bf: left of the first cell\n");
                return 1;
            }
            if (pos >= tape->length)
                tape = tape_new(2 * pos, tape);
            break;
        case OP_ADD:
            tape->cell[pos] = (uint8_t)(tape->cell[pos] + argument);
            break;
        case OP_OPEN:
            if (tape->cell[pos] == 0) {
                pc = argument;
                continue;
            }
            break;
        case OP_CLOSE:
            if (tape->cell[pos] != 0) {
                pc = argument;
                tw_can_enter_jit(&driver, TW_GREENS(pc, program),
                                 TW_REDS(tape, pos));
                continue;
            }
            break;
        case OP_WRITE:
            write_cell(tape->cell[pos]);
            break;
        case OP_READ:
            tape->cell[pos] = (uint8_t)read_cell();
            break;
        case OP_END:
            return 0;
        }
        pc += 2;
    }
}

/* Translates the source; NULL, with a message, if brackets do not match. */
static struct bf_program *translate(const char *source)
{
    static const char letters[] = "><+-[].,";
    static const int32_t ops[] = {OP_MOVE, OP_MOVE,  OP_ADD,   OP_ADD,
                                  OP_OPEN, OP_CLOSE, OP_WRITE, OP_READ};
    size_t size = strlen(source);
    struct bf_program *p = TW_NEW_VAR(bf_program, 2 * (intptr_t)size + 2);
    int32_t *offset = tw_gc_malloc_atomic((size + 1) * sizeof *offset);
    int32_t *open = tw_gc_malloc_atomic((size + 1) * sizeof *open);
    int32_t depth = 0, n = 0;
    if (!p || !offset || !open)
        abort();
    for (size_t i = 0; i < size; i++) {
        const char *letter = strchr(letters, source[i]);
        if (!letter)
            continue;
        int32_t op = ops[letter - letters];
        int32_t by = *letter == '<' || *letter == '-' ? -1 : 1;
        if (n > 0 && (op == OP_MOVE || op == OP_ADD) && p->code[n - 2] == op) {
            p->code[n - 1] += by;
            continue;
        }
        if (op == OP_OPEN) {
            open[depth++] = n;
        } else if (op == OP_CLOSE) {
            if (depth-- == 0) {
                fprintf(stderr, "bf: byte %zu: ] without [\n", i);
                return NULL;
            }
            by = open[depth] + 2;
            p->code[open[depth] + 1] = n + 2;
        }
        offset[n / 2] = (int32_t)i;
        p->code[n++] = op;
        p->code[n++] = by;
    }
    if (depth > 0) {
        fprintf(stderr, "bf: byte %d: [ without ]\n",
                (int)offset[open[depth - 1] / 2]);
        return NULL;
    }
    offset[n / 2] = (int32_t)size;
    p->code[n] = OP_END;
    p->length = n + 2;
    p->source = source;
    p->offset = offset;
    return p;
}

int main(int argc, char **argv)
{
    char error[200] = "this build has no JIT";
    int jit = argc == 4 && !strcmp(argv[1], "--jit");
    if (argc != 2 && !jit) {
        fprintf(stderr, "usage: bf [--jit off|NAME=VALUE,...] FILE\n");
        return 2;
    }
    tw_gc_init();
#if !defined(TW_NO_JIT)
    if (jit && tw_jit_set_params(argv[2], error, sizeof error) < 0) {
#else
    if (jit && strcmp(argv[2], "off")) {
#endif
        fprintf(stderr, "bf: --jit: %s\n", error);
        return 2;
    }
    FILE *f = fopen(argv[argc - 1], "r");
    char *source = NULL; /* up to a NUL or the end */
    size_t room = 0;
    if (!f || (getdelim(&source, &room, '\0', f) < 0 && ferror(f))) {
        perror(argv[argc - 1]);
        return 2;
    }
    struct bf_program *program =
        translate(feof(f) && ftell(f) == 0 ? "" : source);
    int status = !program || run(program, tape_new(30000, NULL));
    return fflush(stdout) ? 1 : status;
}
