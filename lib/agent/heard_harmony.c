/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/heard_harmony.h"

#include <math.h>
#include <string.h>

#define LONGEST_NS 12000000000 /* a note that sounds longer is let go */
#define TELLS_LATE_NS 250000000 /* ears tell a chord so long after its begin */
#define EARLY 0.07             /* beats that a note may come before its beat */

static const double ears_notes = 0.35; /* beside chords that they tell */

static const struct pf_chord no_chord = { -1, PF_MAJ, -1 };

int
heard_harmony_init(struct heard_harmony *harmony)
{
	memset(harmony, 0, sizeof *harmony);
	pf_key_follower_init(&harmony->keys);
	return pf_chord_follower_new(&harmony->chords);
}

void
heard_harmony_fini(struct heard_harmony *harmony)
{
	pf_chord_follower_free(harmony->chords);
}

/* ---- what is told */

/*
 * Of what ears hear only the triad: a melody over it, or a string that still
 * rings, makes it a sixth, a seventh, a fourth from beat to beat.
 */
static struct pf_chord
plain(struct pf_chord c)
{
	if (c.quality != PF_DIM && c.quality != PF_AUG)
		c.quality = pf_chord_is_minor(c) ? PF_MIN : PF_MAJ;
	c.bass = -1;
	return c;
}

void
heard_harmony_chord(struct heard_harmony *harmony, const struct pf_event *e,
    bool agent)
{
	const bool heard = e->type & PF_HEARD;
	const double sure = pf_is_none(e->b) ? 0.8 : (double)e->b;
	struct told_chord t = {
		.from_ns = heard ? pf_event_at(e) : e->time,
		.to_ns = INT64_MAX,
		.chord = no_chord,
		.weight = heard ? 0.3 + 0.65 * sure : agent ? 0.5 : 0.97,
		.said = !heard && !agent
	};
	if (!pf_is_none(e->a) && e->a >= 0 && e->a < 12) {
		const int quality = e->u8[PF_CHORD_QUALITY];
		const int bass = e->u8[PF_CHORD_BASS];
		t.chord = (struct pf_chord){ (int)e->a,
			quality < PF_QUALITIES ? quality : PF_MAJ,
			bass < 12 ? bass : -1 };
		if (heard)
			t.chord = plain(t.chord);
	}
	if (!heard && !pf_is_none(e->duration) && e->duration > 0)
		t.to_ns = t.from_ns + (int64_t)((double)e->duration * 1e9);
	harmony->told[harmony->tolds++ % HARMONY_TOLD] = t;
}

void
heard_harmony_key(struct heard_harmony *harmony, const struct pf_event *e,
    bool agent)
{
	const bool heard = e->type & PF_HEARD;
	const double sure = pf_is_none(e->b) ? 0.8 : (double)e->b;
	const int mode = e->u8[PF_KEY_MODE];
	if (pf_is_none(e->a) || !(e->a >= 0 && e->a < 12))
		return;
	const struct pf_key key = { (int)e->a,
		mode < PF_MODES ? mode : PF_MAJOR };
	const double weight = agent ? 0.3 : heard ? 0.4 * sure : 0.98;
	pf_key_follower_told(&harmony->keys, key, weight);
	pf_chord_follower_key(harmony->chords, key, weight);
	if (!heard && !agent)
		harmony->key = (struct pf_listener_key){ key, 1, key, true };
}

const struct told_chord *
heard_harmony_told(const struct heard_harmony *harmony, int64_t ns)
{
	const struct told_chord *best = NULL;
	/* Of each kind of teller the newest word that covers the moment. */
	for (int64_t i = harmony->tolds - 1; i >= 0
	    && i > harmony->tolds - HARMONY_TOLD; i--) {
		const struct told_chord *t =
		    &harmony->told[i % HARMONY_TOLD];
		if (t->from_ns > ns || t->to_ns <= ns)
			continue;
		if (!best || (t->said && !best->said))
			best = t;
		if (best->said || ns - t->from_ns > LONGEST_NS)
			break;
	}
	return best;
}

/* ---- what is heard */

static int
pitch_class(float pitch)
{
	return ((int)floorf(pitch + 0.5f) % 12 + 12) % 12;
}

/* Add a note's share of the beat [at, at + 1). */
static void
add_note(struct pf_chord_evidence *e, const struct heard_source *s,
    const struct heard_note *n, double on, double off, double at)
{
	const int pc = pitch_class(n->pitch);
	const bool chordal = s->poly > 0.25;
	double whole = 0;
	for (int half = 0; half < 2; half++) {
		const double a = at + half * 0.5, b = a + 0.5;
		const double both = (off < b ? off : b) - (on > a ? on : a);
		if (both <= 0)
			continue;
		whole += both;
		if (!chordal)
			e->melody[half][pc] += both;
	}
	if (whole <= 0)
		return;
	if (chordal)
		e->harmony[pc] += whole;
	if (n->pitch < 48)
		e->bass[pc] += whole;
	if (!chordal && on > at - 0.1 && on < at + 0.1)
		e->attack[pc] = 1;
}

/* How sure is it, so long into a beat, that no new chord came with it? */
static double
still(int64_t since_ns)
{
	const double x = (double)(since_ns - TELLS_LATE_NS) / TELLS_LATE_NS;
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* What sounded in a beat, up to now; returns how much. */
static void
evidence(const struct heard_harmony *harmony, const struct heard *heard,
    const struct musical_time *time, int64_t beat, int64_t now_ns,
    struct pf_chord_evidence *e)
{
	const double at = (double)beat;
	const int64_t from = musical_time_when(time, at - EARLY);
	const int64_t to = musical_time_when(time, at + 1 - EARLY);
	memset(e, 0, sizeof *e);
	e->told = no_chord;
	for (int64_t i = heard->notes - 1; ; i--) {
		const struct heard_note *n = heard_note(heard, i);
		if (!n || n->on_ns < from - LONGEST_NS)
			break;
		const struct heard_source *s = &heard->source[n->source];
		if (n->on_ns >= to || s->out.drums || s->out.agent
		    || isnan(n->pitch))
			continue;
		int64_t off = n->off_ns < now_ns ? n->off_ns : now_ns;
		if (n->off_ns == HEARD_OPEN && off > n->on_ns + LONGEST_NS)
			off = n->on_ns + LONGEST_NS;
		if (off <= from)
			continue;
		/* A note just before the beat is meant on it. */
		double on = musical_time_of(time, n->on_ns);
		double end = musical_time_of(time, off);
		if (on < at && on > at - EARLY)
			on = at;
		if (end > at + 1 - EARLY && end < at + 1)
			end = at + 1;
		add_note(e, s, n, on, end, at);
	}
	const struct told_chord *t = heard_harmony_told(harmony,
	    musical_time_when(time, at + 0.5) < now_ns
	    ? musical_time_when(time, at + 0.5) : now_ns);
	if (t) {
		e->told = t->chord;
		e->told_weight = t->chord.root >= 0 ? t->weight : 0;
		/* Ears need a while to tell that it has changed. */
		if (!t->said && now_ns < to && t->from_ns < from)
			e->told_weight *= still(now_ns - from);
		/* Ears that tell chords hear more than one voice: which of
		 * them their notes are is less sure. */
		for (int i = 0; i < 12 && !t->said; i++) {
			e->melody[0][i] *= ears_notes;
			e->melody[1][i] *= ears_notes;
			e->attack[i] *= ears_notes;
		}
	}
}

static void
step(struct heard_harmony *h, const struct heard *heard,
    const struct musical_time *time, int64_t beat, int64_t now_ns)
{
	struct pf_chord_evidence e;
	double weight[12];
	bool any = false;
	const int index = musical_time_index(time, beat);
	const int per_bar = musical_time_per_bar(time, (double)beat);
	evidence(h, heard, time, beat, now_ns, &e);
	for (int i = 0; i < 12; i++) {
		weight[i] = 1.2 * e.melody[0][i] + e.melody[1][i]
		    + 0.3 * e.attack[i] + 0.4 * e.harmony[i];
		any |= weight[i] > 0;
	}
	pf_chord_follower_step(h->chords, index, per_bar, &e);
	if (any)
		pf_key_follower_hear(&h->keys, weight, 1);
	h->peeks = 0;
}

/* Look into the beat that sounds: soon after it began, and three times on. */
static void
peek(struct heard_harmony *h, const struct heard *heard,
    const struct musical_time *time, int64_t beat, int64_t now_ns)
{
	const double in = musical_time_of(time, now_ns) - (double)beat;
	const int due = in > 0.82 ? 4 : in > 0.6 ? 3 : in > 0.35 ? 2
	    : in > 0.08 ? 1 : 0;
	struct pf_chord_evidence e;
	if (h->peeks >= due)
		return;
	h->peeks = due;
	evidence(h, heard, time, beat, now_ns, &e);
	/* What has begun will sound on: count it for half a beat at least. */
	for (int i = 0; i < 12; i++)
		if (e.attack[i] > 0 && e.melody[0][i] < 0.5)
			e.melody[0][i] = 0.5;
	pf_chord_follower_peek(h->chords, &e);
}

void
heard_harmony_run(struct heard_harmony *h, const struct heard *heard,
    const struct musical_time *time, int64_t now_ns)
{
	if (time->from == PF_TIME_UNKNOWN)
		return;
	const double beat = musical_time_of(time, now_ns);
	const int64_t now = (int64_t)floor(beat + 1e-9);
	if (!h->begun) {
		h->begun = true;
		h->base = now > 64 ? now - 64 : now < 0 ? now : 0;
	}
	int64_t next = h->base + pf_chord_follower_beats(h->chords);
	/* Time was understood anew: go on counting from here. */
	if (now < next - 1 || now > next + 256) {
		h->base += now - next;
		next = now;
	}
	for (; next < now; next++)
		step(h, heard, time, next, now_ns);
	if (next == now)
		peek(h, heard, time, now, now_ns);
}

/* ---- answers */

void
heard_harmony_at(const struct heard_harmony *h,
    const struct musical_time *time, double beat,
    struct pf_listener_chord *chord)
{
	struct pf_chord_belief b = { .chord = no_chord, .other = no_chord };
	const int64_t at = (int64_t)floor(beat + 1e-6) - h->base;
	const struct told_chord *t = heard_harmony_told(h,
	    musical_time_when(time, beat + 0.01));
	if (h->begun)
		pf_chord_follower_at(h->chords, (long)at, &b);
	chord->chord = b.chord;
	chord->confidence = b.confidence;
	chord->other = b.other;
	chord->memory = b.memory;
	chord->told = false;
	/* A chord told without its length is known to sound, not to go on. */
	if (t && t->to_ns == INT64_MAX
	    && musical_time_when(time, beat) > time->now_ns)
		t = NULL;
	if (t && t->said && t->chord.root >= 0) {
		chord->chord = t->chord;
		chord->confidence = 1;
		chord->told = true;
	}
}

void
heard_harmony_get_key(const struct heard_harmony *h,
    struct pf_listener_key *key)
{
	struct pf_key_belief b;
	double p[24];
	int best = 0;
	if (h->key.told) {
		*key = h->key;
		return;
	}
	pf_key_follower_get(&h->keys, &b);
	*key = (struct pf_listener_key){ b.key, b.confidence, b.other, false };
	if (pf_chord_follower_beats(h->chords) < 8)
		return;
	/* With chords it is better known; the follower of keys adds which
	 * church mode it is. */
	pf_chord_follower_key_odds(h->chords, p);
	for (int k = 1; k < 24; k++)
		if (p[k] > p[best])
			best = k;
	int second = best == 0;
	for (int k = 0; k < 24; k++)
		if (k != best && p[k] > p[second])
			second = k;
	if (b.key.tonic != best / 2 || pf_key_is_minor(b.key) != (best & 1))
		key->key = (struct pf_key){ best / 2,
			best & 1 ? PF_MINOR : PF_MAJOR };
	key->confidence = p[best];
	key->other = (struct pf_key){ second / 2,
		second & 1 ? PF_MINOR : PF_MAJOR };
}
