/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Minds on stage: a transport that plays, stops and jumps; wishes; reflexes.
 */
#include "agent/mind.h"
#include "agent/personality.h"
#include "base/hash.h"
#include "event/type.h"
#include "music/style.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16384 };

#define BEAT_NS INT64_C(500000000) /* 120 bpm */
#define THOUGHT_NS INT64_C(50000000)

/* A mind, what it says, and its session. */
struct stage {
	struct pf_style *style;
	struct pf_personality who;
	struct pf_names *names;
	struct pf_mind *mind;
	int64_t now_ns;
	size_t n;
	struct pf_event said[MOST];
	int cancels;
};

static int
say(void *ctx, const struct pf_event *e, const char *more)
{
	struct stage *const s = ctx;
	(void)more;
	s->cancels += pf_event_type(e) == PF_CANCEL;
	if (s->n < MOST)
		s->said[s->n++] = *e;
	return 0;
}

static void
begin(struct stage *s, const char *role, const char *who)
{
	struct pf_err err;
	memset(s, 0, sizeof *s);
	if (pf_style_load(&s->style, "rock", &err) != 0 ||
	    pf_personality_load(&s->who, who, role, &err) != 0 ||
	    pf_names_new(&s->names) != 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	const struct pf_mind_config config = {.role = role, .seed = 3,
	    .style = s->style, .personality = &s->who, .names = s->names};
	if (pf_mind_new(&s->mind, &config, &err) != 0)
		exit(1);
}

static void
end(struct stage *s)
{
	pf_mind_free(s->mind);
	pf_style_free(s->style);
	pf_names_free(s->names);
}

static void
hear(struct stage *s, struct pf_event e, const char *more)
{
	e.time = s->now_ns;
	if (pf_mind_hear(s->mind, &e, more) != 0)
		exit(1);
}

static void
transport(struct stage *s, enum pf_type type, double value)
{
	struct pf_event e = pf_event_make(type, 0, pf_hash_str("engine"));
	if (type == PF_TEMPO || type == PF_SEEK)
		e.value = value;
	else
		e.duration = 0;
	hear(s, e, "");
}

/* Think for so many beats. */
static void
go(struct stage *s, double beats)
{
	const struct pf_sink sink = {say, s};
	const int64_t to = s->now_ns + (int64_t)(beats * (double)BEAT_NS);
	while (s->now_ns < to) {
		if (pf_mind_think(s->mind, s->now_ns, &sink) != 0)
			exit(1);
		s->now_ns += THOUGHT_NS;
	}
}

/* Notes of that pitch (0: any) in a span; the first of them to *first. */
static int
notes(const struct stage *s, int64_t from_ns, int64_t to_ns, int pitch,
    int64_t *first)
{
	int n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct pf_event *const e = &s->said[i];
		if (pf_event_type(e) != PF_NOTE || e->time < from_ns ||
		    e->time >= to_ns || (pitch && (int)e->pitch != pitch))
			continue;
		if (first && (n == 0 || e->time < *first))
			*first = e->time;
		n++;
	}
	return n;
}

static bool
said_subject(const struct stage *s, const char *subject)
{
	for (size_t i = 0; i < s->n; i++)
		if (pf_event_type(&s->said[i]) == PF_DECISION &&
		    s->said[i].name == pf_hash_str(subject))
			return true;
	return false;
}

/* A session in which nothing plays, at 120. */
static void
open_session(struct stage *s, const char *role, const char *who)
{
	begin(s, role, who);
	transport(s, PF_STOP, 0);
	transport(s, PF_TEMPO, 120);
	go(s, 8);
}

static void
test_play(void)
{
	static struct stage s;
	open_session(&s, "drums", "steady");
	ok(notes(&s, 0, INT64_MAX, 0, NULL) == 0,
	    "a transport that stands is not played to, whatever its tempo");
	/* Not on a beat of the axis: the song's bars begin here. */
	go(&s, 1.3);
	const int64_t zero = s.now_ns;
	int64_t first = 0;
	transport(&s, PF_PLAY, 0);
	go(&s, 40);
	ok(notes(&s, zero, zero + 4 * BEAT_NS - 30000000, 37, NULL) == 3,
	    "the drummer counts the beats that are left of the first bar");
	ok(notes(&s, zero, INT64_MAX, 36, &first) > 8 &&
	    llabs(first - zero - 4 * BEAT_NS) < 40000000,
	    "and everybody comes in with the second");
	/* Stop. */
	const int64_t stop = s.now_ns;
	transport(&s, PF_STOP, 0);
	go(&s, 8);
	ok(notes(&s, stop + THOUGHT_NS, INT64_MAX, 0, NULL) == 0,
	    "when it stops, nobody plays on");
	ok(s.cancels > 0, "and what was said ahead is withdrawn");
	const int64_t again = s.now_ns;
	transport(&s, PF_PLAY, 0);
	go(&s, 4);
	ok(notes(&s, again, again + 2 * BEAT_NS, 0, NULL) > 0 &&
	    notes(&s, again, INT64_MAX, 37, NULL) == 0,
	    "in the middle of a song one comes in at once, uncounted");
	end(&s);
}

/* When something is struck, in beats of the song, over a span of bars. */
static size_t
song(const struct stage *s, int64_t zero, double from, double to,
    double *beat, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n && n < most; i++) {
		const struct pf_event *const e = &s->said[i];
		const double b = (double)(e->time - zero) / (double)BEAT_NS;
		if (pf_event_type(e) == PF_NOTE && b >= from && b < to)
			beat[n++] = b * 1000 + (double)e->pitch;
	}
	return n;
}

static void
test_seek(void)
{
	static struct stage whole, late;
	double a[1024], b[1024];
	open_session(&whole, "bass", "steady");
	const int64_t zero = whole.now_ns;
	transport(&whole, PF_PLAY, 0);
	go(&whole, 200);
	/* The same song, entered at bar 16, in mid-bar. */
	open_session(&late, "bass", "steady");
	go(&late, 3.7);
	transport(&late, PF_SEEK, 66.5);
	transport(&late, PF_PLAY, 0);
	const int64_t there = late.now_ns - (int64_t)(66.5 *
	    (double)BEAT_NS);
	go(&late, 130);
	const size_t n = song(&whole, zero, 127.9, 190, a, 1024);
	const size_t k = song(&late, there, 127.9, 190, b, 1024);
	double worst = 0;
	for (size_t i = 0; i < n && i < k; i++)
		worst = fmax(worst, fabs(a[i] - b[i]));
	ok(n > 50 && n == k && worst < 0.01,
	    "a song that is entered in its middle is the same song (%zu, %zu "
	    "notes, %g)", n, k, worst);
	end(&whole);
	end(&late);
}

static struct pf_event wish(const char *path, float value);

static void
test_follow(void)
{
	static struct stage s;
	open_session(&s, "drums", "steady");
	transport(&s, PF_PLAY, 0);
	go(&s, 12);
	struct pf_event e = wish("transport.follow", 1);
	e.id = pf_hash_str("ears");
	hear(&s, e, "text=ears");
	const size_t before = s.n;
	/* Somebody who is slower than the axis. */
	for (int i = 0; i < 24; i++) {
		struct pf_event b = pf_event_make(PF_BEAT, 0,
		    pf_hash_str("ears"));
		b.type |= PF_HEARD;
		b.at_us = 0;
		b.a = 100;
		b.b = 0.9f;
		b.u8[PF_BEAT_INDEX] = (uint8_t)(1 + i % 4);
		b.u8[PF_BEAT_PER_BAR] = 4;
		b.u8[PF_BEAT_UNIT] = 4;
		hear(&s, b, "");
		struct pf_event n = pf_event_make(PF_NOTE, 0,
		    pf_hash_str("human"));
		n.pitch = 60;
		n.velocity = 0.7f;
		n.duration = 0.3f;
		hear(&s, n, "");
		go(&s, 1.2);
	}
	int is_free = 0, bound = 0;
	for (size_t i = before; i < s.n; i++)
		if (pf_event_type(&s.said[i]) == PF_NOTE &&
		    s.said[i].type & PF_FREE)
			is_free++;
		else if (pf_event_type(&s.said[i]) == PF_NOTE)
			bound++;
	ok(is_free > 20 && bound == 0,
	    "who is told to follow somebody plays free of the axis");
	end(&s);
}

static struct pf_event
wish(const char *path, float value)
{
	struct pf_event e = pf_event_make(PF_SET, 0, pf_hash_str("engine"));
	e.name = pf_hash_str(path);
	e.b = value;
	return e;
}

static void
test_wishes(void)
{
	static struct stage s;
	open_session(&s, "drums", "steady");
	transport(&s, PF_PLAY, 0);
	go(&s, 33);
	const int usual = notes(&s, s.now_ns - 16 * BEAT_NS, s.now_ns, 0,
	    NULL);
	hear(&s, wish("drums.mind.density", 1), "");
	hear(&s, wish("bass.mind.density", 0), "");
	const size_t before = s.n;
	go(&s, 1);
	bool changed = false;
	for (size_t i = before; i < s.n; i++)
		changed |= pf_event_type(&s.said[i]) == PF_DECISION &&
		    s.said[i].name == pf_hash_str("change");
	ok(!changed, "a wish waits for the bar line");
	go(&s, 18);
	ok(said_subject(&s, "change"), "and is told when it is obeyed");
	const int more = notes(&s, s.now_ns - 16 * BEAT_NS, s.now_ns, 0,
	    NULL);
	ok(more > usual, "a denser drummer plays more: %d, not %d", more,
	    usual);
	hear(&s, wish("drums.mind.style", 0), "text=house");
	s.n = 0;
	go(&s, 8);
	bool patch = false;
	for (size_t i = 0; i < s.n; i++)
		patch |= pf_event_type(&s.said[i]) == PF_PATCH;
	ok(patch, "another style has another sound");
	hear(&s, wish("drums.mind.style", 0), "text=../secret");
	go(&s, 8);
	ok(said_subject(&s, "refused"),
	    "what nobody knows is refused aloud");
	end(&s);
}

/* An onset of the player's now; how many answers it gets. */
static size_t
startle(struct stage *s, double strength)
{
	const struct pf_sink sink = {say, s};
	struct pf_event e = pf_event_make(PF_ONSET, s->now_ns,
	    pf_hash_str("ears"));
	e.type |= PF_HEARD;
	e.at_us = -9000;
	e.velocity = (float)strength;
	const size_t before = s->n;
	if (pf_mind_reflex(s->mind, &e, &sink) != 0)
		exit(1);
	return s->n - before;
}

/* How often a drummer is startled in 64 bars of strokes off the beat. */
static int
startled(const char *who, double strength, bool *free_kick)
{
	static struct stage s;
	int n = 0;
	open_session(&s, "drums", who);
	transport(&s, PF_PLAY, 0);
	struct pf_event e = pf_event_make(PF_NOTE, 0, pf_hash_str("human"));
	e.pitch = 60;
	e.velocity = 0.4f;
	e.duration = 0.2f;
	for (int i = 0; i < 256; i++) {
		hear(&s, e, "");
		go(&s, 0.1 + 0.1 * (i % 8));
		if (startle(&s, strength) > 0) {
			const struct pf_event *const answer =
			    &s.said[s.n - 1];
			n++;
			*free_kick = answer->type & PF_FREE &&
			    answer->pitch == 36 && answer->time ==
			    s.now_ns + PF_MIND_REACTION_NS;
		}
		go(&s, 0.9 - 0.1 * (i % 8));
	}
	end(&s);
	return n;
}

static void
test_reflex(void)
{
	bool free_kick = false;
	const int quick = startled("jazzer", 0.98, &free_kick);
	ok(quick > 0 && quick <= 64,
	    "a quick drummer answers some accents, not many: %d of 256",
	    quick);
	ok(free_kick, "with a kick of no axis, 3 ms after");
	ok(startled("jazzer", 0.3, &free_kick) == 0, "no soft strokes");
	ok(startled("steady", 0.98, &free_kick) == 0,
	    "a steady one never does");
}

int
main(void)
{
	if (!getenv("PF_SHARE"))
		setenv("PF_SHARE", "share", 1);
	test_play();
	test_seek();
	test_follow();
	test_wishes();
	test_reflex();
	return tap_done();
}
