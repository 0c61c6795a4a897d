/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rides behind an event: "key=value" pairs separated by tabs, read
 * where it must not take long.
 */
#ifndef PF_ENGINE_MORE_H
#define PF_ENGINE_MORE_H

#include "base/attr.h"
#include "engine/param.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pair, within the text it was read from. */
struct pf_pair {
	uint32_t hash; /* of the key */
	const char *value;
	size_t len;
};

/*
 * The next pair of text[len], from *at on.  Returns false at the end (or at
 * a NUL); what is no pair is passed over.
 */
PF_RT bool pf_more_next(const char *text, size_t len, size_t *at,
    struct pf_pair *pair);

/*
 * The number in text[len]: decimal, with fraction and exponent; or the name
 * of a choice of param (may be NULL).  Returns false if it is neither.
 */
PF_RT bool pf_more_number(const char *text, size_t len,
    const struct pf_param *param, float *value);

#endif
