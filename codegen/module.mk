# codegen: bitcode in, an object with native code and jitcode tables out; twcc drives it.
CODEGEN_SRCS += \
    codegen/main.c \
    codegen/util.c \
    codegen/irutil.c \
    codegen/load.c \
    codegen/collect.c \
    codegen/alias.c \
    codegen/portal.c \
    codegen/policy.c \
    codegen/known.c \
    codegen/fresh.c \
    codegen/callees.c \
    codegen/effects.c \
    codegen/lower.c \
    codegen/lower_ops.c \
    codegen/lower_mem.c \
    codegen/lower_call.c \
    codegen/stubs.c \
    codegen/descr.c \
    codegen/jasm.c \
    codegen/dump.c \
    codegen/emit.c \
    codegen/native.c

TWCC_SRCS += codegen/twcc.c
