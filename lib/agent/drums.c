/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drummer: the style's patterns by intensity, fills where phrases end,
 * kicks under the player's accents, and a cymbal that changes with the
 * section.
 */
#include "agent/role.h"
#include "event/type.h"

#include <math.h>
#include <stdlib.h>

enum {
	KICK = 36, STICK = 37, SNARE = 38, HAT = 42, OPEN = 46,
	CRASH = 49, RIDE = 51
};

/* Draws of randomness; a number each. */
enum { DRAW_FILL = 1, DRAW_FILL_LENGTH, DRAW_KICK, DRAW_GHOST, DRAW_OPEN,
	DRAW_DROP };

struct drums {
	int64_t bar;       /* which the rest is about, + 1 */
	double fill_beats; /* at the end of this bar */
	double last_fill;  /* at the end of the bar before */
	bool crash;
	int accent;        /* tick where a kick is added; -1 */
};

/* Is somebody of the band soloing or filling just now? */
static bool
other_speaks(const struct pf_mind *m, const struct pf_moment *at)
{
	const struct pf_listener *const l = pf_mind_listener(m);
	for (int i = 0; i < PF_LISTENER_SOURCES; i++) {
		const struct pf_listener_source *const s =
		    pf_listener_source(l, i);
		if (!s)
			break;
		if (s->agent && (s->act == PF_ACT_FILL ||
		    s->act == PF_ACT_LEAD) &&
		    s->act_until_beat > (double)at->beat)
			return true;
	}
	return false;
}

/* How long a fill leads out of this bar, in felt beats; 0 none. */
static double
choose_fill(struct pf_mind *m, const struct pf_moment *at)
{
	const double fills = pf_mind_trait(m, PF_FILLS);
	const bool last = at->phrase_bar == at->phrase_bars - 1;
	const bool half = at->phrase_bars >= 8 &&
	    at->phrase_bar == at->phrase_bars / 2 - 1;
	/* The greater the section that ends, the greater the fill. */
	const bool great = last && (at->phrase & 1);
	double chance = great ? 0.55 + 0.9 * fills : last ? 0.2 + fills :
	    half ? fills - 0.1 : 0.16 * (fills - 0.6);
	/* Into the player's silence one may speak. */
	if (at->player->heard && at->player->silent_beats > 1)
		chance += 0.25;
	/* But not over another's. */
	if (other_speaks(m, at))
		chance -= 0.3;
	if (at->bars_in < 1 || pf_mind_chance(m, at->bar, DRAW_FILL) >= chance)
		return 0;
	const double size = pf_mind_chance(m, at->bar, DRAW_FILL_LENGTH) +
	    0.5 * at->intensity + (great ? 0.5 : 0) + 0.6 * (fills - 0.5);
	const double beats = size > 1.45 ? at->per_bar : size > 0.75 ? 2 : 1;
	return beats > at->per_bar ? at->per_bar : beats;
}

/*
 * The place where the player alone is strong: an accent that the bar's other
 * places do not have is played with, a stream of even notes is not.
 */
static int
find_accent(struct pf_mind *m, const struct pf_moment *at)
{
	const float *const on = at->player->onsets;
	const int places = at->per_bar * PF_LISTENER_GRID;
	double sum = 0, best = 0;
	int where = -1;
	if (places > PF_LISTENER_BAR || at->player->density > 2.2 ||
	    at->player->drums)
		return -1;
	for (int i = 0; i < places; i++) {
		sum += on[i];
		const int tick = i * at->beat_ticks / PF_LISTENER_GRID;
		if (pf_metric_weight(at->meter, tick) < 2 && on[i] > best) {
			best = on[i];
			where = tick;
		}
	}
	const double mean = sum / (2 * at->per_bar);
	const double chance = 0.45 + 0.5 * pf_mind_trait(m, PF_SYNCOPATION);
	if (best < 0.45 || best < mean + 0.12 ||
	    pf_mind_chance(m, at->bar, DRAW_KICK) > chance)
		return -1;
	return where;
}

static void
begin_bar(struct pf_mind *m, struct drums *d, const struct pf_moment *at)
{
	const int every = pf_mind_style(m)->crash_every;
	d->last_fill = d->bar == at->bar ? d->fill_beats : 0;
	d->bar = at->bar + 1;
	d->fill_beats = choose_fill(m, at);
	d->accent = find_accent(m, at);
	/* A crash lands what a fill has thrown, and marks what is new. */
	const bool begins = at->phrase_bar == 0;
	d->crash = d->last_fill >= 2 || (at->bars_in == 0 &&
	    at->intensity > 0.3) ||
	    (begins && every && at->bar % every == 0);
	if (d->crash && at->intensity < 0.35 && d->last_fill < 2)
		d->crash = false;
	if (d->fill_beats > 0)
		pf_mind_decide(m, "fill", 0.5 + 0.5 * at->intensity,
		    "bar %d of a phrase of %d", at->phrase_bar + 1,
		    at->phrase_bars);
	if (begins || at->bars_in == 0)
		pf_mind_intend(m, PF_ACT_SUPPORT, at->beat,
		    at->per_bar * (at->phrase_bars - at->phrase_bar),
		    1 + 4 * at->intensity, 35, 59);
}

static bool
is_cymbal_time(int piece)
{
	return piece == HAT || piece == OPEN;
}

/* What this drummer makes of a stroke of the style; 0 leaves it out. */
static int
vary(struct pf_mind *m, const struct drums *d, const struct pf_moment *at,
    const struct pf_hit *h)
{
	const int weight = pf_metric_weight(at->meter, h->tick);
	const int64_t place = at->bar * 1024 + h->tick;
	const double sync = pf_mind_trait(m, PF_SYNCOPATION);
	/* Every other section rides, if it is loud enough to. */
	const bool ride = at->player->drums ? at->phrase % 2 == 1 :
	    (at->phrase / 2) % 2 == 1 && at->intensity > 0.42 &&
	    pf_mind_style(m)->swing_grid == 2;
	if (ride && is_cymbal_time(h->pitch))
		return h->pitch == OPEN ? OPEN : RIDE;
	if (h->pitch == KICK && weight < 2 && sync < 0.5 &&
	    pf_mind_chance(m, place, DRAW_DROP) > 2 * sync)
		return 0;
	if (h->pitch == HAT && weight == 1 && h->velocity > 0.2 &&
	    at->in_bar == at->per_bar - 1 && d->fill_beats == 0 &&
	    pf_mind_chance(m, place, DRAW_OPEN) <
	    0.5 * pf_mind_trait(m, PF_ADVENTURE) * at->intensity)
		return OPEN;
	return h->pitch;
}

/* Ghost notes between the snare's strokes, for those who like them. */
static void
ghosts(struct pf_mind *m, const struct pf_moment *at)
{
	const double chance = 0.5 * (pf_mind_trait(m, PF_SYNCOPATION) - 0.5) +
	    0.2 * (pf_mind_trait(m, PF_DENSITY) - 0.5);
	if (chance <= 0 || at->beat_ticks % 4 != 0)
		return;
	for (int k = 1; k < 4; k += 2) {
		const int tick = at->in_bar * at->beat_ticks +
		    k * at->beat_ticks / 4;
		const int64_t place = at->bar * 1024 + tick;
		if (pf_mind_chance(m, place, DRAW_GHOST) < chance)
			pf_mind_play(m, pf_moment_at(at, tick), 0.125, 0,
			    SNARE, pf_moment_touch(at, 0.2));
	}
}

/*
 * Weigh the kit against the player: cymbals lie above a high part, the kick
 * under a low one.
 */
static double
orchestrate(const struct pf_moment *at, int piece)
{
	double bright = 0;
	if (at->player->heard && !isnan(at->player->mean))
		bright = ((double)at->player->mean - 64) / 24;
	bright = bright < -0.6 ? -0.6 : bright > 0.6 ? 0.6 : bright;
	return piece == KICK ? 1 - 0.15 * bright : piece == SNARE ? 1 :
	    1 + 0.2 * bright;
}

/*
 * Beside another drummer: kick and snare only where that one strikes too,
 * softly, so that two kits sound as one; time is kept on cymbals and
 * percussion.  Returns how hard, 0 leaves the stroke out.
 */
static double
beside(const struct pf_moment *at, int piece, int tick)
{
	const float *const on = at->player->onsets;
	const int place = (tick * PF_LISTENER_GRID + at->beat_ticks / 2) /
	    at->beat_ticks;
	float there = 0;
	if (!at->player->drums)
		return 1;
	if (piece != KICK && piece != SNARE)
		return piece == CRASH ? 0.7 : 0.85;
	for (int i = place - 1; i <= place + 1; i++)
		if (i >= 0 && i < PF_LISTENER_BAR && on[i] > there)
			there = on[i];
	return there > 0.3f ? 0.5 : 0;
}

static void
drums_beat(struct pf_mind *m, const struct pf_moment *at)
{
	struct drums *const d = pf_mind_state(m);
	struct pf_hit hit[PF_HITS_MOST];
	if (d->bar != at->bar + 1)
		begin_bar(m, d, at);
	struct pf_place place = pf_moment_place(m, at);
	place.crash = d->crash;
	place.fill_beats = d->fill_beats;
	/* Into the last note everybody is led. */
	if (at->end_beat >= 0 && at->end_beat - at->bar_start <= at->per_bar)
		place.fill_beats = at->per_bar >= 4 ? 2 : 1;
	const int from = at->in_bar * at->beat_ticks;
	const int to = from + at->beat_ticks;
	bool kicked = false;
	for (int part = 0; part < 2; part++) {
		/* Percussion joins when there is something to carry. */
		if (part == 1 && !at->player->drums && at->intensity + 0.4 *
		    (pf_mind_trait(m, PF_DENSITY) - 0.5) < 0.62)
			break;
		const size_t n = pf_style_drums(pf_mind_style(m), part ?
		    PF_PERC : PF_DRUMS, &place, hit, PF_HITS_MOST);
		for (size_t i = 0; i < n; i++) {
			if (hit[i].tick < from || hit[i].tick >= to)
				continue;
			const int piece = vary(m, d, at, &hit[i]);
			const double touch = beside(at, piece, hit[i].tick);
			if (!piece || touch <= 0)
				continue;
			if (piece == KICK && abs(hit[i].tick - d->accent) < 24)
				kicked = true;
			pf_mind_play(m, pf_moment_at(at, hit[i].tick), 0.125,
			    hit[i].late_ms, piece,
			    pf_moment_touch(at, hit[i].velocity * touch *
			    orchestrate(at, piece)));
		}
	}
	if (d->accent >= from && d->accent < to && !kicked)
		pf_mind_play(m, pf_moment_at(at, d->accent), 0.125, 0, KICK,
		    pf_moment_touch(at, 0.62));
	if (place.fill_beats == 0 && !at->player->drums)
		ghosts(m, at);
}

/* Sticks, until everybody comes in. */
static void
drums_count(struct pf_mind *m, int64_t from, int64_t in)
{
	for (int64_t beat = from; beat < in && beat < from + 8; beat++)
		pf_mind_play(m, (double)beat, 0.125, 0, STICK, 0.6);
}

static bool
drums_weighs(float pitch)
{
	return pitch == KICK || pitch == SNARE || pitch == CRASH;
}

static void
drums_final(struct pf_mind *m, const struct pf_moment *at)
{
	const double b = (double)at->beat;
	const int ending = pf_mind_style(m)->ending;
	pf_mind_play(m, b, 0.25, 0, KICK, pf_moment_touch(at, 0.85));
	if (ending != PF_END_STOP && ending != PF_END_FADE)
		pf_mind_play(m, b, 2, 0, CRASH, pf_moment_touch(at,
		    at->intensity > 0.35 ? 0.8 : 0.5));
	else
		pf_mind_play(m, b, 0.25, 0, SNARE, pf_moment_touch(at, 0.7));
}

const struct pf_role pf_role_drums = {
	.name = "drums",
	.part = PF_DRUMS,
	.state_size = sizeof(struct drums),
	.beat = drums_beat,
	.count = drums_count,
	.weighs = drums_weighs,
	.startle = KICK,
	.final = drums_final,
};
