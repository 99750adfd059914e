# Front end: source text to code objects, in the order of the walk.
python27_SRCS += \
  python27/parser/arena.c \
  python27/parser/lexer.re \
  python27/parser/grammar.y \
  python27/parser/actions.c \
  python27/parser/parse.c \
  python27/parser/ast.c \
  python27/parser/dump.c
