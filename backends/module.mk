# What executes traces: the reference backend (in libtracewright.a) and LLVM (loaded).
BACKENDS_SRCS += \
    backends/frame.c \
    backends/reference/reference.c \
    backends/reference/run.c

BACKEND_LLVM_SRCS += \
    backends/llvm/x86_64.c \
    backends/llvm/engine.c \
    backends/llvm/alias.c \
    backends/llvm/memory.c \
    backends/llvm/object.c \
    backends/llvm/unit.c \
    backends/llvm/slots.c \
    backends/llvm/lower_value.c \
    backends/llvm/lower_pure.c \
    backends/llvm/lower_memory.c \
    backends/llvm/lower_call.c \
    backends/llvm/lower_guard.c \
    backends/llvm/lower.c \
    backends/llvm/llvm.c
