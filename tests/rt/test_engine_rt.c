/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine at work with traps set: allocation and locks end the process,
 * and so does (by seccomp) any system call but waking and awaiting its own
 * workers.  With one thread there is no system call at all.
 */
#include "engine/live.h"
#include "engine_rig.h"
#include "tap.h"
#include "traps.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef TRAPS_MISSING

int
main(void)
{
	tap_skip("sanitizers have their own allocator");
	return tap_done();
}

#else

/*
 * From here on: exit, and futexes if asked for; for all threads.  One that
 * has not run yet may still do what the C library does at a thread's birth.
 */
static int
forbid_calls(int futexes)
{
	static const unsigned calls[] = {SYS_futex, SYS_rseq,
	    SYS_set_robust_list, SYS_rt_sigprocmask};
	return allow_only(calls, futexes ? PF_COUNT(calls) : 0,
	    SECCOMP_FILTER_FLAG_TSYNC);
}

static struct pf_engine *
make(unsigned threads)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
	struct pf_engine *engine = rig_engine(threads, 0);
	static const char *const returns[] = {"room", "hall"};
	/* Every effect: the first half in the room, the others behind it. */
	for (unsigned k = 0, i = 0; k < PF_COUNT(returns); k++) {
		struct pf_channel room = {0};
		for (; pf_fxs[i] && room.fxs < 5; i++)
			pf_fx_spec_init(&room.fx[room.fxs++], pf_fxs[i]);
		if (k == 0) {
			room.sends = 1;
			room.send[0].level = 1;
			snprintf(room.send[0].to, PF_NAME_MOST, "hall");
		}
		if (pf_engine_add_return(engine, returns[k], &room, NULL) < 0)
			exit(1);
	}
	/* Every model that needs no data of its own. */
	for (unsigned i = 0; i < PF_COUNT(names); i++) {
		static const char *const models[] = {
			"subtractive", "fm", "pluck", "drums"
		};
		struct pf_instrument ins;
		const struct pf_model *model = pf_model_find(models[i % 4]);
		pf_instrument_init(&ins, model ? model :
		    &pf_model_subtractive);
		ins.voices = 4;
		ins.channel.sends = 1;
		ins.channel.send[0].level = 0.5f;
		snprintf(ins.channel.send[0].to, PF_NAME_MOST, "room");
		rig_strip(engine, names[i], &ins);
	}
	return engine;
}

static float left[64], right[64];
static struct pf_change *patch; /* prepared, for play() */
static unsigned long fates;

/* Another instrument, ready to be committed. */
static void
prepare(struct pf_engine *engine)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, &pf_model_fm);
	if (pf_engine_prepare_patch(engine, "a", &ins, &patch, NULL) < 0)
		exit(1);
}

static void
push_tagged(struct pf_engine *engine, const struct pf_event *e)
{
	static uint64_t tag;
	pf_engine_push_tagged(engine, e, "cutoff=0.4\tlevel1=.5", 21, ++tag);
}

/* Half a second of everything that can happen. */
static void
play(struct pf_engine *engine)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
	for (int b = 0; b < 375; b++) {
		const double now = b * 64 / 48000.;
		for (unsigned i = 0; i < PF_COUNT(names); i++) {
			if ((b + (int)i) % 9)
				continue;
			struct pf_event e = rig_note(names[i], now + 0.0003,
			    36 + (float)((b * 7) % 48), 0.8f, 0.1f);
			e.id = (uint32_t)b + 1;
			push_tagged(engine, &e);
			rig_push(engine, rig_set_event(names[i], now, "gain",
			    -(float)(b % 12), 0.05f), NULL);
		}
		if (b == 200) {
			struct pf_event tempo = {
				.time = (int64_t)(now * 1e9),
				.type = PF_TEMPO,
			};
			tempo.value = 133;
			rig_push(engine, tempo, NULL);
		}
		if (b == 100 && !pf_engine_commit(engine, patch))
			_exit(13);
		if (b == 150)
			pf_engine_shed(engine, 5);
		if (b == 300)
			pf_engine_epoch(engine, 0);
		for (unsigned n, room = 64; room > 0; room -= n) {
			n = 1 + (unsigned)b * 13 % 64;
			n = n < room ? n : room;
			struct pf_fate fate[8];
			pf_engine_run(engine, n, NULL,
			    (float *[]){left, right});
			fates += pf_engine_fates(engine, fate, 8);
		}
	}
}

/* In a child: what became of it. */
static int
run(unsigned threads, int calls_forbidden)
{
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0) {
		struct pf_engine *engine = make(threads);
		struct pf_engine_metrics m;
		prepare(engine);
		all_trapped = 1;
		if (calls_forbidden && forbid_calls(threads > 1))
			_exit(77);
		play(engine);
		pf_engine_metrics(engine, &m);
		_exit(m.notes > 50 && m.nonfinite == 0 && fates > 50 ? 0 : 12);
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Pages touched for the first time while it plays, but for the stack's. */
static void
test_pages(void)
{
	struct pf_engine *engine = make(1);
	struct rusage before, after;
	prepare(engine);
	getrusage(RUSAGE_SELF, &before);
	play(engine);
	getrusage(RUSAGE_SELF, &after);
	const long faults = after.ru_minflt - before.ru_minflt;
	ok(faults < 32, "it touches no memory for the first time (%ld pages)",
	    faults);
	pf_engine_free(engine);
}

int
main(void)
{
	int status = run(1, 0);
	ok(status != 10 && status != 11, "the engine neither allocates nor "
	    "locks while it plays (%d)", status);
	for (unsigned threads = 1; threads <= 3; threads += 2) {
		status = run(threads, 1);
		if (status == 77)
			tap_skip("no seccomp here");
		else
			ok(status == 0, "with %u threads it makes no system "
			    "call%s (%d)", threads, threads == 1 ? "" :
			    " but its workers' futexes", status);
	}
	test_pages();
	return tap_done();
}

#endif
