/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roman numerals: chords named by their degree (the second half of theory.h).
 */
#include "music/theory.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What may stand behind a numeral; small letters may mean another chord. */
static const struct {
	const char *text;
	int large, small;
} suffixes[] = {
	{"", PF_MAJ, PF_MIN},
	{"7", PF_DOM7, PF_MIN7},
	{"maj7", PF_MAJ7, PF_MINMAJ7},
	{"M7", PF_MAJ7, PF_MINMAJ7},
	{"6", PF_MAJ6, PF_MIN6},
	{"9", PF_DOM9, PF_MIN9},
	{"maj9", PF_MAJ9, PF_MIN9},
	{"add9", PF_ADD9, PF_MINADD9},
	{"o", PF_DIM, PF_DIM},
	{"o7", PF_DIM7, PF_DIM7},
	{"h", PF_HDIM7, PF_HDIM7},
	{"h7", PF_HDIM7, PF_HDIM7},
	{"m7b5", PF_HDIM7, PF_HDIM7},
	{"+", PF_AUG, PF_AUG},
	{"+7", PF_AUG7, PF_AUG7},
	{"5", PF_POWER, PF_POWER},
	{"69", PF_SIX9, PF_MIN6},
	{"sus2", PF_SUS2, PF_SUS2},
	{"sus4", PF_SUS4, PF_SUS4},
	{"7sus4", PF_SUS4_7, PF_SUS4_7},
	{"11", PF_DOM11, PF_MIN9},
	{"13", PF_DOM13, PF_MIN9},
	{"7b9", PF_DOM7_FLAT9, PF_DOM7_FLAT9},
	{"7#9", PF_DOM7_SHARP9, PF_DOM7_SHARP9},
};

static const char *const numeral[8] = {
	NULL, "I", "II", "III", "IV", "V", "VI", "VII",
};

/* The scale that numerals count in: natural minor for all minor scales. */
static struct pf_key
counting(struct pf_key key)
{
	if (key.mode == PF_HARMONIC_MINOR || key.mode == PF_MELODIC_MINOR)
		key.mode = PF_MINOR;
	return key;
}

/* Read accidentals and a numeral; sets degree, alter and case. */
static int
read_degree(const char *s, size_t len, int *degree, int *alter, bool *small)
{
	size_t i = 0;
	*alter = 0;
	for (; i < len && (s[i] == 'b' || s[i] == '#'); i++)
		*alter += s[i] == '#' ? 1 : -1;
	size_t n = 0;
	while (i + n < len && strchr("IViv", s[i + n]) && s[i + n])
		n++;
	if (n == 0 || n > 3)
		return -EINVAL;
	*small = islower((unsigned char)s[i]);
	for (*degree = 1; *degree <= 7; (*degree)++) {
		const char *const w = numeral[*degree];
		size_t k = 0;
		while (k < n && w[k] && s[i + k] ==
		    (*small ? (char)tolower((unsigned char)w[k]) : w[k]))
			k++;
		if (k == n && !w[k])
			return (int)(i + n);
	}
	return -EINVAL;
}

static int
read_quality(const char *s, size_t len, bool small)
{
	for (size_t i = 0; i < PF_COUNT(suffixes); i++)
		if (strlen(suffixes[i].text) == len &&
		    memcmp(s, suffixes[i].text, len) == 0)
			return small ? suffixes[i].small : suffixes[i].large;
	return pf_quality_number(s, len);
}

static int
root_of(struct pf_key key, int degree, int alter)
{
	/* bIII, bVI, bVII mean the same in minor: they are low already. */
	if (pf_key_is_minor(key) && alter < 0 &&
	    (degree == 3 || degree == 6 || degree == 7))
		alter++;
	return ((pf_key_degree(counting(key), degree) + alter) % 12 + 12) % 12;
}

/* Behind the slash: a chord tone for the bass, or a degree to belong to. */
static int
read_slash(const char *s, size_t len, struct pf_key key, int *bass_tone,
    struct pf_key *home)
{
	if (len == 1 && (*s == '3' || *s == '5' || *s == '7')) {
		*bass_tone = *s - '0';
		return 0;
	}
	int degree, alter;
	bool small;
	const int n = read_degree(s, len, &degree, &alter, &small);
	if (n < 0 || (size_t)n != len)
		return -EINVAL;
	*home = (struct pf_key){root_of(key, degree, alter),
	    small ? PF_MINOR : PF_MAJOR};
	return 0;
}

int
pf_roman_parse(const char *s, size_t len, struct pf_key key,
    struct pf_chord *chord)
{
	if ((len == 1 && *s == 'N') || (len == 4 && memcmp(s, "N.C.", 4) == 0)) {
		*chord = pf_no_chord;
		return 0;
	}
	int degree, alter, bass_tone = 0;
	bool small;
	const int n = read_degree(s, len, &degree, &alter, &small);
	if (n < 0)
		return -EINVAL;
	const char *const slash = memchr(s, '/', len);
	const size_t body = slash ? (size_t)(slash - s) : len;
	if ((size_t)n > body)
		return -EINVAL;
	const int q = read_quality(s + n, body - (size_t)n, small);
	if (q < 0 || (slash && read_slash(slash + 1, len - body - 1, key,
	    &bass_tone, &key) != 0))
		return -EINVAL;
	struct pf_chord c = {root_of(key, degree, alter), q, -1};
	const int up = bass_tone == 3 ? pf_chord_third(c) :
	    bass_tone == 5 ? pf_chord_fifth(c) :
	    bass_tone == 7 ? pf_chord_seventh(c) : 0;
	if (up % 12)
		c.bass = (c.root + up) % 12;
	*chord = c;
	return 0;
}

/* The nearest degree of a root and how it is altered. */
static int
degree_at(struct pf_key key, int root, int *alter)
{
	static const int tries[] = {0, -1, 1};
	const bool minor = pf_key_is_minor(key);
	for (size_t t = 0; t < PF_COUNT(tries); t++)
		for (int d = 1; d <= 7; d++) {
			const int pc = pf_key_degree(counting(key), d);
			/* Flats are read only where they are usual. */
			if (tries[t] < 0 && d != 2 &&
			    (minor || (d != 3 && d != 6 && d != 7)))
				continue;
			if ((root - tries[t] - pc + 24) % 12 == 0) {
				*alter = tries[t];
				return d;
			}
		}
	*alter = 0;
	return 1;
}

const char *
pf_roman_show(struct pf_key key, struct pf_chord c, char buf[24])
{
	if (c.root < 0)
		return "N";
	int alter;
	const int d = degree_at(key, c.root, &alter);
	const bool small = pf_chord_is_minor(c);
	const char *tail = pf_quality[c.quality].name;
	for (size_t i = 0; i < PF_COUNT(suffixes); i++)
		if ((small ? suffixes[i].small : suffixes[i].large) ==
		    c.quality) {
			tail = suffixes[i].text;
			break;
		}
	char word[8];
	snprintf(word, sizeof word, "%s", numeral[d]);
	for (char *p = word; small && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	const int up = c.bass < 0 ? 0 : ((c.bass - c.root) % 12 + 12) % 12;
	const char *const bass = up == 0 ? "" : up < 5 ? "/3" : up < 9 ? "/5" :
	    "/7";
	snprintf(buf, 24, "%s%s%s%s", alter < 0 ? "b" : alter > 0 ? "#" : "",
	    word, tail, bass);
	return buf;
}
