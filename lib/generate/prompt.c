/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sentence, and what its words come to. */
#include "generate/prompt_reading.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most words of a phrase in the vocabulary. */
enum { PHRASE = 4 };

void
pf_prompt_note(char *list, size_t size, const char *fmt, ...)
{
	const size_t n = strlen(list);
	va_list ap;
	if (n && n + 2 < size)
		snprintf(list + n, size - n, "; ");
	va_start(ap, fmt);
	vsnprintf(list + strlen(list), size - strlen(list), fmt, ap);
	va_end(ap);
}

/* Split at blanks and commas; punctuation at a word's end goes. */
static void
split(struct pf_reading *r, const char *text)
{
	static const char gaps[] = " \t\n,;()\"!?";
	while (*(text += strspn(text, gaps)) && r->n < PF_PROMPT_WORDS) {
		size_t len = strcspn(text, gaps);
		const char *const next = text + len;
		while (len > 1 && text[len - 1] == '.')
			len--;
		if (len >= PF_PROMPT_WORD)
			len = PF_PROMPT_WORD - 1;
		memcpy(r->said[r->n], text, len);
		r->said[r->n][len] = '\0';
		for (size_t i = 0; i <= len; i++)
			r->word[r->n][i] = (char)tolower((unsigned char)
			    r->said[r->n][i]);
		r->n++;
		text = next;
	}
}

static void
mean_part(struct pf_reading *r, const struct pf_meaning *m, const char *said)
{
	struct pf_song_wish *const w = &r->p->wish;
	const char *const name = pf_part_name[m->part];
	if (r->not) {
		r->without |= 1u << m->part;
		UNDERSTOOD(r, "no %s -> without %s", said, name);
		return;
	}
	r->with |= 1u << m->part;
	if (m->sound) {
		w->sound[m->part] = m->sound;
		UNDERSTOOD(r, "%s -> %s %s", said, name, m->sound);
	}
	if (r->busy_waits) {
		w->busy[m->part] += r->busy;
		UNDERSTOOD(r, "%s %s", r->busy > 0 ? "busy" : "sparse", name);
		r->busy_waits = false;
	} else if (!m->sound) {
		UNDERSTOOD(r, "%s -> %s", said, name);
	}
}

static void
mean(struct pf_reading *r, const struct pf_meaning *m, const char *said)
{
	struct pf_prompt *const p = r->p;
	if (m->style) {
		snprintf(p->style, sizeof p->style, "%s", m->style);
		UNDERSTOOD(r, "%s -> style %s", said, m->style);
	}
	if (m->meter && pf_meter_parse(m->meter, strlen(m->meter),
	    &p->wish.meter) == 0)
		UNDERSTOOD(r, "%s -> meter %s", said, m->meter);
	if (m->mode) {
		p->wish.has_mode = true;
		p->wish.mode = strcmp(m->mode, "minor") == 0 ? PF_MINOR :
		    PF_MAJOR;
		UNDERSTOOD(r, "%s -> %s", said, m->mode);
	}
	if (m->brightness != 0) {
		p->wish.brightness += m->brightness;
		UNDERSTOOD(r, "%s -> brightness %+g", said, m->brightness);
	}
	if (m->intensity != 0) {
		p->wish.intensity += m->intensity;
		UNDERSTOOD(r, "%s -> intensity %+g", said, m->intensity);
	}
	if (m->has_tempo) {
		p->has_tempo = true;
		p->tempo += m->tempo;
		UNDERSTOOD(r, "%s -> tempo %+g", said, m->tempo);
	}
	if (m->swing > 0) {
		p->wish.swing = m->swing;
		UNDERSTOOD(r, "%s -> swing %g", said, m->swing);
	}
	if (m->busy != 0) {
		r->busy = m->busy;
		r->busy_waits = true;
	}
	if (m->part >= 0)
		mean_part(r, m, said);
}

/* Join words at..at+n for a message. */
static void
phrase_of(const struct pf_reading *r, int at, int n, char *out, size_t size)
{
	out[0] = '\0';
	for (int i = 0; i < n; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s",
		    i ? " " : "", r->said[at + i]);
}

/* Understand what stands at a place.  Returns the words it took, or < 0. */
static int
take(struct pf_reading *r, int at)
{
	const char *const w = r->word[at];
	if (strcmp(w, "no") == 0 || strcmp(w, "without") == 0) {
		r->not = true;
		return 1;
	}
	if (strcmp(w, "only") == 0 || strcmp(w, "just") == 0) {
		r->only = true;
		return 1;
	}
	if (strcmp(w, "with") == 0 || strcmp(w, "but") == 0)
		r->not = false;
	int n;
	const struct pf_yaml_node *const e = pf_prompt_look_up(r, at, &n);
	const int plain = n > 1 ? 0 : pf_prompt_plain(r, at);
	if (plain || !e)
		return plain;
	struct pf_meaning m;
	const int bad = pf_prompt_meaning(e, &m, r->err);
	if (bad)
		return bad;
	char said[PHRASE * PF_PROMPT_WORD];
	phrase_of(r, at, n, said, sizeof said);
	const bool was = r->busy_waits;
	/* "no drums and soft chords": something new begins at "soft". */
	if (m.part < 0 && at > 0 && strcmp(r->word[at - 1], "and") == 0)
		r->not = false;
	mean(r, &m, said);
	/* An adjective with no part behind it is about everything. */
	if (was && r->busy_waits && m.busy == 0) {
		r->p->wish.intensity += 0.6 * r->busy;
		r->busy_waits = false;
	}
	if (m.part >= 0 && !(at + n < r->n && (strcmp(r->word[at + n],
	    "or") == 0 || strcmp(r->word[at + n], "and") == 0)))
		r->not = false;
	return n;
}

static void
finish(struct pf_reading *r)
{
	struct pf_song_wish *const w = &r->p->wish;
	const uint32_t all = (1u << PF_PARTS) - 1;
	if (r->busy_waits)
		w->intensity += 0.6 * r->busy;
	if (r->only && r->with)
		w->parts = r->with & ~r->without;
	else if (r->without)
		w->parts = all & ~r->without;
	w->intensity = w->intensity > 0.5 ? 0.5 : w->intensity < -0.5 ? -0.5
	    : w->intensity;
	w->brightness = w->brightness > 1 ? 1 : w->brightness < -1 ? -1 :
	    w->brightness;
	if (w->bars)
		w->length_s = 0;
}

/* A number may be said, but must make sense. */
static int
check(const struct pf_prompt *p, struct pf_err *err)
{
	const struct pf_song_wish *const w = &p->wish;
	if (w->bpm != 0 && (w->bpm < 20 || w->bpm > 400))
		return pf_err_set(err, "--prompt: '%g bpm' is out of 20..400",
		    w->bpm);
	if (w->bars < 0 || w->bars > PF_SONG_BARS)
		return pf_err_set(err, "--prompt: '%d bars' is out of 1..%d",
		    w->bars, PF_SONG_BARS);
	if (w->length_s > 4 * 3600)
		return pf_err_set(err, "--prompt: %g seconds are more than "
		    "four hours", w->length_s);
	return 0;
}

/* The vocabulary's lists. */
static int
open_vocabulary(struct pf_reading *r, const struct pf_yaml_node *root)
{
	static const char *const keys[] = {"ignore", "words"};
	int bad = pf_yaml_keys(root, keys, PF_COUNT(keys), r->err);
	r->entries = pf_yaml_find(root, "words");
	r->ignore = pf_yaml_find(root, "ignore");
	if (!bad && !r->entries)
		bad = pf_yaml_error(root, r->err, "has no 'words'");
	if (!bad)
		bad = pf_yaml_kind(r->entries, PF_YAML_LIST,
		    "a list of entries", r->err);
	return bad;
}

/* Word after word, phrase after phrase. */
static int
read_sentence(struct pf_reading *r)
{
	struct pf_prompt *const p = r->p;
	for (int at = 0; at < r->n;) {
		const int n = take(r, at);
		if (n < 0)
			return n;
		if (n == 0 && !pf_prompt_ignores(r, at))
			pf_prompt_note(p->ignored, sizeof p->ignored, "%s",
			    r->said[at]);
		at += n > 0 ? n : 1;
	}
	finish(r);
	return check(p, r->err);
}

int
pf_prompt_read(struct pf_prompt *p, const char *text, const char *path,
    struct pf_err *err)
{
	struct pf_yaml *yaml;
	*p = (struct pf_prompt){0};
	int bad = pf_yaml_load(&yaml, path, err);
	if (bad)
		return bad;
	p->words = yaml;
	struct pf_reading *const r = calloc(1, sizeof *r);
	if (!r) {
		pf_err_set(err, "not enough memory");
		bad = -ENOMEM;
	} else {
		r->p = p;
		r->err = err;
		bad = open_vocabulary(r, pf_yaml_root(yaml));
	}
	if (!bad) {
		split(r, text);
		bad = read_sentence(r);
	}
	free(r);
	if (bad)
		pf_prompt_free(p);
	return bad;
}

void
pf_prompt_free(struct pf_prompt *p)
{
	pf_yaml_free(p->words);
	p->words = NULL;
}
