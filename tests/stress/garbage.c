/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Beside writers of garbage: each owns its lane properly, then scribbles in
 * it, 50,000 times a second, while an honest one plays.
 *
 *     garbage [MS]     how long each kind scribbles (2500)
 *
 * Checked, for each kind: what the master gives is finite and below the
 * ceiling; the honest one's notes stand on lane.tape at their exact times,
 * none is missing; who scribbles is named in the engine's log within a
 * second; the engine does not work itself to death; and when the scribbler is
 * killed, an honest one who takes over the lane is heard.
 *
 * The programs are those on PATH.
 */
#include "tap.h"

#include "base/hash.h"
#include "base/rng.h"
#include "event/event.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/lane_file.h"
#include "session/page_file.h"
#include "session/tail.h"
#include "session/tap_file.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)
#define A_STEP 50       /* scribbles a millisecond */
#define AHEAD_NS (120 * MS)
#define WELL_NS (300 * MS)
#define EVERY_NS (20 * MS)
#define CEILING 0.8914f /* -1 dBTP and a rounding */

enum { SAID = 4096, LOG_BYTES = 1 << 20 };

static struct pf_directory dir;
static struct pf_page_file clock_page, bell_page;
static pid_t engine;
static char log_path[200], log_text[LOG_BYTES];
static int64_t scribble_ns = 2500 * MS;

static int64_t
mono(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
rest(int64_t ns)
{
	nanosleep(&(struct timespec){.tv_sec = ns / 1000000000,
	    .tv_nsec = ns % 1000000000}, NULL);
}

static struct pf_clock_state
now(void)
{
	struct pf_clock_state s = {0};
	while (!pf_clock_get(clock_page.clock, &s))
		rest(MS);
	return s;
}

/* CPU time of the engine, all threads, ns. */
static int64_t
cpu(void)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(engine, &clock) != 0 ||
	    clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- garbage */

struct scribbler {
	struct pf_lane_segment *lane;
	uint32_t source;
	uint32_t x; /* randomness */
	unsigned done;
};

static uint32_t
chance(struct scribbler *s)
{
	s->x ^= s->x << 13;
	s->x ^= s->x >> 17;
	return s->x ^= s->x << 5;
}

static uint64_t
chance64(struct scribbler *s)
{
	return (uint64_t)chance(s) << 32 | chance(s);
}

static void
publish(struct scribbler *s, const struct pf_event *e)
{
	struct pf_lane_header *const h = &s->lane->header;
	const uint64_t p = atomic_load(&h->position);
	uint64_t word[4];
	memcpy(word, e, sizeof word);
	for (int i = 0; i < 4; i++)
		atomic_store(&s->lane->slot[p % PF_LANE_SLOTS].word[i],
		    word[i]);
	atomic_store(&h->position, p + 1);
}

static void
scribble_slots(struct scribbler *s)
{
	uint64_t word[4];
	struct pf_event e;
	for (int i = 0; i < 4; i++)
		word[i] = chance64(s);
	memcpy(&e, word, sizeof e);
	publish(s, &e);
}

static void
scribble_position(struct scribbler *s)
{
	scribble_slots(s);
	if (chance(s) % 1024 == 0)
		atomic_store(&s->lane->header.position, chance64(s) >>
		    chance(s) % 64);
}

static void
scribble_bytes(struct scribbler *s, void *at, size_t bytes)
{
	((volatile uint8_t *)at)[chance64(s) % bytes] = (uint8_t)chance(s);
}

static void
scribble_header(struct scribbler *s)
{
	scribble_bytes(s, s->lane, sizeof s->lane->header);
}

static void
scribble_owner(struct scribbler *s)
{
	scribble_bytes(s, s->lane->owner_bytes, sizeof s->lane->owner_bytes);
}

static void
scribble_tail(struct scribbler *s)
{
	scribble_bytes(s, pf_lane_tail(s->lane), PF_LANE_TAIL_BYTES);
}

static float
wild(struct scribbler *s)
{
	static const float value[] = {0, 1, -1, 36, 60, 127, 1e30f, -1e30f,
	    1e-40f, INFINITY, -INFINITY, NAN};
	const uint32_t bits = chance(s), n = sizeof value / sizeof *value;
	float f;
	memcpy(&f, &bits, sizeof f);
	return bits % 4 == 0 ? f : value[bits / 4 % n];
}

/* What is nearly an event: right source, a type that is known. */
static void
scribble_events(struct scribbler *s)
{
	static const char *const word[] = {"gain", "pan", "mute", "cutoff",
	    "master.gain", "transport.tempo", "lead", "bass", "nowhere"};
	const struct pf_clock_state c = now();
	struct pf_event e = {.source = s->source,
	    .time = c.time_ns + chance(s) % 2000000000 - 500 * MS,
	    .type = chance(s) % PF_TYPES | (chance(s) % 8 ? 0 : PF_HEARD) |
	    (chance(s) % 8 ? 0 : PF_FREE) | c.epoch << PF_EPOCH_SHIFT,
	    .a = wild(s), .b = wild(s)};
	const uint64_t more = chance64(s);
	memcpy(&e.value, &more, sizeof more);
	if (chance(s) % 2)
		e.duration = wild(s);
	if (chance(s) % 4 == 0)
		e.name = pf_hash_str(word[chance(s) % 9]);
	if (chance(s) % 64 == 0)
		e.time = (int64_t)chance64(s);
	if (chance(s) % 16 == 0)
		e.type |= chance(s) & PF_MORE_MOST << PF_MORE_SHIFT;
	publish(s, &e);
}

/* As many good notes as that. */
static void
scribble_notes(struct scribbler *s)
{
	const struct pf_clock_state c = now();
	const struct pf_event e = {.source = s->source,
	    .time = c.time_ns + chance(s) % 200000000,
	    .type = PF_NOTE | c.epoch << PF_EPOCH_SHIFT,
	    .pitch = 30 + (float)(chance(s) % 60), .velocity = 1,
	    .duration = 0.2f, .id = chance(s)};
	publish(s, &e);
}

/* In the name of the honest one: ends and cancels what that plays. */
static void
scribble_lies(struct scribbler *s)
{
	const struct pf_clock_state c = now();
	static const enum pf_type type[] = {PF_OFF, PF_CANCEL, PF_NOTE,
	    PF_SET};
	struct pf_event e = {.source = pf_hash_str("honest"),
	    .time = c.time_ns, .type = type[chance(s) % 4] |
	    c.epoch << PF_EPOCH_SHIFT};
	e.a_bits = e.b_bits = PF_NONE_BITS;
	publish(s, &e);
}

static void
shrink(struct scribbler *s)
{
	char path[200];
	scribble_slots(s);
	snprintf(path, sizeof path, "%s/lane.shrinks", dir.path);
	if (++s->done == 10000 && truncate(path, 100000) != 0)
		_exit(1);
}

static const struct kind {
	const char *name;
	void (*scribble)(struct scribbler *s);
	const char *logged; /* said of it; NULL: nothing to be seen */
} kinds[] = {
	{"slots", scribble_slots, "slots writes garbage"},
	{"jumps", scribble_position, "jumps: its lane's position jumped"},
	{"header", scribble_header, "header: its lane's position jumped"},
	{"owner", scribble_owner, NULL},
	{"tail", scribble_tail, NULL},
	{"events", scribble_events, "events writes garbage"},
	{"notes", scribble_notes, "notes: refused"},
	{"lies", scribble_lies, "lies: refused"},
	{"shrinks", shrink, "shrinks: its lane was cut"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Own a lane as everybody does; the roster tells of it. */
static bool
join(struct pf_lane_file *file, const char *name, const char *role)
{
	struct pf_err err = {.text = ""};
	if (pf_lane_file_own(file, &dir, name, role, &err) != 0)
		return printf("# %s\n", err.text), false;
	atomic_fetch_add(&bell_page.bell->roster, 1);
	return true;
}

static void
scribble(const struct kind *kind)
{
	struct pf_lane_file file;
	if (!join(&file, kind->name, "bass"))
		_exit(1);
	struct scribbler s = {.lane = file.lane,
	    .source = pf_hash_str(kind->name), .x = 2463534242u};
	rest(WELL_NS); /* at first it behaves */
	for (;;) {
		for (int i = 0; i < A_STEP; i++)
			kind->scribble(&s);
		rest(MS);
	}
}

/* ---- the honest one */

struct honest {
	struct pf_lane_file file;
	uint32_t source, said;
	int64_t at[SAID];      /* when note id - 1 shall begin */
	bool played[SAID];
	uint64_t good, wrong;
	int64_t next_ns;
};

static struct honest honest = {.next_ns = 0};

static void
play(struct honest *h)
{
	const struct pf_clock_state c = now();
	const int64_t t = pf_clock_time(&c, mono());
	if (t < h->next_ns || h->said == SAID)
		return;
	const struct pf_event e = {
	    .time = pf_time_of_frame(pf_frame_of_time(t + AHEAD_NS,
	    c.rate_hz), c.rate_hz), .source = h->source,
	    .type = PF_NOTE | c.epoch << PF_EPOCH_SHIFT,
	    .pitch = 60 + (float)(h->said % 12), .velocity = 0.8f,
	    .duration = 0.05f, .id = h->said + 1};
	(void)!pf_lane_say(h->file.lane, &e, NULL, 0);
	h->at[h->said++] = e.time;
	h->next_ns = t + EVERY_NS;
}

static void
was_played(struct honest *h, const struct pf_event *e)
{
	if (e->source != h->source || pf_event_type(e) != PF_NOTE)
		return;
	const uint32_t i = e->id - 1;
	if (i >= h->said || h->played[i] || e->time != h->at[i]) {
		h->wrong++;
		return;
	}
	h->played[i] = true;
	h->good++;
}

/* Notes that should have been played by now and were not. */
static unsigned
missing(const struct honest *h)
{
	const int64_t t = now().time_ns - 200 * MS;
	unsigned n = 0;
	for (uint32_t i = 0; i < h->said; i++)
		n += !h->played[i] && h->at[i] < t;
	return n;
}

/* ---- what is heard */

static struct {
	struct pf_lane_file tape;
	struct pf_lane_cursor taped;
	struct pf_tap_file master;
	struct pf_tap_cursor heard;
	float most;
	uint64_t bad, frames;
} out;

static void
listen(void)
{
	struct pf_event e, more[PF_MORE_MOST];
	float x[1024];
	int64_t frame;
	unsigned n;
	while (pf_lane_read(&out.taped, out.tape.lane, &e, more) == 1)
		was_played(&honest, &e);
	while ((n = pf_tap_read(&out.heard, out.master.tap, 0, x, 1024, true,
	    &frame)) > 0) {
		out.frames += n;
		for (unsigned i = 0; i < n; i++) {
			out.bad += !isfinite(x[i]);
			if (fabsf(x[i]) > out.most)
				out.most = fabsf(x[i]);
		}
	}
}

static bool
logged(const char *text)
{
	const int fd = open(log_path, O_RDONLY);
	const ssize_t n = fd < 0 ? 0 : read(fd, log_text, LOG_BYTES - 1);
	if (fd >= 0)
		close(fd);
	log_text[n > 0 ? n : 0] = '\0';
	return strstr(log_text, text) != NULL;
}

/* Until then; how long it took that the log said so, -1: it did not. */
static int64_t
live(int64_t ns, const char *text)
{
	const int64_t begin = mono();
	int64_t seen = -1, looked = 0;
	while (mono() - begin < ns) {
		play(&honest);
		listen();
		if (text && seen < 0 && mono() - looked > 20 * MS) {
			looked = mono();
			if (logged(text))
				seen = looked - begin;
		}
		rest(MS);
	}
	return seen;
}

/* ---- the play */

/* A lane that somebody scribbled in is somebody honest's: is he heard? */
static bool
heals(const char *name)
{
	struct honest *const second = calloc(1, sizeof *second);
	struct pf_event e, more[PF_MORE_MOST];
	struct pf_lane_cursor c;
	if (!second || !join(&second->file, name, "bass"))
		return free(second), false;
	second->source = pf_hash_str(name);
	pf_lane_begin_now(&c, out.tape.lane);
	for (const int64_t begin = mono(); mono() - begin < 4000 * MS &&
	    !second->good; rest(MS)) {
		play(second);
		play(&honest);
		listen();
		while (pf_lane_read(&c, out.tape.lane, &e, more) == 1)
			was_played(second, &e);
	}
	const bool good = second->good > 0;
	pf_lane_file_close(&second->file);
	free(second);
	return good;
}

static void
beside(const struct kind *kind)
{
	const uint64_t good = honest.good, wrong = honest.wrong,
	    frames = out.frames;
	const unsigned gaps = missing(&honest);
	const int64_t t = mono(), cpu_before = cpu();
	const pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		scribble(kind);
	}
	out.most = 0;
	out.bad = 0;
	const int64_t seen = live(scribble_ns, kind->logged);
	const double load = (double)(cpu() - cpu_before) / (double)(mono() -
	    t);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	live(400 * MS, NULL);
	ok(kill(engine, 0) == 0 && waitpid(engine, NULL, WNOHANG) == 0,
	    "%s: the engine lives", kind->name);
	ok(out.frames > frames && !out.bad && out.most <= CEILING,
	    "%s: %llu frames are finite and below the ceiling (%.3f)",
	    kind->name, (unsigned long long)(out.frames - frames),
	    (double)out.most);
	ok(honest.good > good + 20 && honest.wrong == wrong &&
	    missing(&honest) == gaps, "%s: an honest one's %llu notes sound "
	    "when they should (%llu do not, %u are missing)", kind->name,
	    (unsigned long long)(honest.good - good),
	    (unsigned long long)(honest.wrong - wrong),
	    missing(&honest) - gaps);
	if (kind->logged)
		ok(seen >= 0 && seen < WELL_NS + 1000 * MS,
		    "%s: it is named (after %d ms)", kind->name,
		    (int)((seen - WELL_NS) / MS));
	ok(load < 0.7, "%s: the engine takes %.0f %% of a core", kind->name,
	    load * 100);
	ok(heals(kind->name), "%s: who comes after it is heard", kind->name);
}

static bool
begin(void)
{
	struct pf_err err = {.text = ""};
	char name[40];
	snprintf(name, sizeof name, "garbage.%d", (int)getpid());
	setenv("PF_SESSION", name, 1);
	if (pf_directory_open(&dir, name, true, &err) != 0)
		return printf("# %s\n", err.text), false;
	snprintf(log_path, sizeof log_path, "%s/log", dir.path);
	engine = fork();
	if (engine == 0) {
		const int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND,
		    0600);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(log, 2);
		execlp("pf-engine", "pf-engine", "-d", "null", "-p", "256",
		    "--priority", "0", "--tap", "master", NULL);
		_exit(127);
	}
	for (int i = 0; i < 10000; i++, rest(MS)) {
		if (!clock_page.clock && pf_clock_file_read(&clock_page, &dir,
		    &err) != 0)
			continue;
		if (now().periods > 10 && pf_lane_file_read(&out.tape, &dir,
		    "tape", &err) == 0)
			break;
	}
	if (!out.tape.lane || pf_bell_file_open(&bell_page, &dir, &err) != 0 ||
	    pf_tap_file_read(&out.master, &dir, "master", &err) != 0)
		return printf("# %s\n", err.text), false;
	pf_lane_begin_now(&out.taped, out.tape.lane);
	pf_tap_begin_now(&out.heard, out.master.tap);
	honest.source = pf_hash_str("honest");
	return join(&honest.file, "honest", "melody");
}

static void
end(void)
{
	char command[200];
	int status = 0;
	if (engine > 0) {
		kill(engine, SIGTERM);
		waitpid(engine, &status, 0);
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "the engine ends as it should");
	}
	snprintf(command, sizeof command, "rm -rf '%s'", dir.path);
	if (system(command) != 0)
		printf("# could not remove %s\n", dir.path);
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		scribble_ns = atol(argv[1]) * MS;
	if (ok(begin(), "a session begins")) {
		live(1000 * MS, NULL); /* until its strip is there */
		for (int i = 0; i < KINDS; i++)
			if (argc < 3 || strcmp(argv[2], kinds[i].name) == 0)
				beside(&kinds[i]);
	}
	if (getenv("PF_GARBAGE_LOG") && logged(""))
		fputs(log_text, stderr);
	end();
	return tap_done();
}
