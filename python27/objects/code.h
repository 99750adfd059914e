/*
 * code.h: code objects, made by the compiler (or marshal), run by eval.c.
 */
#ifndef PY_CODE_H
#define PY_CODE_H

#include "objects/container.h"
#include "objects/object.h"
#include "objects/strobject.h"

enum py_opcode {
#define PY_OP(name, number, arg) PY_OP_##name = number,
#include "objects/opcode.def"
#undef PY_OP
};
enum { PY_HAVE_ARGUMENT = 90 };
/* The operand of COMPARE_OP; the first six are enum py_cmpop. */
enum py_opcmp {
    PY_CMP_LT,
    PY_CMP_LE,
    PY_CMP_EQ,
    PY_CMP_NE,
    PY_CMP_GT,
    PY_CMP_GE,
    PY_CMP_IN,
    PY_CMP_NOT_IN,
    PY_CMP_IS,
    PY_CMP_IS_NOT,
    PY_CMP_EXC_MATCH
};

/* co_flags, CPython's numbers. */
enum py_codeflags {
    PY_CO_OPTIMIZED = 0x0001, /* fast locals */
    PY_CO_NEWLOCALS = 0x0002,
    PY_CO_VARARGS = 0x0004,
    PY_CO_VARKEYWORDS = 0x0008,
    PY_CO_NESTED = 0x0010,
    PY_CO_GENERATOR = 0x0020,
    PY_CO_NOFREE = 0x0040,
    PY_CO_FUTURE_DIVISION = 0x2000,
    PY_CO_FUTURE_ABSOLUTE_IMPORT = 0x4000,
    PY_CO_FUTURE_WITH_STATEMENT = 0x8000,
    PY_CO_FUTURE_PRINT_FUNCTION = 0x10000,
    PY_CO_FUTURE_UNICODE_LITERALS = 0x20000,
    PY_CO_FUTURE_MASK = 0x3e000
};

/* A try/loop/with block that is open at run time. Blocks are immutable and
 * shared: py_block_get gives the same block for the same arguments, so frames
 * only hold a pointer to the innermost one. */
struct py_block {
    struct py_block *prev;
    int32_t kind;    /* PY_OP_SETUP_LOOP, _EXCEPT, _FINALLY, _WITH */
    int32_t handler; /* offset to go to */
    int32_t level;   /* depth of the value stack to restore */
    int32_t pc;      /* of the SETUP instruction */
    struct py_block *chain; /* the others of its hash bucket */
};
TW_IMMUTABLE(py_block, prev);
TW_IMMUTABLE(py_block, kind);
TW_IMMUTABLE(py_block, handler);
TW_IMMUTABLE(py_block, level);
TW_GC_TYPE_DECL(py_block);
enum { PY_BLOCK_BUCKETS = 8 };
/* What LOAD_GLOBAL found for a name, see celldict.c. */
struct py_globalcache {
    uint64_t globals, builtins; /* versions */
    struct py_celldict *holder; /* of builtins, when it lies there */
    py_object *entry;
};
py_object *py_global_cached(py_dict *globals, py_str *name,
                            struct py_globalcache *c);
struct py_blocktable {
    struct py_block *bucket[PY_BLOCK_BUCKETS];
};

/*
 * Immutable but for the caches. A frame's slots are: locals [0, nlocals),
 * cells (cellvars, then freevars) [nlocals, nlocals + ncells), value stack
 * behind them.
 */
struct py_code {
    py_object base;
    int32_t argcount; /* without *args and **kw */
    int32_t nlocals;
    int32_t stacksize;
    int32_t flags;
    int32_t firstlineno;
    int32_t ncells;  /* cellvars + freevars */
    int32_t ncellvars;
    int32_t nslots;  /* nlocals + ncells + stacksize */
    int32_t stackbase; /* nlocals + ncells */
    /* argcount when a plain call with that many positional arguments needs
     * nothing else (no *, **, cell arguments, not a generator); else -1 */
    int32_t simple_args;
    int32_t has_try; /* a try or with statement stands in it */
    const unsigned char *bytes; /* of `code`, two zeros behind them */
    py_str *code;
    py_tuple *consts, *names, *varnames, *freevars, *cellvars;
    py_str *filename, *name, *lnotab;
    struct py_intarray *cell2arg; /* argument that a cellvar takes, or -1;
                                     NULL when there is none */
    struct py_blocktable *blocks;
    struct py_globalcache *gcache; /* one a name; for the interpreter */
    py_object *weaklist;
    py_frame *spare; /* a finished frame for the next call, or NULL */
};
TW_IMMUTABLE(py_code, argcount);
TW_IMMUTABLE(py_code, nlocals);
TW_IMMUTABLE(py_code, stacksize);
TW_IMMUTABLE(py_code, flags);
TW_IMMUTABLE(py_code, firstlineno);
TW_IMMUTABLE(py_code, ncells);
TW_IMMUTABLE(py_code, ncellvars);
TW_IMMUTABLE(py_code, nslots);
TW_IMMUTABLE(py_code, stackbase);
TW_IMMUTABLE(py_code, simple_args);
TW_IMMUTABLE(py_code, has_try);
TW_IMMUTABLE(py_code, bytes);
TW_IMMUTABLE_ARRAY(py_code, bytes);
TW_IMMUTABLE(py_code, code);
TW_IMMUTABLE(py_code, consts);
TW_IMMUTABLE(py_code, names);
TW_IMMUTABLE(py_code, varnames);
TW_IMMUTABLE(py_code, freevars);
TW_IMMUTABLE(py_code, cellvars);
TW_IMMUTABLE(py_code, filename);
TW_IMMUTABLE(py_code, name);
TW_IMMUTABLE(py_code, cell2arg);
TW_GC_TYPE_DECL(py_code);
extern py_type py_code_type;

/* Names and identifier-like constants are interned here. */
py_code *py_code_new(int argcount, int nlocals, int stacksize, int flags,
                     py_str *code, py_tuple *consts, py_tuple *names,
                     py_tuple *varnames, py_tuple *freevars, py_tuple *cellvars,
                     py_str *filename, py_str *name, int firstlineno,
                     py_str *lnotab);
/* The line of the instruction at byte offset pc. */
int py_code_line(py_code *code, int pc);
tw_elidable struct py_block *py_block_get(py_code *code, int pc, int kind,
                                          int handler, int level,
                                          struct py_block *prev);

/* Making code from source is compiler/compile.h. */

#endif
