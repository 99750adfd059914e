# The toolkit's sources, in the order of the walk (toolkit/gc has a list of its own).
TOOLKIT_SRCS += \
    toolkit/base/log.c toolkit/base/vec.c toolkit/base/arena.c toolkit/base/map.c \
    toolkit/base/options.c toolkit/base/counters.c \
    toolkit/ir/jitcode.c \
    toolkit/exit/blackhole.c
