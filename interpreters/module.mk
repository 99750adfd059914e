# The small languages. Each is one program for twcc and, plain, for the compiler.
CLIENTS += bf
bf_SRCS := interpreters/bf/bf.c
