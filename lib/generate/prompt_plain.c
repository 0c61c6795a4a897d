/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read without the vocabulary: amounts, keys, meters, lengths. */
#include "generate/prompt_reading.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1..60 as a figure or a word, or -1. */
static double
number_of(const char *s)
{
	static const char *const words[] = {"half", "one", "two", "three",
	    "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
	    "twelve"};
	char *end;
	for (size_t i = 0; i < PF_COUNT(words); i++)
		if (strcmp(s, words[i]) == 0)
			return i ? (double)i : 0.5;
	const double v = strtod(s, &end);
	return end != s && !*end && v >= 0 && v < 1e6 ? v : -1;
}

/* Does a word begin with one of these (minute, minutes, min)? */
static bool
unit(const struct pf_reading *r, int at, const char *a, const char *b)
{
	if (at >= r->n)
		return false;
	const char *const w = r->word[at];
	return strcmp(w, a) == 0 || strcmp(w, b) == 0 ||
	    (strncmp(w, a, strlen(a)) == 0 && strcmp(w + strlen(a), "s") == 0);
}

/* `170 bpm`, `170bpm`, `three minutes`, `32 bars`.  Returns words read. */
static int
read_amount(struct pf_reading *r, int at)
{
	struct pf_song_wish *const w = &r->p->wish;
	char *end;
	const double joined = strtod(r->word[at], &end);
	if (end != r->word[at] && strcmp(end, "bpm") == 0) {
		w->bpm = joined;
		UNDERSTOOD(r, "%s", r->said[at]);
		return 1;
	}
	const double v = number_of(r->word[at]);
	if (v < 0)
		return 0;
	int next = at + 1;
	while (next < r->n && (strcmp(r->word[next], "a") == 0 ||
	    strcmp(r->word[next], "an") == 0))
		next++;
	if (unit(r, next, "bpm", "beats")) {
		w->bpm = v;
		UNDERSTOOD(r, "%g bpm", v);
	} else if (unit(r, next, "minute", "min")) {
		w->length_s += 60 * v;
		UNDERSTOOD(r, "%g minutes", v);
	} else if (unit(r, next, "second", "sec")) {
		w->length_s += v;
		UNDERSTOOD(r, "%g seconds", v);
	} else if (unit(r, next, "bar", "measures")) {
		w->bars = (int)v;
		UNDERSTOOD(r, "%g bars", v);
	} else {
		return 0;
	}
	return next + 1 - at;
}

/* `F minor`, `Am`, `Eb`: only where a key can be meant. */
static int
read_key(struct pf_reading *r, int at)
{
	struct pf_song_wish *const w = &r->p->wish;
	const char *const s = r->said[at];
	const char *rest;
	if (pf_pitch_class_parse(s, &rest) < 0)
		return 0;
	char two[2 * PF_PROMPT_WORD + 2];
	snprintf(two, sizeof two, "%s %s", s, at + 1 < r->n ? r->word[at + 1]
	    : "");
	int tonic, mode;
	if (!*rest && at + 1 < r->n && pf_key_parse(two, strlen(two), &tonic,
	    &mode) == 0) {
		w->key = (struct pf_key){tonic, mode};
		w->has_key = true;
		UNDERSTOOD(r, "key %s", two);
		return 2;
	}
	/* A lone `a` is an article, `A` after "in" or "key of" is a key. */
	const bool asked = at > 0 && (strcmp(r->word[at - 1], "in") == 0 ||
	    strcmp(r->word[at - 1], "of") == 0 ||
	    strcmp(r->word[at - 1], "key") == 0);
	const bool capital = isupper((unsigned char)s[0]);
	if (!capital || (!asked && !*rest) || pf_key_parse(s, strlen(s),
	    &tonic, &mode) != 0)
		return 0;
	w->key = (struct pf_key){tonic, mode};
	w->has_key = true;
	UNDERSTOOD(r, "key %s", s);
	return 1;
}

/* `3/4`, `2:30`, `seed 7`. */
static int
read_form(struct pf_reading *r, int at)
{
	struct pf_song_wish *const w = &r->p->wish;
	const char *const s = r->word[at];
	int minutes, seconds, used = 0;
	if (pf_meter_parse(s, strlen(s), &w->meter) == 0) {
		UNDERSTOOD(r, "meter %s", s);
		return 1;
	}
	if (sscanf(s, "%d:%2d%n", &minutes, &seconds, &used) == 2 &&
	    !s[used] && minutes >= 0 && minutes < 240 && seconds < 60) {
		w->length_s = 60.0 * minutes + seconds;
		UNDERSTOOD(r, "length %s", s);
		return 1;
	}
	if (strcmp(s, "seed") == 0 && at + 1 < r->n) {
		const double v = number_of(r->word[at + 1]);
		if (v < 0)
			return 0;
		w->seed = (uint64_t)v;
		r->p->has_seed = true;
		UNDERSTOOD(r, "seed %g", v);
		return 2;
	}
	return 0;
}

int
pf_prompt_plain(struct pf_reading *r, int at)
{
	int n = read_amount(r, at);
	if (n == 0)
		n = read_key(r, at);
	return n ? n : read_form(r, at);
}
