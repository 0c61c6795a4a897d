/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sentence becomes wishes, by a plain vocabulary (share/vocabulary.yaml):
 * no guessing, and every word that was not understood is told.
 */
#ifndef PF_GENERATE_PROMPT_H
#define PF_GENERATE_PROMPT_H

#include "base/attr.h"
#include "base/err.h"
#include "generate/song.h"

struct pf_prompt {
	char style[64];       /* "" if none was named */
	double tempo;         /* -1 the style's slowest .. 1 its fastest */
	bool has_tempo;
	bool has_seed;
	char understood[1024]; /* "drum and bass -> style drum-and-bass; ..." */
	char ignored[512];     /* words that mean nothing here */
	struct pf_song_wish wish; /* all but the style */
	void *words;          /* owns the sounds' names */
};

/*
 * Read a sentence by the vocabulary file at path.  Returns 0 and *prompt, to
 * be given to pf_prompt_free(); or a negative errno with *err worded (the
 * vocabulary can not be read, a number is out of range).
 */
PF_MUST_CHECK int pf_prompt_read(struct pf_prompt *prompt, const char *text,
    const char *path, struct pf_err *err);
void pf_prompt_free(struct pf_prompt *prompt);

#endif
