/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bass player: the style's lines on the chords the listener believes in,
 * begun with the kick, led into the chord that is expected.
 */
#include "agent/role.h"
#include "event/type.h"

#include <stdlib.h>

enum { LOWEST = 28, HIGHEST = 55, BEATS_MOST = 32 };
enum { DRAW_APPROACH = 1, DRAW_BELOW, DRAW_OCTAVE };

struct bass {
	int64_t bar;     /* which the rest is about, + 1 */
	int before;      /* the last pitch of the bar before; 0 none */
	int last;        /* the last pitch played; 0 none */
	struct pf_chord chord[BEATS_MOST]; /* as played, by beat of the bar */
};

/* The drummer's kicks as they fall lately, for this bar. */
static size_t
kicks_of(const struct pf_mind *m, const struct pf_moment *at,
    struct pf_hit *hit, size_t room)
{
	const struct pf_listener *const l = pf_mind_listener(m);
	const int places = at->per_bar * PF_LISTENER_GRID;
	size_t n = 0;
	for (int s = 0; s < PF_LISTENER_SOURCES; s++) {
		const struct pf_listener_source *const who =
		    pf_listener_source(l, s);
		if (!who)
			break;
		if (places > PF_LISTENER_BAR)
			continue;
		for (int i = 0; i < places && n < room; i++)
			if (who->kick[i] > 0.5f)
				hit[n++] = (struct pf_hit){
				    .tick = i * at->beat_ticks /
				    PF_LISTENER_GRID,
				    .len = 12, .pitch = 36};
	}
	return n;
}

/* The bar's chords: past beats as they were played, the rest as expected. */
static size_t
spans_of(const struct pf_mind *m, struct bass *b, const struct pf_moment *at,
    struct pf_chord_span *span)
{
	const int beats = at->per_bar < BEATS_MOST ? at->per_bar : BEATS_MOST;
	size_t n = 0;
	for (int i = 0; i < beats; i++) {
		struct pf_listener_chord c;
		if (i >= at->in_bar) {
			pf_listener_chord(pf_mind_listener(m),
			    (double)at->bar_start + i + 0.05, &c);
			if (c.chord.root >= 0)
				b->chord[i] = c.chord;
			else
				b->chord[i] = i ? b->chord[i - 1] : c.chord;
		}
		if (n && pf_chord_equal(span[n - 1].chord, b->chord[i])) {
			span[n - 1].len += at->beat_ticks;
			continue;
		}
		span[n++] = (struct pf_chord_span){i * at->beat_ticks,
		    at->beat_ticks, b->chord[i]};
	}
	return n;
}

static struct pf_chord
chord_after(const struct pf_mind *m, const struct pf_moment *at)
{
	struct pf_listener_chord c;
	pf_listener_chord(pf_mind_listener(m),
	    (double)at->bar_start + at->per_bar + 0.05, &c);
	return c.chord;
}

static int
fold(int pitch, int lowest, int highest)
{
	while (pitch > highest)
		pitch -= 12;
	while (pitch < lowest)
		pitch += 12;
	return pitch;
}

/* The trait moves the whole line by an octave, as far as there is room. */
static int
in_register(const struct pf_mind *m, int pitch)
{
	const double r = pf_mind_trait(m, PF_REGISTER);
	if (r > 0.7 && pitch + 12 <= HIGHEST)
		return pitch + 12;
	if (r < 0.3)
		return fold(pitch, LOWEST, LOWEST + 12);
	return fold(pitch, LOWEST, HIGHEST);
}

/* An eighth that leads into the next bar's root, where the line is still. */
static void
lead_in(struct pf_mind *m, struct bass *b, const struct pf_moment *at,
    int last_tick, double velocity)
{
	const struct pf_chord now = b->chord[at->in_bar], next =
	    chord_after(m, at);
	const int tick = (2 * at->in_bar + 1) * at->beat_ticks / 2;
	const double chance = 0.1 + 0.6 * pf_mind_trait(m, PF_ADVENTURE) *
	    at->intensity;
	if (next.root < 0 || next.root == now.root || last_tick >= tick ||
	    pf_mind_chance(m, at->bar, DRAW_APPROACH) >= chance)
		return;
	const int pc = next.bass >= 0 ? next.bass : next.root;
	const int target = pf_pcs_nearest((uint16_t)(1 << pc), b->last);
	int from = target - 1;
	if (pf_mind_chance(m, at->bar, DRAW_BELOW) < 0.5)
		from = pf_pcs_step(pf_key_scale(at->key.key), target,
		    b->last > target ? 1 : -1);
	b->last = fold(from, LOWEST, HIGHEST);
	pf_mind_play(m, pf_moment_at(at, tick), 0.42, 0, b->last,
	    pf_moment_touch(at, 0.85 * velocity));
}

static void
begin_bar(struct pf_mind *m, struct bass *b, const struct pf_moment *at)
{
	b->bar = at->bar + 1;
	/* Each phrase begins from home, wherever the line has gone. */
	b->before = at->phrase_bar == 0 ? 0 : b->last;
	if (at->phrase_bar == 0 || at->bars_in == 0)
		pf_mind_intend(m, PF_ACT_SUPPORT, at->beat,
		    at->per_bar * (at->phrase_bars - at->phrase_bar),
		    0.5 + 2 * at->intensity, LOWEST, HIGHEST);
}

static void
bass_beat(struct pf_mind *m, const struct pf_moment *at)
{
	struct bass *const b = pf_mind_state(m);
	struct pf_hit hit[PF_HITS_MOST], kick[64];
	struct pf_chord_span span[BEATS_MOST];
	if (at->in_bar >= BEATS_MOST)
		return;
	if (b->bar != at->bar + 1)
		begin_bar(m, b, at);
	const size_t kicks = kicks_of(m, at, kick, PF_COUNT(kick));
	const size_t spans = spans_of(m, b, at, span);
	const struct pf_place place = pf_moment_place(m, at);
	const size_t n = pf_style_bass(pf_mind_style(m), &place, at->key.key,
	    span, spans, chord_after(m, at), b->before, kick, kicks, hit,
	    PF_HITS_MOST);
	const int from = at->in_bar * at->beat_ticks;
	const int to = from + at->beat_ticks;
	const double gate = 0.6 + 0.8 * pf_mind_trait(m, PF_LENGTH);
	int last_tick = -1;
	double velocity = 0.7;
	for (size_t i = 0; i < n; i++) {
		if (hit[i].tick < from || hit[i].tick >= to)
			continue;
		const double start = pf_moment_at(at, hit[i].tick);
		const double end = pf_moment_at(at, hit[i].tick + hit[i].len);
		const double room = i + 1 < n ?
		    pf_moment_at(at, hit[i + 1].tick) - start : 8;
		double len = (end - start) * gate;
		if (len > room)
			len = room;
		b->last = in_register(m, hit[i].pitch);
		last_tick = hit[i].tick;
		velocity = hit[i].velocity;
		pf_mind_play(m, start, len, hit[i].late_ms, b->last,
		    pf_moment_touch(at, velocity));
	}
	if (at->in_bar == at->per_bar - 1 && b->last)
		lead_in(m, b, at, last_tick, velocity);
}

/* The chord was another than foreseen: go to its root. */
static void
bass_mend(struct pf_mind *m, const struct pf_moment *at)
{
	struct bass *const b = pf_mind_state(m);
	const struct pf_chord c = at->chord.chord;
	const double half = pf_moment_at(at, (2 * at->in_bar + 1) *
	    at->beat_ticks / 2);
	if (b->bar != at->bar + 1 || at->in_bar >= BEATS_MOST ||
	    c.root < 0 || at->chord.confidence < PF_MEND_SURE ||
	    c.root == b->chord[at->in_bar].root || !b->last)
		return;
	b->chord[at->in_bar] = c;
	const int pc = c.bass >= 0 ? c.bass : c.root;
	b->last = in_register(m, pf_pcs_nearest((uint16_t)(1 << pc),
	    b->last));
	pf_mind_unplan(m, half - 0.05);
	pf_mind_play(m, half, 0.45, 0, b->last, pf_moment_touch(at, 0.66));
}

/* The chord that ends it: home, if the player has gone there. */
static void
bass_final(struct pf_mind *m, const struct pf_moment *at)
{
	struct bass *const b = pf_mind_state(m);
	const struct pf_chord c = pf_moment_last_chord(m, at);
	const bool stop = pf_mind_style(m)->ending == PF_END_STOP;
	if (c.root < 0)
		return;
	const int root = fold(pf_pcs_nearest((uint16_t)(1 << c.root),
	    b->last ? b->last : 36), LOWEST, 45);
	pf_mind_play(m, (double)at->beat, stop ? 0.5 : at->per_bar, 0, root,
	    pf_moment_touch(at, 0.8));
}

const struct pf_role pf_role_bass = {
	.name = "bass",
	.part = PF_BASS,
	.harmonic = true,
	.state_size = sizeof(struct bass),
	.beat = bass_beat,
	.mend = bass_mend,
	.final = bass_final,
};
