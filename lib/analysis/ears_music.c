/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ears_inside.h"

#include "event/pitch.h"

#include <math.h>
#include <string.h>

static const int64_t hold_ns = 70000000;  /* an onset waits for its pitch */
static const double key_sure = 0.5;       /* before a key is said */
static const double bar_weight = 0.1;     /* of new harmony on a beat */
static const double bass_weight = 0.5;    /* of the bass in the key */
static const int64_t key_every_ns = 500000000;
static const double beat_ahead_s = 0.12;  /* beats are told so early */

/* ---- beats */

static void
release_onset(struct pf_ears *e, double midi)
{
	const struct pf_pulse_onset o = {
		.at_ns = e->held_onset.at_ns,
		.strength = e->held_onset.strength,
		.low = e->held_onset.low,
		.back = e->held_onset.back,
		.change = e->held_onset.change,
		.pitch = midi,
	};
	pf_pulse_hear(e->pulse, &o);
	e->holding = false;
}

void
hear_beat_onset(struct pf_ears *e, int64_t at_ns, double strength, double low,
    double back)
{
	if (e->holding)
		release_onset(e, 0);
	e->holding = true;
	e->held_onset.at_ns = at_ns;
	e->held_onset.strength = strength;
	e->held_onset.low = low;
	e->held_onset.back = back;
	e->held_onset.change = 0;
}

void
hear_beat_note(struct pf_ears *e, int64_t at_ns, double midi)
{
	if (e->holding && e->held_onset.at_ns == at_ns)
		release_onset(e, midi);
}

static void
say_beat(struct pf_ears *e, const struct pf_pulse_belief *b, int64_t at_ns,
    int index)
{
	struct pf_event ev = heard(e, PF_BEAT, at_ns);
	const bool triple = b->subdivision == 3;
	ev.a = (float)(60e9 / b->period_ns);
	ev.b = (float)b->confidence;
	if (b->bar_confidence > 0.25) {
		ev.u8[PF_BEAT_INDEX] = (uint8_t)(index + 1);
		ev.u8[PF_BEAT_PER_BAR] = (uint8_t)(b->per_bar
		    * (triple ? 3 : 1));
		ev.u8[PF_BEAT_UNIT] = triple ? 8 : 4;
	}
	e->beats++;
	e->beat_said_ns = at_ns;
	profile_beat(&e->profile, b);
	say(e, &ev, NULL);
}

/* Tell the next beat a moment before it comes. */
void
hear_beats(struct pf_ears *e)
{
	struct pf_pulse_belief b;
	int index;
	if (e->holding && e->now - e->held_onset.at_ns > hold_ns)
		release_onset(e, 0);
	pf_pulse_run(e->pulse, e->now);
	pf_pulse_get(e->pulse, &b);
	e->beat_period_ns = b.locked ? b.period_ns : 0;
	if (!b.locked)
		return;
	const double ahead = fmin(beat_ahead_s * 1e9, 0.3 * b.period_ns);
	const int64_t next = pf_pulse_foresee(e->pulse, 1, &index);
	if ((double)(next - e->known) > ahead || next <= e->known)
		return;
	if (e->beat_said_ns > 0 &&
	    (double)(next - e->beat_said_ns) < 0.55 * b.period_ns)
		return;
	say_beat(e, &b, next, index);
}

/* ---- chords */

static void
say_chord(struct pf_ears *e, const struct pf_chord_heard *h)
{
	struct pf_event ev = heard(e, PF_CHORD,
	    e->now - (int64_t)(h->ago_s * 1e9));
	if (e->now < (int64_t)(h->ago_s * 1e9))
		ev.at_us = (int32_t)(-e->known / 1000);
	ev.b = (float)h->confidence;
	if (h->chord.root >= 0) {
		ev.a = (float)h->chord.root;
		ev.u8[PF_CHORD_QUALITY] = (uint8_t)h->chord.quality;
		if (h->chord.bass >= 0)
			ev.u8[PF_CHORD_BASS] = (uint8_t)h->chord.bass;
	}
	if (h->other.root >= 0) {
		ev.u8[PF_CHORD_ROOT2] = (uint8_t)h->other.root;
		ev.u8[PF_CHORD_QUALITY2] = (uint8_t)h->other.quality;
	}
	e->chords++;
	say(e, &ev, NULL);
}

/*
 * New harmony marks bars: the beat it began on is likely the first of one.
 * Chords are known too late to come as part of an onset.
 */
static void
mark_bar(struct pf_ears *e, const struct pf_chord_heard *h)
{
	struct pf_pulse_belief b;
	const double at = (double)e->now - h->ago_s * 1e9;
	pf_pulse_get(e->pulse, &b);
	if (!b.locked || h->chord.root < 0)
		return;
	for (int k = 0; k >= -1; k--) {
		const int64_t beat = pf_pulse_foresee(e->pulse, k, NULL);
		if (fabs(at - (double)beat) > 0.3 * b.period_ns)
			continue;
		pf_pulse_told(e->pulse, beat, b.period_ns, 0, b.per_bar,
		    bar_weight * h->confidence);
		return;
	}
}

/* Which place of the bar does this frame tell of?  Evidence of a change comes
 * 20 to 200 ms after it. */
static struct pf_chord_when
chord_place(const struct pf_ears *e)
{
	struct pf_pulse_belief b;
	if (e->beat_period_ns <= 0)
		return (struct pf_chord_when){.known = false};
	pf_pulse_get(e->pulse, &b);
	const double s = (double)(e->now - b.beat_ns) / 1e9;
	const bool half = b.per_bar == 4 && b.index == 2;
	return (struct pf_chord_when){
		.known = true,
		.beat = s >= 0.02 && s <= 0.2,
		.place = b.index == 0 ? PF_CHORD_DOWNBEAT
		    : half ? PF_CHORD_HALF_BAR : PF_CHORD_BEAT,
		.sure = b.bar_confidence,
	};
}

/* ---- key */

static void
say_key(struct pf_ears *e, const struct pf_key_belief *k)
{
	struct pf_event ev = heard(e, PF_KEY, e->now);
	ev.a = (float)k->key.tonic;
	ev.b = (float)k->confidence;
	ev.u8[PF_KEY_MODE] = (uint8_t)k->key.mode;
	ev.u8[PF_KEY_TONIC2] = (uint8_t)k->other.tonic;
	ev.u8[PF_KEY_MODE2] = (uint8_t)k->other.mode;
	e->key_said = *k;
	e->key_said_ns = e->now;
	e->key_said_confidence = k->confidence;
	say(e, &ev, NULL);
}

static void
hear_key(struct pf_ears *e)
{
	struct pf_key_belief k;
	if (e->now - e->key_heard_ns < key_every_ns)
		return;
	const double beats = (double)(e->now - e->key_heard_ns)
	    / (e->beat_period_ns > 0 ? e->beat_period_ns : 6e8);
	e->key_heard_ns = e->now;
	double sum = 0;
	for (int i = 0; i < 12; i++)
		sum += e->weight[i];
	if (sum <= 0)
		return;
	for (int i = 0; i < 12; i++)
		e->weight[i] *= 0.6 * beats / sum;
	pf_key_follower_hear(&e->key, e->weight, beats);
	memset(e->weight, 0, sizeof e->weight);
	pf_key_follower_get(&e->key, &k);
	const bool same = k.key.tonic == e->key_said.key.tonic &&
	    k.key.mode == e->key_said.key.mode;
	/* Another key must insist; the same is told again when surer. */
	e->key_wishes = same ? 0 : e->key_wishes + 1;
	if (same ? k.confidence > e->key_said_confidence + 0.2 :
	    k.confidence > key_sure && e->key_wishes >= 4)
		say_key(e, &k);
}

static void
hear_chord(struct pf_ears *e, const struct pf_chord_heard *h)
{
	if (!e->chord.refined)
		mark_bar(e, h);
	say_chord(e, h);
}

void
hear_harmony(struct pf_ears *e, const float *x, size_t n)
{
	struct pf_sounding_frame f;
	struct pf_chord_heard h;
	double odds[PF_KEYS];
	if (!pf_sounding_run(e->sounding, x, n, &f))
		return;
	const double frame_s = (double)pf_sounding_hop(e->sounding)
	    / (e->config.rate_hz >> e->note_halves);
	if (f.power > 1e-7)
		e->tuning_cents = f.tuning_cents;
	double bass = 1e-9;
	for (int i = 0; i < 12; i++)
		bass += f.bass[i];
	for (int i = 0; i < PF_SOUNDING_NOTES; i++)
		e->weight[(PF_SOUNDING_LOW + i) % 12] += f.note[i] * f.tonal;
	for (int i = 0; i < 12; i++) /* roots count twice */
		e->weight[i] += bass_weight * f.tonal * f.bass[i] / bass;
	hear_key(e);
	pf_key_follower_odds(&e->key, odds);
	const struct pf_chord_when when = chord_place(e);
	if (pf_chord_ear_run(&e->chord, &f, frame_s, &when, odds, &h))
		hear_chord(e, &h);
}
