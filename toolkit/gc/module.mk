# The one door to memory.
TOOLKIT_SRCS += toolkit/gc/gc.c
