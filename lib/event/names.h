/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spellings behind the hashes that events carry.
 *
 * A table grows at setup and while text is read; it is not for audio
 * threads.  One thread at a time.
 */
#ifndef PF_EVENT_NAMES_H
#define PF_EVENT_NAMES_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct pf_names;

PF_MUST_CHECK int pf_names_new(struct pf_names **names);
void pf_names_free(struct pf_names *names);

/*
 * Remember name[len] (1..240 bytes) and set *hash.  Returns 0; -EEXIST if
 * another spelling has the same hash; -ENAMETOOLONG; -ENOMEM.
 */
PF_MUST_CHECK int pf_names_add(struct pf_names *names, const char *name,
    size_t len, uint32_t *hash);

/* The spelling of a hash, valid until the table is freed; NULL if unknown. */
const char *pf_names_get(const struct pf_names *names, uint32_t hash);

/*
 * The spelling, or "#8f3a02c1" for an unknown hash, written to buf[16] in
 * that case.
 */
const char *pf_names_show(const struct pf_names *names, uint32_t hash,
    char buf[16]);

#endif
