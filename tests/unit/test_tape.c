/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/tape.h"

#include "base/hash.h"
#include "event/more.h"
#include "event/names.h"
#include "event/type.h"
#include "session/tail.h"
#include "stream/reader.h"

#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];
static struct pf_lane_segment *lane;

static void
new_lane(void)
{
	void *const m = mmap(NULL, PF_LANE_FILE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		exit(1);
	lane = m;
	pf_lane_init(lane, "tape", "engine");
}

static uint32_t
name(const char *s)
{
	(void)!pf_tail_say_name(pf_lane_tail(lane), s, strlen(s));
	return pf_hash_str(s);
}

static void
say(struct pf_event e, const char *text)
{
	struct pf_event more[PF_MORE_MOST];
	const unsigned n = pf_more_split(&e, text, strlen(text), more);
	e.type |= 3u << PF_EPOCH_SHIFT;
	if (pf_lane_say(lane, &e, more, n) != 0)
		exit(1);
}

static struct pf_event
note(int64_t ns, float pitch)
{
	struct pf_event e = pf_event_make(PF_NOTE, ns, name("bass"));
	e.pitch = pitch;
	e.velocity = 0.7f;
	e.duration = 0.3f;
	return e;
}

static struct pf_event
set(int64_t ns, const char *who, const char *what, float value)
{
	struct pf_event e = pf_event_make(PF_SET, ns, name(who));
	e.name = name(what);
	e.b = value;
	return e;
}

static struct pf_event
tempo(int64_t ns, double bpm)
{
	struct pf_event e = pf_event_make(PF_TEMPO, ns, name("engine"));
	e.value = bpm;
	return e;
}

static struct pf_tape *
open_tape(int64_t first)
{
	const struct pf_tape_config c = {.path = path, .rate_hz = 48000,
	    .first_frame = first};
	struct pf_tape *t;
	struct pf_err err;
	if (pf_tape_open(&t, &c, &err) != 0) {
		printf("# %s\n", err.text);
		exit(1);
	}
	return t;
}

/* The file's lines, without comments, one behind the other. */
static const char *
contents(void)
{
	static char text[8192];
	FILE *const f = fopen(path, "r");
	char line[1024];
	text[0] = '\0';
	while (f && fgets(line, sizeof line, f))
		if (*line != '#')
			strncat(text, line, sizeof text - strlen(text) - 1);
	if (f)
		fclose(f);
	return text;
}

static void
test_first(void)
{
	bool good = true;
	static const uint32_t rate[] = {44100, 48000, 88200, 96000, 192000};
	for (size_t i = 0; i < PF_COUNT(rate); i++)
		for (int64_t f = 0; f < 300000; f += 7919) {
			const int64_t a = pf_tape_first(f, rate[i]);
			const int64_t ns = pf_time_of_frame(a, rate[i]);
			/* Times moved by ns are frames moved by a. */
			for (int64_t k = 1; k < 90; k++)
				good &= pf_time_of_frame(a + k, rate[i]) - ns ==
				    pf_time_of_frame(k, rate[i]);
			good &= a >= f && a % 64 == 0;
		}
	ok(good, "a tape begins where times can move without rounding");
}

static void
test_state(void)
{
	struct pf_err err;
	new_lane();
	/* One second in, at a frame of the grid. */
	const int64_t first = pf_tape_first(48000, 48000);
	const int64_t t0 = pf_time_of_frame(first, 48000);
	say(tempo(0, 100), "");
	say(tempo(5, 120), "");
	struct pf_event patch = pf_event_make(PF_PATCH, 5, name("bass"));
	patch.name = name("warm-bass");
	say(patch, "");
	say(set(6, "bass", "cutoff", 0.2f), "");
	say(set(7, "bass", "cutoff", 0.4f), "");
	say(set(8, "pad", "cutoff", 0.5f), "");
	say(note(9, 30), "");
	say(note(t0 + 500000000, 40), "cutoff=0.9");
	struct pf_tape *const t = open_tape(first);
	while (pf_tape_follow(t, lane))
		continue;
	ok(access(path, F_OK) != 0, "a tape has no name before it is whole");
	ok(pf_tape_until(t, t0 + 600000000, &err) == 0 &&
	    pf_tape_counts(t).events == 6 && pf_tape_close(t, &err) == 0,
	    "what was played is on it");
	const char *const is = contents();
	ok(strcmp(is, "0\tengine\ttempo\t-\t-\t-\tbpm=120\n"
	    "0\tengine\treset\t-\t-\t0\n"
	    "0\tbass\tpatch\t-\t-\t-\tname=warm-bass\n"
	    "0\tbass\tset\t-\t-\t-\tparam=cutoff\tvalue=0.4\n"
	    "0\tpad\tset\t-\t-\t-\tparam=cutoff\tvalue=0.5\n"
	    "1\tbass\tnote\t40\t0.7\t0.6\tcutoff=0.9\n") == 0,
	    "it begins with the state, and its own time begins at 0");
	if (tap_failures)
		printf("%s", is);
	munmap(lane, PF_LANE_FILE_BYTES);
	unlink(path);
}

static void
test_order(void)
{
	struct pf_err err;
	struct pf_names *names;
	struct pf_reader *reader;
	struct pf_line line;
	int64_t last = 0;
	unsigned n = 0;
	bool good = true;
	new_lane();
	struct pf_tape *const t = open_tape(0);
	uint32_t x = 1;
	/* Times of an odd tempo, a little out of order, in small helpings. */
	say(tempo(0, 97.3), "");
	for (int64_t i = 0; i < 3000; i++) {
		x = x * 1664525 + 1013904223;
		say(note(i * 1000003 + (x >> 12) % 5000000, (float)(i % 100)),
		    "");
		if (i % 1000 == 500)
			say(tempo(i * 1000003, 60 + (double)(i % 77)), "");
		if (i % 100 == 0) {
			while (pf_tape_follow(t, lane))
				continue;
			good &= pf_tape_until(t, (i - 10) * 1000003, &err) == 0;
		}
	}
	while (pf_tape_follow(t, lane))
		continue;
	good &= pf_tape_counts(t).moved == 0 && pf_tape_close(t, &err) == 0;
	ok(good && pf_names_new(&names) == 0 && pf_reader_open(&reader, path,
	    PF_STRICT, names, &err) == 0, "what comes a little out of order "
	    "is put in order");
	x = 1;
	uint64_t sum = 0, want = 0;
	for (int64_t i = 0; i < 3000; i++) {
		x = x * 1664525 + 1013904223;
		want += (uint64_t)(i * 1000003 + (x >> 12) % 5000000);
	}
	while (pf_reader_next(reader, &line, &err) == 1) {
		if (line.kind != PF_LINE_EVENT ||
		    pf_event_type(&line.event) != PF_NOTE)
			continue;
		good &= line.event.time >= last &&
		    line.event.duration == 0.3f;
		last = line.event.time;
		sum += (uint64_t)last;
		n++;
	}
	ok(good && n == 3000 && sum == want,
	    "and reads back to the nanosecond, over changes of tempo");
	pf_reader_free(reader);
	pf_names_free(names);
	munmap(lane, PF_LANE_FILE_BYTES);
	unlink(path);
}

static void
test_trouble(void)
{
	struct pf_err err;
	char text[8192];
	new_lane();
	struct pf_tape *t = open_tape(0);
	(void)pf_tape_follow(t, lane);
	for (int i = 0; i < 40000; i++)
		say(note(i * 1000, 50), "");
	while (pf_tape_follow(t, lane))
		continue;
	ok(pf_tape_counts(t).lost == 40000 - PF_LANE_RESUME,
	    "what was overwritten is counted");
	(void)!pf_tape_until(t, INT64_MAX, &err);
	(void)!pf_tape_close(t, &err);
	FILE *f = fopen(path, "r");
	const size_t got = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[got] = '\0';
	ok(strstr(text, "# 23632 slots of the tape were lost here\n"),
	    "and told on the tape");
	if (f)
		fclose(f);
	unlink(path);
	/* A disk of 20,000 bytes. */
	t = open_tape(0);
	(void)pf_tape_follow(t, lane);
	const struct rlimit small = {20000, RLIM_INFINITY};
	setrlimit(RLIMIT_FSIZE, &small);
	const int r = pf_tape_until(t, INT64_MAX, &err);
	const bool worded = strstr(err.text, "cannot write to") != NULL;
	const int closed = pf_tape_close(t, &err);
	const struct rlimit large = {RLIM_INFINITY, RLIM_INFINITY};
	setrlimit(RLIMIT_FSIZE, &large);
	struct stat st;
	f = fopen(path, "r");
	ok(r == -EFBIG && worded && closed < 0 && stat(path, &st) == 0 &&
	    st.st_size > 19000, "a full disk is told, and ends the tape");
	if (f && fseek(f, -1, SEEK_END) == 0)
		ok(fgetc(f) == '\n', "behind a whole line");
	if (f)
		fclose(f);
	unlink(path);
	t = open_tape(0);
	pf_tape_abort(t);
	ok(access(path, F_OK) != 0, "a tape that is thrown away leaves no "
	    "file");
	const struct pf_tape_config odd = {.path = path, .rate_hz = 48000,
	    .first_frame = 65};
	ok(pf_tape_open(&t, &odd, &err) == -EINVAL,
	    "no tape begins within a block");
	munmap(lane, PF_LANE_FILE_BYTES);
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	snprintf(path, sizeof path, "/tmp/pf-test-tape.%d.pf", (int)getpid());
	test_first();
	test_state();
	test_order();
	test_trouble();
	return tap_done();
}
