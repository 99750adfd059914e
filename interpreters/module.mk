# The small languages. Each is one program for twcc and, plain, for the compiler.
CLIENTS += bf lox

bf_SRCS := interpreters/bf/bf.c

lox_SRCS := \
    interpreters/lox/value.c \
    interpreters/lox/table.c \
    interpreters/lox/object.c \
    interpreters/lox/scanner.c \
    interpreters/lox/unit.c \
    interpreters/lox/scope.c \
    interpreters/lox/expression.c \
    interpreters/lox/compiler.c \
    interpreters/lox/interp.c \
    interpreters/lox/vm.c \
    interpreters/lox/main.c
