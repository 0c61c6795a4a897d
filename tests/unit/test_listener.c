/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/listener.h"

#include "base/hash.h"
#include "event/type.h"
#include "tap.h"

#include <math.h>

#define S 1000000000ll

static uint32_t
name(const char *s)
{
	return pf_hash_str(s);
}

static void
tell(struct pf_listener *l, struct pf_event e)
{
	if (pf_listener_hear(l, &e, NULL) < 0)
		exit(EXIT_FAILURE);
}

static struct pf_event
note(double at_s, const char *who, float pitch, double length_s)
{
	struct pf_event e = pf_event_make(PF_NOTE, (int64_t)(at_s * 1e9),
	    name(who));
	e.pitch = pitch;
	e.velocity = 0.7f;
	e.duration = (float)length_s;
	return e;
}

static struct pf_listener *
fresh(void)
{
	struct pf_listener *l;
	if (pf_listener_new(&l, name("me"), NULL) < 0)
		exit(EXIT_FAILURE);
	return l;
}

static void
tell_tempo(struct pf_listener *l, int64_t ns, double bpm)
{
	struct pf_event e = pf_event_make(PF_TEMPO, ns, name("score"));
	e.value = bpm;
	tell(l, e);
}

static void
tell_meter(struct pf_listener *l, int64_t ns, uint32_t num, uint32_t den)
{
	struct pf_event e = pf_event_make(PF_METER, ns, name("score"));
	e.p = num;
	e.q = den;
	tell(l, e);
}

static int
near(double a, double b, double by)
{
	return fabs(a - b) <= by;
}

static void
on_the_axis(void)
{
	struct pf_listener *l = fresh();
	struct pf_listener_pulse p;
	tell_tempo(l, 0, 120);
	tell_meter(l, 0, 4, 4);
	tell_tempo(l, 4 * S, 60); /* at beat 8 */
	tell_meter(l, 8 * S, 6, 8); /* at quarter 12, beat 12 */
	pf_listener_update(l, 9 * S);
	pf_listener_pulse(l, &p);
	ok(p.from == PF_TIME_AXIS && p.locked && p.confidence == 1,
	    "an axis is trusted");
	ok(near(pf_listener_beat(l, 3 * S), 6, 1e-9)
	    && near(pf_listener_beat(l, 5 * S), 9, 1e-9),
	    "beats follow a change of tempo");
	ok(near(pf_listener_beat(l, 11 * S), 14, 1e-9)
	    && pf_listener_when(l, 14) == 11 * S,
	    "in 6/8 the beat is a dotted quarter");
	ok(p.beats_per_bar == 2 && p.subdivision == 3, "and divides in three");
	ok(pf_listener_bar(l, 12) == 3 && pf_listener_bar_beat(l, 4) == 14
	    && pf_listener_bar(l, 15.9) == 4 && pf_listener_bar_beat(l, 1) == 4,
	    "bars are counted through both meters");
	pf_listener_free(l);
}

/* A tune over I IV V I in C, quarters at 100 a minute. */
static const float tune[16] = {
	60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 72, 67, 64, 60
};
static const int roots[4] = { 0, 5, 7, 0 };

static double
play_tune(struct pf_listener *l, double from_s, double beat_s, int times)
{
	for (int t = 0; t < times; t++)
		for (int i = 0; i < 16; i++, from_s += beat_s)
			tell(l, note(from_s, "human", tune[i], beat_s * 0.9));
	return from_s;
}

static void
a_tune(void)
{
	struct pf_listener *l = fresh();
	struct pf_listener_chord c;
	struct pf_listener_key k;
	struct pf_listener_note n[8];
	tell_tempo(l, 0, 100);
	const double end = play_tune(l, 0, 0.6, 4);
	pf_listener_update(l, (int64_t)(end * 1e9));
	int right = 0;
	for (int i = 0; i < 16; i++) {
		pf_listener_chord(l, 32 + i, &c);
		right += c.chord.root == roots[i / 4 % 4];
	}
	ok(right >= 14, "the chords of a tune are understood (%d of 16)",
	    right);
	right = 0;
	for (int i = 0; i < 12; i++) {
		pf_listener_chord(l, 64 + i, &c);
		right += c.chord.root == roots[i / 4 % 4];
	}
	ok(right >= 10, "and expected when it comes again (%d of 12)", right);
	pf_listener_chord(l, 64 + 100, &c);
	ok(c.chord.root == -1, "nobody knows what is far ahead");
	pf_listener_key(l, &k);
	ok(k.key.tonic == 0 && k.key.mode == PF_MAJOR && !k.told,
	    "the key is C");
	const int got = pf_listener_melody(l, 60, n, 8);
	ok(got == 4 && n[0].pitch == 72 && n[3].pitch == 60
	    && near(n[3].beat, 63, 1e-6) && near(n[3].beats, 0.9, 1e-3),
	    "the last notes are remembered (%d)", got);
	pf_listener_free(l);
}

static void
people(void)
{
	struct pf_listener *l = fresh();
	tell_tempo(l, 0, 120);
	tell(l, pf_event_make(PF_DECISION, 0, name("drums")));
	for (int i = 0; i < 32; i++) {
		const double at = i * 0.5;
		tell(l, note(at, "human", (float)(60 + i % 5), 0.4));
		tell(l, note(at, "drums", i % 2 ? 38 : 36, 0.1));
	}
	pf_listener_update(l, 16 * S - 1);
	const struct pf_listener_player *p = pf_listener_player(l);
	ok(p->busy && p->heard && near(p->density, 1, 0.15)
	    && p->mean >= 60 && p->mean <= 64,
	    "the player is busy, a note a beat (%g)", p->density);
	ok(p->onsets[0] > 0.3f && p->onsets[6] < 0.05f,
	    "on the beat, not off it");
	const struct pf_listener_source *d = pf_listener_named(l,
	    name("drums"));
	ok(d && d->drums && d->agent && d->kick[0] > 0.5f
	    && d->snare[PF_LISTENER_GRID] > 0.5f
	    && d->kick[PF_LISTENER_GRID] == 0,
	    "the drums have the kick on one, the snare on two");
	pf_listener_update(l, 18 * S);
	ok(!p->busy && near(p->silent_beats, 4, 0.3)
	    && near(p->phrase_end_beat, 31.8, 0.1),
	    "the player pauses: %g beats now", p->silent_beats);
	tell(l, note(18.5, "human", 60, 0.4));
	pf_listener_update(l, 19 * S);
	ok(near(p->phrase_beat, 37, 0.01), "and a new phrase begins");
	pf_listener_free(l);
}

/* The tracks of a song have the names that a band has, and are no agents. */
static void
named_as_a_band(void)
{
	struct pf_listener *l = fresh();
	struct pf_listener_chord c;
	int right = 0;
	tell_tempo(l, 0, 100);
	for (int i = 0; i < 64; i++) {
		const float root = (float)roots[i / 4 % 4];
		tell(l, note(i * 0.6, "bass", 36 + root, 0.5));
		for (int k = 0; k < 3; k++)
			tell(l, note(i * 0.6, "harmony", 60 + root +
			    (float)(k == 1 ? 4 : k == 2 ? 7 : 0), 0.5));
	}
	pf_listener_update(l, (int64_t)(64 * 0.6e9));
	const struct pf_listener_source *b = pf_listener_named(l,
	    name("bass"));
	ok(b && !b->agent, "a bass who says nothing of his mind is no agent");
	for (int i = 0; i < 16; i++) {
		pf_listener_chord(l, 32 + i, &c);
		right += c.chord.root == roots[i / 4 % 4];
	}
	ok(right >= 14, "the chords of bass and harmony are heard (%d of 16)",
	    right);
	pf_listener_free(l);
}

static void
told(void)
{
	struct pf_listener *l = fresh();
	struct pf_listener_chord c;
	struct pf_listener_key k;
	struct pf_listener_pulse p;
	tell_tempo(l, 0, 120);
	struct pf_event e = pf_event_make(PF_KEY, 0, name("score"));
	e.a = 2;
	e.u8[PF_KEY_MODE] = PF_DORIAN;
	tell(l, e);
	e = pf_event_make(PF_CHORD, 1, name("score"));
	e.a = 7;
	e.u8[PF_CHORD_QUALITY] = PF_DOM7;
	e.duration = 2;
	tell(l, e);
	pf_listener_update(l, S / 10);
	pf_listener_chord(l, 3, &c);
	ok(c.told && c.chord.root == 7 && c.chord.quality == PF_DOM7,
	    "a chord that a score tells holds as long as it says");
	pf_listener_key(l, &k);
	ok(k.told && k.key.tonic == 2 && k.key.mode == PF_DORIAN,
	    "so does its key");
	pf_listener_free(l);

	l = fresh();
	for (int i = 0; i < 12; i++) { /* beats foreseen by 100 ms */
		e = pf_event_make(PF_BEAT, i * S / 2 + S, name("ears"));
		e.type |= PF_HEARD;
		e.a = 120;
		e.b = 0.9f;
		e.at_us = 100000;
		e.u8[PF_BEAT_INDEX] = (uint8_t)(i % 3 + 1);
		e.u8[PF_BEAT_PER_BAR] = 3;
		e.u8[PF_BEAT_UNIT] = 4;
		tell(l, e);
	}
	pf_listener_update(l, 7 * S);
	pf_listener_pulse(l, &p);
	ok(p.from == PF_TIME_EARS && p.beats_per_bar == 3
	    && near(p.period_ns, 0.5e9, 1),
	    "beats that ears tell are followed");
	const double beat = pf_listener_beat(l, S * 11 / 10 + 6 * S / 2);
	ok(near(beat, floor(beat + 0.5), 1e-6)
	    && near(beat - pf_listener_bar_beat(l, pf_listener_bar(l, beat)),
	    0, 1e-6), "the seventh of them begins a bar (%g)", beat);
	ok(pf_listener_when(l, beat + 6) == S * 11 / 10 + 12 * S / 2,
	    "and the next ones are foreseen");
	pf_listener_free(l);
}

static void
by_ear(void)
{
	struct pf_listener *a = fresh(), *b = fresh();
	struct pf_listener_pulse p, q;
	struct pf_listener_chord c, d;
	const double end = play_tune(a, 1, 0.55, 5);
	pf_listener_update(a, (int64_t)(end * 1e9));
	pf_listener_pulse(a, &p);
	ok(p.from == PF_TIME_PULSE && p.locked
	    && near(p.period_ns, 0.55e9, 0.01e9),
	    "bare notes have a pulse (%.3f s)", p.period_ns / 1e9);
	/* b thinks in between, a did not. */
	double at = 1;
	for (int t = 0; t < 5; t++)
		for (int i = 0; i < 16; i++, at += 0.55) {
			pf_listener_update(b, (int64_t)(at * 1e9) - 7777777);
			tell(b, note(at, "human", tune[i], 0.495));
		}
	pf_listener_update(b, (int64_t)(end * 1e9));
	pf_listener_pulse(b, &q);
	pf_listener_chord(a, p.beat + 2, &c);
	pf_listener_chord(b, p.beat + 2, &d);
	ok(p.beat == q.beat && p.period_ns == q.period_ns && p.bar == q.bar
	    && pf_chord_equal(c.chord, d.chord)
	    && c.confidence == d.confidence,
	    "thinking changes nothing of what is heard");
	pf_listener_free(a);
	pf_listener_free(b);
}

int
main(void)
{
	struct pf_listener *l = fresh();
	struct pf_listener_pulse p;
	pf_listener_update(l, 3 * S);
	pf_listener_pulse(l, &p);
	ok(p.from == PF_TIME_UNKNOWN && !p.locked
	    && near(pf_listener_beat(l, 3 * S), 6, 1e-9),
	    "before anything is heard a beat is half a second");
	pf_listener_free(l);
	on_the_axis();
	a_tune();
	people();
	named_as_a_band();
	told();
	by_ear();
	return tap_done();
}
