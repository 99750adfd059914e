/* known.c: looks external functions up in known.def. */
#include "codegen/known.h"

#include <string.h>

#include "codegen/util.h"

static const struct {
    unsigned what;
    const char *names;
} table[] = {
#define KNOWN(what, names) {what, names},
#include "codegen/known.def"
#undef KNOWN
};

int known_function(const char *name, unsigned *what)
{
    static struct strmap known;

    if (!known.n) {
        for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
            char *names = cg_strdup(table[k].names), *save = NULL;

            for (char *s = strtok_r(names, " ", &save); s;
                 s = strtok_r(NULL, " ", &save))
                strmap_set(&known, s, strlen(s), table[k].what + 1);
        }
    }
    *what = strmap_get(&known, name, strlen(name));
    return (*what)-- != 0;
}
