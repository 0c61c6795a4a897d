/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/progression.h"

#include "base/hash.h"
#include "base/rng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 8192, DEEPEST = 4, DEGREES = 8, BAR_CHORDS = 16 };

/*
 * How often (of 100) a bar's chord follows another, counted in the 819 tunes
 * of the developers' part of the Nottingham data (github.com/jukedeck/
 * nottingham-dataset, GPL-3.0): [major, minor][elsewhere, into the fourth bar
 * of a phrase][from][to].  Degrees: see degree[].
 */
static const unsigned char follows[2][2][DEGREES][DEGREES] = {
	{{
		{54, 8, 1, 20, 12, 3, 1, 1}, {54, 12, 1, 6, 23, 4, 1, 1},
		{16, 19, 1, 20, 16, 27, 1, 3}, {51, 5, 1, 18, 18, 5, 1, 2},
		{57, 2, 1, 7, 25, 5, 1, 3}, {20, 19, 4, 14, 10, 28, 1, 5},
		{61, 1, 1, 20, 3, 1, 14, 1}, {33, 1, 1, 4, 38, 3, 1, 20},
	}, {
		{41, 16, 1, 12, 23, 3, 1, 4}, {47, 12, 1, 5, 31, 4, 1, 1},
		{14, 2, 26, 2, 14, 26, 2, 14}, {38, 15, 1, 13, 29, 1, 1, 3},
		{68, 2, 1, 4, 20, 1, 1, 3}, {25, 12, 4, 1, 31, 22, 1, 4},
		{20, 5, 1, 15, 2, 1, 56, 1}, {13, 1, 1, 1, 69, 2, 1, 16},
	}}, {{
		{61, 8, 6, 5, 8, 1, 10, 1}, {24, 25, 10, 2, 1, 11, 20, 8},
		{49, 4, 17, 17, 1, 5, 7, 1}, {74, 7, 7, 9, 1, 2, 1, 1},
		{57, 5, 1, 1, 13, 19, 4, 1}, {31, 34, 14, 1, 5, 1, 14, 1},
		{64, 17, 1, 4, 1, 2, 11, 1}, {41, 13, 1, 9, 1, 1, 33, 1},
	}, {
		{46, 2, 3, 11, 9, 3, 23, 2}, {39, 17, 5, 4, 7, 7, 18, 4},
		{64, 7, 1, 27, 1, 1, 1, 1}, {78, 1, 2, 17, 1, 1, 1, 1},
		{43, 1, 1, 1, 36, 1, 15, 1}, {73, 4, 1, 15, 1, 1, 6, 1},
		{18, 13, 1, 1, 10, 2, 52, 4}, {36, 16, 1, 1, 11, 1, 31, 1},
	}},
};

static const struct {
	const char *triad, *seventh;
} degree[2][DEGREES] = {
	{{"I", "Imaj7"}, {"ii", "ii7"}, {"iii", "iii7"}, {"IV", "IVmaj7"},
	    {"V", "V7"}, {"vi", "vi7"}, {"bVII", "bVII7"}, {"II", "V7/V"}},
	{{"i", "i7"}, {"III", "IIImaj7"}, {"iv", "iv7"}, {"V", "V7"},
	    {"v", "v7"}, {"VI", "VImaj7"}, {"VII", "VII7"}, {"IV", "IV7"}},
};

/* ---- reading */

/* Write out `( ... )x2` and `|: ... :|` until none is left. */
static int
expand(char *text, struct pf_err *err)
{
	char out[TEXT_MOST];
	for (int round = 0; round < 64; round++) {
		/* An innermost group: the first closing mark, and back. */
		char *const close_round = strchr(text, ')');
		char *const close_bar = strstr(text, ":|");
		char *end = close_round;
		if (!end || (close_bar && close_bar < end))
			end = close_bar;
		if (!end) {
			if (strchr(text, '(') || strstr(text, "|:"))
				return pf_err_set(err,
				    "a repeat is not closed");
			return 0;
		}
		const bool bar = *end == ':';
		char *begin = end;
		while (begin > text && !(bar ? begin[0] == ':' && begin > text &&
		    begin < end && begin[-1] == '|' : *begin == '('))
			begin--;
		if (bar ? begin == text : *begin != '(')
			return pf_err_set(err, "'%s' closes nothing",
			    bar ? ":|" : ")");
		char *head = bar ? begin - 1 : begin;
		char *tail = end + (bar ? 2 : 1);
		long times = 2;
		if (!bar && *tail == 'x') {
			char *stop;
			times = strtol(tail + 1, &stop, 10);
			if (stop == tail + 1 || times < 1 || times > 64)
				return pf_err_set(err, "'%.4s' is no repeat "
				    "like x2 (1..64)", tail);
			tail = stop;
		}
		const int inner = (int)(end - begin - 1);
		size_t n = (size_t)snprintf(out, sizeof out, "%.*s%s",
		    (int)(head - text), text, bar ? " | " : " ");
		for (long i = 0; i < times && n < sizeof out; i++)
			n += (size_t)snprintf(out + n, sizeof out - n,
			    "%s%.*s ", bar && i ? " | " : "", inner,
			    begin + 1);
		if (n < sizeof out)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s",
			    bar ? " | " : "", tail);
		if (n >= sizeof out)
			return pf_err_set(err, "the repeats are too long");
		memcpy(text, out, n + 1);
	}
	return pf_err_set(err, "has too many repeats");
}

struct reading {
	struct pf_progression_line *line;
	bool roman;
	struct pf_key key;
	struct pf_chord chord[BAR_CHORDS]; /* of the bar being read */
	int n;
	struct pf_err *err;
};

/* Give a bar's chords their beats; the first ones get what is left over. */
static int
end_bar(struct reading *r)
{
	struct pf_progression_line *const l = r->line;
	const int bar = pf_meter_bar(l->meter), beat = pf_meter_beat(l->meter);
	const int beats = bar / beat;
	if (r->n == 0)
		return 0;
	if (l->bars == PF_PROGRESSION_BARS ||
	    l->n + (size_t)r->n > PF_PROGRESSION_SPANS)
		return pf_err_set(r->err, "has more than %d bars",
		    PF_PROGRESSION_BARS);
	int at = 0;
	for (int i = 0; i < r->n; i++) {
		const int end = i + 1 == r->n ? bar : r->n <= beats
		    ? (beats * (i + 1) + r->n - 1) / r->n * beat
		    : bar * (i + 1) / r->n;
		l->span[l->n++] = (struct pf_chord_span){l->bars * bar + at,
		    end - at, r->chord[i]};
		at = end;
	}
	l->bars++;
	r->n = 0;
	return 0;
}

/* Repeat the bar before. */
static int
repeat_bar(struct reading *r)
{
	struct pf_progression_line *const l = r->line;
	const int bar = pf_meter_bar(l->meter);
	if (l->bars == 0 || r->n)
		return pf_err_set(r->err, "'%%' repeats no whole bar");
	size_t first = l->n;
	while (first > 0 && l->span[first - 1].tick >= (l->bars - 1) * bar)
		first--;
	r->n = 0;
	const size_t n = l->n - first;
	if (l->bars == PF_PROGRESSION_BARS || l->n + n > PF_PROGRESSION_SPANS)
		return pf_err_set(r->err, "has more than %d bars",
		    PF_PROGRESSION_BARS);
	for (size_t i = 0; i < n; i++) {
		l->span[l->n] = l->span[first + i];
		l->span[l->n++].tick += bar;
	}
	l->bars++;
	return 0;
}

static int
read_word(struct reading *r, const char *s, size_t len)
{
	struct pf_chord c;
	if (r->n == BAR_CHORDS)
		return pf_err_set(r->err, "a bar has more than %d chords",
		    BAR_CHORDS);
	if (r->roman) {
		if (pf_roman_parse(s, len, r->key, &c) != 0)
			return pf_err_set(r->err, "'%.*s' is not a chord "
			    "like ii7, bVII or V7/V", (int)len, s);
	} else if ((len == 4 && memcmp(s, "N.C.", 4) == 0) ||
	    (len == 2 && memcmp(s, "NC", 2) == 0)) {
		c = pf_no_chord;
	} else if (pf_chord_parse(s, len, &c.root, &c.quality, &c.bass) != 0) {
		return pf_err_set(r->err, "'%.*s' is not a chord like Am, "
		    "F#m7b5 or Bb/D", (int)len, s);
	}
	r->chord[r->n++] = c;
	return 0;
}

static int
read_line(struct reading *r, const char *text)
{
	char buf[TEXT_MOST];
	r->line->bars = 0;
	r->line->n = 0;
	if (strlen(text) >= sizeof buf)
		return pf_err_set(r->err, "is longer than %d characters",
		    TEXT_MOST);
	memcpy(buf, text, strlen(text) + 1);
	for (char *p = buf; *p; p++)
		if (*p == '\t' || *p == '\n' || *p == ',')
			*p = ' ';
	int e = r->roman ? 0 : expand(buf, r->err);
	const bool bars = strchr(buf, '|') != NULL;
	const char *s = buf;
	while (e == 0 && *(s += strspn(s, " "))) {
		if (*s == '|') {
			e = end_bar(r);
			s++;
			continue;
		}
		const size_t len = strcspn(s, " |");
		if (len == 1 && *s == '%')
			e = repeat_bar(r);
		else
			e = read_word(r, s, len);
		s += len;
		if (e == 0 && !bars)
			e = end_bar(r);
	}
	if (e == 0)
		e = end_bar(r);
	if (e == 0 && r->line->bars == 0)
		e = pf_err_set(r->err, "has no chords");
	return e;
}

int
pf_progression_roman(struct pf_progression_line *line, const char *text,
    struct pf_key key, struct pf_meter meter, struct pf_err *err)
{
	struct reading r = {.line = line, .roman = true, .key = key,
	    .err = err};
	line->meter = meter;
	return read_line(&r, text);
}

int
pf_progression_chords(struct pf_progression_line *line, const char *text,
    struct pf_meter meter, struct pf_err *err)
{
	struct reading r = {.line = line, .err = err};
	line->meter = meter;
	return read_line(&r, text);
}

/* ---- looking */

struct pf_key
pf_progression_key(const struct pf_progression_line *line)
{
	struct pf_key best = {0, PF_MAJOR};
	double most = -1e9;
	for (int k = 0; k < 24; k++) {
		const struct pf_key key = {k % 12, k < 12 ? PF_MAJOR :
		    PF_MINOR};
		const uint16_t scale = pf_key_scale(key);
		double score = 0;
		for (size_t i = 0; i < line->n; i++) {
			const struct pf_chord c = line->span[i].chord;
			if (c.root < 0)
				continue;
			const uint16_t tones = pf_chord_tones(c);
			const bool home = c.root == key.tonic &&
			    pf_chord_is_minor(c) == (k >= 12);
			const double len = line->span[i].len;
			score += len * (pf_pcs_count(tones & scale) -
			    2 * pf_pcs_count(tones & (uint16_t)~scale));
			/* Minor keys have a major dominant, too. */
			if (k >= 12 && c.root == (key.tonic + 7) % 12 &&
			    !pf_chord_is_minor(c))
				score += 2.5 * len;
			if (home)
				score += len * (i == 0 ? 1.5 : i + 1 ==
				    line->n ? 1.0 : 0.3);
		}
		if (score > most) {
			most = score;
			best = key;
		}
	}
	return best;
}

struct pf_chord
pf_progression_at(const struct pf_progression_line *line, int64_t tick)
{
	const int64_t len = (int64_t)line->bars * pf_meter_bar(line->meter);
	if (len <= 0)
		return pf_no_chord;
	const int64_t t = (tick % len + len) % len;
	struct pf_chord c = pf_no_chord;
	for (size_t i = 0; i < line->n && line->span[i].tick <= t; i++)
		c = line->span[i].chord;
	return c;
}

bool
pf_progression_ends(const struct pf_progression_line *line, struct pf_key key,
    enum pf_cadence cadence)
{
	if (line->n < 2)
		return false;
	const struct pf_chord last = line->span[line->n - 1].chord;
	const struct pf_chord before = line->span[line->n - 2].chord;
	const enum pf_function from = pf_chord_function(key, before);
	const bool home = last.root == key.tonic;
	switch (cadence) {
	case PF_CADENCE_HALF:
		return pf_chord_function(key, last) == PF_DOMINANT;
	case PF_CADENCE_AUTHENTIC:
		return home && (from == PF_DOMINANT || (before.root ==
		    key.tonic && line->n > 2 && pf_chord_function(key,
		    line->span[line->n - 3].chord) == PF_DOMINANT));
	case PF_CADENCE_PLAGAL:
		return home && from == PF_SUBDOMINANT;
	case PF_CADENCE_DECEPTIVE:
		return from == PF_DOMINANT && !home;
	default:
		return true;
	}
}

/* ---- composing */

static struct pf_chord
numeral(struct pf_key key, const char *s)
{
	struct pf_chord c = pf_no_chord;
	if (pf_roman_parse(s, strlen(s), key, &c) != 0)
		c = (struct pf_chord){key.tonic, PF_MAJ, -1};
	return c;
}

static struct pf_chord
on_degree(struct pf_key key, int d, bool seventh)
{
	const int minor = pf_key_is_minor(key);
	return numeral(key, seventh ? degree[minor][d].seventh
	    : degree[minor][d].triad);
}

/* The places in degree[] of tonic, subdominant, dominant and sixth. */
enum { TONIC, SUBDOMINANT, DOMINANT, SIXTH };
static const int place[2][4] = {{0, 3, 4, 5}, {0, 2, 3, 5}};

/* Which degrees the last two bars must have; -1 is free. */
static void
required(bool minor, enum pf_cadence cadence, int *last, int *before)
{
	*last = *before = -1;
	switch (cadence) {
	case PF_CADENCE_HALF:
		*last = place[minor][DOMINANT];
		break;
	case PF_CADENCE_AUTHENTIC:
		*last = place[minor][TONIC];
		*before = place[minor][DOMINANT];
		break;
	case PF_CADENCE_PLAGAL:
		*last = place[minor][TONIC];
		*before = place[minor][SUBDOMINANT];
		break;
	case PF_CADENCE_DECEPTIVE:
		*last = place[minor][SIXTH];
		*before = place[minor][DOMINANT];
		break;
	default:
		break;
	}
}

static double
step_weight(bool minor, int bar, int from, int to)
{
	double w = follows[minor][bar % 4 == 3][from][to];
	/* Standing still is the tunes' habit; songs move on. */
	if (from == to)
		w *= bar % 4 == 0 ? 0.1 : 0.3;
	return w;
}

void
pf_progression_compose(struct pf_progression_line *line, struct pf_key key,
    struct pf_meter meter, int bars, enum pf_cadence cadence,
    double sevenths, uint64_t seed)
{
	const bool minor = pf_key_is_minor(key);
	const int bar_ticks = pf_meter_bar(meter);
	double after[PF_PROGRESSION_BARS][DEGREES];
	int last, before;
	bars = bars < 1 ? 1 : bars > PF_PROGRESSION_BARS ? PF_PROGRESSION_BARS
	    : bars;
	required(minor, cadence, &last, &before);
	/* What can still come after each chord: exact, from the end. */
	for (int b = bars - 1; b >= 0; b--) {
		double sum = 0;
		for (int d = 0; d < DEGREES; d++) {
			double w = 1;
			if ((b == bars - 1 && last >= 0 && d != last) ||
			    (b == bars - 2 && before >= 0 && d != before))
				w = 0;
			double next = b == bars - 1;
			for (int e = 0; e < DEGREES && b < bars - 1; e++)
				next += step_weight(minor, b + 1, d, e) *
				    after[b + 1][e];
			after[b][d] = w * next;
			sum += after[b][d];
		}
		for (int d = 0; d < DEGREES; d++)
			after[b][d] /= sum;
	}
	line->meter = meter;
	line->bars = bars;
	line->n = 0;
	int d = place[minor][TONIC];
	for (int b = 0; b < bars; b++) {
		double w[DEGREES], sum = 0;
		for (int e = 0; e < DEGREES; e++) {
			w[e] = after[b][e] * (b ? step_weight(minor, b, d, e)
			    : bars > 2 ? e == d : 1);
			sum += w[e];
		}
		double u = sum * pf_rng_unit(seed, pf_hash_str("chords"), b,
		    0);
		int e = 0;
		while (e < DEGREES - 1 && (u -= w[e]) >= 0)
			e++;
		d = e;
		const bool seventh = pf_rng_unit(seed, pf_hash_str("chords"),
		    b, 1) < sevenths;
		line->span[line->n++] = (struct pf_chord_span){b * bar_ticks,
		    bar_ticks, on_degree(key, d, seventh)};
	}
}

/* Replace what sounds in one bar by one chord. */
static void
set_bar(struct pf_progression_line *line, int bar, struct pf_chord chord)
{
	const int len = pf_meter_bar(line->meter), from = bar * len;
	size_t n = 0, at = 0;
	struct pf_chord_span out[PF_PROGRESSION_SPANS];
	bool set = false;
	for (size_t i = 0; i < line->n; i++) {
		const struct pf_chord_span s = line->span[i];
		if (s.tick >= from && s.tick < from + len) {
			if (!set)
				out[n++] = (struct pf_chord_span){from, len,
				    chord};
			set = true;
			continue;
		}
		out[n++] = s;
	}
	for (at = 0; at < n; at++)
		line->span[at] = out[at];
	line->n = n;
}

void
pf_progression_close(struct pf_progression_line *line, struct pf_key key,
    enum pf_cadence cadence, double sevenths)
{
	const bool minor = pf_key_is_minor(key);
	int last, before;
	required(minor, cadence, &last, &before);
	if (before >= 0 && line->bars > 1)
		set_bar(line, line->bars - 2, on_degree(key, before,
		    sevenths > 0.15));
	if (last >= 0)
		set_bar(line, line->bars - 1, on_degree(key, last,
		    sevenths > 0.5));
}
