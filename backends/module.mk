# What executes traces: the reference backend (in libtracewright.a) and LLVM (loaded).
BACKENDS_SRCS += \
    backends/frame.c \
    backends/reference/reference.c \
    backends/reference/run.c
