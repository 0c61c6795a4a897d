/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/theory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct pf_chord pf_no_chord = {-1, PF_MAJ, -1};

static int
mod12(int x)
{
	return (x % 12 + 12) % 12;
}

/* ---- sets of pitch classes */

uint16_t
pf_pcs_rotate(uint16_t above, int root)
{
	const int r = mod12(root);
	return (uint16_t)((above << r | above >> (12 - r)) & 0xfff);
}

int
pf_pcs_count(uint16_t set)
{
	return __builtin_popcount(set & 0xfffu);
}

int
pf_pcs_nearest(uint16_t set, int midi)
{
	for (int d = 0; d <= 6; d++) {
		if (pf_pcs_has(set, midi - d))
			return midi - d;
		if (pf_pcs_has(set, midi + d))
			return midi + d;
	}
	return midi;
}

int
pf_pcs_toward(uint16_t set, int midi, int dir)
{
	for (int d = 0; d < 12; d++)
		if (pf_pcs_has(set, dir > 0 ? midi + d : midi - d))
			return dir > 0 ? midi + d : midi - d;
	return midi;
}

int
pf_pcs_step(uint16_t set, int midi, int steps)
{
	if (!(set & 0xfff))
		return midi;
	for (; steps > 0; steps--)
		midi = pf_pcs_toward(set, midi + 1, 1);
	for (; steps < 0; steps++)
		midi = pf_pcs_toward(set, midi - 1, -1);
	return midi;
}

int
pf_pcs_distance(uint16_t set, int a, int b)
{
	int n = 0;
	for (int p = a + 1; p <= b; p++)
		n += pf_pcs_has(set, p);
	for (int p = a - 1; p >= b; p--)
		n -= pf_pcs_has(set, p);
	return n;
}

/* ---- scales and keys */

/* The seven-note scale in which a mode's degrees are counted. */
static uint16_t
seven_notes(int mode)
{
	switch (mode) {
	case PF_PENTATONIC_MAJOR:
		return pf_mode[PF_MAJOR].scale;
	case PF_PENTATONIC_MINOR:
	case PF_BLUES:
		return pf_mode[PF_MINOR].scale;
	default:
		return pf_mode[mode].scale;
	}
}

/* The n-th member of a set, from 0. */
static int
member(uint16_t set, int n)
{
	for (int i = 0; i < 12; i++)
		if (set >> i & 1 && n-- == 0)
			return i;
	return 0;
}

static int
degree_of(uint16_t scale, int tonic, int degree)
{
	return mod12(tonic + member(scale, ((degree - 1) % 7 + 7) % 7));
}

uint16_t
pf_key_scale(struct pf_key key)
{
	return pf_pcs_rotate(pf_mode[key.mode].scale, key.tonic);
}

bool
pf_key_is_minor(struct pf_key key)
{
	const uint16_t scale = seven_notes(key.mode);
	return scale >> 3 & 1 && !(scale >> 4 & 1);
}

int
pf_key_degree(struct pf_key key, int degree)
{
	return degree_of(seven_notes(key.mode), key.tonic, degree);
}

/* ---- chords */

bool
pf_chord_equal(struct pf_chord a, struct pf_chord b)
{
	if (a.root < 0 || b.root < 0)
		return a.root < 0 && b.root < 0;
	const int low_a = a.bass < 0 ? a.root : a.bass;
	const int low_b = b.bass < 0 ? b.root : b.bass;
	return a.root == b.root && a.quality == b.quality && low_a == low_b;
}

uint16_t
pf_chord_tones(struct pf_chord c)
{
	if (c.root < 0)
		return 0;
	uint16_t set = pf_pcs_rotate(pf_quality[c.quality].tones, c.root);
	if (c.bass >= 0)
		set |= (uint16_t)(1 << c.bass);
	return set;
}

static bool
has(struct pf_chord c, int semitones)
{
	return c.root >= 0 && pf_quality[c.quality].tones >> semitones & 1;
}

int
pf_chord_third(struct pf_chord c)
{
	return has(c, 4) ? 4 : has(c, 3) ? 3 : has(c, 5) ? 5 : has(c, 2) ? 2 : 7;
}

int
pf_chord_fifth(struct pf_chord c)
{
	return has(c, 7) ? 7 : has(c, 8) ? 8 : has(c, 6) ? 6 : 7;
}

int
pf_chord_seventh(struct pf_chord c)
{
	if (has(c, 11))
		return 11;
	if (has(c, 10))
		return 10;
	return has(c, 9) ? 9 : 12;
}

int
pf_chord_ninth(struct pf_chord c)
{
	return has(c, 1) ? 13 : has(c, 3) && has(c, 4) ? 15 : 14;
}

bool
pf_chord_is_minor(struct pf_chord c)
{
	return has(c, 3) && !has(c, 4);
}

struct pf_chord
pf_chord_triad(struct pf_chord c)
{
	const int third = pf_chord_third(c), fifth = pf_chord_fifth(c);
	if (c.root < 0 || third == 7)
		return c;
	if (third == 2 || third == 5)
		c.quality = third == 2 ? PF_SUS2 : PF_SUS4;
	else if (third == 4)
		c.quality = fifth == 8 ? PF_AUG : PF_MAJ;
	else
		c.quality = fifth == 6 ? PF_DIM : PF_MIN;
	return c;
}

/* Give a chord tone that the scale lacks the place of its neighbour. */
static uint16_t
bend(uint16_t scale, uint16_t tones, int pc, struct pf_chord c)
{
	const uint16_t below = (uint16_t)(1 << mod12(pc - 1));
	const uint16_t above = (uint16_t)(1 << mod12(pc + 1));
	const int interval = mod12(pc - c.root);
	/* Raised tones (major third, leading tone) push the one below. */
	const bool raised = interval == 4 || interval == 11 ||
	    interval == 8 || (interval == 0 && has(c, 6));
	uint16_t out = 0;
	if (raised && scale & below & ~tones)
		out = below;
	else if (scale & above & ~tones)
		out = above;
	else if (scale & below & ~tones)
		out = below;
	return (uint16_t)((scale & ~out) | 1 << pc);
}

uint16_t
pf_chord_scale(struct pf_key key, struct pf_chord c)
{
	uint16_t scale = pf_pcs_rotate(seven_notes(key.mode), key.tonic);
	const uint16_t tones = pf_chord_tones(c);
	for (int pc = 0; pc < 12; pc++)
		if (tones >> pc & 1 && !(scale >> pc & 1))
			scale = bend(scale, tones, pc, c);
	return scale;
}

uint16_t
pf_chord_avoid(struct pf_key key, struct pf_chord c)
{
	const uint16_t tones = pf_chord_tones(c);
	const uint16_t scale = pf_chord_scale(key, c) & (uint16_t)~tones;
	uint16_t avoid = scale & pf_pcs_rotate(tones, 1);
	if (has(c, 4) && has(c, 10))
		avoid &= (uint16_t)~(1 << mod12(c.root + 1));
	return avoid;
}

uint16_t
pf_chord_tensions(struct pf_key key, struct pf_chord c)
{
	if (c.root < 0)
		return 0;
	return (uint16_t)(pf_chord_scale(key, c) & ~pf_chord_tones(c) &
	    ~pf_chord_avoid(key, c));
}

/* The plainest quality whose third, fifth (and seventh) are these. */
static int
quality_of(int third, int fifth, int seventh)
{
	const uint16_t tones = (uint16_t)(1 | 1 << third | 1 << fifth |
	    (seventh ? 1 << seventh : 0));
	for (int q = 0; q < PF_QUALITIES; q++)
		if (pf_quality[q].tones == tones)
			return q;
	return third == 3 ? PF_MIN : PF_MAJ;
}

struct pf_chord
pf_diatonic_chord(struct pf_key key, int degree, int seventh)
{
	const int root = pf_key_degree(key, degree);
	const int third = mod12(pf_key_degree(key, degree + 2) - root);
	const int fifth = mod12(pf_key_degree(key, degree + 4) - root);
	const int top = mod12(pf_key_degree(key, degree + 6) - root);
	return (struct pf_chord){root,
	    quality_of(third, fifth, seventh ? top : 0), -1};
}

enum pf_function
pf_chord_function(struct pf_key key, struct pf_chord c)
{
	if (c.root < 0)
		return PF_OUTSIDE;
	const bool minor = pf_key_is_minor(key);
	switch (mod12(c.root - key.tonic)) {
	case 0:
		return PF_TONIC;
	case 3:
	case 8:
		return minor ? PF_TONIC : PF_OUTSIDE;
	case 4:
	case 9:
		return minor || has(c, 10) ? PF_OUTSIDE : PF_TONIC;
	case 1:
	case 2:
	case 5:
		return PF_SUBDOMINANT;
	case 7:
	case 10:
	case 11:
		return PF_DOMINANT;
	default:
		return PF_OUTSIDE;
	}
}

static const char *const suffix[PF_QUALITIES] = {
	[PF_MAJ] = "", [PF_MIN] = "m", [PF_DOM7] = "7", [PF_MAJ7] = "maj7",
	[PF_MIN7] = "m7", [PF_DIM] = "dim", [PF_DIM7] = "dim7",
	[PF_HDIM7] = "m7b5", [PF_AUG] = "aug", [PF_SUS2] = "sus2",
	[PF_SUS4] = "sus4", [PF_MAJ6] = "6", [PF_MIN6] = "m6",
	[PF_POWER] = "5", [PF_MINMAJ7] = "mM7", [PF_AUG7] = "aug7",
	[PF_DOM9] = "9", [PF_MAJ9] = "maj9", [PF_MIN9] = "m9",
	[PF_SUS4_7] = "7sus4", [PF_ADD9] = "add9", [PF_MINADD9] = "madd9",
	[PF_DOM11] = "11", [PF_DOM13] = "13", [PF_DOM7_FLAT9] = "7b9",
	[PF_DOM7_SHARP9] = "7#9", [PF_SIX9] = "69",
};

const char *
pf_chord_show(struct pf_chord c, char buf[16])
{
	if (c.root < 0)
		return "N.C.";
	snprintf(buf, 16, "%s%s%s%s", pf_pitch_class_name(c.root),
	    suffix[c.quality], c.bass >= 0 ? "/" : "",
	    c.bass >= 0 ? pf_pitch_class_name(c.bass) : "");
	return buf;
}

/* ---- time */

int
pf_meter_bar(struct pf_meter m)
{
	return m.num * PF_TICKS * 4 / m.den;
}

int
pf_meter_beat(struct pf_meter m)
{
	const int unit = PF_TICKS * 4 / m.den;
	const bool dotted = m.den >= 8 && (m.num == 6 || m.num == 9 ||
	    m.num == 12);
	return dotted ? 3 * unit : unit;
}

/* Digits at s[len], up to three: a number; sets *used. */
static int
small_number(const char *s, size_t len, size_t *used)
{
	int v = 0;
	*used = 0;
	while (*used < len && *used < 3 && s[*used] >= '0' && s[*used] <= '9')
		v = 10 * v + (s[(*used)++] - '0');
	return v;
}

int
pf_meter_parse(const char *s, size_t len, struct pf_meter *meter)
{
	size_t used, more;
	const int num = small_number(s, len, &used);
	if (used == 0 || used >= len || s[used] != '/')
		return -EINVAL;
	const int den = small_number(s + used + 1, len - used - 1, &more);
	if (more == 0 || used + 1 + more != len || num < 1 || num > 32 ||
	    den < 1 || den > 32 || (den & (den - 1)) != 0)
		return -EINVAL;
	*meter = (struct pf_meter){num, den};
	return 0;
}

int
pf_metric_weight(struct pf_meter m, int tick)
{
	const int bar = pf_meter_bar(m), beat = pf_meter_beat(m);
	const int t = (tick % bar + bar) % bar;
	const int beats = bar / beat;
	const bool dotted = beat != PF_TICKS * 4 / m.den;
	if (t == 0)
		return 4;
	if (beats % 2 == 0 && t == bar / 2)
		return 3;
	if (t % beat == 0)
		return 2;
	return t % (beat / (dotted ? 3 : 2)) == 0;
}

uint64_t
pf_euclid(int k, int n, int turn)
{
	uint64_t bits = 0;
	for (int i = 0; i < n; i++)
		if (k > 0 && i * k % n < k)
			bits |= UINT64_C(1) << ((i - turn) % n + n) % n;
	return bits;
}
