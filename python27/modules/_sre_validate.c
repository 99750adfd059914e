/*
 * _sre_validate.c: is an array of words code that the matcher can run? Anybody
 * may call _sre.compile with any list, and the matcher itself does not look.
 *
 * Checked: every operation is known and complete, jumps stay inside their
 * construct and land between operations, groups exist, sets are sets.
 */
#include "modules/_sre_object.h"
#include "objects/errors.h"

/* The words i..end of a set, FAILURE included: the position behind it, -1. */
static intptr_t check_set(const uint32_t *p, intptr_t i, intptr_t end)
{
    while (i < end) {
        intptr_t words = 0;
        switch (p[i++]) {
        case SRE_FAILURE:
            return i;
        case SRE_NEGATE:
            break;
        case SRE_LITERAL:
            words = 1;
            break;
        case SRE_CATEGORY:
            if (i >= end || p[i] > SRE_UNI_NOT_LINEBREAK)
                return -1;
            words = 1;
            break;
        case SRE_RANGE:
            words = 2;
            break;
        case SRE_CHARSET:
            words = 8;
            break;
        case SRE_BIGCHARSET: {
            if (end - i < 65 || p[i] == 0 || p[i] > 256)
                return -1;
            const unsigned char *block = (const unsigned char *)(p + i + 1);
            for (int k = 0; k < 256; k++)
                if (block[k] >= p[i])
                    return -1;
            words = 65 + 8 * (intptr_t)p[i];
            break;
        }
        default:
            return -1;
        }
        if (words > end - i)
            return -1;
        i += words;
    }
    return -1;
}

struct check {
    const uint32_t *p;
    intptr_t groups;
    int depth;
};

static intptr_t check_run(struct check *c, intptr_t i, intptr_t end);

/* The skip word at i: where it leads; -1 when that is outside. */
static intptr_t target(const struct check *c, intptr_t i, intptr_t end)
{
    if (i >= end || c->p[i] == 0 || (intptr_t)c->p[i] > end - i)
        return -1;
    return i + (intptr_t)c->p[i];
}

/* BRANCH, whose first skip word is at i. */
static intptr_t check_branch(struct check *c, intptr_t i, intptr_t end)
{
    intptr_t behind = -1;
    for (;;) {
        if (i >= end)
            return -1;
        if (c->p[i] == 0)
            return behind < 0 || behind == i + 1 ? i + 1 : -1;
        intptr_t next = target(c, i, end);
        /* An alternative ends with JUMP and its word. */
        if (next < 0 || next - i < 3 || c->p[next - 2] != SRE_JUMP ||
            check_run(c, i + 1, next - 2) < 0)
            return -1;
        intptr_t to = target(c, next - 1, end);
        if (to < 0 || (behind >= 0 && to != behind))
            return -1;
        behind = to;
        i = next;
    }
}

static intptr_t check_one_char(struct check *c, intptr_t i, intptr_t end)
{
    switch (c->p[i]) {
    case SRE_ANY:
    case SRE_ANY_ALL:
    case SRE_LITERAL:
    case SRE_NOT_LITERAL:
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_CATEGORY:
    case SRE_IN:
    case SRE_IN_IGNORE:
        return check_run(c, i, end);
    default:
        return -1;
    }
}

/* The repeats: skip, min, max, body, and what ends it. */
static intptr_t check_repeat(struct check *c, uint32_t op, intptr_t i,
                             intptr_t end)
{
    intptr_t to = target(c, i, end);
    if (to < 0 || to - i < 4 || c->p[i + 1] > c->p[i + 2])
        return -1;
    if (op == SRE_REPEAT) {
        if (to >= end ||
            (c->p[to] != SRE_MAX_UNTIL && c->p[to] != SRE_MIN_UNTIL) ||
            check_run(c, i + 3, to) < 0)
            return -1;
        return to + 1;
    }
    if (c->p[to - 1] != SRE_SUCCESS || check_one_char(c, i + 3, to - 1) < 0)
        return -1;
    return to;
}

/* skip, width, body, SUCCESS */
static intptr_t check_look(struct check *c, intptr_t i, intptr_t end)
{
    intptr_t to = target(c, i, end);
    if (to < 0 || to - i < 3 || c->p[to - 1] != SRE_SUCCESS ||
        c->p[i + 1] > INT32_MAX || check_run(c, i + 2, to - 1) < 0)
        return -1;
    return to;
}

/* group, skip, yes [JUMP to the end, no]: the skip word counts one more. */
static intptr_t check_conditional(struct check *c, intptr_t i, intptr_t end)
{
    if (end - i < 2 || c->p[i + 1] < 2 ||
        (intptr_t)c->p[i + 1] - 1 > end - i - 1)
        return -1;
    intptr_t no = i + (intptr_t)c->p[i + 1];
    if (no - (i + 2) >= 2 && c->p[no - 2] == SRE_JUMP) {
        intptr_t behind = target(c, no - 1, end);
        if (behind >= no && check_run(c, i + 2, no - 2) >= 0)
            return check_run(c, no, behind) < 0 ? -1 : behind;
    }
    return check_run(c, i + 2, no) < 0 ? -1 : no;
}

static intptr_t check_info(struct check *c, intptr_t i, intptr_t end)
{
    intptr_t to = target(c, i, end);
    const uint32_t *p = c->p + i;
    if (to < 0 || to - i < 4)
        return -1;
    if (p[1] & SRE_INFO_PREFIX) {
        if (to - i < 6 || p[4] == 0 || p[5] > p[4] ||
            to - i < 6 + 2 * (intptr_t)p[4])
            return -1;
        /* The matcher steps over this many literals. */
        for (intptr_t k = 0; k < (intptr_t)p[5]; k++)
            if (to + 2 * k >= end || c->p[to + 2 * k] != SRE_LITERAL)
                return -1;
    } else if (p[1] & SRE_INFO_CHARSET) {
        if (check_set(c->p, i + 4, to) < 0)
            return -1;
    }
    return to;
}

/* One operation at i: the position behind it, -1. */
static intptr_t check_op(struct check *c, intptr_t i, intptr_t end)
{
    uint32_t op = c->p[i++];
    intptr_t to;

    switch (op) {
    case SRE_ANY:
    case SRE_ANY_ALL:
    case SRE_FAILURE:
    case SRE_SUCCESS:
        return i;
    case SRE_LITERAL:
    case SRE_NOT_LITERAL:
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
        return i < end ? i + 1 : -1;
    case SRE_CATEGORY:
        return i < end && c->p[i] <= SRE_UNI_NOT_LINEBREAK ? i + 1 : -1;
    case SRE_AT:
        return i < end && c->p[i] <= SRE_AT_UNI_NON_BOUNDARY ? i + 1 : -1;
    case SRE_MARK:
        return i < end && (intptr_t)c->p[i] < 2 * c->groups ? i + 1 : -1;
    case SRE_GROUPREF:
    case SRE_GROUPREF_IGNORE:
        return i < end && (intptr_t)c->p[i] < c->groups ? i + 1 : -1;
    case SRE_IN:
    case SRE_IN_IGNORE:
        to = target(c, i, end);
        return to < 0 || check_set(c->p, i + 1, to) != to ? -1 : to;
    case SRE_INFO:
        return check_info(c, i, end);
    case SRE_BRANCH:
        return check_branch(c, i, end);
    case SRE_REPEAT:
    case SRE_REPEAT_ONE:
    case SRE_MIN_REPEAT_ONE:
        return check_repeat(c, op, i, end);
    case SRE_ASSERT:
    case SRE_ASSERT_NOT:
        return check_look(c, i, end);
    case SRE_GROUPREF_EXISTS:
        return check_conditional(c, i, end);
    default:
        return -1;
    }
}

/* Operations that fill i..end exactly. */
static intptr_t check_run(struct check *c, intptr_t i, intptr_t end)
{
    if (++c->depth > 2000)
        return -1;
    while (i >= 0 && i < end)
        i = check_op(c, i, end);
    c->depth--;
    return i == end ? i : -1;
}

int sre_validate(const struct sre_code *code, intptr_t groups)
{
    struct check c = {code->item, groups, 0};

    if (groups < 0 || groups > INT32_MAX / 4 || code->n < 1 ||
        code->item[code->n - 1] != SRE_SUCCESS ||
        check_run(&c, 0, code->n - 1) < 0)
        return py_raise_i(&py_RuntimeError, "invalid SRE code");
    return 0;
}
