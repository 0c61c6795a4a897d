/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine at work with traps set: allocation and locks end the process,
 * and so does (by seccomp) any system call but waking and awaiting its own
 * workers.  With one thread there is no system call at all.
 */
#include "engine/live.h"
#include "engine_rig.h"
#include "tap.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

int
main(void)
{
	tap_skip("sanitizers have their own allocator");
	return tap_done();
}

#else

static volatile int trapped;

static void
trap(const char *what)
{
	if (!trapped)
		return;
	trapped = 0;
	/* Exit status: which of them. */
	_exit(what[0] == 'm' ? 10 : 11);
}

/* glibc's own, behind the names that programs call. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

void *
malloc(size_t size)
{
	trap("malloc");
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	trap("malloc");
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	trap("malloc");
	return __libc_realloc(p, size);
}

void
free(void *p)
{
	trap("malloc");
	__libc_free(p);
}

/* Nothing else in this program locks; the C library has its own names. */
int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
	(void)mutex;
	trap("lock");
	return 0;
}

int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	(void)mutex;
	trap("lock");
	return 0;
}

#define ALLOW(call) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/*
 * From here on: exit, and futexes if asked for; for all threads.  One that
 * has not run yet may still do what the C library does at a thread's birth.
 */
static int
forbid_calls(int futexes)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_exit_group),
		ALLOW(futexes ? SYS_futex : SYS_exit_group),
		ALLOW(futexes ? SYS_rseq : SYS_exit_group),
		ALLOW(futexes ? SYS_set_robust_list : SYS_exit_group),
		ALLOW(futexes ? SYS_rt_sigprocmask : SYS_exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = {
		PF_COUNT(filter), filter
	};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
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
		trapped = 1;
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
