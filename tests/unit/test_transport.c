/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/transport.h"

#include "event/type.h"
#include "tap.h"

#include <math.h>

#define S INT64_C(1000000000)

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static struct pf_event
event(enum pf_type type, double value)
{
	struct pf_event e = pf_event_make(type, 0, 0);
	e.value = value;
	return e;
}

static void
test_axis(void)
{
	struct pf_transport t;
	pf_transport_init(&t, 2 * S);
	struct pf_event e = event(PF_PLAY, 0);
	ok(pf_transport_beat(&t, 9 * S) == 0 &&
	    pf_transport_time(&t, 4) == INT64_MAX,
	    "a transport that stands, stands");
	ok(pf_transport_apply(&t, &e, 4 * S) && t.epoch == 2 && t.playing,
	    "play begins another epoch");
	ok(near(pf_transport_beat(&t, 5 * S), 2) &&
	    pf_transport_time(&t, 2) == 5 * S, "and runs at its tempo");
	e = event(PF_TEMPO, 60);
	ok(!pf_transport_apply(&t, &e, 5 * S) && t.epoch == 2 &&
	    near(pf_transport_beat(&t, 6 * S), 3),
	    "a tempo counts from its moment, within the epoch");
	e = event(PF_TEMPO, 1e6);
	pf_transport_apply(&t, &e, 5 * S);
	ok(t.bpm == 60, "a tempo that is none changes nothing");
	e = event(PF_SEEK, 32);
	ok(pf_transport_apply(&t, &e, 7 * S) && t.epoch == 3 &&
	    near(pf_transport_beat(&t, 8 * S), 33),
	    "a seek moves the beat, and goes on");
	e = event(PF_STOP, 0);
	pf_transport_apply(&t, &e, 9 * S);
	ok(near(pf_transport_beat(&t, 20 * S), 34) && !t.playing,
	    "a stop holds it");
	t.epoch = 255;
	e = event(PF_PLAY, 0);
	pf_transport_apply(&t, &e, 21 * S);
	ok(t.epoch == 0, "epochs go round");
}

static void
test_state(void)
{
	struct pf_transport t, u;
	struct pf_clock_state c = {0};
	pf_transport_init(&t, 0);
	struct pf_event e = pf_event_make(PF_KEY, 0, 0);
	e.a = 9;
	e.u8[PF_KEY_MODE] = 1;
	pf_transport_apply(&t, &e, 0);
	e = pf_event_make(PF_METER, 0, 0);
	e.p = 6;
	e.q = 8;
	pf_transport_apply(&t, &e, 0);
	e = event(PF_PLAY, 0);
	pf_transport_apply(&t, &e, S);
	pf_transport_tell(&t, 3 * S, &c);
	ok(c.playing && near(c.beat, 4) && c.beat_time_ns == 3 * S &&
	    c.bpm == 120 && c.meter_num == 6 && c.meter_den == 8 &&
	    c.key_tonic == 9 && c.key_mode == 1 && c.epoch == 2,
	    "the clock is told all of it");
	pf_transport_resume(&u, &c, 5 * S);
	ok(u.playing && near(pf_transport_beat(&u, 5 * S), 8) &&
	    u.epoch == 2 && u.meter_num == 6 && u.key_tonic == 9,
	    "from the clock another goes on where this would be");
	c.bpm = NAN;
	c.beat = INFINITY;
	c.meter_num = 99999;
	pf_transport_resume(&u, &c, 5 * S);
	ok(u.bpm == 120 && u.beat == 0 && u.meter_num == 4,
	    "a clock that is nonsense is not believed");
}

static void
beat(struct pf_transport *t, uint32_t source, int64_t at)
{
	struct pf_event e = pf_event_make(PF_BEAT, at, source);
	e.type |= PF_HEARD;
	e.a = 100;
	pf_transport_hear(t, &e);
}

static void
test_leader(void)
{
	struct pf_transport t;
	struct pf_event e = event(PF_PLAY, 0);
	pf_transport_init(&t, 0);
	beat(&t, 11, S);
	ok(!pf_transport_decide(&t, S) && t.follow == 0,
	    "one beat makes no leader");
	beat(&t, 22, S + 1);
	beat(&t, 11, 2 * S);
	beat(&t, 22, 2 * S + 1);
	ok(pf_transport_decide(&t, 2 * S + 2) && t.follow == 11,
	    "who reported beats first leads while nothing plays");
	for (int i = 3; i < 6; i++)
		beat(&t, 22, i * S);
	ok(!pf_transport_decide(&t, 6 * S) && t.follow == 11,
	    "he stays through a pause");
	beat(&t, 22, 7 * S);
	ok(pf_transport_decide(&t, 7 * S) && t.follow == 22,
	    "when he is silent, the other leads");
	beat(&t, 11, 7 * S);
	beat(&t, 11, 9 * S);
	beat(&t, 22, 9 * S);
	ok(!pf_transport_decide(&t, 9 * S), "and stays when he is back");
	pf_transport_apply(&t, &e, 9 * S);
	ok(pf_transport_decide(&t, 9 * S) && t.follow == 0,
	    "the axis leads while it plays");
	pf_transport_wish(&t, 11, false);
	ok(pf_transport_decide(&t, 9 * S) && t.follow == 11,
	    "but for who is wished for");
	pf_transport_forget(&t, 11);
	ok(pf_transport_decide(&t, 9 * S) && t.follow == 0,
	    "until he dies");
	pf_transport_wish(&t, 0, true);
	beat(&t, 11, 10 * S);
	ok(!pf_transport_decide(&t, 12 * S), "or the axis is wished for");
	for (uint32_t i = 1; i < 100; i++)
		beat(&t, 1000 + i, 12 * S + i);
	ok(t.leader[0].source >= 1000, "many who report beats find room");
}

int
main(void)
{
	test_axis();
	test_state();
	test_leader();
	return tap_done();
}
