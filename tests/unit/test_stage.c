/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage_rig.h"
#include "tap.h"

#include "base/rng.h"
#include "live/commands.h"

#include <errno.h>

/* Session time of the next frame, in seconds. */
static double
now(const struct stage_rig *r)
{
	return (double)pf_stage_time(r->stage) / 1e9;
}

static void
test_who_was_there(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file bass;
	struct pf_event e = rig_note_at("bass", 0.5, 40, 0.2f), got;
	rig_open(&r, 1);
	rig_join(&r, &bass, "bass", "bass");
	rig_say(&bass, &e);
	rig_start(&r);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_PATCH, "bass", &got, 2000) &&
	    got.name == pf_hash_str("bass-guitar"),
	    "a bass that was there first gets a bass to play");
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "bass", &got, 2000) &&
	    got.time == e.time,
	    "its note sounds on its frame");
	rig_play(&r, 50);
	ok(r.peak > 0.01f && r.finite, "and is heard");
	pf_lane_file_close(&bass);
	rig_close(&r);
}

static void
test_patch_with_note(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file me;
	struct pf_event got;
	rig_open(&r, 1);
	rig_start(&r);
	rig_play(&r, 20);
	rig_join(&r, &me, "me", "player");
	struct pf_event patch = rig_event(PF_PATCH, "me", now(&r));
	const struct pf_event note = rig_note_at("me", now(&r), 36, 0.1f);
	patch.name = pf_hash_str("kit-808");
	rig_say(&me, &patch);
	rig_say(&me, &note);
	const bool patched = rig_await(&r, &r.tape_at, &r.tape, PF_PATCH,
	    "me", &got, 3000);
	ok(patched && got.name == pf_hash_str("kit-808") && rig_await(&r,
	    &r.tape_at, &r.tape, PF_NOTE, "me", &got, 3000),
	    "a note that came with its patch sounds with that instrument");
	/* Another one, while it plays. */
	patch = rig_event(PF_PATCH, "me", now(&r));
	patch.name = pf_hash_str("e-piano");
	const struct pf_event second = rig_note_at("me", now(&r), 60, 0.1f);
	rig_say(&me, &patch);
	rig_say(&me, &second);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_PATCH, "me", &got, 3000) &&
	    got.name == pf_hash_str("e-piano") && rig_await(&r, &r.tape_at,
	    &r.tape, PF_NOTE, "me", &got, 3000) && got.pitch == 60,
	    "so does one that comes with another");
	patch.name = pf_hash_str("no-such-thing");
	const struct pf_event third = rig_note_at("me", now(&r), 62, 0.1f);
	rig_say(&me, &patch);
	rig_say(&me, &third);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "me", &got, 3000) &&
	    got.pitch == 62, "an instrument that nobody has stops nobody");
	pf_lane_file_close(&me);
	rig_close(&r);
}

/* Ask, and await the answer. */
static struct pf_answer
command(struct stage_rig *r, const struct pf_event *e)
{
	static uint32_t ticket;
	struct pf_command c = {.event = *e, .ticket = ++ticket};
	struct pf_answer a = {.result = -EIO};
	pf_commands_put(pf_stage_commands(r->stage), &c);
	for (int i = 0; i < 500; i++) {
		rig_play(r, 3);
		if (pf_answers_get(pf_stage_answers(r->stage), &a) &&
		    a.ticket == ticket)
			break;
	}
	return a;
}

static void
test_transport(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file bass;
	struct pf_clock_state clock;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &bass, "bass", "bass");
	rig_start(&r);
	rig_play(&r, 100);
	e = pf_event_make(PF_TEMPO, PF_TIME_NOW, 0);
	e.value = 90;
	struct pf_answer a = command(&r, &e);
	ok(a.result == 0 && rig_hear(&r.said_at, &r.said, PF_TEMPO, "engine",
	    &got) && got.value == 90 && got.time == a.time_ns,
	    "a tempo is answered, and said when it takes effect");
	e = pf_event_make(PF_PLAY, pf_stage_time(r.stage) + 50000000, 0);
	a = command(&r, &e);
	ok(a.result == 0 && a.time_ns == e.time && rig_await(&r, &r.said_at,
	    &r.said, PF_PLAY, "engine", &got, 500) &&
	    pf_frame_of_time(got.time, RIG_RATE) ==
	    pf_frame_of_time(e.time, RIG_RATE),
	    "a play with a time takes effect on its frame");
	ok(got.type >> PF_EPOCH_SHIFT == 2 && pf_clock_get(r.clock.clock,
	    &clock) && clock.epoch == 2 && clock.playing && clock.bpm == 90,
	    "it begins another epoch, and the clock tells");
	e = rig_note_at("bass", now(&r) + 0.05, 40, 0.1f);
	rig_say(&bass, &e); /* still of epoch 1 */
	ok(rig_await(&r, &r.said_at, &r.said, PF_DECISION, "bass", &got,
	    1000) && got.name == pf_hash_str("stale"),
	    "a note of the old epoch is not played, and that is said");
	e.type = PF_NOTE | 2u << PF_EPOCH_SHIFT;
	e.time = pf_stage_time(r.stage) + 400000000;
	rig_say(&bass, &e);
	const int64_t at = e.time;
	rig_play(&r, 20);
	e = pf_event_make(PF_TEMPO, PF_TIME_NOW, 0);
	e.value = 180;
	a = command(&r, &e);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "bass", &got, 1000) &&
	    llabs(got.time - (a.time_ns + (at - a.time_ns) / 2)) < 30000,
	    "twice the tempo brings what waits in half the time");
	e = pf_event_make(PF_STOP, PF_TIME_NOW, 0);
	command(&r, &e);
	rig_play(&r, 10);
	ok(pf_clock_get(r.clock.clock, &clock) && !clock.playing &&
	    clock.epoch == 3, "a stop stops, and session time goes on");
	pf_lane_file_close(&bass);
	rig_close(&r);
}

static void
test_desk(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file bass;
	struct pf_desk_param p;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &bass, "bass", "bass");
	rig_start(&r);
	rig_await(&r, &r.tape_at, &r.tape, PF_PATCH, "bass", &got, 2000);
	rig_play(&r, 50);
	e = pf_event_make(PF_SET, PF_TIME_NOW, 0);
	e.name = pf_hash_str("bass.gain");
	e.b = -12;
	struct pf_answer a = command(&r, &e);
	rig_play(&r, 60);
	ok(a.result == 0 && rig_hear(&r.tape_at, &r.tape, PF_SET, NULL,
	    &got) && got.b == -12 && rig_hear(&r.said_at, &r.said, PF_SET,
	    "engine", &got),
	    "a fader moves, and tape and lane.engine say so");
	ok(pf_desk_find(r.desk, "bass.gain", &p) == 0 && p.value == -12,
	    "the desk knows");
	e.name = pf_hash_str("bass.gian");
	ok(command(&r, &e).result == -ENOENT,
	    "a fader that is not there is refused");
	e = pf_event_make(PF_PATCH, PF_TIME_NOW, pf_hash_str("bass"));
	e.name = pf_hash_str("warm-bass");
	a = command(&r, &e);
	ok(a.result == 0 && rig_hear(&r.said_at, &r.said, PF_PATCH, "bass",
	    &got), "another instrument is answered when it is in place");
	e.name = pf_hash_str("no-such-bass");
	ok(command(&r, &e).result == -ENOENT,
	    "one that nobody has is refused");
	pf_lane_file_close(&bass);
	rig_close(&r);
}

static void
test_late(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file bass;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &bass, "bass", "bass");
	rig_start(&r);
	rig_await(&r, &r.tape_at, &r.tape, PF_PATCH, "bass", &got, 2000);
	rig_play(&r, 400);
	e = rig_note_at("bass", now(&r) - 0.02, 40, 0.1f);
	rig_say(&bass, &e);
	rig_play(&r, 10);
	ok(rig_hear(&r.tape_at, &r.tape, PF_NOTE, "bass", &got) &&
	    got.time > e.time, "a note 20 ms late is played at once");
	ok(rig_hear(&r.said_at, &r.said, PF_DECISION, "bass", &got) &&
	    got.name == pf_hash_str("late"), "and lane.engine tells");
	e = rig_note_at("bass", now(&r) - 0.1, 41, 0.1f);
	rig_say(&bass, &e);
	ok(rig_await(&r, &r.said_at, &r.said, PF_DECISION, "bass", &got,
	    500) && got.name == pf_hash_str("dropped") &&
	    !rig_hear(&r.tape_at, &r.tape, PF_NOTE, "bass", &got),
	    "a note 100 ms late is dropped, and lane.engine tells");
	e = rig_note_at("bass", now(&r) + 60, 41, 0.1f);
	rig_say(&bass, &e);
	ok(rig_await(&r, &r.said_at, &r.said, PF_DECISION, "bass", &got,
	    500) && got.name == pf_hash_str("refused"),
	    "one that is a minute ahead is refused");
	pf_lane_file_close(&bass);
	rig_close(&r);
}

static void
test_death(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file me;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &me, "me", "player");
	rig_start(&r);
	rig_play(&r, 50);
	e = rig_event(PF_ON, "me", now(&r));
	e.pitch = 60;
	e.velocity = 0.8f;
	e.id = 7;
	rig_say(&me, &e);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_ON, "me", &got, 2000),
	    "hands hold a note");
	rig_play(&r, 50);
	ok(!rig_hear(&r.tape_at, &r.tape, PF_OFF, "me", &got),
	    "it sounds as long as they do");
	e = rig_note_at("me", now(&r) + 0.15, 64, 0.1f);
	rig_say(&me, &e);
	rig_play(&r, 10);
	pf_lane_file_close(&me); /* the kernel drops the lock */
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_OFF, "me", &got, 2000),
	    "their owner's death ends it");
	rig_play(&r, 300);
	ok(!rig_hear(&r.tape_at, &r.tape, PF_NOTE, "me", &got),
	    "and what was to come is withdrawn");
	rig_join(&r, &me, "me", "player");
	e = rig_note_at("me", now(&r) + 0.01, 65, 0.1f);
	rig_say(&me, &e);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "me", &got, 2000) &&
	    got.pitch == 65, "who comes back plays on");
	pf_lane_file_close(&me);
	rig_close(&r);
}

static void
test_manners(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file me, conductor;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &me, "me", "player");
	rig_join(&r, &conductor, "conductor", "conductor");
	rig_start(&r);
	rig_play(&r, 50);
	e = rig_event(PF_TEMPO, "me", now(&r));
	e.value = 200;
	rig_say(&me, &e);
	ok(rig_await(&r, &r.said_at, &r.said, PF_DECISION, "me", &got, 500) &&
	    got.name == pf_hash_str("refused"),
	    "nobody but the conductor says the tempo");
	e = rig_event(PF_TEMPO, "conductor", now(&r));
	e.value = 77;
	rig_say(&conductor, &e);
	ok(rig_await(&r, &r.said_at, &r.said, PF_TEMPO, "engine", &got,
	    500) && got.value == 77, "the conductor does");
	e = rig_note_at("conductor", now(&r) + 0.01, 60, 0.1f);
	rig_say(&me, &e); /* in another's name */
	ok(rig_await(&r, &r.said_at, &r.said, PF_DECISION, "me", &got, 500) &&
	    got.name == pf_hash_str("refused"),
	    "nobody speaks in another's name");
	pf_lane_file_close(&me);
	pf_lane_file_close(&conductor);
	rig_close(&r);
}

/* Slots of random words, and of words that are nearly right. */
static void
scribble(struct pf_lane_file *lane, uint64_t n)
{
	struct pf_event e;
	uint64_t word[4];
	for (unsigned k = 0; k < 4; k++)
		word[k] = pf_rng_u64(12, 0, (int64_t)n, k);
	memcpy(&e, word, sizeof e);
	if (n % 3 == 0) {
		e = rig_note_at("wild", 0, 0, 0);
		e.time = (int64_t)(word[0] % 3000000000);
		e.a_bits = (uint32_t)word[1];
		e.b_bits = (uint32_t)word[2];
		e.p = (uint32_t)(word[2] >> 32);
	}
	struct pf_lane_slot *const slot = &lane->lane->slot[n % PF_LANE_SLOTS];
	memcpy(word, &e, sizeof word);
	for (unsigned k = 0; k < 4; k++)
		atomic_store(&slot->word[k], word[k]);
	atomic_store(&lane->lane->header.position, n + 1);
}

static void
test_garbage(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file wild, bass;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &wild, "wild", "player");
	rig_join(&r, &bass, "bass", "bass");
	rig_start(&r);
	rig_await(&r, &r.tape_at, &r.tape, PF_PATCH, "bass", &got, 2000);
	for (uint64_t n = 0, k = 0; k < 300; k++) {
		for (uint64_t end = n + 133; n < end; n++)
			scribble(&wild, n);
		rig_play(&r, 2);
	}
	ok(r.finite && r.peak < 0.9f,
	    "random words in a lane make finite sound below the ceiling (%g)",
	    (double)r.peak);
	e = rig_note_at("bass", now(&r) + 0.02, 40, 0.1f);
	rig_say(&bass, &e);
	bool heard = false;
	while (!heard && rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "bass",
	    &got, 500))
		heard = got.time == e.time;
	ok(heard, "and the bass still plays on its frame");
	pf_lane_file_close(&wild);
	pf_lane_file_close(&bass);
	rig_close(&r);
}

enum { FREE_FRAMES = 48000 };

/* A second of a band that was there before, in periods of so many frames. */
static void
play_free(unsigned threads, unsigned period, float *l, bool *exact)
{
	static const char *const names[] = {"bass", "drums", "keys"};
	struct stage_rig r = {.free_running = true};
	struct pf_lane_file lane[3];
	struct pf_event e, got;
	unsigned notes = 0;
	rig_open(&r, threads);
	for (int i = 0; i < 3; i++) {
		rig_join(&r, &lane[i], names[i], names[i]);
		e = rig_event(PF_PATCH, names[i], 0.4);
		e.name = pf_hash_str("e-piano");
		for (int n = 0; n < 8; n++) {
			const struct pf_event note = rig_note_at(names[i],
			    0.1 * n + 0.0031 * i, 36 + (float)(3 * n), 0.08f);
			if (n == 4 && i == 2)
				rig_say(&lane[i], &e);
			rig_say(&lane[i], &note);
		}
	}
	rig_start(&r);
	for (unsigned done = 0; done < FREE_FRAMES; done += period) {
		r.period.frames = period;
		rig_period(&r);
		memcpy(l + done, r.out[0], period * sizeof *l);
	}
	for (*exact = true; rig_hear(&r.tape_at, &r.tape, PF_NOTE, NULL,
	    &got); notes++) {
		/* n * 0.1 s and a little for each source, to the frame. */
		const int64_t ms = got.time % 100000000 / 100000;
		*exact = *exact && (ms == 0 || ms == 31 || ms == 62 ||
		    ms == 30 || ms == 61);
	}
	*exact = *exact && notes == 24;
	for (int i = 0; i < 3; i++)
		pf_lane_file_close(&lane[i]);
	rig_close(&r);
}

static void
test_free(void)
{
	static float one[FREE_FRAMES + RIG_PERIOD], two[FREE_FRAMES +
	    RIG_PERIOD];
	bool exact, also;
	play_free(1, 120, one, &exact);
	play_free(3, 48, two, &also);
	ok(exact && also, "free running, every note is on its frame");
	ok(memcmp(one, two, FREE_FRAMES * sizeof *one) == 0,
	    "and neither threads nor periods change a sample");
}

/* Who takes over a lane that was spoilt is heard. */
static void
test_heir(void)
{
	struct stage_rig r = {0};
	struct pf_lane_file me;
	struct pf_event e, got;
	rig_open(&r, 1);
	rig_join(&r, &me, "me", "player");
	rig_start(&r);
	rig_play(&r, 50);
	atomic_store(&me.lane->header.position, UINT64_MAX / 2);
	rig_play(&r, 50);
	pf_lane_file_close(&me);
	rig_play(&r, 100);
	rig_join(&r, &me, "me", "player");
	me.lane->owner.pid++; /* we can not die for it */
	bool heard = false;
	for (int i = 0; i < 40 && !heard; i++) {
		e = rig_note_at("me", now(&r) + 0.01, 65, 0.1f);
		rig_say(&me, &e);
		heard = rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "me",
		    &got, 100);
	}
	ok(heard, "who takes over a lane whose position jumped is heard");
	pf_lane_file_close(&me);
	rig_close(&r);
}

/* Lanes of the dead, more than there is room for. */
static void
test_crowd(void)
{
	enum { DEAD = PF_PARTS_MOST + 20 };
	struct stage_rig r = {0};
	struct pf_lane_file me;
	struct pf_event got;
	char name[16];
	rig_open(&r, 1);
	for (int i = 0; i < DEAD; i++) {
		snprintf(name, sizeof name, "dead-%d", i);
		rig_join(&r, &me, name, "send");
		pf_lane_file_close(&me);
	}
	rig_start(&r);
	rig_play(&r, 50);
	rig_join(&r, &me, "me", "player");
	const struct pf_event e = rig_note_at("me", 0.5, 60, 0.1f);
	rig_say(&me, &e);
	ok(rig_await(&r, &r.tape_at, &r.tape, PF_NOTE, "me", &got, 1000),
	    "the living are heard among any number of the dead");
	pf_lane_file_close(&me);
	rig_close(&r);
}

static void
test_end(void)
{
	struct stage_rig r = {0};
	int periods = 0;
	rig_open(&r, 1);
	rig_start(&r);
	rig_play(&r, 50);
	pf_stage_end(r.stage);
	while (periods < 1000 && !rig_period(&r))
		periods++;
	ok(periods > 50 && periods < 300, "it fades, and ends");
	rig_close(&r);
}

int
main(void)
{
	test_who_was_there();
	test_patch_with_note();
	test_transport();
	test_desk();
	test_late();
	test_death();
	test_manners();
	test_garbage();
	test_free();
	test_heir();
	test_crowd();
	test_end();
	return tap_done();
}
