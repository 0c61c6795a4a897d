/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user of pf-gen asked for.
 */
#ifndef PF_GEN_WISH_H
#define PF_GEN_WISH_H

#include "generate/prompt.h"
#include "generate/song.h"

struct wish {
	struct pf_song_wish song;
	struct pf_style *style;   /* owned */
	struct pf_prompt prompt;  /* owns words that the wish points at */
	const char *output;
	bool list, verbose;
};

/*
 * Read the command line; what a prompt says gives way to what an option
 * says.  Wrong usage exits 2, a style that can not be read exits 1.
 */
void wish_read(struct wish *wish, int argc, char **argv);
void wish_free(struct wish *wish);

#endif
