/*
 * interp.c: the bytecode loop, the part that the JIT traces.
 *
 * pc, sp and function are green: with them constant, a trace knows every
 * instruction, every operand and which slot of the frame each stands for. The
 * frame is the virtualizable; a call is a recursive call of the portal with a
 * frame of its own, which stays virtual where the call is inlined.
 *
 * Values are compared with static objects and their types with static types:
 * that is what a trace's guards check. A promoted map makes the field's index
 * or the method a constant. Without the JIT the same lookups go through a
 * cache at each site; `tw_we_are_jitted()` tells the two ways apart.
 *
 * Input: a closure (object.h). Errors: vm.h.
 */
#include "interp.h"

#include <stdio.h>

#include "unit.h"

/* A call's locals and stack. No code keeps a frame beyond the call. */
struct lox_frame {
    void *token;
    struct lox_closure *closure;
    intptr_t nslots;
    struct lox_value *slot[];
};
TW_GC_TYPE_VAR(lox_frame, slot);
TW_VIRTUALIZABLE(lox_frame, token, "closure", slot, nslots);

static void where(const union tw_value *greens, char *buf, size_t size)
{
    const struct lox_function *function = greens[2].r;
    intptr_t pc = (intptr_t)greens[0].i;
    snprintf(buf, size, "lox %s line %d: %s",
             function->name ? function->name->chars : "script",
             (int)function->lines[pc], lox_op_name(function->code->word[pc]));
}

static const struct tw_driver driver = {.name = "lox",
                                        .greens = "pc sp function",
                                        .reds = "frame vm",
                                        .virtualizable = "frame",
                                        .get_printable_location = where,
                                        .is_recursive = 1};

static struct lox_value *run(struct lox_vm *vm, struct lox_frame *frame,
                             struct lox_function *function);

#define INLINE static inline __attribute__((always_inline))

INLINE struct lox_frame *frame_new(struct lox_closure *closure, intptr_t nslots)
{
    struct lox_frame *frame = TW_NEW_VAR(lox_frame, nslots);
    tw_hint_fresh_virtualizable(frame);
    frame->nslots = nslots;
    frame->closure = closure;
    return frame;
}

/* Slots above the stack's top are dead; a trace that knows it carries nothing
 * in them, neither round its loop nor to its exits. */
INLINE void forget(struct lox_frame *frame, intptr_t from, intptr_t to)
{
    if (tw_we_are_jitted())
        for (intptr_t i = from; i < to; i++)
            frame->slot[i] = NULL;
}

/* ----------------------------------------------------------- properties */

tw_dont_look_inside static intptr_t
fill_field(struct lox_site *site, struct lox_map *map, struct lox_string *name)
{
    site->map = map;
    site->next = NULL;
    site->index = lox_map_find(map, name);
    site->method = site->index < 0 ? lox_class_find(map->owner, name) : NULL;
    return site->index;
}

tw_dont_look_inside static struct lox_map *
fill_next(struct lox_site *site, struct lox_map *map, struct lox_string *name)
{
    return site->next = lox_map_add(map, name);
}

INLINE intptr_t find_field(struct lox_site *site, struct lox_map *map,
                           struct lox_string *name)
{
    if (tw_we_are_jitted())
        return lox_map_find(map, name);
    return site->map == map ? site->index : fill_field(site, map, name);
}

/* Behind find_field, which found no field of that name. */
INLINE struct lox_closure *
find_method(struct lox_site *site, struct lox_map *map, struct lox_string *name)
{
    if (tw_we_are_jitted())
        return lox_class_find(map->owner, name);
    return site->method;
}

INLINE void set_field(struct lox_instance *instance, struct lox_site *site,
                      struct lox_string *name, struct lox_value *value)
{
    struct lox_map *map = tw_promote(instance->map);
    intptr_t index = find_field(site, map, name);
    if (index < 0) {
        index = map->count;
        if (tw_we_are_jitted())
            map = lox_map_add(map, name);
        else
            map = site->next ? site->next : fill_next(site, map, name);
        if (index >= instance->fields->length)
            lox_instance_grow(instance);
        instance->map = map;
    }
    instance->fields->item[index] = value;
}

/* -------------------------------------------------------------- globals */

INLINE struct lox_value *global_get(struct lox_global *global)
{
    struct lox_value *value = global->constant;
    return value ? value : global->value;
}

/* The first assignment makes a constant of it, the second ends that. */
INLINE void global_define(struct lox_global *global, struct lox_value *value)
{
    if (!global->value)
        global->constant = value;
    else if (global->constant)
        global->constant = NULL;
    global->value = value;
}

/* ------------------------------------------------------------- the loop */

#define OPERAND(n) ((intptr_t)code->word[pc + (n)])
#define CONSTANT(n) (function->constants->item[OPERAND(n)])
#define STRING(n) ((struct lox_string *)CONSTANT(n))
#define SITE(n) (&function->sites[OPERAND(n)])
#define TOP (frame->slot[sp - 1])
#define SECOND (frame->slot[sp - 2])
#define DROP(n) (forget(frame, sp - (n), sp), sp -= (n))

/* Both operands as numbers a and b, or the error. */
#define NUMBERS                                                                \
    struct lox_value *left = SECOND, *right = TOP;                             \
    if (!lox_is_number(left) || !lox_is_number(right))                         \
        goto not_numbers;                                                      \
    double a = lox_number_of(left), b = lox_number_of(right)

#define ARITHMETIC(op)                                                         \
    {                                                                          \
        NUMBERS;                                                               \
        SECOND = lox_number_new(a op b);                                       \
        DROP(1);                                                               \
        pc++;                                                                  \
        continue;                                                              \
    }

#define COMPARISON(condition)                                                  \
    {                                                                          \
        NUMBERS;                                                               \
        if (condition)                                                         \
            SECOND = lox_true;                                                 \
        else                                                                   \
            SECOND = lox_false;                                                \
        DROP(1);                                                               \
        pc++;                                                                  \
        continue;                                                              \
    }

#define COMPARE_AND_JUMP(condition)                                            \
    {                                                                          \
        NUMBERS;                                                               \
        DROP(2);                                                               \
        if (condition)                                                         \
            pc += 2;                                                           \
        else                                                                   \
            pc = OPERAND(1);                                                   \
        continue;                                                              \
    }

static struct lox_value *run(struct lox_vm *vm, struct lox_frame *frame,
                             struct lox_function *function)
{
    intptr_t pc = 0, sp = 1 + function->arity;
    tw_hint_access_directly(frame);
    for (;;) {
        tw_jit_merge_point(&driver, TW_GREENS(pc, sp, function),
                           TW_REDS(frame, vm));
        const struct lox_code *code = function->code;
        /* Of a call: where its callee stands, what is called, how far to go
         * on behind it. */
        intptr_t base, argc, length;
        struct lox_value *callee = NULL;
        struct lox_closure *closure = NULL;

        switch ((enum lox_op)code->word[pc]) {
        case LOX_OP_CONSTANT:
            frame->slot[sp++] = CONSTANT(1);
            pc += 2;
            continue;
        case LOX_OP_NIL:
            frame->slot[sp++] = lox_nil;
            pc++;
            continue;
        case LOX_OP_TRUE:
            frame->slot[sp++] = lox_true;
            pc++;
            continue;
        case LOX_OP_FALSE:
            frame->slot[sp++] = lox_false;
            pc++;
            continue;
        case LOX_OP_POP:
            DROP(1);
            pc++;
            continue;
        case LOX_OP_POP_N:
            DROP(OPERAND(1));
            pc += 2;
            continue;

        case LOX_OP_GET_LOCAL:
            frame->slot[sp++] = frame->slot[OPERAND(1)];
            pc += 2;
            continue;
        case LOX_OP_SET_LOCAL:
            frame->slot[OPERAND(1)] = TOP;
            pc += 2;
            continue;
        case LOX_OP_NEW_CELL: {
            struct lox_cell *cell = lox_cell_new(frame->slot[OPERAND(1)]);
            frame->slot[OPERAND(1)] = &cell->head;
            pc += 2;
            continue;
        }
        case LOX_OP_GET_CELL:
            frame->slot[sp++] =
                ((struct lox_cell *)frame->slot[OPERAND(1)])->value;
            pc += 2;
            continue;
        case LOX_OP_SET_CELL:
            ((struct lox_cell *)frame->slot[OPERAND(1)])->value = TOP;
            pc += 2;
            continue;
        case LOX_OP_GET_UPVALUE:
            frame->slot[sp++] = frame->closure->cell[OPERAND(1)]->value;
            pc += 2;
            continue;
        case LOX_OP_SET_UPVALUE:
            frame->closure->cell[OPERAND(1)]->value = TOP;
            pc += 2;
            continue;

        case LOX_OP_GET_GLOBAL: {
            struct lox_global *global = (struct lox_global *)CONSTANT(1);
            struct lox_value *value = global_get(global);
            if (!value) {
                lox_vm_error("Undefined variable '%s'.", global->name->chars);
                goto failed;
            }
            frame->slot[sp++] = value;
            pc += 2;
            continue;
        }
        case LOX_OP_SET_GLOBAL: {
            struct lox_global *global = (struct lox_global *)CONSTANT(1);
            if (!global->value) {
                lox_vm_error("Undefined variable '%s'.", global->name->chars);
                goto failed;
            }
            global_define(global, TOP);
            pc += 2;
            continue;
        }
        case LOX_OP_DEFINE_GLOBAL:
            global_define((struct lox_global *)CONSTANT(1), TOP);
            DROP(1);
            pc += 2;
            continue;

        case LOX_OP_GET_PROPERTY: {
            struct lox_value *object = TOP;
            if (object->type != &lox_instance_type) {
                lox_vm_error("Only instances have properties.");
                goto failed;
            }
            struct lox_instance *instance = (struct lox_instance *)object;
            struct lox_map *map = tw_promote(instance->map);
            intptr_t index = find_field(SITE(2), map, STRING(1));
            if (index >= 0) {
                TOP = instance->fields->item[index];
            } else {
                closure = find_method(SITE(2), map, STRING(1));
                if (!closure) {
                    lox_vm_error("Undefined property '%s'.", STRING(1)->chars);
                    goto failed;
                }
                TOP = lox_bound_new(object, closure);
            }
            pc += 3;
            continue;
        }
        case LOX_OP_SET_PROPERTY: {
            struct lox_value *object = SECOND, *value = TOP;
            if (object->type != &lox_instance_type) {
                lox_vm_error("Only instances have fields.");
                goto failed;
            }
            set_field((struct lox_instance *)object, SITE(2), STRING(1), value);
            SECOND = value;
            DROP(1);
            pc += 3;
            continue;
        }
        case LOX_OP_GET_SUPER: {
            struct lox_class *super = tw_promote((struct lox_class *)TOP);
            closure = lox_class_find(super, STRING(1));
            if (!closure) {
                lox_vm_error("Undefined property '%s'.", STRING(1)->chars);
                goto failed;
            }
            SECOND = lox_bound_new(SECOND, closure);
            DROP(1);
            pc += 2;
            continue;
        }

        case LOX_OP_EQUAL:
            if (lox_value_equal(SECOND, TOP))
                SECOND = lox_true;
            else
                SECOND = lox_false;
            DROP(1);
            pc++;
            continue;
        case LOX_OP_NOT_EQUAL:
            if (lox_value_equal(SECOND, TOP))
                SECOND = lox_false;
            else
                SECOND = lox_true;
            DROP(1);
            pc++;
            continue;
        case LOX_OP_LESS:
            COMPARISON(a < b)
        case LOX_OP_LESS_EQUAL:
            COMPARISON(a <= b)
        case LOX_OP_GREATER:
            COMPARISON(a > b)
        case LOX_OP_GREATER_EQUAL:
            COMPARISON(a >= b)

        case LOX_OP_ADD: {
            struct lox_value *left = SECOND, *right = TOP, *sum;
            if (lox_is_number(left) && lox_is_number(right)) {
                sum =
                    lox_number_new(lox_number_of(left) + lox_number_of(right));
            } else if (lox_is_string(left) && lox_is_string(right)) {
                sum = &lox_string_concat((struct lox_string *)left,
                                         (struct lox_string *)right)
                           ->head;
            } else {
                lox_vm_error("Operands must be two numbers or two strings.");
                goto failed;
            }
            SECOND = sum;
            DROP(1);
            pc++;
            continue;
        }
        case LOX_OP_SUBTRACT:
            ARITHMETIC(-)
        case LOX_OP_MULTIPLY:
            ARITHMETIC(*)
        case LOX_OP_DIVIDE:
            ARITHMETIC(/)
        case LOX_OP_NOT:
            if (lox_is_falsey(TOP))
                TOP = lox_true;
            else
                TOP = lox_false;
            pc++;
            continue;
        case LOX_OP_NEGATE:
            if (!lox_is_number(TOP)) {
                lox_vm_error("Operand must be a number.");
                goto failed;
            }
            TOP = lox_number_new(-lox_number_of(TOP));
            pc++;
            continue;
        case LOX_OP_PRINT:
            lox_value_print(TOP);
            DROP(1);
            pc++;
            continue;

        case LOX_OP_JUMP:
            pc = OPERAND(1);
            continue;
        case LOX_OP_LOOP:
            pc = OPERAND(1);
            tw_can_enter_jit(&driver, TW_GREENS(pc, sp, function),
                             TW_REDS(frame, vm));
            continue;
        case LOX_OP_JUMP_IF_FALSE: {
            const struct lox_value *condition = TOP;
            DROP(1);
            if (lox_is_falsey(condition))
                pc = OPERAND(1);
            else
                pc += 2;
            continue;
        }
        case LOX_OP_JUMP_IF_FALSE_OR_POP:
            if (lox_is_falsey(TOP)) {
                pc = OPERAND(1);
            } else {
                DROP(1);
                pc += 2;
            }
            continue;
        case LOX_OP_JUMP_IF_TRUE_OR_POP:
            if (lox_is_falsey(TOP)) {
                DROP(1);
                pc += 2;
            } else {
                pc = OPERAND(1);
            }
            continue;
        case LOX_OP_JUMP_IF_NOT_EQUAL: {
            struct lox_value *left = SECOND, *right = TOP;
            DROP(2);
            if (lox_value_equal(left, right))
                pc += 2;
            else
                pc = OPERAND(1);
            continue;
        }
        case LOX_OP_JUMP_IF_EQUAL: {
            struct lox_value *left = SECOND, *right = TOP;
            DROP(2);
            if (lox_value_equal(left, right))
                pc = OPERAND(1);
            else
                pc += 2;
            continue;
        }
        case LOX_OP_JUMP_IF_NOT_LESS:
            COMPARE_AND_JUMP(a < b)
        case LOX_OP_JUMP_IF_NOT_LESS_EQUAL:
            COMPARE_AND_JUMP(a <= b)
        case LOX_OP_JUMP_IF_NOT_GREATER:
            COMPARE_AND_JUMP(a > b)
        case LOX_OP_JUMP_IF_NOT_GREATER_EQUAL:
            COMPARE_AND_JUMP(a >= b)

        case LOX_OP_CALL:
            argc = OPERAND(1);
            length = 2;
            base = sp - argc - 1;
            callee = frame->slot[base];
            if (callee->type == &lox_closure_type) {
                closure = (struct lox_closure *)callee;
                goto call_closure;
            }
            goto call_value;
        case LOX_OP_INVOKE: {
            argc = OPERAND(3);
            length = 4;
            base = sp - argc - 1;
            struct lox_value *object = frame->slot[base];
            if (object->type != &lox_instance_type) {
                lox_vm_error("Only instances have methods.");
                goto failed;
            }
            struct lox_instance *instance = (struct lox_instance *)object;
            struct lox_map *map = tw_promote(instance->map);
            intptr_t index = find_field(SITE(2), map, STRING(1));
            if (index >= 0) {
                callee = instance->fields->item[index];
                frame->slot[base] = callee;
                goto call_value;
            }
            closure = find_method(SITE(2), map, STRING(1));
            if (!closure) {
                lox_vm_error("Undefined property '%s'.", STRING(1)->chars);
                goto failed;
            }
            goto call_closure;
        }
        case LOX_OP_SUPER_INVOKE: {
            struct lox_class *super = tw_promote((struct lox_class *)TOP);
            argc = OPERAND(2);
            length = 3;
            DROP(1);
            base = sp - argc - 1;
            closure = lox_class_find(super, STRING(1));
            if (!closure) {
                lox_vm_error("Undefined property '%s'.", STRING(1)->chars);
                goto failed;
            }
            goto call_closure;
        }

        case LOX_OP_CLOSURE: {
            intptr_t n = OPERAND(2);
            closure = lox_closure_new((struct lox_function *)CONSTANT(1), n);
            for (intptr_t i = 0; i < n; i++) {
                intptr_t index = OPERAND(4 + 2 * i);
                if (OPERAND(3 + 2 * i))
                    closure->cell[i] = (struct lox_cell *)frame->slot[index];
                else
                    closure->cell[i] = frame->closure->cell[index];
            }
            frame->slot[sp++] = &closure->head;
            pc += 3 + 2 * n;
            continue;
        }
        case LOX_OP_RETURN:
            return TOP;

        case LOX_OP_CLASS:
            frame->slot[sp++] = &lox_class_new(STRING(1))->head;
            pc += 2;
            continue;
        case LOX_OP_INHERIT:
            if (SECOND->type != &lox_class_type) {
                lox_vm_error("Superclass must be a class.");
                goto failed;
            }
            lox_class_inherit((struct lox_class *)TOP,
                              (struct lox_class *)SECOND);
            DROP(1);
            pc++;
            continue;
        case LOX_OP_METHOD:
            lox_class_add_method((struct lox_class *)SECOND, STRING(1),
                                 (struct lox_closure *)TOP, (int)OPERAND(2));
            DROP(1);
            pc += 3;
            continue;
        case LOX_NOPS:
            __builtin_unreachable();
        }

    not_numbers:
        lox_vm_error("Operands must be numbers.");
        goto failed;

    call_value: /* callee, at slot[base], is anything but a plain closure */
        if (callee->type == &lox_closure_type) {
            closure = (struct lox_closure *)callee;
        } else if (callee->type == &lox_bound_type) {
            const struct lox_bound *bound = (struct lox_bound *)callee;
            closure = bound->method;
            frame->slot[base] = bound->receiver;
        } else if (callee->type == &lox_class_type) {
            struct lox_class *cls = tw_promote((struct lox_class *)callee);
            frame->slot[base] = &lox_instance_new(cls)->head;
            closure = lox_class_init(cls);
            if (!closure) {
                if (argc != 0) {
                    lox_vm_error("Expected 0 arguments but got %d.", (int)argc);
                    goto failed;
                }
                pc += length;
                continue;
            }
        } else if (callee->type == &lox_native_type) {
            const struct lox_native *native = (struct lox_native *)callee;
            if (argc != native->arity) {
                lox_vm_error("Expected %d arguments but got %d.",
                             (int)native->arity, (int)argc);
                goto failed;
            }
            frame->slot[base] = native->call();
            DROP(argc);
            pc += length;
            continue;
        } else {
            lox_vm_error("Can only call functions and classes.");
            goto failed;
        }

    call_closure: { /* the receiver, or the closure itself, is at slot[base] */
        struct lox_function *target = tw_promote(closure->function);
        if (argc != target->arity) {
            lox_vm_error("Expected %d arguments but got %d.",
                         (int)target->arity, (int)argc);
            goto failed;
        }
        if (vm->depth >= LOX_MAX_DEPTH) {
            lox_vm_error("Stack overflow.");
            goto failed;
        }
        struct lox_frame *inner = frame_new(closure, target->nslots);
        for (intptr_t i = 0; i <= argc; i++)
            inner->slot[i] = frame->slot[base + i];
        vm->depth++;
        struct lox_value *result = run(vm, inner, target);
        vm->depth--;
        if (!result)
            goto failed;
        frame->slot[base] = result;
        DROP(argc);
        pc += length;
        continue;
    }

    failed:
        lox_vm_note(function, pc);
        return NULL;
    }
}

struct lox_value *lox_call(struct lox_vm *vm, struct lox_closure *closure)
{
    struct lox_function *function = closure->function;
    struct lox_frame *frame = frame_new(closure, function->nslots);
    frame->slot[0] = &closure->head;
    vm->depth = 0;
    return run(vm, frame, function);
}
