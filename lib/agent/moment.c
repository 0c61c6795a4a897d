/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/moment.h"

#include "base/hash.h"

static double
clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* Where the bar and the phrase stand. */
static void
place_beat(struct pf_moment *at, const struct pf_moment_from *from,
    const struct pf_listener_pulse *pulse, int64_t beat)
{
	struct pf_listener_form form;
	const double b = (double)beat;
	at->beat = beat;
	at->bar = pf_listener_bar(from->listener, b + 1e-6);
	at->bar_start = (int64_t)(pf_listener_bar_beat(from->listener,
	    at->bar) + 0.5);
	at->in_bar = (int)(beat - at->bar_start);
	at->per_bar = pulse->beats_per_bar > 0 ? pulse->beats_per_bar : 4;
	at->meter = pulse->meter;
	at->beat_ticks = pf_meter_beat(pulse->meter);
	at->told = pulse->from == PF_TIME_AXIS;
	pf_listener_form(from->listener, &form);
	at->phrase_bars = form.phrase_bars > 0 ? form.phrase_bars : 4;
	const int64_t begin = pf_listener_bar(from->listener,
	    form.phrase_beat + 1e-6);
	const int64_t since = at->bar - begin;
	const int64_t n = at->phrase_bars;
	at->phrase_bar = (int)((since % n + n) % n);
	at->phrase = (at->bar - at->phrase_bar + n - 1) / n;
	at->bars_in = from->in_beat < 0 ? 0 : at->bar -
	    pf_listener_bar(from->listener, (double)from->in_beat + 1e-6);
	at->end_beat = from->end_beat;
}

/* The player's swing draws the style's, the trait bends it. */
static void
set_swing(struct pf_moment *at, const struct pf_moment_from *from,
    const struct pf_listener_pulse *pulse)
{
	const double trait = from->personality->trait[PF_SWING];
	double s = from->style->swing;
	/* Eighths of 6/8 and 9/8 are where they are. */
	if (at->beat_ticks % PF_TICKS != 0 || pulse->subdivision == 3) {
		at->swing_ticks = 0;
		at->swing = 0.5;
		return;
	}
	at->swing_ticks = from->style->swing_grid == 4 ? PF_TICKS / 2 :
	    PF_TICKS;
	if (from->style->swing_grid != 4)
		s += 0.5 * (clamp(pulse->swing, 0.5, 0.7) - s);
	at->swing = trait < 0.5 ? 0.5 + (s - 0.5) * 2 * trait :
	    s + (0.667 - s) * 2 * (trait - 0.5);
}

/* How loud the other agents are lately, 0..1; below 0 if there are none. */
static double
band_loudness(const struct pf_moment_from *from, double beat)
{
	double sum = 0;
	int n = 0;
	for (int i = 0; i < PF_LISTENER_SOURCES; i++) {
		const struct pf_listener_source *const s =
		    pf_listener_source(from->listener, i);
		if (!s)
			break;
		if (!s->agent || s->density <= 0 || s->last_beat < beat - 8)
			continue;
		sum += s->loudness;
		n++;
	}
	return n ? sum / n : -1;
}

static double
loudness(const struct pf_moment_from *from,
    const struct pf_listener_player *player, double beat)
{
	const double band = band_loudness(from, beat);
	const double *const trait = from->personality->trait;
	double level = 0.6 + 0.8 * (trait[PF_LOUDNESS] - 0.5);
	if (player->heard)
		level += 1.8 * trait[PF_DYNAMICS] *
		    clamp(player->loudness - 0.68, -0.35, 0.25);
	/* Blend with the others. */
	if (band >= 0)
		level += 0.5 * trait[PF_DYNAMICS] * clamp(band - 0.5, -0.2,
		    0.2);
	/* Alone, one does not shout. */
	if (player->heard && player->silent_beats > 4)
		level -= 0.08;
	return clamp(level, 0.12, 1);
}

/*
 * How much to play: what the player gives, where the phrase stands, and what
 * sort of musician we are.
 */
static double
intensity(const struct pf_moment *at, const struct pf_moment_from *from,
    const struct pf_listener_player *player)
{
	const double *const trait = from->personality->trait;
	double e = 0.5;
	if (player->heard) {
		const double busy = clamp(player->density / 3, 0, 1);
		const double loud = clamp((player->loudness - 0.3) / 0.55, 0,
		    1);
		e = 0.15 + 0.4 * loud + 0.3 * busy;
		if (player->silent_beats > at->per_bar)
			e -= 0.1;
	}
	/* Come in modestly; every other phrase stands a little higher. */
	if (at->bars_in < at->phrase_bars)
		e -= 0.06;
	e += at->phrase & 1 ? 0.05 : -0.02;
	e += 0.06 * at->phrase_bar / at->phrase_bars;
	e += 0.9 * (trait[PF_DENSITY] - 0.5);
	return clamp(e, 0.02, 1);
}

void
pf_moment_take(struct pf_moment *at, const struct pf_moment_from *from,
    int64_t beat)
{
	struct pf_listener_pulse pulse;
	pf_listener_pulse(from->listener, &pulse);
	*at = (struct pf_moment){
	    .player = pf_listener_player(from->listener)};
	place_beat(at, from, &pulse, beat);
	set_swing(at, from, &pulse);
	at->level = loudness(from, at->player, (double)beat);
	if (from->held->bar != at->bar) {
		from->held->bar = at->bar;
		from->held->intensity = intensity(at, from, at->player);
	}
	at->intensity = from->held->intensity;
	pf_listener_key(from->listener, &at->key);
	pf_listener_chord(from->listener, (double)beat + 0.05, &at->chord);
}

double
pf_moment_at(const struct pf_moment *at, int tick)
{
	double t = tick;
	/* Triplets are where they are. */
	if (at->swing_ticks && tick % (PF_TICKS / 8) == 0) {
		const int pair = at->swing_ticks, in = tick % pair;
		const double half = pair / 2.0;
		t = tick - in + (in < half ? in * 2 * at->swing :
		    pair * at->swing + (in - half) * 2 * (1 - at->swing));
	}
	return (double)at->bar_start + t / at->beat_ticks;
}

struct pf_place
pf_moment_place(const struct pf_mind *mind, const struct pf_moment *at)
{
	return (struct pf_place){
		.seed = pf_mind_seed(mind),
		.meter = at->meter,
		.bar = (int)at->bar,
		.phrase_bar = at->phrase_bar,
		.intensity = at->intensity,
		/* Two phrases alike, then a change. */
		.variant = pf_mind_pattern(mind) >= 0
		    ? (uint32_t)pf_mind_pattern(mind)
		    : (uint32_t)(at->phrase / 2),
	};
}

double
pf_moment_touch(const struct pf_moment *at, double velocity)
{
	return velocity * (0.3 + 1.15 * at->level);
}

struct pf_chord
pf_moment_last_chord(const struct pf_mind *mind, const struct pf_moment *at)
{
	const struct pf_listener *const l = pf_mind_listener(mind);
	struct pf_listener_note note[64];
	struct pf_listener_chord c;
	const int n = pf_listener_melody(l, (double)at->beat -
	    2 * at->per_bar, note, PF_COUNT(note));
	pf_listener_chord(l, (double)at->beat - 0.1, &c);
	if (c.told && at->chord.told)
		return at->chord.chord;
	if (at->key.confidence < 0.1)
		return c.chord;
	const struct pf_chord home = {at->key.key.tonic,
	    pf_key_is_minor(at->key.key) ? PF_MIN : PF_MAJ, -1};
	if (n == 0 || pf_pcs_has(pf_chord_tones(home),
	    (int)(note[n - 1].pitch + 0.5f)))
		return home;
	return c.chord;
}
