/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/member.h"

#include "fake_engine.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>

#define MS INT64_C(1000000)

static char session[64];
static struct fake_engine engine;
static struct pf_err err;
static struct pf_names *names;

static struct pf_member *
join(const char *name, enum pf_member_from from)
{
	struct pf_member *m = NULL;
	const struct pf_member_config config = {.session = session,
	    .name = name, .from = from, .sleeper = PF_BELL_AGENTS};
	if (pf_member_open(&m, &config, names, &err) != 0)
		printf("Bail out! %s\n", err.text);
	return m;
}

/* Somebody who has a lane. */
static void
somebody(struct pf_lane_file *f, const char *name)
{
	if (pf_lane_file_own(f, &engine.dir, name, name, &err) != 0)
		printf("Bail out! %s\n", err.text);
	(void)!pf_tail_say_name(pf_lane_tail(f->lane), name, strlen(name));
	atomic_fetch_add(&engine.bell.bell->roster, 1);
}

static struct pf_event
note(const char *name, int64_t time_ns, float pitch)
{
	struct pf_event e = pf_event_make(PF_NOTE, time_ns,
	    pf_hash_str(name));
	e.pitch = pitch;
	e.velocity = 0.5f;
	e.duration = 0.1f;
	e.type |= (uint32_t)engine.transport.epoch << PF_EPOCH_SHIFT;
	return e;
}

static void
say(struct pf_lane_file *f, struct pf_event e)
{
	(void)!pf_lane_say(f->lane, &e, NULL, 0);
}

static void
say_note(struct pf_lane_file *f, int64_t time_ns, float pitch)
{
	say(f, note(f->name, time_ns, pitch));
}

/* What is told next: its pitch; -1: nothing. */
static float
next_pitch(struct pf_member *m)
{
	struct pf_member_heard h;
	return pf_member_next(m, &h) == 1 ? h.event.pitch : -1;
}

static void
tend(struct pf_member *m)
{
	(void)!pf_member_wait(m, 0);
}

/* ---- opening */

static void
test_absence(void)
{
	struct pf_member *m;
	const struct pf_member_config config = {.session = session};
	ok(pf_member_open(&m, &config, names, &err) == -ENOENT,
	    "no session is told at once: %s", err.text);
	fake_engine_start(&engine, session);
	ok(pf_member_open(&m, &config, names, &err) == -ENOENT,
	    "a session without a clock has no engine: %s", err.text);
	fake_engine_time(&engine, 1000 * MS);
	ok(pf_member_open(&m, &config, names, &err) == 0,
	    "with a clock that goes one may join");
	ok(pf_member_now(m) == 1000 * MS, "and knows what time it is");
	pf_member_close(m, true);
}

static void
test_names(void)
{
	struct pf_member *const m = join("bass", PF_MEMBER_NOW), *other;
	struct pf_member_config config = {.session = session,
	    .name = "bass"};
	char pid[32];
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	ok(pf_member_open(&other, &config, names, &err) == -EBUSY &&
	    strstr(err.text, pid), "a taken name tells the pid: %s",
	    err.text);
	pf_member_close(m, true);
	ok(pf_member_open(&other, &config, names, &err) == 0,
	    "who has left can be succeeded");
	pf_member_close(other, true);
}

/* ---- order */

static void
test_order(void)
{
	struct pf_lane_file a, b;
	struct pf_member_heard h;
	somebody(&a, "alto");
	somebody(&b, "basso");
	fake_engine_time(&engine, 2000 * MS);
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	say_note(&b, 2050 * MS, 2);
	say_note(&a, 2050 * MS, 1);
	say_note(&a, 2010 * MS, 0);
	struct pf_event off = pf_event_make(PF_OFF, 2050 * MS,
	    pf_hash_str("basso"));
	off.pitch = 9;
	say(&b, off);
	say_note(&b, 2050 * MS, 3);
	ok(next_pitch(m) == -1, "nothing is told before its time");
	fake_engine_time(&engine, 2012 * MS);
	ok(next_pitch(m) == -1, "nor before others may have said theirs");
	fake_engine_time(&engine, 2013 * MS);
	ok(next_pitch(m) == 0 && next_pitch(m) == -1,
	    "an earlier time comes first, though it was said later");
	fake_engine_time(&engine, 2060 * MS);
	ok(next_pitch(m) == 9, "of one time, an end comes first");
	ok(next_pitch(m) == 1, "then the names in their order");
	ok(next_pitch(m) == 2 && next_pitch(m) == 3, "then as they stood");
	/* Late. */
	struct pf_event on = pf_event_make(PF_ONSET, 2040 * MS,
	    pf_hash_str("alto"));
	on.type |= PF_HEARD;
	on.at_us = -9000;
	fake_engine_time(&engine, 2090 * MS);
	say(&a, on);
	ok(pf_member_next(m, &h) == 0, "what comes late has its time now");
	fake_engine_time(&engine, 2095 * MS);
	ok(pf_member_next(m, &h) == 1 && h.late_ns > 0 &&
	    h.event.time >= 2090 * MS && pf_event_at(&h.event) == 2031 * MS,
	    "but tells of the moment it told of");
	ok(pf_member_counts(m).late == 1, "and is counted");
	say_note(&a, PF_TIME_NOW, 7);
	ok(pf_member_next(m, &h) == 0, "what is said for at once");
	fake_engine_time(&engine, 2100 * MS);
	ok(pf_member_next(m, &h) == 1 && h.event.pitch == 7 &&
	    h.event.time >= 2095 * MS && h.event.time <= 2100 * MS &&
	    h.late_ns == 0, "is heard as what is played now");
	pf_member_close(m, true);
	pf_lane_file_close(&a);
	pf_lane_file_close(&b);
}

static void
test_wishes(void)
{
	struct pf_lane_file a;
	somebody(&a, "alto");
	fake_engine_time(&engine, 2500 * MS);
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	struct pf_event e = pf_event_make(PF_TEMPO, 2500 * MS, a.lane ?
	    pf_hash_str("alto") : 0);
	e.value = 200;
	say(&a, e);
	say_note(&a, 2510 * MS, 5);
	say_note(&a, 2500 * MS + INT64_C(9000000000), 6);
	struct pf_event bad = note("alto", 2510 * MS, 7);
	bad.velocity = 7;
	say(&a, bad);
	fake_engine_time(&engine, 2520 * MS);
	ok(next_pitch(m) == 5 && next_pitch(m) == -1,
	    "a tempo is told by the engine alone, bad events by nobody");
	const struct pf_member_counts c = pf_member_counts(m);
	ok(c.far == 1 && c.refused == 1,
	    "what is too far ahead or no event is counted");
	pf_member_close(m, true);
	pf_lane_file_close(&a);
}

static void
test_loss(void)
{
	struct pf_lane_file a;
	uint64_t heard = 0;
	struct pf_member_heard h;
	somebody(&a, "alto");
	fake_engine_time(&engine, 3000 * MS);
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	for (int i = 0; i < 100000; i++)
		say_note(&a, 3000 * MS + i, 60);
	fake_engine_time(&engine, 3010 * MS);
	while (pf_member_next(m, &h) == 1)
		heard++;
	const struct pf_member_counts c = pf_member_counts(m);
	ok(c.lost > 60000 && heard + c.lost == 100000,
	    "a lapped lane loses %llu, tells %llu: all are counted",
	    (unsigned long long)c.lost, (unsigned long long)heard);
	pf_member_close(m, true);
	pf_lane_file_close(&a);
}

static void
test_epochs(void)
{
	struct pf_lane_file a;
	struct pf_event e;
	somebody(&a, "alto");
	fake_engine_time(&engine, 4000 * MS);
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	say_note(&a, 4100 * MS, 1); /* falls with the epoch */
	struct pf_event is_free = note("alto", 4100 * MS, 2);
	is_free.type |= PF_FREE;
	say(&a, is_free);
	fake_engine_time(&engine, 4010 * MS);
	(void)next_pitch(m);
	e = pf_event_make(PF_PLAY, 4020 * MS, 0);
	e.duration = 0;
	fake_engine_say(&engine, e, NULL);
	fake_engine_time(&engine, 4030 * MS);
	struct pf_member_heard h;
	ok(pf_member_next(m, &h) == 1 &&
	    pf_event_type(&h.event) == PF_PLAY,
	    "the transport is told in its order");
	say_note(&a, 4110 * MS, 3);
	fake_engine_time(&engine, 4200 * MS);
	ok(next_pitch(m) == 2 && next_pitch(m) == 3 && next_pitch(m) == -1,
	    "an old epoch's notes are not told, free ones are");
	ok(pf_member_counts(m).stale == 1, "they are counted");
	/* Tempo. */
	say_note(&a, 4500 * MS, 4);
	fake_engine_time(&engine, 4205 * MS);
	(void)next_pitch(m);
	e = pf_event_make(PF_TEMPO, 4300 * MS, 0);
	e.value = 240; /* was 120 at the transport, 60 on the axis */
	fake_engine_say(&engine, e, NULL);
	fake_engine_time(&engine, 4310 * MS);
	ok(pf_member_next(m, &h) == 1 && pf_event_type(&h.event) ==
	    PF_TEMPO, "a change of tempo is told");
	fake_engine_time(&engine, 4360 * MS);
	ok(pf_member_next(m, &h) == 1 && h.event.time == 4350 * MS,
	    "what was pending moves with the tempo");
	/* Cancel. */
	say_note(&a, 4500 * MS, 5);
	say_note(&a, 4400 * MS, 6);
	struct pf_event cancel = pf_event_make(PF_CANCEL, 4365 * MS,
	    pf_hash_str("alto"));
	cancel.from = 4450 * MS;
	cancel.name = 0;
	say(&a, cancel);
	fake_engine_time(&engine, 4600 * MS);
	ok(next_pitch(m) == 6 && next_pitch(m) == -1,
	    "what was withdrawn is not told");
	pf_member_close(m, true);
	pf_lane_file_close(&a);
}

/* ---- speech */

static void
test_speech(void)
{
	struct pf_lane_file f;
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST], found[PF_MORE_MOST];
	uint32_t set;
	fake_engine_time(&engine, 5000 * MS);
	struct pf_member *const m = join("solo", PF_MEMBER_NOW);
	(void)!pf_lane_file_read(&f, &engine.dir, "solo", &err);
	pf_lane_begin_oldest(&c, f.lane);
	e = note("wrong", 5100 * MS, 60);
	(void)pf_member_say(m, &e, "cutoff=0.5");
	ok(pf_lane_read(&c, f.lane, &e, more) == 1 &&
	    e.source == pf_hash_str("solo") && pf_event_more(&e) == 1 &&
	    e.type >> PF_EPOCH_SHIFT == engine.transport.epoch,
	    "an event is said as oneself, in the epoch of the transport");
	e = note("solo", 5300 * MS, 61);
	(void)pf_member_say(m, &e, NULL);
	ok(pf_lane_read(&c, f.lane, &e, more) == 0 &&
	    pf_member_kept(m) == 1, "nothing is said long ahead");
	fake_engine_time(&engine, 5099 * MS);
	tend(m);
	ok(pf_lane_read(&c, f.lane, &e, more) == 0, "not yet");
	fake_engine_time(&engine, 5100 * MS);
	tend(m);
	ok(pf_lane_read(&c, f.lane, &e, more) == 1 && e.pitch == 61,
	    "but when it is 200 ms away");
	e = note("solo", PF_TIME_NOW, 62);
	(void)pf_member_say(m, &e, NULL);
	ok(pf_lane_read(&c, f.lane, &e, more) == 1 && e.time == 5100 * MS,
	    "as soon as possible is now");
	(void)!pf_names_add(names, "bass.cutoff", 11, &set);
	e = pf_event_make(PF_SET, PF_TIME_NOW, 0);
	e.name = set;
	e.b = 0.5f;
	e.duration = 0;
	(void)pf_member_say(m, &e, NULL);
	struct pf_names *learnt;
	uint32_t from = 0;
	(void)!pf_names_new(&learnt);
	pf_tail_hear_names(pf_lane_tail(f.lane), &from, learnt);
	ok(pf_names_get(learnt, set) && pf_names_get(learnt,
	    pf_hash_str("solo")), "spellings stand in the lane");
	pf_names_free(learnt);
	(void)!pf_lane_read(&c, f.lane, &e, more);
	/* Another engine. */
	engine.state.engine_born_ns++;
	fake_engine_time(&engine, 5200 * MS);
	(void)next_pitch(m);
	tend(m);
	ok(pf_lane_read(&c, f.lane, &e, found) == 1 &&
	    pf_event_type(&e) == PF_SET && e.time == 5200 * MS,
	    "a new engine is told how things are set");
	e = note("solo", 5200 * MS, 200);
	(void)pf_member_say(m, &e, NULL);
	ok(pf_lane_read(&c, f.lane, &e, more) == 0 &&
	    pf_member_counts(m).unsaid == 1, "nonsense is not said");
	pf_member_close(m, false);
	ok(pf_lane_read(&c, f.lane, &e, more) == 1 &&
	    pf_event_type(&e) == PF_CANCEL,
	    "who leaves withdraws what has not begun");
	pf_lane_file_close(&f);
}

/* What one writes into his lane harms nobody else, nor who comes after. */
static void
test_liars(void)
{
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	struct pf_lane_file honest, liar;
	struct pf_member_heard h;
	fake_engine_time(&engine, 90000 * MS);
	somebody(&honest, "honest");
	somebody(&liar, "liar");
	tend(m);
	say_note(&honest, 90010 * MS, 50);
	struct pf_event e = pf_event_make(PF_CANCEL, 90000 * MS,
	    pf_hash_str("honest"));
	e.a_bits = 0;
	e.from = 0;
	say(&liar, e);
	say(&liar, note("honest", 90011 * MS, 51));
	fake_engine_time(&engine, 90050 * MS);
	ok(next_pitch(m) == 50 && next_pitch(m) == -1 &&
	    pf_member_counts(m).refused == 2,
	    "nobody speaks in another's name");
	atomic_store(&liar.lane->header.position, UINT64_MAX / 2);
	ok(pf_member_next(m, &h) == 0, "a position that jumps is not read");
	pf_lane_file_close(&liar);
	somebody(&liar, "liar");
	liar.lane->owner.pid++; /* we can not die for it */
	tend(m);
	say_note(&liar, 90060 * MS, 52);
	fake_engine_time(&engine, 90100 * MS);
	float pitch = -1;
	for (int i = 0; i < 1000 && pitch < 0; i++)
		pitch = next_pitch(m); /* past what was never said */
	ok(pitch == 52, "who takes such a lane over is heard");
	pf_lane_file_close(&liar);
	pf_lane_file_close(&honest);
	pf_member_close(m, true);
}

static void
test_own_lane_lost(void)
{
	struct pf_member *const m = join("lost", PF_MEMBER_NOW);
	struct pf_member_heard h;
	(void)!unlinkat(engine.dir.fd, "lane.lost", 0);
	for (int i = 0; i < 2; i++) {
		atomic_fetch_add(&engine.bell.bell->roster, 1);
		tend(m);
	}
	ok(pf_member_next(m, &h) == -EIDRM,
	    "who is not heard any more is told");
	pf_member_close(m, true);
}

static void
test_bell_lost(void)
{
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	(void)!unlinkat(engine.dir.fd, "bell", 0);
	atomic_fetch_add(&engine.bell.bell->roster, 1);
	tend(m);
	ok(faccessat(engine.dir.fd, "bell", F_OK, 0) == 0,
	    "a bell that is taken away is made again");
	pf_page_file_close(&engine.bell);
	ok(pf_bell_file_open(&engine.bell, &engine.dir, &err) == 0,
	    "and everybody's");
	pf_member_close(m, true);
}

static void
test_bad_lanes(void)
{
	struct pf_lane_file a;
	char path[256];
	somebody(&a, "short");
	fake_engine_time(&engine, 6000 * MS);
	struct pf_member *const m = join(NULL, PF_MEMBER_NOW);
	snprintf(path, sizeof path, "%s/lane.short", engine.dir.path);
	if (truncate(path, 4096) != 0)
		printf("# cannot cut the lane\n");
	struct pf_member_other o;
	struct pf_member_heard h;
	fake_engine_time(&engine, 6010 * MS);
	ok(pf_member_next(m, &h) == 0, "a lane that shrinks is survived");
	atomic_fetch_add(&engine.bell.bell->roster, 1);
	tend(m);
	bool there = false;
	for (unsigned i = 0; pf_member_other(m, i, &o); i++)
		there |= strcmp(o.name, "short") == 0;
	ok(!there, "and let go");
	unlink(path);
	fake_session_remove(engine.dir.path);
	for (int i = 0; i < 100 && pf_member_next(m, &h) == 0; i++) {
		fake_sleep(20);
		tend(m);
	}
	ok(pf_member_next(m, &h) == -ESHUTDOWN,
	    "the end of the session is told");
	pf_member_close(m, true);
	pf_page_file_close(&engine.clock);
}

int
main(void)
{
	snprintf(session, sizeof session, "test-member.%d", (int)getpid());
	(void)!pf_names_new(&names);
	test_absence();
	test_names();
	test_order();
	test_wishes();
	test_loss();
	test_epochs();
	test_speech();
	test_liars();
	test_own_lane_lost();
	test_bell_lost();
	test_bad_lanes();
	fake_engine_die(&engine);
	pf_names_free(names);
	return tap_done();
}
