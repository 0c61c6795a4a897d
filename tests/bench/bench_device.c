/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How steady the periods of each kind of device are here: when process() was
 * called against when its period was due, and the time between two calls, at
 * 128 frames and 48 kHz, with the priority we are allowed.
 */
#include "device_rig.h"

#include <errno.h>

enum { PERIODS = 3000 };

struct meter {
	int n;
	int64_t last_ns;
	double between_us[PERIODS], late_us[PERIODS];
	struct pf_device_period now;
};

static int
measure(void *ctx, const float *const *in, float *const *out,
    const struct pf_device_period *p)
{
	struct meter *m = ctx;
	struct timespec t;
	(void)in;
	(void)out;
	clock_gettime(CLOCK_MONOTONIC, &t);
	const int64_t now_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	if (m->last_ns && m->n < PERIODS) {
		m->between_us[m->n] = (double)(now_ns - m->last_ns) * 1e-3;
		m->late_us[m->n++] = (double)(now_ns - p->mono_ns) * 1e-3;
	}
	m->last_ns = now_ns;
	m->now = *p;
	return m->n >= PERIODS;
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
report(const char *what, double *us)
{
	qsort(us, PERIODS, sizeof *us, compare);
	printf("  %s us: p1 %.0f  p50 %.0f  p99 %.0f  p99.9 %.0f  max %.0f\n",
	    what, us[PERIODS / 100], us[PERIODS / 2],
	    us[PERIODS - PERIODS / 100], us[PERIODS - PERIODS / 1000],
	    us[PERIODS - 1]);
}

static void
run(const char *spec, uint32_t periods)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	static struct meter m;
	struct pf_device *d;
	struct pf_device_info info;
	struct pf_err err = {{0}};
	memset(&m, 0, sizeof m);
	c.spec = spec;
	c.period_frames = 128;
	c.periods = periods;
	c.priority = 70;
	int r = pf_device_open(&d, &c, &err);
	for (int i = 0; r == -ECONNREFUSED && i < 60; i++) {
		rig_pause(50000000);
		r = pf_device_open(&d, &c, &err);
	}
	if (r != 0 || pf_device_start(d, measure, &m, &err) != 0) {
		printf("%s: %s\n", spec, err.text);
		return;
	}
	while (pf_device_wait(d, 1000, &err) == 0)
		;
	pf_device_info(d, &info);
	(void)!pf_device_stop(d, &err);
	pf_device_close(d);
	printf("%s, %u x %u frames, real time %s: %llu xruns, %llu frames "
	    "lost\n", spec, info.periods, info.period_frames,
	    info.realtime ? "yes" : "no", (unsigned long long)m.now.xruns,
	    (unsigned long long)m.now.lost_frames);
	report("between calls", m.between_us);
	report("behind the due time", m.late_us);
}

int
main(void)
{
	printf("a period is 2666.7 us\n");
	run("null", 2);
	if (rig_card() == 0) {
		run("alsa:clk", 2);
		run("alsa:clk", 3);
		run("alsa:clk_mmap", 3);
	}
	const pid_t jackd = rig_jackd("128");
	run("jack", 0);
	rig_kill(jackd, SIGKILL);
	rig_jackd_clean();
	return 0;
}
