# Front end: source text to code objects, in the order of the walk.
python27_SRCS += \
  python27/parser/arena.c \
  python27/compiler/source.c \
  python27/parser/lexer.re \
  python27/parser/grammar.y \
  python27/parser/actions.c \
  python27/parser/parse.c \
  python27/parser/ast.c \
  python27/parser/dump.c \
  python27/compiler/compile.c \
  python27/compiler/error.c \
  python27/compiler/literal.c \
  python27/compiler/astclass.c \
  python27/compiler/astobject.c \
  python27/compiler/names.c \
  python27/compiler/symtable.c \
  python27/compiler/symobject.c \
  python27/compiler/codegen.c \
  python27/compiler/codegen_stmt.c \
  python27/compiler/codegen_expr.c \
  python27/compiler/consts.c \
  python27/compiler/assemble.c \
  python27/compiler/peephole.c \
  python27/compiler/marshalw.c \
  python27/compiler/marshalr.c \
  python27/compiler/pyc.c \
  python27/modules/_ast.c \
  python27/modules/marshal.c \
  python27/modules/_symtable.c
