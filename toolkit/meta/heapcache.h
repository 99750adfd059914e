/*
 * heapcache.h: what the recorder knows of memory while it records: values of
 * fields already loaded or stored, objects that are new and not seen outside
 * yet, pointers known to be non-null. It keeps traces short; the optimizer's
 * heap pass is the one that matters. After RPython's heapcache.py.
 */
#ifndef TW_HEAPCACHE_H
#define TW_HEAPCACHE_H

#include "toolkit/exit/resume.h"

struct heapcache;
struct heapcache *heapcache_new(uint32_t naliases);
void heapcache_free(struct heapcache *h);
/* Forgets everything (a loop header). */
void heapcache_reset(struct heapcache *h);

/* Facts about one value (v >= 0). */
enum hc_fact { HC_NONNULL = 1, HC_FRESH = 2, HC_NONSTANDARD = 4 };
int heapcache_has(const struct heapcache *h, tw_vref v, unsigned fact);
void heapcache_add(struct heapcache *h, tw_vref v, unsigned fact);
/* v was stored or passed somewhere: it may be reached otherwise. */
void heapcache_escape(struct heapcache *h, tw_vref v);

/* The cached content at byte offset of base v; 1 if known. */
int heapcache_get(const struct heapcache *h, tw_vref v,
                  const struct tw_alias *a, int64_t offset, int size,
                  struct tw_box *out);
/* Loaded: remember. immutable: no store or call forgets it. */
void heapcache_loaded(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, int immutable, struct tw_box b);
/* Stored: forget what may overlap, remember this. offset < 0: unknown place
 * (variable index). `v` may be TW_NOVALUE: a constant base. */
void heapcache_stored(struct heapcache *h, tw_vref v, const struct tw_alias *a,
                      int64_t offset, int size, struct tw_box b);
/* A call with these effects; escaped objects only. */
void heapcache_call(struct heapcache *h, const struct tw_effect *e);

#endif
