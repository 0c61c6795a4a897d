/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who only listens: says the beats, chords and keys that the others believe
 * in, so that people and programs see them (ears for notes).
 */
#include "agent/role.h"
#include "event/type.h"

struct listen {
	struct pf_chord chord;
	struct pf_key key;
	bool has_chord, has_key;
};

static void
say_beat(struct pf_mind *m, const struct pf_moment *at)
{
	const struct pf_listener *const l = pf_mind_listener(m);
	struct pf_listener_pulse pulse;
	pf_listener_pulse(l, &pulse);
	const int64_t when = pf_listener_when(l, (double)at->beat);
	struct pf_event e = pf_event_make(PF_BEAT, when, 0);
	e.a = (float)(60e9 / pulse.period_ns);
	e.b = (float)pulse.confidence;
	e.at_us = 0;
	e.u8[PF_BEAT_INDEX] = (uint8_t)(at->in_bar + 1);
	e.u8[PF_BEAT_PER_BAR] = (uint8_t)at->meter.num;
	e.u8[PF_BEAT_UNIT] = (uint8_t)at->meter.den;
	pf_mind_say(m, &e, NULL);
}

static void
say_chord(struct pf_mind *m, struct listen *k, const struct pf_moment *at)
{
	const struct pf_chord c = at->chord.chord;
	if (c.root < 0 || (k->has_chord && pf_chord_equal(c, k->chord)))
		return;
	struct pf_event e = pf_event_make(PF_CHORD, pf_listener_when(
	    pf_mind_listener(m), (double)at->beat), 0);
	e.type |= PF_HEARD;
	e.at_us = 0;
	e.a = (float)c.root;
	e.b = (float)at->chord.confidence;
	e.u8[PF_CHORD_QUALITY] = (uint8_t)c.quality;
	if (c.bass >= 0)
		e.u8[PF_CHORD_BASS] = (uint8_t)c.bass;
	pf_mind_say(m, &e, NULL);
	k->chord = c;
	k->has_chord = true;
}

static void
say_key(struct pf_mind *m, struct listen *k, const struct pf_moment *at)
{
	const struct pf_key key = at->key.key;
	if (at->key.confidence < 0.15 || (k->has_key &&
	    key.tonic == k->key.tonic && key.mode == k->key.mode))
		return;
	struct pf_event e = pf_event_make(PF_KEY, pf_listener_when(
	    pf_mind_listener(m), (double)at->beat), 0);
	e.at_us = 0;
	e.a = (float)key.tonic;
	e.b = (float)at->key.confidence;
	e.u8[PF_KEY_MODE] = (uint8_t)key.mode;
	pf_mind_say(m, &e, NULL);
	k->key = key;
	k->has_key = true;
}

static void
listen_beat(struct pf_mind *m, const struct pf_moment *at)
{
	struct listen *const k = pf_mind_state(m);
	say_beat(m, at);
	say_key(m, k, at);
	say_chord(m, k, at);
}

static void
listen_final(struct pf_mind *m, const struct pf_moment *at)
{
	say_beat(m, at);
}

const struct pf_role pf_role_listen = {
	.name = "listen",
	.part = PF_PARTS,
	.state_size = sizeof(struct listen),
	.beat = listen_beat,
	.final = listen_final,
};
