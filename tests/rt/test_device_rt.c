/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices at work with traps set on the thread that calls process(): to
 * allocate, to lock or (by seccomp) to make a system call that is not the
 * device's own ends the process with a status that tells.
 */
#include "device_rig.h"
#include "tap.h"
#include "traps.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#ifdef TRAPS_MISSING

int
main(void)
{
	tap_skip("sanitizers have their own allocator");
	return tap_done();
}

#else

enum { NO_SERVER = NO_SECCOMP + 1 };

/*
 * From here on this thread may sleep, wait for and read from its device, and
 * wake others (one futex: when it has news).
 */
static int
forbid_calls(void)
{
	static const unsigned calls[] = {SYS_clock_nanosleep, SYS_poll,
	    SYS_read,   /* of the timer in the tests' card */
	    SYS_write,  /* of JACK's own pipes */
	    SYS_futex, SYS_timerfd_settime,
	    SYS_access, /* the tests' card: am I pulled out? */
	    SYS_getrusage};
	return allow_only(calls, PF_COUNT(calls), 0);
}

struct trap_rig {
	int periods, last, oversleep_at;
	const char *plug;  /* a path that pulls the card out for a while */
	int after_lost;    /* periods with the card, after it was lost */
	bool was_lost;
	int traps;         /* set them in this period */
	long faults;       /* when they were set */
	uint64_t xruns;    /* that there must be */
};

static long
faults_now(void)
{
	struct rusage usage;
	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

static int
trapped_process(void *ctx, const float *const *in, float *const *out,
    const struct pf_device_period *p)
{
	struct trap_rig *r = ctx;
	(void)in;
	for (uint32_t i = 0; i < p->frames; i++)
		out[0][i] = out[1][i] = 0.1f;
	if (++r->periods == r->traps) {
		if (forbid_calls())
			_exit(NO_SECCOMP);
		r->faults = faults_now();
		trapped = 1;
	}
	if (r->periods == r->oversleep_at)
		rig_pause(60000000);
	r->was_lost |= p->lost;
	r->after_lost += r->was_lost && !p->lost;
	if (r->periods < r->last || (r->plug && r->after_lost < 50))
		return 0;
	_exit(p->xruns < r->xruns ? 20 : faults_now() - r->faults > 2 ?
	    FAULTED : 0);
}

static void
hush(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

/* In a child: what became of it. */
static int
run(const char *spec, struct trap_rig r)
{
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		struct pf_device_config c = PF_DEVICE_CONFIG;
		struct pf_device *d;
		struct pf_err err;
		c.spec = spec;
		c.say = hush;
		int result = pf_device_open(&d, &c, &err);
		for (int i = 0; result == -ECONNREFUSED && i < 60; i++) {
			rig_pause(50000000);
			result = pf_device_open(&d, &c, &err);
		}
		if (result == -ECONNREFUSED || result == -ENOSYS)
			_exit(NO_SERVER);
		if (result || pf_device_start(d, trapped_process, &r, &err))
			_exit(21);
		rig_pause(20000000000);
		_exit(22);
	}
	if (r.plug) {
		rig_pause(400000000);
		close(open(r.plug, O_CREAT | O_WRONLY, 0600));
		rig_pause(300000000);
		unlink(r.plug);
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
check(const char *what, int status)
{
	if (status == NO_SECCOMP)
		tap_skip("no seccomp here");
	else if (status == NO_SERVER)
		tap_skip("no jackd here");
	else
		ok(status == 0, "%s: the audio thread makes only calls of the "
		    "device (%d)", what, status);
}

int
main(void)
{
	char spec[128], plug[64], dir[] = "/tmp/pf-rt-XXXXXX";
	const struct trap_rig plain = {.last = 200, .traps = 5};
	const struct trap_rig late = {.last = 200, .traps = 5,
	    .oversleep_at = 50, .xruns = 1};
	/* libasound's own locks, of each PCM, which nobody else uses. */
	setenv("LIBASOUND_THREAD_SAFE", "0", 1);
	if (!mkdtemp(dir))
		return 1;
	snprintf(plug, sizeof plug, "%s/plug", dir);
	check("null", run("null", plain));
	check("null, late", run("null", late));
	snprintf(spec, sizeof spec, "file:,%s/x.wav", dir);
	check("a file, paced", run(spec, plain));
	if (rig_card() == 0) {
		check("ALSA", run("alsa:clk", plain));
		check("ALSA, mmap", run("alsa:clk_mmap", plain));
		check("ALSA, an xrun", run("alsa:clk", late));
		check("ALSA, unpaced", run("alsa:null", plain));
		struct trap_rig pulled = plain;
		pulled.plug = plug;
		setenv("PFCLOCK_GONE", plug, 1);
		check("ALSA, pulled out and put in", run("alsa:clk", pulled));
	} else
		tap_skip("the tests' card is not built (make check does)");
	const pid_t jackd = rig_jackd("128");
	check("JACK", run("jack", plain));
	rig_kill(jackd, SIGKILL); /* it mourns clients for seconds */
	rig_jackd_clean();
	snprintf(spec, sizeof spec, "rm -r %s", dir); /* the cut recording */
	return system(spec) ? 1 : tap_done();
}

#endif
