/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The soloist: silent while the player says something, answering with the
 * player's own motif when there is room, leading where the player comps.
 *
 * A phrase is composed as rhythm and contour; each beat of it finds its
 * pitches when it comes, on the chord that sounds then.
 */
#include "agent/role.h"

#include "agent/motif.h"
#include "event/type.h"

#include <math.h>
#include <stdlib.h>

enum { DRAW_TURN = 1, DRAW_DROP, DRAW_SPLIT, DRAW_CADENCE,
	DRAW_INVENT = 64 };

struct melody {
	struct pf_motif phrase;
	int next;            /* its first note that is not played */
	int64_t from;        /* the beat it is counted from */
	bool speaking;
	bool leading;        /* nobody else has the tune */
	double silent_from;  /* since when we are silent, a beat */
	int last;            /* the last pitch played; 0 none */
	int leapt;           /* semitones from the one before */
	int low, high;
	int64_t motif_of;    /* the phrase pair the motif was invented for */
	struct pf_motif motif; /* what we sing when there is nobody to answer */
	struct pf_motif theme; /* what the player sang last */
	double peak;         /* salience of the player's tune, fading */
	bool unclear;        /* what we hear is no tune: ears are at a loss */
	double unclear_until; /* and are not believed before this beat */
};

/* ---- the player */

struct room {
	bool free;      /* may we speak? */
	bool leading;   /* nobody has a tune */
	double since;   /* felt beats since the player's tune moved */
};

/*
 * How much a note stands out: an octave counts as much as half the range of
 * touch.
 */
static double
salience(const struct pf_listener_note *n)
{
	return (double)n->pitch / 12 + 2 * (double)n->velocity;
}

/*
 * The player's tune since a beat: note[PF_LISTENER_PHRASE].  A line is all
 * tune.  Of chords and picking only the top counts where it moves, is not
 * much lower or softer than the tune was, and so is no accompaniment.
 */
static int
tune_since(const struct pf_mind *m, struct melody *k,
    const struct pf_moment *at, double from, struct pf_listener_note *note)
{
	const int n = pf_listener_melody(pf_mind_listener(m), from, note,
	    PF_LISTENER_PHRASE);
	int kept = 0;
	float before = -1;
	if (!at->player->polyphonic)
		return n;
	for (int i = 0; i < n; i++) {
		const double x = salience(&note[i]);
		const bool moved = fabsf(note[i].pitch - before) > 0.5f;
		before = note[i].pitch;
		if (x > k->peak)
			k->peak = x;
		if (moved && x > k->peak - 1.1)
			note[kept++] = note[i];
	}
	return kept;
}

/*
 * Ears that hear one pitch at a time make leaps of a picking hand: no line
 * moves by more than a tritone on average.
 */
static bool
is_unclear(const struct pf_listener_note *note, int n)
{
	float sum = 0;
	for (int i = 1; i < n; i++)
		sum += fabsf(note[i].pitch - note[i - 1].pitch);
	return n > 6 && sum > 6 * (float)(n - 1);
}

/*
 * When the tune can not be told from the rest, its long notes are where
 * phrases end.
 */
static bool
phrase_ends(const struct pf_moment *at)
{
	return at->phrase_bar == at->phrase_bars - 1 && at->bars_in > 2 &&
	    at->in_bar == (at->per_bar > 3 ? 1 : 0);
}

/*
 * Where nobody is heard to have a tune we lead: two bars at a time, from a
 * bar line on; over mere drums the first half of every phrase, so that it
 * stays theirs.
 */
static bool
may_lead(const struct pf_moment *at)
{
	const bool begins = at->in_bar == 0 && at->phrase_bar % 2 == 0;
	if (at->player->drums)
		return begins && at->bars_in >= 4 &&
		    at->phrase_bar < at->phrase_bars / 2;
	/* Softer and fewer is an end, not an accompaniment. */
	return begins && at->player->steps_back &&
	    (double)at->beat - at->player->onset_beat < 2;
}

/* Are the player's notes no tune that one could answer? */
static bool
hear_unclear(const struct pf_mind *m, struct melody *k,
    const struct pf_moment *at)
{
	struct pf_listener_note all[PF_LISTENER_PHRASE];
	const double now = (double)at->beat;
	const int n = pf_listener_melody(pf_mind_listener(m),
	    now - 3 * at->per_bar, all, PF_COUNT(all));
	/* Ears are not trusted at first, nor for a while once wrong. */
	if (at->player->drums || is_unclear(all, n) ||
	    (at->player->by_ear && at->bars_in < 8)) {
		k->unclear_until = at->player->by_ear ? now + 16 * at->per_bar
		    : now;
		return true;
	}
	return now < k->unclear_until;
}

static struct room
look_for_room(const struct pf_mind *m, struct melody *k,
    const struct pf_moment *at)
{
	struct pf_listener_note note[PF_LISTENER_PHRASE];
	const double now = (double)at->beat;
	/* What stood out long ago is forgotten slowly. */
	k->peak -= 0.008;
	const int n = tune_since(m, k, at, now - 3 * at->per_bar, note);
	struct room r = {.since = n ? now - note[n - 1].beat :
	    3 * at->per_bar};
	k->unclear = hear_unclear(m, k, at);
	if (!at->player->heard) {
		r.leading = r.free = at->told;
		return r;
	}
	if (k->unclear) {
		r.leading = may_lead(at);
		r.free = r.leading || (!at->player->drums && phrase_ends(at));
		return r;
	}
	if (at->player->polyphonic && at->player->busy &&
	    r.since > 1.5 * at->per_bar && at->bars_in >= 4) {
		r.leading = r.free = true;
		return r;
	}
	const double patience = 0.7 + 1.8 * pf_mind_trait(m, PF_PATIENCE) -
	    0.6 * (pf_mind_trait(m, PF_DENSITY) - 0.5);
	r.free = r.since > patience;
	return r;
}

/* ---- phrases */

struct draws {
	const struct pf_mind *mind;
	int64_t place;
};

static double
draw(void *ctx, uint32_t n)
{
	const struct draws *const d = ctx;
	return pf_mind_chance(d->mind, d->place, DRAW_INVENT + n);
}

static void
set_range(const struct pf_mind *m, struct melody *k,
    const struct pf_moment *at)
{
	const struct pf_melody *const style = &pf_mind_style(m)->melody;
	const int shift = (int)(16 * (pf_mind_trait(m, PF_REGISTER) - 0.5));
	k->low = (style->low ? style->low : 60) + shift;
	k->high = (style->high ? style->high : 84) + shift;
	/* An answer stays within reach of what it answers. */
	if (at->player->heard && !isnan(at->player->mean) && !k->unclear) {
		const int mean = (int)at->player->mean + shift;
		if (k->low < mean - 9 && mean - 9 < 72)
			k->low = mean - 9;
		if (k->high > mean + 12 && mean > 55)
			k->high = mean + 12;
	}
	/* Without a tune to stay near, a lead lies where leads lie. */
	const int lowest = k->unclear ? 60 : 48;
	if (k->low < lowest)
		k->low = lowest;
	if (k->high > 96)
		k->high = 96;
	if (k->high < k->low + 14)
		k->high = k->low + 14;
}

/* How a phrase develops what was heard: the bolder, the further. */
static enum pf_motif_turn
choose_turn(const struct pf_mind *m, const struct pf_moment *at)
{
	const double bold = pf_mind_trait(m, PF_ADVENTURE);
	const double u = pf_mind_chance(m, at->beat, DRAW_TURN);
	if (pf_mind_trait(m, PF_DENSITY) < 0.3 && u < 0.6)
		return PF_TURN_THIN;
	if (u < 0.55 - 0.4 * bold)
		return PF_TURN_REPEAT;
	if (u < 0.7 - 0.2 * bold)
		return PF_TURN_HEAD;
	if (u < 0.85 - 0.25 * bold)
		return PF_TURN_TAIL;
	return u < 0.9 ? PF_TURN_INVERT : PF_TURN_THIN;
}

/* The motif of our own for this part of the form, always the same there. */
static void
own_motif(const struct pf_mind *m, struct melody *k,
    const struct pf_moment *at)
{
	const int64_t of = at->phrase / 2 + 1;
	if (k->motif_of == of && k->motif.n)
		return;
	struct draws d = {m, -of};
	if (k->unclear && !at->player->drums)
		pf_motif_from_rhythm(&k->motif, at->player->onsets,
		    at->per_bar, draw, &d);
	else
		pf_motif_invent(&k->motif, &pf_mind_style(m)->melody,
		    at->meter, at->per_bar, draw, &d);
	k->motif_of = of;
}

/* Felt beats until the bar line that should not be crossed. */
static double
room_left(const struct pf_mind *m, const struct melody *k,
    const struct pf_moment *at)
{
	const int left = at->per_bar - at->in_bar;
	const bool last = at->phrase_bar == at->phrase_bars - 1;
	/* Two bars, and a breath before the next. */
	if (k->unclear)
		return k->leading ? 2 * at->per_bar - 1 : left;
	/* Leading, and into a longer silence: a phrase of two bars. */
	if (k->leading || at->player->silent_beats > at->per_bar)
		return last ? left : left + at->per_bar;
	return left < 2 && pf_mind_trait(m, PF_PATIENCE) < 0.9 ?
	    left + at->per_bar / 2.0 : left;
}

static void
begin_phrase(struct pf_mind *m, struct melody *k, const struct pf_moment *at,
    struct room room)
{
	struct pf_listener_note note[PF_LISTENER_PHRASE];
	const double now = (double)at->beat;
	enum pf_motif_turn turn = choose_turn(m, at);
	k->leading = room.leading;
	set_range(m, k, at);
	const double left = room_left(m, k, at);
	bool own = false;
	const int n = tune_since(m, k, at, now - 4 * at->per_bar, note);
	const bool fresh = n >= 3 && !k->unclear && !room.leading &&
	    room.since < 3 * at->per_bar;
	if (fresh) {
		pf_motif_take(&k->theme, note, n, at->per_bar + 0.01,
		    pf_key_scale(at->key.key));
		pf_motif_take(&k->phrase, note, n, left < 2 ? 2 :
		    left + 0.01, pf_key_scale(at->key.key));
		if (!k->last)
			k->last = (int)(note[n - 1].pitch + 0.5f);
	} else if (k->theme.n >= 3 && at->phrase_bar % 4 < 2 && !k->unclear) {
		/* Go on about what the player sang before. */
		k->phrase = k->theme;
	} else {
		own = true;
		own_motif(m, k, at);
		k->phrase = k->motif;
		/* The first of a pair as it is, so that one knows it again. */
		if (at->phrase_bar == 0)
			turn = PF_TURN_REPEAT;
	}
	if (own && k->unclear && k->leading)
		pf_motif_twice(&k->phrase, at->per_bar,
		    at->phrase_bar % 4 == 0 ? 1 : -1);
	pf_motif_turn(&k->phrase, turn, left);
	/* A phrase is more than a note or two. */
	if (k->phrase.n < (k->unclear ? 3 : 1))
		return;
	if (k->unclear)
		pf_motif_close(&k->phrase, left);
	k->from = at->beat;
	k->next = 0;
	/* A phrase of our own begins in the middle of the voice. */
	if (k->unclear && (k->last < k->low + 3 || k->last > k->high - 5))
		k->last = 0;
	k->speaking = true;
	pf_mind_intend(m, k->leading ? PF_ACT_LEAD : PF_ACT_FILL, at->beat,
	    k->phrase.beats, k->phrase.n / (k->phrase.beats + 0.1), k->low,
	    k->high);
	pf_mind_decide(m, room.leading ? "lead" : "answer", 0.8,
	    "the player %s, %s motif %s", room.leading ? "accompanies" :
	    "pauses", own ? "own" : "its", pf_motif_turn_name[turn]);
}

static void
fall_silent(struct melody *k, const struct pf_moment *at)
{
	k->speaking = false;
	k->silent_from = (double)at->beat;
}

/* ---- pitches */

/* Does a note carry the harmony: on a strong beat, long, or the last? */
static bool
bears(const struct melody *k, const struct pf_moment *at,
    const struct pf_motif_note *x)
{
	const double in = (double)(k->from - at->bar_start) + x->at;
	const int tick = (int)(in * at->beat_ticks + 0.5);
	/* A line of our own may pass through the beats between. */
	const int least = k->unclear ? 3 : 2;
	return pf_metric_weight(at->meter, tick) >= least || x->beats > 0.9 ||
	    k->next == k->phrase.n - 1;
}

/*
 * The tone on which a phrase ends: home at a cadence, else open; the nearest
 * of the chord where that would be a leap.
 */
static int
cadence(struct pf_mind *m, const struct pf_moment *at, int near)
{
	const struct pf_chord c = at->chord.chord;
	const bool closes = at->phrase_bar >= at->phrase_bars - 2 &&
	    (at->phrase & 1);
	const int third = (c.root + pf_chord_third(c)) % 12;
	const uint16_t home = (uint16_t)(1 << c.root);
	const uint16_t open = (uint16_t)(1 << third | 1 << (c.root +
	    pf_chord_fifth(c)) % 12);
	const int p = pf_pcs_nearest(closes || pf_mind_chance(m, at->beat,
	    DRAW_CADENCE) < 0.5 ? home : open, near);
	return abs(p - near) < 5 ? p : pf_pcs_nearest(pf_chord_tones(c), near);
}

static int
pitch_of(struct pf_mind *m, struct melody *k, const struct pf_moment *at,
    const struct pf_motif_note *x)
{
	const struct pf_chord c = at->chord.chord;
	const uint16_t scale = pf_chord_scale(at->key.key, c);
	const uint16_t tones = pf_chord_tones(c);
	const int middle = (k->low + k->high) / 2;
	int from = k->last;
	while (from && from < k->low)
		from += 12;
	while (from > k->high)
		from -= 12;
	if (!from)
		from = pf_pcs_nearest(tones, middle);
	int step = x->step;
	/* At the edge of the range a line turns back. */
	if ((from > k->high - 4 && step > 0) || (from < k->low + 4 && step < 0))
		step = -step;
	/* What leapt goes back by a step. */
	if (k->unclear && abs(k->leapt) > 4 && (step > 0) == (k->leapt > 0))
		step = k->leapt > 0 ? -1 : 1;
	int p = pf_pcs_step(scale, from, step);
	if (k->next == k->phrase.n - 1 && c.root >= 0)
		p = cadence(m, at, p);
	else if (tones && bears(k, at, x) && !pf_pcs_has(tones, p))
		p = step >= 0 ? pf_pcs_toward(tones, p, 1) :
		    pf_pcs_toward(tones, p, -1);
	else if (x->beats > 0.45 && pf_pcs_has(pf_chord_avoid(at->key.key, c),
	    p))
		p = pf_pcs_step(scale, p, step > 0 ? -1 : 1);
	if (tones && k->unclear && abs(p - from) > 7)
		p = pf_pcs_nearest(tones, from);
	k->leapt = k->next ? p - from : 0;
	return p;
}

/* ---- the beat */

static void
play_note(struct pf_mind *m, struct melody *k, const struct pf_moment *at,
    const struct pf_motif_note *x)
{
	const double in = (double)(k->from - at->bar_start) + x->at;
	const int tick = (int)(in * at->beat_ticks + 0.5);
	const int weight = pf_metric_weight(at->meter, tick);
	const int64_t place = at->bar * 4096 + tick;
	const double density = pf_mind_trait(m, PF_DENSITY);
	const double where = k->phrase.n > 1 ? (double)k->next /
	    (k->phrase.n - 1) : 1;
	k->next++;
	if (weight < 2 && pf_mind_chance(m, place, DRAW_DROP) <
	    0.9 * (0.5 - density))
		return;
	k->next--;
	const int pitch = pitch_of(m, k, at, x);
	k->next++;
	k->last = pitch;
	/* A phrase swells to its middle and dies away. */
	const double swell = 0.9 + 0.4 * where * (1 - where);
	const double touch = (0.5 * x->touch + 0.36) * swell +
	    0.03 * weight;
	const double gate = 0.6 + 0.7 * pf_mind_trait(m, PF_LENGTH);
	const double len = x->beats * (gate > 1.02 ? 1.02 : gate);
	const double start = pf_moment_at(at, tick);
	pf_mind_play(m, start, len, 0, pitch, pf_moment_touch(at, touch));
	/* Who likes many notes divides the long ones. */
	if (x->beats > 0.9 && k->next < k->phrase.n && density > 0.5 &&
	    pf_mind_chance(m, place, DRAW_SPLIT) < 1.2 * (density - 0.5)) {
		const uint16_t scale = pf_chord_scale(at->key.key,
		    at->chord.chord);
		const int way = k->phrase.note[k->next].step >= 0 ? 1 : -1;
		pf_mind_play(m, pf_moment_at(at, tick + at->beat_ticks / 2),
		    0.45, 0, k->last = pf_pcs_step(scale, pitch, way),
		    pf_moment_touch(at, 0.8 * touch));
	}
}

static void
melody_beat(struct pf_mind *m, const struct pf_moment *at)
{
	struct melody *const k = pf_mind_state(m);
	const struct room room = look_for_room(m, k, at);
	const double now = (double)at->beat;
	/* The player has the tune again: let go. */
	if (k->speaking && !k->unclear && at->player->busy &&
	    room.since < now - (double)k->from - 0.2) {
		pf_mind_decide(m, "yield", 0.9, "the player is back");
		fall_silent(k, at);
	}
	if (k->speaking && k->unclear && k->leading && !at->player->drums &&
	    !at->player->steps_back) {
		pf_mind_decide(m, "yield", 0.7, "the player comes forward");
		fall_silent(k, at);
	}
	if (k->speaking && k->next >= k->phrase.n && now >=
	    (double)k->from + k->phrase.beats - 0.1)
		fall_silent(k, at);
	const double breath = k->leading && !k->unclear ? 1 + 2.5 *
	    (1 - pf_mind_trait(m, PF_DENSITY)) : 0.9;
	if (!k->speaking && room.free && at->end_beat < 0 &&
	    now - k->silent_from >= breath - 0.01)
		begin_phrase(m, k, at, room);
	while (k->speaking && k->next < k->phrase.n &&
	    (double)k->from + k->phrase.note[k->next].at < now + 0.999)
		play_note(m, k, at, &k->phrase.note[k->next]);
}

/* A last note only from one who was speaking, or has just spoken. */
static void
melody_final(struct pf_mind *m, const struct pf_moment *at)
{
	struct melody *const k = pf_mind_state(m);
	const struct pf_chord c = pf_moment_last_chord(m, at);
	if (c.root < 0 || !k->last || (!k->speaking &&
	    (double)at->beat - k->silent_from > 2 * at->per_bar))
		return;
	const uint16_t home = (uint16_t)(1 << c.root | 1 << (c.root +
	    pf_chord_third(c)) % 12);
	pf_mind_play(m, (double)at->beat, at->per_bar, 0,
	    pf_pcs_nearest(home, k->last), pf_moment_touch(at, 0.7));
}

const struct pf_role pf_role_melody = {
	.name = "melody",
	.part = PF_MELODY,
	.harmonic = true,
	.state_size = sizeof(struct melody),
	.beat = melody_beat,
	.final = melody_final,
};
