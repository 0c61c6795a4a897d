/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sentence that is being read: what the parts of the work share.
 *
 *     prompt.c             the sentence, and what its words come to
 *     prompt_plain.c       what needs no vocabulary: "170 bpm", "F minor"
 *     prompt_vocabulary.c  what the vocabulary says
 *
 * Private to these files; a program wants generate/prompt.h.
 */
#ifndef PF_GENERATE_PROMPT_READING_H
#define PF_GENERATE_PROMPT_READING_H

#include "config/yaml.h"
#include "generate/prompt.h"

enum { PF_PROMPT_WORDS = 200, PF_PROMPT_WORD = 32 };

/* One entry of the vocabulary. */
struct pf_meaning {
	const char *style, *sound, *meter;
	const char *mode;
	double brightness, intensity, tempo, swing, busy;
	bool has_tempo;
	int part; /* -1: none */
};

struct pf_reading {
	struct pf_prompt *p;
	const struct pf_yaml_node *entries, *ignore;
	struct pf_err *err;
	int n;
	char word[PF_PROMPT_WORDS][PF_PROMPT_WORD];  /* small letters */
	char said[PF_PROMPT_WORDS][PF_PROMPT_WORD];  /* as it stands */
	bool not;                /* "no" was said */
	bool only;               /* "only": who is named plays, nobody else */
	double busy;             /* "rolling": waits for its part */
	bool busy_waits;
	uint32_t without, with;
};

/* Add to list[size] of what was understood or not. */
void pf_prompt_note(char *list, size_t size, const char *fmt, ...)
    PF_PRINTF(3, 4);
#define UNDERSTOOD(r, ...) \
	pf_prompt_note((r)->p->understood, sizeof (r)->p->understood, \
	    __VA_ARGS__)

/* Read an amount, key, meter, length or seed.  Returns the words it took. */
int pf_prompt_plain(struct pf_reading *r, int at);

/* The longest phrase of the vocabulary at a place: its entry and words. */
const struct pf_yaml_node *pf_prompt_look_up(const struct pf_reading *r,
    int at, int *words);

/* Read an entry's meaning.  0, or a negative errno with *err worded. */
PF_MUST_CHECK int pf_prompt_meaning(const struct pf_yaml_node *entry,
    struct pf_meaning *m, struct pf_err *err);

/* Is a word one that the vocabulary passes over ("the")? */
bool pf_prompt_ignores(const struct pf_reading *r, int at);

#endif
