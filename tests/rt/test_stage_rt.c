/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio thread of a live session with traps set: while lanes and strips
 * come, instruments change, owners die, commands arrive and the porter works
 * beside it, it allocates nothing, locks nothing, touches no page for the
 * first time and makes no system call but waking its porter and its workers.
 */
#include "stage_rig.h"
#include "base/mono.h"
#include "tap.h"
#include "traps.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef TRAPS_MISSING

int
main(void)
{
	tap_skip("sanitizers have their own allocator");
	return tap_done();
}

#else

/*
 * For this thread alone, from here on: to exit, to write (to its porter) and
 * to wake or await its workers; and what this test does between periods.
 */
static int
forbid_calls(int futexes)
{
	static const unsigned calls[] = {SYS_write, SYS_getrusage,
	    SYS_clock_nanosleep, SYS_futex};
	return allow_only(calls, PF_COUNT(calls) - !futexes, 0);
}

static struct stage_rig rig;
static atomic_bool over;

/* The others: they come, play, change their instruments, and go. */
static void *
band(void *arg)
{
	static const char *const names[] = {"bass", "drums", "keys", "lead"};
	static const char *const patches[] = {"warm-bass", "kit-808",
	    "e-piano", "bass-guitar"};
	struct pf_lane_file lane[4];
	const struct timespec pause = {.tv_nsec = 30000000};
	(void)arg;
	for (unsigned n = 0; !atomic_load(&over); n++) {
		const unsigned i = n % 4;
		struct pf_command c = {.ticket = n + 1};
		if (n < 4)
			rig_join(&rig, &lane[i], names[i], "player");
		const double now = (double)pf_stage_time(rig.stage) / 1e9;
		struct pf_event e = rig_event(PF_PATCH, names[i], now);
		e.name = pf_hash_str(patches[(n / 4 + i) % 4]);
		e.type |= PF_FREE;
		if (n % 3 == 0)
			rig_say(&lane[i], &e);
		for (int k = 0; k < 8; k++) {
			e = rig_note_at(names[i], now + 0.01 * k,
			    40 + (float)(n % 30), 0.05f);
			e.type |= PF_FREE;
			rig_say(&lane[i], &e);
		}
		c.event = pf_event_make(n % 2 ? PF_TEMPO : n % 5 ? PF_PLAY :
		    PF_SEEK, PF_TIME_NOW, 0);
		c.event.value = 100 + n;
		pf_commands_put(pf_stage_commands(rig.stage), &c);
		if (n >= 4 && n % 7 == 0) {
			/* He dies, and another comes in his place. */
			pf_lane_file_close(&lane[i]);
			rig_join(&rig, &lane[i], names[i], "player");
		}
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static void
play(void)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	const float *const in[2] = {rig.in[0], rig.in[1]};
	float *const out[2] = {rig.out[0], rig.out[1]};
	struct rusage before, after;
	for (int n = 0; n < 500; n++) {
		rig.period.mono_ns = pf_mono_ns();
		getrusage(RUSAGE_THREAD, &before);
		trapped = 1;
		pf_stage_process(rig.stage, in, out, &rig.period);
		pf_stage_after(rig.stage);
		trapped = 0;
		getrusage(RUSAGE_THREAD, &after);
		/* The first period has its own stack to meet. */
		if (n > 0 && after.ru_minflt > before.ru_minflt)
			_exit(FAULTED);
		for (int i = 0; i < RIG_PERIOD; i++)
			if (out[0][i] > rig.peak)
				rig.peak = out[0][i];
		nanosleep(&pause, NULL);
	}
}

/* In a child: what became of it. */
static int
run(unsigned threads)
{
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		pthread_t thread;
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
		rig_open(&rig, threads);
		rig_start(&rig);
		pthread_create(&thread, NULL, band, NULL);
		if (forbid_calls(threads > 1))
			_exit(NO_SECCOMP);
		play();
		_exit(rig.peak > 0.01f ? 0 : SILENT);
	}
	int status;
	char command[100];
	waitpid(pid, &status, 0);
	snprintf(command, sizeof command,
	    "rm -rf /dev/shm/performia-%u/test-stage.%d",
	    (unsigned)geteuid(), (int)pid);
	if (system(command) != 0)
		printf("# the session stays\n");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int
main(void)
{
	for (unsigned threads = 1; threads <= 3; threads += 2) {
		const int status = run(threads);
		if (status == NO_SECCOMP) {
			tap_skip("no seccomp here");
			continue;
		}
		ok(status != ALLOCATED && status != LOCKED &&
		    status != FAULTED, "with %u threads, and strips coming "
		    "and going, it allocates, locks and faults nothing (%d)",
		    threads, status);
		ok(status >= 0, "and makes no system call but to wake its "
		    "porter%s (%d)", threads > 1 ? " and workers" : "",
		    status);
		ok(status == 0, "and it sounds (%d)", status);
	}
	return tap_done();
}

#endif
