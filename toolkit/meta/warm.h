/*
 * warm.h: what the run time knows of each green key. Owner: warm.c.
 */
#ifndef TW_WARM_H
#define TW_WARM_H

#include "toolkit/ir/backend.h"

enum tw_cell_flag {
    TW_CELL_TRACING = 1,
    TW_CELL_DONT_TRACE_HERE = 2 /* not to be inlined: it made traces too long */
};

/* Memory scanned by the collector: greens are kept. */
struct tw_cell {
    struct tw_cell *next; /* same bucket */
    const struct tw_jitdriver *driver;
    uint32_t hash; /* tw_rt_hash of the greens */
    uint16_t flags;
    uint16_t aborts; /* recordings from here that came to nothing, in a row */
    struct tw_loop *loop; /* its token; may have no code (yet, or any more) */
    union tw_value greens[];
};

/* The cell of these greens; NULL if there is none and it is not to be made. */
struct tw_cell *tw_warm_cell(const struct tw_jitdriver *d,
                             const union tw_value *greens, int make);
/* The token to compile into for this cell: the one that call_assembler operations already name,
 * or a new one. */
struct tw_loop *tw_warm_token(struct tw_cell *cell);
/* The cell's token has code now: native code enters it. */
void tw_warm_has_code(struct tw_cell *cell);
/* l is invalidated or about to be freed: the cell does not lead to it any more. */
void tw_warm_forget(struct tw_cell *cell, struct tw_loop *l);
/* hooks->call_assembler */
union tw_value tw_warm_call_assembler(struct tw_loop *l,
                                      const union tw_value *args);

#endif
