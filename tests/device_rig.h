/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A musician for device tests: plays a ramp, checks the ramp that the tests'
 * card (tests/pfclock) lets it hear, keeps the books on time.
 */
#ifndef PF_TESTS_DEVICE_RIG_H
#define PF_TESTS_DEVICE_RIG_H

#include "device/device.h"

#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct rig {
	/* What to do. */
	int last;            /* end with this period; 0: never */
	int oversleep_at;    /* in this period, for so long */
	long oversleep_ns;
	float *heard;        /* all of in[0], if wanted */
	size_t heard_most;
	/* What was; the device's thread writes, others after the end. */
	unsigned ins, outs;
	uint32_t rate_hz, most;
	atomic_int periods;
	atomic_bool lost, was_lost, back;
	struct pf_device_period first, now;
	uint64_t frames;     /* of all periods but the last */
	uint64_t total;      /* of all */
	int after;           /* calls of after() */
	int wrong;           /* samples that are not the ramp's */
	int ramps;           /* times the ramp began anew */
	atomic_int too_long; /* periods longer than promised */
	_Atomic uint32_t length; /* of the latest period */
	long at;             /* next frame of the ramp; -1: unknown */
	float sum;           /* of |in[0]| */
	/* The helper's. */
	char said[2048];
};

static inline void
rig_pause(long ns)
{
	const struct timespec t = {ns / 1000000000, ns % 1000000000};
	nanosleep(&t, NULL);
}

/* Follow the ramp of the tests' card; it begins anew after an xrun. */
static inline void
rig_listen(struct rig *r, const float *const *in,
    const struct pf_device_period *p)
{
	for (uint32_t i = 0; i < p->frames; i++) {
		const long f = lrintf(in[0][i] * 32768);
		if (f != r->at) {
			r->ramps++;
			r->wrong += r->at >= 0 && f != 0;
		}
		for (unsigned c = 1; c < r->ins; c++)
			r->wrong += lrintf(in[c][i] * 32768) != f + (long)c;
		r->at = (f + 1) % 16384;
	}
}

static inline int
rig_process(void *ctx, const float *const *in, float *const *out,
    const struct pf_device_period *p)
{
	struct rig *r = ctx;
	const int n = atomic_load(&r->periods);
	if (n == 0)
		r->first = *p;
	r->frames = r->total;
	r->length = p->frames;
	r->too_long += p->frames == 0 || p->frames > r->most;
	if (atomic_load(&r->lost) && !p->lost)
		atomic_store(&r->back, true);
	if (p->lost)
		atomic_store(&r->was_lost, true);
	atomic_store(&r->lost, p->lost);
	if (r->ins > 0 && !p->lost)
		rig_listen(r, in, p);
	if (p->lost)
		r->at = -1;
	for (uint32_t i = 0; i < p->frames; i++) {
		const uint64_t f = r->total + i;
		if (r->ins > 0)
			r->sum += fabsf(in[0][i]);
		if (r->heard && f < r->heard_most)
			r->heard[f] = r->ins ? in[0][i] : 0;
		for (unsigned c = 0; c < r->outs; c++)
			out[c][i] = (float)((f + c) % 16384) / 32768;
	}
	r->total += p->frames;
	r->now = *p;
	if (n + 1 == r->oversleep_at)
		rig_pause(r->oversleep_ns);
	atomic_store(&r->periods, n + 1);
	return r->last && n + 1 >= r->last;
}

static inline void
rig_after(void *ctx)
{
	((struct rig *)ctx)->after++;
}

static inline void
rig_say(void *ctx, const char *text)
{
	struct rig *r = ctx;
	const size_t n = strlen(r->said);
	snprintf(r->said + n, sizeof r->said - n, "%s\n", text);
}

/* Open, start; NULL with *err worded. */
static inline struct pf_device *
rig_start(struct rig *r, struct pf_device_config config, struct pf_err *err)
{
	struct pf_device *d;
	struct pf_device_info info;
	config.after = rig_after;
	config.say = rig_say;
	if (pf_device_open(&d, &config, err) != 0)
		return NULL;
	pf_device_info(d, &info);
	r->ins = info.ins;
	r->outs = info.outs;
	r->rate_hz = info.rate_hz;
	r->most = info.period_frames;
	r->at = -1;
	if (pf_device_start(d, rig_process, r, err) != 0) {
		pf_device_close(d);
		return NULL;
	}
	return d;
}

/* Wait for the end (20 s: never), stop, close.  As pf_device_wait(). */
static inline int
rig_end(struct pf_device *d, struct pf_err *err)
{
	int ended = 0;
	for (int i = 0; i < 200 && ended == 0; i++)
		ended = pf_device_wait(d, 100, err);
	const int stopped = pf_device_stop(d, err);
	pf_device_close(d);
	return stopped < 0 ? stopped : ended;
}

/* All of it: 1 when it ended of itself, 0 when it had to be stopped. */
static inline int
rig_run(struct rig *r, struct pf_device_config config, struct pf_err *err)
{
	struct pf_device *d = rig_start(r, config, err);
	return d ? rig_end(d, err) : -1;
}

/* Until a flag is up, 20 s at most. */
static inline bool
rig_await(atomic_bool *flag)
{
	for (int i = 0; i < 2000 && !atomic_load(flag); i++)
		rig_pause(10000000);
	return atomic_load(flag);
}

static inline bool
rig_await_periods(struct rig *r, int n)
{
	for (int i = 0; i < 2000 && atomic_load(&r->periods) < n; i++)
		rig_pause(10000000);
	return atomic_load(&r->periods) >= n;
}

/*
 * By how many frames the books are wrong: what was played and what was
 * counted as lost, against the time that passed.
 */
static inline double
rig_books(const struct rig *r)
{
	return (double)(r->frames + r->now.lost_frames -
	    r->first.lost_frames) - (double)(r->now.mono_ns -
	    r->first.mono_ns) * 1e-9 * r->rate_hz;
}

/* The tests' card, in front of everything that opens ALSA. */
static inline int
rig_card(void)
{
	char exe[400], path[512], config[600];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n < 0)
		return -1;
	exe[n] = '\0';
	for (int up = 0; up < 2; up++) /* from tests/unit/test_x to tests */
		*strrchr(exe, '/') = '\0';
	snprintf(path, sizeof path, "%s/pfclock.so", exe);
	setenv("PFCLOCK", path, 1);
	char *conf = realpath("tests/pfclock/asound.conf", NULL);
	if (!conf || access(path, R_OK) != 0) {
		free(conf);
		return -1;
	}
	snprintf(config, sizeof config, "/usr/share/alsa/alsa.conf:%s", conf);
	free(conf);
	setenv("ALSA_CONFIG_PATH", config, 1);
	return 0;
}

/* A JACK server of our own, on no card.  Its pid, or -1. */
static inline pid_t
rig_jackd(const char *period)
{
	static char name[32];
	snprintf(name, sizeof name, "pftest-%d", (int)getpid());
	setenv("JACK_NO_AUDIO_RESERVATION", "1", 1);
	setenv("JACK_NO_START_SERVER", "1", 1);
	setenv("JACK_DEFAULT_SERVER", name, 1);
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(1);
		execlp("jackd", "jackd", "-r", "-n", name, "-d", "dummy",
		    "-r", "48000", "-p", period, "-C", "2", "-P", "2",
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

static inline void
rig_kill(pid_t pid, int sig)
{
	int status;
	if (pid > 0) {
		kill(pid, sig);
		waitpid(pid, &status, 0);
	}
}

/*
 * Remove what a killed server left behind.  JACK knows eight servers and
 * forgets a dead one only when another takes its name and ends in order.
 */
static inline void
rig_jackd_clean(void)
{
	char pattern[64];
	const pid_t pid = rig_jackd("128");
	rig_pause(500000000);
	rig_kill(pid, SIGTERM);
	glob_t found;
	snprintf(pattern, sizeof pattern, "/dev/shm/jack*_pftest-%d_*",
	    (int)getpid());
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
}

#endif
