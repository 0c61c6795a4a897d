/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parameters of a strip, a return or the master: their paths for events
 * (hash tables), and for who asks from outside a list with where each value
 * is going.  Made with an instrument, never changed but for those values.
 */
#ifndef PF_ENGINE_SHEET_H
#define PF_ENGINE_SHEET_H

#include "base/attr.h"
#include "engine/chain.h"
#include "engine/instrument.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum pf_strip_kind { PF_STRIP_VOICES, PF_STRIP_INPUT, PF_RETURN, PF_MASTER };

/* A parameter by the hash of its path. */
struct pf_path {
	uint32_t hash; /* 0: an empty place */
	uint16_t slot;
};

/* A hash table of paths, open addressing. */
struct pf_paths {
	struct pf_path *path; /* path[mask + 1] */
	uint32_t mask;
};

struct pf_sheet_row {
	char path[2 * PF_NAME_MOST]; /* within the strip: "eq.low" */
	const struct pf_param *param;
	uint16_t slot;
	float base;                  /* what `reset` goes back to */
};

struct pf_sheet {
	enum pf_strip_kind kind;
	char name[PF_NAME_MOST], instrument[PF_NAME_MOST];
	unsigned input;
	struct pf_sheet_row *row; /* row[rows] */
	unsigned rows;
	struct pf_paths own, full, note; /* `cutoff`, `bass.cutoff`; notes' */
	/*
	 * Where each slot is, or is on its way to: the bits of a float,
	 * stored by who runs the strip, read by any thread, relaxed.
	 */
	_Atomic uint32_t target[PF_SLOTS];
};

/*
 * Setup.  The instrument's model may be NULL.  Returns 0 and sets *sheet, or
 * -ENOMEM.
 */
PF_MUST_CHECK int pf_sheet_new(struct pf_sheet **sheet,
    enum pf_strip_kind kind, const char *name,
    const struct pf_instrument *instrument, unsigned input);
void pf_sheet_free(struct pf_sheet *sheet);

/* The slot of a path, or -1. */
PF_RT int pf_paths_find(const struct pf_paths *paths, uint32_t hash);

/* A slot goes to a value; all go back to their base. */
PF_RT void pf_sheet_set(struct pf_sheet *sheet, unsigned slot, float value);
PF_RT void pf_sheet_reset(struct pf_sheet *sheet);

/* Any thread. */
PF_RT float pf_sheet_value(const struct pf_sheet *sheet, unsigned slot);

#endif
