/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"
#include "base/rng.h"
#include "engine/live.h"
#include "render/drive.h"
#include "stream/writer.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000 };

static char path[] = "/tmp/pf-test-XXXXXX";

static void
write_stream(const char *text)
{
	FILE *const f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

struct rig {
	struct pf_names *names;
	struct pf_feed *feed;
	struct pf_rack *rack;
	struct pf_engine *engine;
	struct pf_drive *drive;
	char said[512], sections[512];
};

static void
say(void *ctx, const char *text)
{
	struct rig *const rig = ctx;
	snprintf(rig->said, sizeof rig->said, "%s", text);
}

static void
section(void *ctx, int64_t frame, const char *name)
{
	struct rig *const rig = ctx;
	const size_t n = strlen(rig->sections);
	snprintf(rig->sections + n, sizeof rig->sections - n, "%s@%lld ",
	    name, (long long)frame);
}

static bool
not_mute(void *ctx, const char *source)
{
	(void)ctx;
	return strcmp(source, "mute") != 0;
}

static int
open_rig(struct rig *rig, const char *stream, bool lenient)
{
	struct pf_engine_config config;
	struct pf_err err;
	*rig = (struct rig){0};
	write_stream(stream);
	pf_engine_config_init(&config);
	if (pf_names_new(&rig->names) != 0 ||
	    pf_rack_new(&rig->rack, "default", &err) != 0 ||
	    pf_engine_new(&rig->engine, &config, &err) != 0 ||
	    pf_rack_returns(rig->rack, rig->engine, &err) != 0 ||
	    pf_feed_open(&rig->feed, path, PF_STRICT, rig->names, &err) != 0)
		return -1;
	const struct pf_drive_config drive = {.engine = rig->engine,
	    .rate_hz = RATE, .rack = rig->rack, .feed = rig->feed,
	    .names = rig->names, .lenient = lenient, .plays = not_mute,
	    .section = section, .say = say, .ctx = rig};
	return pf_drive_new(&rig->drive, &drive);
}

static void
close_rig(struct rig *rig)
{
	pf_drive_free(rig->drive);
	pf_feed_free(rig->feed);
	pf_engine_free(rig->engine);
	pf_rack_free(rig->rack);
	pf_names_free(rig->names);
}

/*
 * Render `frames` of a stream in cuts of up to `most` frames to l[frames].
 * Returns the last answer of the driver.
 */
static int
render(struct rig *rig, float *l, int64_t frames, unsigned most,
    struct pf_err *err)
{
	float r[PF_BLOCK];
	int driven = 1;
	for (int64_t at = 0; at < frames;) {
		unsigned n = pf_engine_room(rig->engine);
		const unsigned cut = 1 + pf_rng_below(5, 0, at, 0, most);
		if (cut < n)
			n = cut;
		if (at + n > frames)
			n = (unsigned)(frames - at);
		driven = pf_drive_until(rig->drive, at + n, err);
		if (driven < 0)
			return driven;
		float *const out[2] = {l + at, r};
		pf_engine_run(rig->engine, n, NULL, out);
		at += n;
	}
	return driven;
}

static const char song[] =
    "0\tscore\ttempo\t-\t-\t-\tbpm=120\n"
    "0\tscore\tsection\t-\t-\t-\tname=verse\n"
    "0\tdesk\tset\t-\t-\t-\tparam=bass.gain\tvalue=-6\n"
    "0\tears\ton\t60\t0.9\t-\tat=0\tid=1\n"
    "0\tbass\tnote\t36\t0.9\t1\n"
    "0.3333\tdrums\tnote\t36\t0.9\t0.25\n"
    "0.4\tmute\tnote\t60\t0.9\t1\n"
    "0.5\tbass\tset\t-\t-\t0.5\tparam=pan\tvalue=0.7\n"
    "1\tscore\tsection\t-\t-\t-\tname=chorus\n"
    "1.17\tbass\tnote\t43\t0.9\t0.5\n"
    "1.5\tscore\ttempo\t-\t-\t-\tbpm=90\n"
    "1.7\tdrums\tnote\t38\t0.9\t0.25\n";

static void
test_song(void)
{
	static float a[2 * RATE], b[2 * RATE];
	struct rig rig;
	struct pf_err err;
	if (!ok(open_rig(&rig, song, false) == 0, "a rig can be set up"))
		return;
	int r = render(&rig, a, 2 * RATE, 64, &err);
	struct pf_drive_counts counts = pf_drive_counts(rig.drive);
	ok(r == 0, "it says when the stream and its notes are over");
	ok(counts.strips == 2 && counts.heard == 1 && counts.lost == 0,
	    "sources that play get a strip; ears and the muted get none");
	ok(strcmp(rig.sections, "verse@0 chorus@24000 ") == 0,
	    "sections are told with their frames: %s", rig.sections);
	/* 1.7 beats: 1.5 at 120 bpm, 0.2 at 90; its end 0.25 later. */
	ok(llabs(pf_drive_end(rig.drive) - (36000 + 14400)) <= 1,
	    "it ends where the last note does (%lld)",
	    (long long)pf_drive_end(rig.drive));
	float begin = 0;
	for (int i = 0; i < 2000; i++)
		begin = fmaxf(begin, fabsf(a[i]));
	ok(begin > 0.01f, "the first note sounds from the start");
	close_rig(&rig);
	for (unsigned most = 1; most <= 33; most += 16) {
		if (open_rig(&rig, song, false) != 0)
			continue;
		r = render(&rig, b, 2 * RATE, most, &err);
		ok(r == 0 && memcmp(a, b, sizeof a) == 0,
		    "cuts of up to %u frames give the same samples", most);
		close_rig(&rig);
	}
}

static void
test_errors(void)
{
	static float l[RATE];
	struct rig rig;
	struct pf_err err = {""};
	if (open_rig(&rig, "0\tx\tpatch\t-\t-\t-\tname=wram-bass\n"
	    "0\tx\tnote\t40\t1\t0.1\n", false) != 0)
		return;
	int r = render(&rig, l, 640, 64, &err);
	ok(r < 0 && strstr(err.text, ":1: ") &&
	    strstr(err.text, "wram-bass"),
	    "an unknown instrument is told with its line: %s", err.text);
	close_rig(&rig);

	if (open_rig(&rig, "0\tx\tpatch\t-\t-\t-\tname=wram-bass\n"
	    "0\tx\tnote\t40\t1\t0.1\n", true) != 0)
		return;
	r = render(&rig, l, RATE, 64, &err);
	ok(r == 0 && pf_drive_counts(rig.drive).strips == 1 &&
	    strstr(rig.said, "wram-bass"),
	    "with lenient another plays, and it is said");
	close_rig(&rig);

	static char many[200 * 64];
	size_t n = 0;
	for (int i = 0; i < 130; i++)
		n += (size_t)snprintf(many + n, sizeof many - n,
		    "0\ts%d\tnote\t40\t1\t0.1\n", i);
	if (open_rig(&rig, many, false) != 0)
		return;
	r = render(&rig, l, 640, 64, &err);
	ok(r < 0 && strstr(err.text, "no room"),
	    "more sources than strips are refused: %s", err.text);
	close_rig(&rig);
}

static void
test_held(void)
{
	static float l[3 * RATE];
	struct rig rig;
	struct pf_err err;
	if (open_rig(&rig, "0\tx\tpatch\t-\t-\t-\tname=organ\n"
	    "0\tx\ton\t60\t0.9\t-\tid=7\n1\tx\tnote\t64\t0.5\t0.5\n",
	    false) != 0)
		return;
	const int r = render(&rig, l, 3 * RATE, 64, &err);
	ok(r == 0 && pf_engine_voices(rig.engine) == 0,
	    "an `on` that nobody ends is stopped behind the last note");
	close_rig(&rig);
}

/* ---- A tape: live, written down as text, and played from it ---- */

enum { LIVE = 3 * RATE / 64 * 64, SAID = 4000 };

struct live {
	struct rig rig; /* without feed and driver */
	struct pf_writer *writer;
	int fd;
	struct pf_event said[SAID];
	const char *more[SAID];
	unsigned n;
	float l[LIVE];
};

static double
draw(int64_t at, uint32_t what)
{
	return (double)pf_rng_below(11, what, at, 0, 1000000) * 1e-6;
}

static struct pf_event
live_event(const char *source, int64_t frame, enum pf_type type)
{
	return (struct pf_event){.source = pf_hash_str(source),
	    .type = (uint32_t)type, .a_bits = PF_NONE_BITS,
	    .b_bits = PF_NONE_BITS,
	    .time = pf_time_of_frame(frame, RATE) + 1234};
}

static void
live_say(struct live *live, struct pf_event e, const char *more)
{
	if (live->n == SAID)
		return;
	live->said[live->n] = e;
	live->more[live->n] = more;
	pf_engine_push_tagged(live->rig.engine, &e, more,
	    more ? strlen(more) : 0, ++live->n);
}

/* A strip with an instrument, now; on the tape it is a `patch`. */
static void
live_patch(struct live *live, const char *source, const char *name)
{
	struct pf_engine *const engine = live->rig.engine;
	const struct pf_instrument *instrument;
	struct pf_change *change;
	struct pf_err err;
	const int64_t frame = pf_engine_frame(engine);
	const bool there = pf_engine_find(engine, pf_hash_str(source)) >= 0;
	uint32_t hash;
	if (pf_rack_get(live->rig.rack, name, &instrument, &err) < 0 ||
	    pf_names_add(live->rig.names, name, strlen(name), &hash) < 0 ||
	    (there ? pf_engine_prepare_patch(engine, source, instrument,
	    &change, &err) : pf_engine_prepare_add(engine, source, instrument,
	    &change, &err)) < 0 || !pf_engine_commit(engine, change)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	struct pf_event e = live_event(source, frame, PF_PATCH);
	e.time = pf_time_of_frame(frame, RATE);
	e.name = hash;
	e.p = e.q = 0;
	pf_writer_event(live->writer, &e, NULL);
}

/* Something of everything, ahead and late. */
static void
live_act(struct live *live, int64_t at)
{
	static const char *const who[] = {"bass", "keys", "lead"};
	const char *const source = who[at / 64 % 3];
	const int64_t ahead = at + (int64_t)(draw(at, 0) * 9000) - 1000;
	struct pf_event e = live_event(source, ahead, PF_NOTE);
	e.pitch = 40 + (float)(at / 64 % 30) * 1.25f;
	e.velocity = (float)draw(at, 1);
	e.duration = (float)draw(at, 2) * 0.4f;
	e.id = (uint32_t)(at / 64);
	live_say(live, e, at % 3 ? NULL : "cutoff=0.4");
	if (at % 640 == 0) {
		e = live_event("desk", ahead, PF_SET);
		e.name = pf_hash_str(at % 1280 ? "keys.gain" : "bass.pan");
		e.b = (float)draw(at, 3) - 0.5f;
		e.duration = (float)draw(at, 4) * 0.1f;
		e.q = 0;
		live_say(live, e, NULL);
	}
	if (at % 9600 == 0) {
		e = live_event("engine", ahead + 2000, PF_TEMPO);
		e.value = 70 + 90 * draw(at, 5);
		live_say(live, e, NULL);
	}
	if (at % 44800 == 6400 || at % 44800 == 12800) {
		e = live_event("engine", at, at % 44800 == 6400 ? PF_STOP :
		    at < 44800 ? PF_PLAY : PF_SEEK);
		e.value = 0;
		if (pf_event_type(&e) == PF_STOP)
			e.duration = 0.05f;
		live_say(live, e, NULL);
	}
}

static void
live_write(struct live *live)
{
	struct pf_fate fate[64];
	unsigned n;
	do {
		n = pf_engine_fates(live->rig.engine, fate, 64);
		for (unsigned i = 0; i < n; i++) {
			struct pf_event e = live->said[fate[i].tag - 1];
			pf_fate_apply(&fate[i], &e);
			if (fate[i].what == PF_BEGUN)
				pf_writer_event(live->writer, &e,
				    live->more[fate[i].tag - 1]);
		}
	} while (n == 64);
}

static void
live_play(struct live *live)
{
	static float r[LIVE];
	for (int64_t at = 0; at < LIVE;) {
		if (at == 0 || at == 64 * 301)
			live_patch(live, "bass", at ? "fm-bass" :
			    "warm-bass");
		if (at == 64 * 100 || at == 64 * 700)
			live_patch(live, "keys", "e-piano");
		if (at == 64 * 200)
			live_patch(live, "lead", "square-lead");
		if (at % 64 == 0 && at < LIVE - RATE / 2)
			live_act(live, at);
		unsigned n = pf_engine_room(live->rig.engine);
		n = n < 48 ? n : 48;
		pf_engine_run(live->rig.engine, n, NULL,
		    (float *[]){live->l + at, r + at});
		live_write(live);
		at += n;
	}
}

static void
test_tape(void)
{
	static struct live live;
	static float l[LIVE];
	static const char *const words[] = {"bass", "keys", "lead", "desk",
	    "engine", "keys.gain", "bass.pan"};
	static char tape[1 << 20];
	struct rig rig;
	struct pf_err err = {""};
	uint32_t hash;
	if (open_rig(&live.rig, "", false) != 0)
		return;
	for (size_t i = 0; i < PF_COUNT(words); i++)
		if (pf_names_add(live.rig.names, words[i], strlen(words[i]),
		    &hash) < 0)
			return;
	live.fd = open(path, O_WRONLY | O_TRUNC);
	if (pf_writer_new(&live.writer, live.fd, path, live.rig.names) != 0)
		return;
	struct pf_event e = live_event("engine", 0, PF_RESET);
	e.time = 0;
	pf_writer_event(live.writer, &e, NULL);
	live_play(&live);
	int r = pf_writer_flush(live.writer, &err);
	close(live.fd);
	FILE *const f = fopen(path, "r");
	const size_t n = f ? fread(tape, 1, sizeof tape - 1, f) : 0;
	if (f)
		fclose(f);
	tape[n] = '\0';
	ok(r == 0 && n > 10000 && strstr(tape, "\tseek\t") &&
	    strstr(tape, "\tstop\t") && strstr(tape, "\ttempo\t") &&
	    strstr(tape, "square-lead"), "a session is written down (%u "
	    "events)", live.n);
	for (unsigned most = 64; most; most = most == 64 ? 37 : 0) {
		if (open_rig(&rig, tape, false) != 0)
			return;
		r = render(&rig, l, LIVE, most, &err);
		int64_t same = 0;
		while (same < LIVE && !memcmp(&l[same], &live.l[same], 4))
			same++;
		ok(r >= 0 && same == LIVE, "its tape, played, gives its "
		    "samples, bit for bit (%lld of %d)%s", (long long)same,
		    LIVE, err.text);
		close_rig(&rig);
	}
	pf_writer_free(live.writer);
	close_rig(&live.rig);
}

int
main(void)
{
	const int fd = mkstemp(path);
	if (fd < 0)
		return 1;
	close(fd);
	test_song();
	test_errors();
	test_held();
	test_tape();
	unlink(path);
	return tap_done();
}
