/*
 * asm.h: a small assembler for jitcode in unit tests. Operations are appended with their operands
 * in the order of jitcode_ops.def; labels are patched at the end.
 */
#ifndef TW_TEST_ASM_H
#define TW_TEST_ASM_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/ir/jitcode.h"

struct asm_code {
    uint16_t code[1024];
    uint32_t n;
    uint32_t labels[32];           /* offset of each label */
    uint32_t uses[64], use_of[64]; /* places that want a label's offset */
    unsigned nuses;
};

static inline void asm_unit(struct asm_code *a, unsigned x)
{
    a->code[a->n++] = (uint16_t)x;
}

static inline void asm_wide(struct asm_code *a, uint32_t x)
{
    asm_unit(a, x & 0xffff);
    asm_unit(a, x >> 16);
}

static inline void asm_label(struct asm_code *a, unsigned label)
{
    a->labels[label] = a->n;
}

/* Operands as ints: registers and lists (count first) by the operand string; d j s v: index; L:
 * label number. */
static inline uint32_t asm_op(struct asm_code *a, unsigned op, ...)
{
    uint32_t at = a->n;
    va_list ap;

    va_start(ap, op);
    asm_unit(a, op);
    for (const char *s = tw_jop_operands(op); *s; s++) {
        int x;

        if (*s == '>')
            continue;
        x = va_arg(ap, int);
        switch (*s) {
        case 'I':
        case 'R':
        case 'F':
            asm_unit(a, (unsigned)x);
            for (; x > 0; x--)
                asm_unit(a, (unsigned)va_arg(ap, int));
            break;
        case 'd':
        case 'j':
        case 's':
        case 'v':
            asm_wide(a, (uint32_t)x);
            break;
        case 'L':
            a->uses[a->nuses] = a->n;
            a->use_of[a->nuses++] = (uint32_t)x;
            asm_wide(a, 0);
            break;
        default:
            asm_unit(a, (unsigned)x);
        }
    }
    va_end(ap);
    return at;
}

static inline void asm_finish(struct asm_code *a, struct tw_jitcode *c)
{
    for (unsigned k = 0; k < a->nuses; k++) {
        uint32_t target = a->labels[a->use_of[k]];

        a->code[a->uses[k]] = (uint16_t)target;
        a->code[a->uses[k] + 1] = (uint16_t)(target >> 16);
    }
    c->code = a->code;
    c->ncode = a->n;
}

static int failures;
static const char *check_prefix = "";
static inline void check(int ok, const char *name)
{
    printf("%s %s%s\n", ok ? "ok" : "not ok", check_prefix, name);
    fflush(stdout);
    failures += !ok;
}

/* Runs the tests in a process of its own for each backend: a process has one. */
static inline int for_each_backend(void (*tests)(void))
{
    static const char *const backends[] = {"reference", "native"};
    int bad = 0;

    for (int k = 0; k < 2; k++) {
        char text[64], prefix[32];
        int status;
        pid_t child = fork();

        if (child == 0) {
            snprintf(text, sizeof text, "backend=%s,decay=0", backends[k]);
            snprintf(prefix, sizeof prefix, "%s-", backends[k]);
            check_prefix = prefix;
            tw_jit_set_params(text, NULL, 0);
            tests();
            exit(failures != 0);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
            printf("not ok %s-tests-end\n", backends[k]);
            bad = 1;
        }
    }
    return bad;
}

#endif
