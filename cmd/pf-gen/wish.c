/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wish.h"

#include "base/message.h"
#include "base/nearest.h"
#include "base/option.h"
#include "base/share.h"
#include "event/pitch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_MOST_S = 4 * 3600 };

static const struct pf_option options[] = {
	{'s', "style", "NAME", "the style (house; --list tells all)"},
	{'k', "key", "KEY", "the key: Am, F#, 'D dorian'"},
	{'t', "tempo", "BPM", "felt beats a minute, 20..400"},
	{'m', "meter", "N/D", "the meter: 4/4, 3/4, 6/8"},
	{'b', "bars", "N", "exactly so many bars, 1..4096"},
	{'l', "length", "M:SS", "about so long, whole bars"},
	{'p', "parts", "LIST", "who plays: drums,bass,harmony,melody ..."},
	{'c', "chords", "CHORDS", "'Am F C G', 'Dm7 G7 | Cmaj7 | %'"},
	{'f', "form", "FORM", "AABA, or 'intro verse chorus outro'"},
	{'S', "seed", "N", "another seed, another song (0)"},
	{'P', "prompt", "TEXT", "'dark 170 bpm drum and bass in F minor'"},
	{'o', "output", "FILE", "write there, not to standard output"},
	{'L', "list", NULL, "list the styles"},
	{'v', "verbose", NULL, "tell on standard error what was chosen"},
	{0, NULL, NULL, NULL},
};

static const struct pf_program program = {
	"pf-gen", "compose a song as a stream of events", "", options, NULL,
};

/* What was given, as text, before it is read. */
struct given {
	const char *style, *key, *tempo, *meter, *bars, *length, *parts,
	    *chords, *form, *seed, *prompt;
};

static void
read_key(const char *text, struct pf_song_wish *w)
{
	if (pf_key_parse(text, strlen(text), &w->key.tonic,
	    &w->key.mode) == 0) {
		w->has_key = true;
		return;
	}
	const char *modes[PF_MODES];
	const char *rest;
	for (int m = 0; m < PF_MODES; m++)
		modes[m] = pf_mode[m].name;
	if (pf_pitch_class_parse(text, &rest) >= 0) {
		while (*rest == ' ' || *rest == ':')
			rest++;
		const char *const near = pf_nearest(rest, modes, PF_MODES);
		if (near)
			pf_option_fail(&program, "--key: '%s' is not a key, "
			    "did you mean '%.*s%s'?", text,
			    (int)(rest - text), text, near);
	}
	pf_option_fail(&program, "--key: '%s' is not a key like Am, F# or "
	    "'D dorian'", text);
}

/* Seconds of `3:00`, `1:02:30` or `90`. */
static double
read_length(const char *text)
{
	double s = 0;
	const char *p = text;
	for (int field = 0;; field++) {
		char *end;
		const double v = strtod(p, &end);
		if (end == p || v < 0 || !(v < 1e6) || field == 3 ||
		    (*end && *end != ':') || *p == '+' || *p == '-' ||
		    (field > 0 && v >= 60))
			pf_option_fail(&program, "--length: '%s' is not a "
			    "length like 3:00 or 90", text);
		s = s * 60 + v;
		if (!*end)
			break;
		p = end + 1;
	}
	if (s < 1 || s > LENGTH_MOST_S)
		pf_option_fail(&program, "--length: '%s' is out of 0:01..%d:00",
		    text, LENGTH_MOST_S / 60);
	return s;
}

/* Bits of "drums,bass"; a '-' before a word takes it away from all. */
static uint32_t
read_parts(const char *text)
{
	const uint32_t all = (1u << PF_PARTS) - 1;
	uint32_t with = 0, without = 0;
	const char *s = text;
	while (*(s += strspn(s, ", "))) {
		char word[32];
		const bool minus = *s == '-';
		s += minus;
		const size_t len = strcspn(s, ", ");
		if (len == 0 || len >= sizeof word)
			pf_option_fail(&program, "--parts: '%s' is not a part",
			    s);
		memcpy(word, s, len);
		word[len] = '\0';
		s += len;
		const size_t p = pf_option_word(&program, "part", word,
		    pf_part_name, PF_PARTS);
		*(minus ? &without : &with) |= 1u << p;
	}
	if (!with && !without)
		pf_option_fail(&program, "--parts: '%s' names no part", text);
	return (with ? with : all) & ~without;
}

static void
read_given(struct given *g, struct wish *w, int argc, char **argv)
{
	const char *arg;
	int first, c;
	while ((c = pf_option_next(&program, argc, argv, &arg, &first)) >= 0)
		switch (c) {
		case 's':
			g->style = arg;
			break;
		case 'k':
			g->key = arg;
			break;
		case 't':
			g->tempo = arg;
			break;
		case 'm':
			g->meter = arg;
			break;
		case 'b':
			g->bars = arg;
			break;
		case 'l':
			g->length = arg;
			break;
		case 'p':
			g->parts = arg;
			break;
		case 'c':
			g->chords = arg;
			break;
		case 'f':
			g->form = arg;
			break;
		case 'S':
			g->seed = arg;
			break;
		case 'P':
			g->prompt = arg;
			break;
		case 'o':
			w->output = arg;
			break;
		case 'L':
			w->list = true;
			break;
		case 'v':
			w->verbose = true;
			break;
		}
	if (first < argc)
		pf_option_fail(&program, "'%s' stands without an option, "
		    "as --style, --key or --prompt", argv[first]);
}

/* Options go before what a prompt said. */
static void
apply(const struct given *g, struct pf_song_wish *w)
{
	if (g->key)
		read_key(g->key, w);
	if (g->tempo)
		w->bpm = pf_option_num(&program, "tempo", g->tempo, 20, 400);
	if (g->meter && pf_meter_parse(g->meter, strlen(g->meter),
	    &w->meter) != 0)
		pf_option_fail(&program, "--meter: '%s' is not a meter like "
		    "4/4, 3/4 or 6/8", g->meter);
	if (g->bars && g->length)
		pf_option_fail(&program, "--bars and --length exclude each "
		    "other");
	if (g->bars) {
		w->bars = (int)pf_option_int(&program, "bars", g->bars, 1,
		    PF_SONG_BARS);
		w->length_s = 0;
	}
	if (g->length) {
		w->length_s = read_length(g->length);
		w->bars = 0;
	}
	if (g->parts)
		w->parts = read_parts(g->parts);
	if (g->chords)
		w->chords = g->chords;
	if (g->form)
		w->form = g->form;
	if (g->seed)
		w->seed = (uint64_t)pf_option_int(&program, "seed", g->seed,
		    0, INT64_MAX);
}

/* Begin with what the prompt says; tell it, if asked. */
static void
read_prompt(struct wish *w, const char *text)
{
	char path[4096];
	struct pf_err err;
	if (pf_share_find(path, sizeof path, ".", "vocabulary", ".yaml") != 0)
		pf_die(1, "there is no vocabulary.yaml (PF_SHARE says where)");
	const int r = pf_prompt_read(&w->prompt, text, path, &err);
	if (r)
		pf_die(r == -EINVAL ? 2 : 1, "%s", err.text);
	w->song = w->prompt.wish;
	if (!w->verbose) {
		if (!*w->prompt.understood)
			pf_msg("--prompt: nothing is understood of '%s'", text);
		return;
	}
	pf_msg("understood: %s", *w->prompt.understood ?
	    w->prompt.understood : "nothing");
	if (*w->prompt.ignored)
		pf_msg("ignored: %s", w->prompt.ignored);
}

/* "slow" is slow for the style that was chosen. */
static void
set_tempo(struct wish *w)
{
	const struct pf_style *const s = w->style;
	double x = w->prompt.tempo;
	if (!w->prompt.has_tempo || w->song.bpm > 0)
		return;
	x = x < -1 ? -1 : x > 1 ? 1 : x;
	const double bpm = s->bpm + x * (x < 0 ? s->bpm - s->bpm_low :
	    s->bpm_high - s->bpm);
	w->song.bpm = (double)(int)(bpm + 0.5);
}

void
wish_read(struct wish *w, int argc, char **argv)
{
	struct given g = {0};
	*w = (struct wish){0};
	read_given(&g, w, argc, argv);
	if (w->list)
		return;
	if (g.prompt)
		read_prompt(w, g.prompt);
	apply(&g, &w->song);
	struct pf_err err;
	const char *const style = g.style ? g.style : *w->prompt.style ?
	    w->prompt.style : "house";
	const int r = pf_style_load(&w->style, style, &err);
	if (r == -ENOENT)
		pf_option_fail(&program, "%s", err.text);
	if (r)
		pf_die(1, "%s", err.text);
	w->song.style = w->style;
	set_tempo(w);
}

void
wish_free(struct wish *w)
{
	pf_style_free(w->style);
	pf_prompt_free(&w->prompt);
}
