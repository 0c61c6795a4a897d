/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/prompt.h"

#include "config/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 200, WORD = 32, PHRASE = 4 };

/* One entry of the vocabulary. */
struct meaning {
	const char *style, *sound, *meter;
	const char *mode;
	double brightness, intensity, tempo, swing, busy;
	bool has_tempo;
	int part; /* -1: none */
};

struct reading {
	struct pf_prompt *p;
	const struct pf_yaml_node *entries, *ignore;
	struct pf_err *err;
	int n;
	char word[WORDS][WORD];  /* small letters */
	char said[WORDS][WORD];  /* as it stands */
	bool not;                /* "no" was said */
	bool only;               /* "only": who is named plays, nobody else */
	double busy;             /* "rolling": waits for its part */
	bool busy_waits;
	uint32_t without, with;
};

/* Add to a list of what was understood or not. */
static void
note(char *list, size_t size, const char *fmt, ...)
{
	const size_t n = strlen(list);
	va_list ap;
	if (n && n + 2 < size)
		snprintf(list + n, size - n, "; ");
	va_start(ap, fmt);
	vsnprintf(list + strlen(list), size - strlen(list), fmt, ap);
	va_end(ap);
}
#define UNDERSTOOD(r, ...) \
	note((r)->p->understood, sizeof (r)->p->understood, __VA_ARGS__)

/* Split at blanks and commas; punctuation at a word's end goes. */
static void
split(struct reading *r, const char *text)
{
	static const char gaps[] = " \t\n,;()\"!?";
	while (*(text += strspn(text, gaps)) && r->n < WORDS) {
		size_t len = strcspn(text, gaps);
		const char *const next = text + len;
		while (len > 1 && text[len - 1] == '.')
			len--;
		if (len >= WORD)
			len = WORD - 1;
		memcpy(r->said[r->n], text, len);
		r->said[r->n][len] = '\0';
		for (size_t i = 0; i <= len; i++)
			r->word[r->n][i] = (char)tolower((unsigned char)
			    r->said[r->n][i]);
		r->n++;
		text = next;
	}
}

/* How many words from `at` are this phrase; 0 if they are not. */
static int
match(const struct reading *r, int at, const char *phrase)
{
	int n = 0;
	while (*phrase) {
		const size_t len = strcspn(phrase, " ");
		if (at + n >= r->n || strlen(r->word[at + n]) != len ||
		    memcmp(r->word[at + n], phrase, len) != 0)
			return 0;
		n++;
		phrase += len;
		phrase += strspn(phrase, " ");
	}
	return n;
}

/* Read one entry's meaning. */
static int
read_meaning(const struct pf_yaml_node *e, struct meaning *m,
    struct pf_err *err)
{
	static const char *const keys[] = {"say", "style", "mode",
	    "brightness", "intensity", "tempo", "swing", "busy", "part",
	    "sound", "meter"};
	static const char *const modes[] = {"major", "minor"};
	size_t part = PF_PARTS, mode = 2;
	*m = (struct meaning){0};
	int r = pf_yaml_keys(e, keys, PF_COUNT(keys), err);
	const struct {
		const char *key;
		double lo, hi, *value;
	} numbers[] = {
		{"brightness", -1, 1, &m->brightness},
		{"intensity", -0.5, 0.5, &m->intensity},
		{"tempo", -1, 1, &m->tempo}, {"swing", 0.5, 0.75, &m->swing},
		{"busy", -0.5, 0.5, &m->busy},
	};
	for (size_t i = 0; i < PF_COUNT(numbers) && r == 0; i++)
		r = pf_yaml_num(pf_yaml_find(e, numbers[i].key),
		    numbers[i].lo, numbers[i].hi, numbers[i].value, err);
	m->has_tempo = pf_yaml_find(e, "tempo") != NULL;
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "style"), &m->style, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "sound"), &m->sound, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "meter"), &m->meter, err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(e, "mode"), modes, 2, &mode,
		    err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(e, "part"), pf_part_name,
		    PF_PARTS, &part, err);
	m->mode = mode < 2 ? modes[mode] : NULL;
	m->part = part < PF_PARTS ? (int)part : -1;
	return r;
}

/* The longest phrase of the vocabulary at a place: its entry and words. */
static const struct pf_yaml_node *
look_up(const struct reading *r, int at, int *words)
{
	const struct pf_yaml_node *found = NULL;
	*words = 0;
	for (size_t i = 0; i < r->entries->n; i++) {
		const struct pf_yaml_node *const say = pf_yaml_find(
		    &r->entries->child[i], "say");
		for (size_t k = 0; say && k < say->n; k++) {
			const struct pf_yaml_node *const w = &say->child[k];
			const int n = w->kind == PF_YAML_SCALAR ? match(r, at,
			    w->text) : 0;
			if (n > *words) {
				*words = n;
				found = &r->entries->child[i];
			}
		}
	}
	return found;
}

static void
mean_part(struct reading *r, const struct meaning *m, const char *said)
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
mean(struct reading *r, const struct meaning *m, const char *said)
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

/* ---- what is read without the vocabulary */

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
unit(const struct reading *r, int at, const char *a, const char *b)
{
	if (at >= r->n)
		return false;
	const char *const w = r->word[at];
	return strcmp(w, a) == 0 || strcmp(w, b) == 0 ||
	    (strncmp(w, a, strlen(a)) == 0 && strcmp(w + strlen(a), "s") == 0);
}

/* `170 bpm`, `170bpm`, `three minutes`, `32 bars`.  Returns words read. */
static int
read_amount(struct reading *r, int at)
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
read_key(struct reading *r, int at)
{
	struct pf_song_wish *const w = &r->p->wish;
	const char *const s = r->said[at];
	const char *rest;
	if (pf_pitch_class_parse(s, &rest) < 0)
		return 0;
	char two[2 * WORD + 2];
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
read_form(struct reading *r, int at)
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

static bool
ignorable(const struct reading *r, int at)
{
	for (size_t i = 0; r->ignore && i < r->ignore->n; i++)
		if (r->ignore->child[i].kind == PF_YAML_SCALAR &&
		    strcmp(r->ignore->child[i].text, r->word[at]) == 0)
			return true;
	return false;
}

/* Join words at..at+n for a message. */
static void
phrase_of(const struct reading *r, int at, int n, char *out, size_t size)
{
	out[0] = '\0';
	for (int i = 0; i < n; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s",
		    i ? " " : "", r->said[at + i]);
}

/* Understand what stands at a place.  Returns the words it took, or < 0. */
static int
take(struct reading *r, int at)
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
	const struct pf_yaml_node *const e = look_up(r, at, &n);
	int plain = n > 1 ? 0 : read_amount(r, at);
	if (!plain && n < 2)
		plain = read_key(r, at);
	if (!plain && n < 2)
		plain = read_form(r, at);
	if (plain || !e)
		return plain;
	struct meaning m;
	const int bad = read_meaning(e, &m, r->err);
	if (bad)
		return bad;
	char said[PHRASE * WORD];
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
finish(struct reading *r)
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

int
pf_prompt_read(struct pf_prompt *p, const char *text, const char *path,
    struct pf_err *err)
{
	static const char *const keys[] = {"ignore", "words"};
	struct pf_yaml *yaml;
	*p = (struct pf_prompt){0};
	int bad = pf_yaml_load(&yaml, path, err);
	if (bad)
		return bad;
	p->words = yaml;
	const struct pf_yaml_node *const root = pf_yaml_root(yaml);
	struct reading *const r = calloc(1, sizeof *r);
	if (!r) {
		pf_err_set(err, "out of memory");
		bad = -ENOMEM;
	}
	if (!bad)
		bad = pf_yaml_keys(root, keys, PF_COUNT(keys), err);
	const struct pf_yaml_node *const entries = pf_yaml_find(root, "words");
	if (!bad && !entries)
		bad = pf_yaml_error(root, err, "has no 'words'");
	if (!bad)
		bad = pf_yaml_kind(entries, PF_YAML_LIST, "a list of entries",
		    err);
	if (!bad) {
		r->p = p;
		r->err = err;
		r->entries = entries;
		r->ignore = pf_yaml_find(root, "ignore");
		split(r, text);
	}
	for (int at = 0; !bad && at < r->n;) {
		const int n = take(r, at);
		if (n < 0)
			bad = n;
		else if (n == 0 && !ignorable(r, at))
			note(p->ignored, sizeof p->ignored, "%s",
			    r->said[at]);
		at += n > 0 ? n : 1;
	}
	if (!bad) {
		finish(r);
		bad = check(p, err);
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
