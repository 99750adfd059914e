/*
 * region.h: what tier 2 compiles as one function. Owner: region.c.
 */
#ifndef TW_REGION_H
#define TW_REGION_H

#include "toolkit/ir/backend.h"

/* The region of a hot loop; arrays are the caller's to give to region_free. */
struct region {
    struct tw_member *members; /* the first is the loop it was made for */
    uint32_t nmembers, members_cap;
    struct tw_branch *branches;
    uint32_t nbranches, branches_cap;
    uint32_t nops;
};

void region_choose(struct region *r, struct tw_loop *root);
void region_free(struct region *r);

#endif
