/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pianist or guitarist: chords in the style's rhythm, led from voice to
 * voice, below the player's melody and out of its way.
 *
 * It also says what it plays: a `chord` stands at the beat where it begins,
 * so that those behind in the pipe, and people, see the harmony it believes
 * in.
 */
#include "agent/role.h"
#include "event/type.h"
#include "music/voicing.h"

#include <stdlib.h>

enum { DRAW_PUSH = 1, DRAW_THIN };

#define UNSURE_NS 20000000

struct harmony {
	int64_t bar;          /* which the window is about, + 1 */
	int low, high, ceiling;
	struct pf_chord said; /* the last `chord` said */
	bool has_said;
	struct pf_chord chord; /* which the voicing is for */
	struct pf_voicing voicing;
	int64_t pushed;       /* the beat that was played early, + 1 */
	double rings_until;   /* the end of the last notes, a beat */
};

static enum pf_part
part_of(const struct pf_style *s)
{
	return s->harmony.n ? PF_HARMONY : s->pad.n ? PF_PAD :
	    s->arp.n ? PF_ARP : PF_PAD;
}

/* ---- which notes */

/* Where the player's tune lies: all but its lowest fifth, its mean, its top. */
struct line {
	int n, floor, mean, top;
};

static struct line
tune_of(const struct pf_mind *m, const struct pf_moment *at)
{
	struct pf_listener_note note[PF_LISTENER_PHRASE];
	int count[128] = {0}, sum = 0, seen = 0;
	struct line line = {0};
	line.n = pf_listener_melody(pf_mind_listener(m), (double)at->beat -
	    4 * at->per_bar, note, PF_COUNT(note));
	for (int i = 0; i < line.n; i++) {
		const int p = (int)(note[i].pitch + 0.5f);
		const int q = p < 0 ? 0 : p > 127 ? 127 : p;
		count[q]++;
		sum += q;
		line.top = q > line.top ? q : line.top;
	}
	if (line.n == 0)
		return line;
	line.mean = sum / line.n;
	while (seen + count[line.floor] <= line.n / 5)
		seen += count[line.floor++];
	/* The top of picking and strumming is no tune to stay below. */
	if (at->player->polyphonic && line.floor < 66)
		line.floor = 66;
	return line;
}

/*
 * The window under the hands: the style's, moved by the trait, below where
 * the player's line lies; above it, if that lies low.
 */
static void
set_window(const struct pf_mind *m, struct harmony *h,
    const struct pf_moment *at)
{
	const struct pf_comp *const c = pf_style_voicing(pf_mind_style(m),
	    part_of(pf_mind_style(m)));
	const int shift = (int)(14 * (pf_mind_trait(m, PF_REGISTER) - 0.5));
	h->low = (c->low ? c->low : 50) + shift;
	h->high = (c->high ? c->high : 72) + shift;
	h->ceiling = 0;
	if (h->low < 45)
		h->low = 45;
	const struct line line = tune_of(m, at);
	if (line.n >= 4 && line.floor >= 62) {
		h->ceiling = line.floor;
		if (h->high > line.floor - 2)
			h->high = line.floor - 2;
		if (h->low > h->high - 15)
			h->low = h->high - 15;
	} else if (line.n >= 4 && line.mean < 55) {
		h->low = line.top + 3 > 60 ? 60 : line.top + 3;
		h->high = h->low + 19;
	} else if (line.n >= 4) {
		/* A middle voice: stay low and close. */
		h->ceiling = line.floor;
		h->high = line.floor > 58 ? line.floor - 1 : 60;
		h->low = h->high - 15;
	}
	/* Who likes it high may sing around the tune. */
	if (line.n >= 4 && shift > 2) {
		h->low += shift;
		h->high += shift;
		h->ceiling += h->ceiling ? shift : 0;
	}
	if (h->low < 43)
		h->low = 43;
	if (h->high < h->low + 15)
		h->high = h->low + 15;
}

/* Triads or more, as the style and the player of it like. */
static struct pf_chord
coloured(const struct pf_mind *m, const struct pf_moment *at,
    struct pf_chord c, double *colour)
{
	*colour = 0.25 + 0.5 * pf_mind_style(m)->sevenths +
	    (pf_mind_trait(m, PF_COLOUR) - 0.5);
	if (*colour < 0.5)
		return c;
	const enum pf_function f = pf_chord_function(at->key.key, c);
	if (c.quality == PF_MAJ)
		c.quality = f == PF_DOMINANT ? PF_DOM7 : PF_MAJ7;
	else if (c.quality == PF_MIN)
		c.quality = PF_MIN7;
	return c;
}

static int
voices_for(enum pf_voicing_kind kind, double colour, bool polyphonic)
{
	switch (kind) {
	case PF_VOICE_SHELL:
		return 2;
	case PF_VOICE_POWER:
		return 3;
	case PF_VOICE_GUITAR:
		return polyphonic ? 3 : 4;
	default:
		return colour > 0.5 && !polyphonic ? 4 : 3;
	}
}

static void
voice(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    struct pf_chord chord)
{
	const struct pf_comp *const c = pf_style_voicing(pf_mind_style(m),
	    part_of(pf_mind_style(m)));
	const bool home = at->phrase_bar == 0 && at->in_bar == 0;
	if (h->voicing.n && pf_chord_equal(h->chord, chord) && !home)
		return;
	double colour;
	struct pf_voicing_wish wish = {
		.chord = coloured(m, at, chord, &colour),
		.kind = c->voicing,
		.low = h->low,
		.high = h->high,
		.ceiling = h->ceiling,
		.before = home || !h->voicing.n ? NULL : &h->voicing,
	};
	/* Colours need more than root and fifth. */
	if (wish.kind == PF_VOICE_POWER && colour > 0.7)
		wish.kind = PF_VOICE_CLOSE;
	wish.colour = colour;
	wish.voices = voices_for(wish.kind, colour, at->player->polyphonic);
	struct pf_voicing found;
	if (pf_voicing_find(&wish, &found)) {
		h->voicing = found;
		h->chord = chord;
	}
}

/* The melody's note that sounds now; 0 if none does. */
static int
melody_now(const struct pf_mind *m, const struct pf_moment *at)
{
	struct pf_listener_note note[16];
	const int n = pf_listener_melody(pf_mind_listener(m),
	    (double)at->beat - 4, note, PF_COUNT(note));
	if (n == 0 || note[n - 1].beat + note[n - 1].beats <
	    (double)at->beat + 0.1)
		return 0;
	return (int)(note[n - 1].pitch + 0.5f);
}

/* Would it rub against the melody: a minor second or ninth? */
static bool
rubs(int pitch, int melody)
{
	const int d = abs(pitch - melody);
	return melody && (d == 1 || d == 13);
}

/* ---- one stroke */

struct stroke {
	double beat, beats, late_ms, velocity;
};

static void
strike(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    struct stroke s, int first, bool upward)
{
	const struct pf_comp *const c = pf_style_voicing(pf_mind_style(m),
	    part_of(pf_mind_style(m)));
	const struct pf_voicing *const v = &h->voicing;
	const int melody = melody_now(m, at);
	const int n = v->n - first;
	const double step = n > 1 ? c->strum_ms / (n - 1) : 0;
	for (int i = first; i < v->n; i++) {
		if (rubs(v->pitch[i], melody) && v->n > 2)
			continue;
		const int turn = upward ? v->n - 1 - i : i - first;
		/* The top voice sings, inner ones lie back. */
		const double weight = i == v->n - 1 ? 1 : 0.88;
		pf_mind_play(m, s.beat, s.beats, s.late_ms + turn * step,
		    v->pitch[i], pf_moment_touch(at, s.velocity * weight));
	}
	h->rings_until = s.beat + s.beats;
}

/* Does somebody else play the bass? */
static bool
has_bass(const struct pf_mind *m, const struct pf_moment *at)
{
	const struct pf_listener *const l = pf_mind_listener(m);
	for (int i = 0; i < PF_LISTENER_SOURCES; i++) {
		const struct pf_listener_source *const s =
		    pf_listener_source(l, i);
		if (!s)
			break;
		if (s->agent && !s->drums && s->mean < 50 &&
		    s->last_beat > (double)at->beat - 8)
			return true;
	}
	return false;
}

/* The root or fifth below the hands, above a bass player's. */
static void
strike_low(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    struct stroke s, bool fifth)
{
	const int pc = fifth ? (h->chord.root + pf_chord_fifth(h->chord)) % 12
	    : h->chord.bass >= 0 ? h->chord.bass : h->chord.root;
	const int pitch = pf_pcs_nearest((uint16_t)(1 << pc),
	    h->voicing.pitch[0] - 7);
	const bool bass = has_bass(m, at);
	pf_mind_play(m, s.beat, s.beats, s.late_ms,
	    pitch < (bass ? 45 : 40) ? pitch + 12 : pitch,
	    pf_moment_touch(at, (bass ? 0.8 : 1) * s.velocity));
}

static void
strike_tone(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    struct stroke s, struct pf_step step)
{
	const struct pf_voicing *const v = &h->voicing;
	const int k = step.degree > 0 ? step.degree - 1 : 0;
	const int pitch = v->pitch[k % v->n] + 12 * (k / v->n) +
	    12 * step.octave;
	if (!rubs(pitch, melody_now(m, at)))
		pf_mind_play(m, s.beat, s.beats, s.late_ms, pitch,
		    pf_moment_touch(at, s.velocity));
	h->rings_until = s.beat + s.beats;
}

/* ---- the beat */

/* Felt beats from this one until another chord is expected, at most 16. */
static int
until_change(const struct pf_mind *m, int64_t beat, struct pf_chord chord)
{
	for (int i = 1; i < 16; i++) {
		struct pf_listener_chord c;
		pf_listener_chord(pf_mind_listener(m), (double)(beat + i) +
		    0.05, &c);
		if (c.chord.root < 0 || !pf_chord_equal(c.chord, chord))
			return i;
	}
	return 16;
}

static void
say_chord(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    struct pf_chord chord)
{
	if (h->has_said && pf_chord_equal(h->said, chord))
		return;
	const struct pf_listener *const l = pf_mind_listener(m);
	const int64_t from = pf_listener_when(l, (double)at->beat);
	const int64_t to = pf_listener_when(l, (double)(at->beat +
	    until_change(m, at->beat, chord)));
	/* A felt beat is a few ms unsure: a chord is there before its notes. */
	struct pf_event e = pf_event_make(PF_CHORD, from - (at->told ? 0 :
	    UNSURE_NS), 0);
	e.a = (float)chord.root;
	e.b = (float)at->chord.confidence;
	e.duration = (float)((double)(to - from) / 1e9);
	e.u8[PF_CHORD_QUALITY] = (uint8_t)chord.quality;
	if (chord.bass >= 0)
		e.u8[PF_CHORD_BASS] = (uint8_t)chord.bass;
	pf_mind_say(m, &e, NULL);
	h->said = chord;
	h->has_said = true;
}

/* A chord that comes half a beat before its bar, for those who push. */
static void
push(struct pf_mind *m, struct harmony *h, const struct pf_moment *at)
{
	const double chance = 1.1 * (pf_mind_trait(m, PF_SYNCOPATION) - 0.5);
	struct pf_listener_chord c;
	if (at->in_bar != at->per_bar - 1 || at->end_beat == at->beat + 1 ||
	    pf_mind_chance(m, at->bar, DRAW_PUSH) >= chance)
		return;
	pf_listener_chord(pf_mind_listener(m), (double)at->beat + 1.05, &c);
	if (c.chord.root < 0)
		return;
	voice(m, h, at, c.chord);
	const int tick = (2 * at->in_bar + 1) * at->beat_ticks / 2;
	const double beat = pf_moment_at(at, tick);
	strike(m, h, at, (struct stroke){beat, 1.2, 0, 0.78}, 0, false);
	h->pushed = at->beat + 2;
}

/* Is this stroke left out?  Off-beats go first for those who play straight. */
static bool
left_out(const struct pf_mind *m, const struct pf_moment *at, int tick)
{
	const double straight = 0.4 - pf_mind_trait(m, PF_SYNCOPATION);
	if (straight > 0 && pf_metric_weight(at->meter, tick) < 2 &&
	    pf_mind_chance(m, at->bar * 1024 + tick, DRAW_THIN) <
	    2.5 * straight)
		return true;
	return false;
}

static void
play_hits(struct pf_mind *m, struct harmony *h, const struct pf_moment *at,
    bool changed)
{
	struct pf_hit hit[PF_HITS_MOST];
	struct pf_place place = pf_moment_place(m, at);
	const enum pf_part part = part_of(pf_mind_style(m));
	/* Comp less where the player says much, more where there is room. */
	place.intensity += at->player->busy ? at->player->density > 2 ? -0.12 :
	    0 : 0.08;
	place.intensity = place.intensity < 0 ? 0 : place.intensity > 1 ? 1 :
	    place.intensity;
	const size_t n = pf_style_comp(pf_mind_style(m), part, &place, hit,
	    PF_HITS_MOST);
	const int from = at->in_bar * at->beat_ticks;
	const int to = from + at->beat_ticks;
	const double gate = 0.55 + 0.9 * pf_mind_trait(m, PF_LENGTH);
	const double change = (double)at->beat + until_change(m, at->beat,
	    h->chord);
	bool struck = false;
	for (size_t i = 0; i < n; i++) {
		const struct pf_hit *const x = &hit[i];
		if (x->tick < from || x->tick >= to ||
		    left_out(m, at, x->tick))
			continue;
		if (h->pushed == at->beat + 1 && x->tick < from +
		    at->beat_ticks / 2)
			continue;
		struct stroke s = {
			.beat = pf_moment_at(at, x->tick),
			.late_ms = x->late_ms,
			.velocity = x->velocity,
		};
		s.beats = (pf_moment_at(at, x->tick + x->len) - s.beat) * gate;
		/* Do not hold a chord into one that is expected. */
		if (s.beat + s.beats > change + 0.02)
			s.beats = change - s.beat - 0.02;
		/* Nor for long, where it may turn out wrong. */
		if (at->chord.confidence < 0.5 && s.beats > 2)
			s.beats = 2;
		if (s.beats < 0.1)
			s.beats = 0.1;
		struck = true;
		if (x->step.kind == PF_STEP_LOW || x->step.kind ==
		    PF_STEP_LOW5)
			strike_low(m, h, at, s, x->step.kind == PF_STEP_LOW5);
		else if (x->step.kind == PF_STEP_TONE)
			strike_tone(m, h, at, s, x->step);
		else
			strike(m, h, at, s, x->step.kind == PF_STEP_UP ?
			    h->voicing.n / 3 : 0, x->step.kind == PF_STEP_UP);
	}
	/* A chord that changes under held notes is struck again. */
	if (changed && !struck && h->rings_until > (double)at->beat + 0.3)
		strike(m, h, at, (struct stroke){(double)at->beat, 0.95 * gate,
		    0, 0.6}, 0, false);
}

static void
harmony_beat(struct pf_mind *m, const struct pf_moment *at)
{
	struct harmony *const h = pf_mind_state(m);
	const struct pf_chord chord = at->chord.chord;
	if (chord.root < 0)
		return;
	if (h->bar != at->bar + 1) {
		h->bar = at->bar + 1;
		set_window(m, h, at);
		if (at->phrase_bar == 0 || at->bars_in == 0)
			pf_mind_intend(m, PF_ACT_SUPPORT, at->beat,
			    at->per_bar * (at->phrase_bars - at->phrase_bar),
			    0.5 + 2 * at->intensity, h->low, h->high);
	}
	const bool changed = h->has_said && !pf_chord_equal(h->said, chord);
	say_chord(m, h, at, chord);
	voice(m, h, at, chord);
	if (h->voicing.n == 0)
		return;
	play_hits(m, h, at, changed);
	push(m, h, at);
}

/* The chord was another than foreseen: say so, and go there. */
static void
harmony_mend(struct pf_mind *m, const struct pf_moment *at)
{
	struct harmony *const h = pf_mind_state(m);
	const struct pf_chord chord = at->chord.chord;
	const double half = pf_moment_at(at, (2 * at->in_bar + 1) *
	    at->beat_ticks / 2);
	/* Chords come with a bar or its half: elsewhere one is slow to follow. */
	const bool likely = at->in_bar == 0 || 2 * at->in_bar == at->per_bar;
	const double sure = likely ? PF_MEND_SURE : 0.95;
	if (chord.root < 0 || !h->has_said || at->chord.confidence < sure ||
	    pf_chord_equal(h->said, chord) || h->pushed == at->beat + 2)
		return;
	say_chord(m, h, at, chord);
	voice(m, h, at, chord);
	pf_mind_unplan(m, half - 0.05);
	strike(m, h, at, (struct stroke){half, 0.45, 0, 0.6}, 0, false);
}

static void
harmony_final(struct pf_mind *m, const struct pf_moment *at)
{
	struct harmony *const h = pf_mind_state(m);
	const struct pf_chord c = pf_moment_last_chord(m, at);
	const bool stop = pf_mind_style(m)->ending == PF_END_STOP;
	if (c.root < 0 || h->high == 0)
		return;
	say_chord(m, h, at, c);
	voice(m, h, at, c);
	strike(m, h, at, (struct stroke){(double)at->beat, stop ? 0.5 :
	    at->per_bar, 0, 0.72}, 0, false);
}

const struct pf_role pf_role_harmony = {
	.name = "harmony",
	.part = PF_HARMONY,
	.harmonic = true,
	.state_size = sizeof(struct harmony),
	.beat = harmony_beat,
	.mend = harmony_mend,
	.final = harmony_final,
};
