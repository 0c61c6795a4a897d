/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A band under death: while a session plays, its agents and ears are killed
 * at random, and some are stopped for seconds.
 *
 *     chaos [KILLS]     how many deaths (1000)
 *
 * Checked: the engine has no more xruns than in as long a time without
 * (null device: an xrun is a period that was missed); no note of a dead
 * member sounds longer than 50 ms; every member is back.  A plain loop starts
 * them again, as a shell's `while` would; how long they take is told.
 *
 * The programs are those on PATH.
 */
#include "tap.h"

#include "base/hash.h"
#include "base/mono.h"
#include "base/rng.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/histogram.h"
#include "session/lane_file.h"
#include "session/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEMBERS = 5, NOTES = 512, DEATHS = 256 };

#define MS INT64_C(1000000)
#define STUCK_NS (50 * MS)
#define STEP_NS (1 * MS)

struct member {
	const char *const name;
	const char *const argv[12];
	uint32_t source;
	pid_t pid;
	bool away;             /* started again, not yet back */
	int64_t killed_ns;     /* CLOCK_MONOTONIC */
	int64_t stopped_until; /* 0: it runs */
	struct pf_lane_file lane;
	bool open;
};

static struct member members[MEMBERS] = {
	{.name = "ears", .argv = {"pf-analyze", "--live", "--wait"}},
	{.name = "drums", .argv = {"pf-agent", "drums", "--live", "--wait"}},
	{.name = "bass", .argv = {"pf-agent", "bass", "--live", "--wait"}},
	{.name = "harmony", .argv = {"pf-agent", "harmony", "--live",
	    "--wait"}},
	{.name = "melody", .argv = {"pf-agent", "melody", "--live", "--wait"}},
};

static struct pf_directory dir;
static struct pf_page_file clock_page;
static pid_t engine;

static void
rest(int64_t ns)
{
	const struct timespec t = {.tv_sec = ns / 1000000000,
	    .tv_nsec = ns % 1000000000};
	nanosleep(&t, NULL);
}

static pid_t
start(const char *const *argv)
{
	const pid_t pid = vfork();
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static void
run(const char *const *argv)
{
	waitpid(start(argv), NULL, 0);
}

static struct pf_clock_state
now(void)
{
	struct pf_clock_state s = {0};
	while (!pf_clock_get(clock_page.clock, &s))
		rest(STEP_NS);
	return s;
}

/* ---- what sounds, from lane.tape */

struct note {
	uint32_t source;
	int64_t begin, end;
};

struct death {
	uint32_t source;
	int64_t at; /* session time */
};

static struct {
	struct pf_lane_file file;
	struct pf_lane_cursor cursor;
	struct note note[NOTES];
	unsigned notes;
	struct death death[DEATHS];
	unsigned deaths;
	uint64_t played, stuck, checked;
	int64_t longest; /* that a note outlived its player, ns */
} tape;

static void
sound(const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	unsigned left = 0;
	if (type == PF_NOTE && tape.notes < NOTES) {
		tape.played++;
		tape.note[tape.notes++] = (struct note){e->source, e->time,
		    e->time + (int64_t)((double)e->duration * 1e9)};
	}
	/* The end of all that a source holds. */
	if (type == PF_OFF && pf_is_none(e->pitch) && e->id == 0)
		for (unsigned i = 0; i < tape.notes; i++)
			if (tape.note[i].source == e->source &&
			    tape.note[i].end > e->time)
				tape.note[i].end = e->time;
	for (unsigned i = 0; i < tape.notes; i++)
		if (tape.note[i].end > e->time - 1000 * MS)
			tape.note[left++] = tape.note[i];
	tape.notes = left;
}

/* Deaths that lie 500 ms back: did anything of theirs go on? */
static void
judge(int64_t time_ns)
{
	unsigned left = 0;
	for (unsigned k = 0; k < tape.deaths; k++) {
		const struct death d = tape.death[k];
		if (d.at > time_ns - 500 * MS) {
			tape.death[left++] = d;
			continue;
		}
		tape.checked++;
		for (unsigned i = 0; i < tape.notes; i++) {
			const struct note *const n = &tape.note[i];
			if (n->source != d.source || n->begin > d.at)
				continue;
			if (n->end - d.at > tape.longest)
				tape.longest = n->end - d.at;
			tape.stuck += n->end > d.at + STUCK_NS;
		}
	}
	tape.deaths = left;
}

static void
follow_tape(void)
{
	struct pf_event e, more[PF_MORE_MOST];
	while (pf_lane_read(&tape.cursor, tape.file.lane, &e, more) == 1)
		sound(&e);
	judge(now().time_ns);
}

/* ---- members */

static void
follow_member(struct member *m, struct pf_histogram *back)
{
	struct pf_err err;
	if (m->stopped_until && pf_mono_ns() > m->stopped_until) {
		kill(m->pid, SIGCONT);
		m->stopped_until = 0;
	}
	if (waitpid(m->pid, NULL, WNOHANG) == m->pid) {
		m->pid = start(m->argv);
		m->away = true;
	}
	if (!m->open)
		m->open = pf_lane_file_read(&m->lane, &dir, m->name, &err)
		    == 0;
	if (!m->away || !m->open)
		return;
	const struct pf_lane_owner *const o = &m->lane.lane->owner;
	const uint32_t state = atomic_load(&o->state);
	if (atomic_load(&o->pid) == (uint32_t)m->pid &&
	    (state == PF_LANE_READY || state == PF_LANE_PLAYING)) {
		m->away = false;
		if (m->killed_ns)
			pf_histogram_add(back, pf_mono_ns() - m->killed_ns);
	}
}

static void
murder(struct member *m)
{
	const int64_t t = pf_mono_ns();
	const struct pf_clock_state s = now();
	if (m->away || m->stopped_until || !m->open)
		return;
	kill(m->pid, SIGKILL);
	m->killed_ns = t;
	if (tape.deaths < DEATHS)
		tape.death[tape.deaths++] = (struct death){m->source,
		    pf_clock_time(&s, t)};
}

static void
pause_member(struct member *m, int64_t ns)
{
	if (m->away || m->stopped_until)
		return;
	kill(m->pid, SIGSTOP);
	m->stopped_until = pf_mono_ns() + ns;
}

/* Live for so long, killing as many as `deaths` on the way. */
static uint64_t
live(int64_t ns, long deaths, struct pf_histogram *back)
{
	const uint64_t xruns = now().xruns;
	const int64_t begin = pf_mono_ns();
	int64_t next = begin;
	long done = 0;
	while (pf_mono_ns() - begin < ns || done < deaths) {
		for (int i = 0; i < MEMBERS; i++)
			follow_member(&members[i], back);
		follow_tape();
		if (done < deaths && pf_mono_ns() >= next) {
			const uint32_t who = pf_rng_below(1, 2, done, 0,
			    MEMBERS);
			if (done % 50 == 49)
				pause_member(&members[(who + 1) % MEMBERS],
				    1500 * MS);
			murder(&members[who]);
			done++;
			next = pf_mono_ns() + MS * (5 + pf_rng_below(1, 3, done, 0,
			    60));
		}
		rest(STEP_NS);
	}
	return now().xruns - xruns;
}

static bool
begin(void)
{
	static const char *const engine_argv[] = {"pf-engine", "-d", "null",
	    "-p", "256", NULL};
	static const char *const tempo[] = {"pf-ctl", "--wait", "tempo", "120",
	    NULL};
	static const char *const play[] = {"pf-ctl", "--wait", "play", NULL};
	struct pf_err err = {.text = ""};
	char name[40];
	snprintf(name, sizeof name, "chaos.%d", (int)getpid());
	setenv("PF_SESSION", name, 1);
	if (pf_directory_open(&dir, name, true, &err) != 0)
		return printf("# %s\n", err.text), false;
	engine = start(engine_argv);
	for (int i = 0; i < 5000; i++, rest(STEP_NS))
		if (pf_clock_file_read(&clock_page, &dir, &err) == 0)
			break;
	if (!clock_page.clock)
		return printf("# %s\n", err.text), false;
	for (int i = 0; i < 5000; i++, rest(STEP_NS))
		if (pf_lane_file_read(&tape.file, &dir, "tape", &err) == 0)
			break;
	if (!tape.file.lane)
		return printf("# %s\n", err.text), false;
	pf_lane_begin_now(&tape.cursor, tape.file.lane);
	for (int i = 0; i < MEMBERS; i++) {
		members[i].source = pf_hash_str(members[i].name);
		members[i].pid = start(members[i].argv);
		members[i].away = true;
	}
	run(tempo);
	run(play);
	return true;
}

static void
end(void)
{
	char command[200];
	for (int i = 0; i < MEMBERS && members[i].pid > 0; i++) {
		kill(members[i].pid, SIGKILL);
		waitpid(members[i].pid, NULL, 0);
	}
	if (engine > 0) {
		kill(engine, SIGTERM);
		waitpid(engine, NULL, 0);
	}
	snprintf(command, sizeof command, "rm -rf '%s'", dir.path);
	if (system(command) != 0)
		printf("# could not remove %s\n", dir.path);
}

int
main(int argc, char **argv)
{
	const long kills = argc > 1 ? atol(argv[1]) : 1000;
	static struct pf_histogram back, none;
	if (!begin()) {
		ok(0, "a session begins");
		end();
		return tap_done();
	}
	live(3000 * MS, 0, &none);
	int there = 0;
	for (int i = 0; i < MEMBERS; i++)
		there += !members[i].away;
	ok(there == MEMBERS, "%d of %d members came", there, MEMBERS);
	const int64_t t = pf_mono_ns();
	const uint64_t killed = live(0, kills, &back);
	const int64_t took = pf_mono_ns() - t;
	const uint64_t calm = live(took, 0, &none);
	for (int i = 0; i < MEMBERS; i++)
		there -= members[i].away;
	ok(pf_histogram_count(&back) > (uint64_t)kills / 4,
	    "%llu of %ld deaths hit somebody who played",
	    (unsigned long long)pf_histogram_count(&back), kills);
	ok(there == MEMBERS, "all are back");
	ok(tape.played > 0 && tape.checked > 0, "%llu notes were played",
	    (unsigned long long)tape.played);
	ok(tape.stuck == 0, "%llu notes outlived their player by more than "
	    "50 ms; the longest by %.1f ms", (unsigned long long)tape.stuck,
	    (double)tape.longest / 1e6);
	ok(killed <= calm + 3 + calm / 2, "%llu periods were missed in %.1f s "
	    "of killing, %llu in as long a calm", (unsigned long long)killed,
	    (double)took / 1e9, (unsigned long long)calm);
	printf("# back after: p50 %.1f ms, p99 %.1f ms, most %.1f ms\n",
	    pf_histogram_quantile(&back, 0.5) / 1e6,
	    pf_histogram_quantile(&back, 0.99) / 1e6,
	    (double)atomic_load(&back.most_ns) / 1e6);
	end();
	return tap_done();
}
