/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two threads of a device: the audio thread, which runs the driver or,
 * while the device is lost, the clock; and the helper, which opens it again
 * and tells people.
 */
#include "device/device_private.h"
#include "device/pacer.h"
#include "device/realtime.h"

#include <errno.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FIRST_TRY_NS 100000000  /* back-off of reopening */
#define LAST_TRY_NS 2000000000

void
pf_device_futex_wait(_Atomic uint32_t *word, uint32_t is, int64_t timeout_ns)
{
	const struct timespec timeout = {
		.tv_sec = timeout_ns / 1000000000,
		.tv_nsec = timeout_ns % 1000000000,
	};
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, is,
	    timeout_ns < 0 ? NULL : &timeout, NULL, 0);
}

void
pf_device_futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void
pf_device_tell(struct pf_device *d, enum pf_device_news news)
{
	/* release: what the news is about; pairs in the helper. */
	atomic_fetch_or_explicit(&d->news, news, memory_order_release);
	pf_device_futex_wake(&d->news);
}

/* The device is away: the clock paces until the helper has another. */
static void
run_clock(struct pf_device *d)
{
	struct pf_pacer pacer;
	bool more = true;
	pf_device_own_buffers(d);
	for (unsigned c = 0; c < d->wanted.ins; c++)
		memset(d->in_buf[c], 0, d->wanted.period_frames *
		    sizeof(float));
	d->period.lost = true;
	pf_pacer_start(&pacer, d->due_ns);
	while (more && atomic_load_explicit(&d->turn, memory_order_acquire) !=
	    PF_TURN_READY) {
		const int64_t due_ns = pf_pacer_wait(&pacer, d,
		    d->wanted.period_frames);
		more = pf_device_run(d, d->wanted.period_frames, due_ns);
		pf_device_after(d);
	}
	d->period.lost = false;
}

/* Give the handle to the helper.  error 0: to be reopened as was asked. */
static void
hand_over(struct pf_device *d, int error)
{
	atomic_store_explicit(&d->reopen, false, memory_order_relaxed);
	atomic_store(&d->lost_error, error);
	atomic_store_explicit(&d->turn, PF_TURN_CLOCK, memory_order_release);
	pf_device_tell(d, PF_NEWS_LOST);
}

static bool
ends(const struct pf_device *d)
{
	return d->over || atomic_load(&d->stop);
}

static void
run(struct pf_device *d)
{
	uint32_t state = PF_DEVICE_ENDED;
	while (!ends(d)) {
		const int result = d->driver->run(d, d->handle);
		if (result > 0) {
			state = PF_DEVICE_FAILED;
			break;
		}
		if (ends(d))
			break;
		hand_over(d, result);
		run_clock(d);
		if (atomic_load_explicit(&d->turn, memory_order_acquire) ==
		    PF_TURN_READY)
			atomic_store_explicit(&d->turn, PF_TURN_DEVICE,
			    memory_order_release);
	}
	/* release: the failure's words; pairs in pf_device_wait(). */
	atomic_store_explicit(&d->state, state, memory_order_release);
	pf_device_futex_wake(&d->state);
}

struct birth {
	struct pf_device *d;
	sem_t ready;
};

static void *
audio_thread(void *arg)
{
	struct birth *birth = arg;
	struct pf_device *d = birth->d;
	d->priority = pf_realtime_thread(d->wanted.priority, d->wanted.cpu,
	    &d->remedy);
	sem_post(&birth->ready);
	run(d);
	return NULL;
}

/* Try to open what was lost until it works or we are to quit. */
static bool
reopen(struct pf_device *d)
{
	int64_t pause_ns = FIRST_TRY_NS;
	if (d->handle)
		d->driver->close(d->handle, false, NULL);
	d->handle = NULL;
	for (;;) {
		struct pf_device_terms terms = {0};
		struct pf_err err;
		void *handle;
		const uint32_t news = atomic_load(&d->news);
		if (news & PF_NEWS_QUIT)
			return false;
		pf_device_futex_wait(&d->news, news, pause_ns);
		if (atomic_load(&d->news) & PF_NEWS_QUIT)
			return false;
		if (d->driver->open(d, &terms, &handle, &err) == 0) {
			d->handle = handle;
			pthread_mutex_lock(&d->lock);
			memcpy(d->info.text, terms.text, sizeof terms.text);
			pthread_mutex_unlock(&d->lock);
			pf_device_set_latency(d, terms.in_latency,
			    terms.out_latency);
			return true;
		}
		pause_ns = pause_ns * 2 < LAST_TRY_NS ? pause_ns * 2 :
		    LAST_TRY_NS;
	}
}

static void
get_back(struct pf_device *d)
{
	const int error = atomic_load(&d->lost_error);
	if (error)
		pf_device_say(d, "lost '%s' (%s): the clock goes on, trying to "
		    "open it again", d->spec, strerror(-error));
	else
		pf_device_say(d, "opening '%s' again", d->spec);
	if (!reopen(d))
		return;
	pf_device_say(d, "'%s' is back", d->spec);
	atomic_store_explicit(&d->turn, PF_TURN_READY, memory_order_release);
}

static void *
helper_thread(void *arg)
{
	struct pf_device *d = arg;
	for (;;) {
		/* acquire: pairs with pf_device_tell(). */
		const uint32_t news = atomic_fetch_and_explicit(&d->news,
		    PF_NEWS_QUIT, memory_order_acquire);
		if (news & PF_NEWS_UNPACED)
			pf_device_say(d, "'%s' takes sound faster than time "
			    "goes: the clock paces it", d->spec);
		if (news & PF_NEWS_LOST)
			get_back(d);
		if (news & PF_NEWS_QUIT)
			return NULL;
		pf_device_futex_wait(&d->news, 0, -1);
	}
}

void
pf_device_block_signals(sigset_t *was)
{
	static const int faults[] = {
		SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS
	};
	sigset_t set;
	sigfillset(&set);
	for (size_t i = 0; i < PF_COUNT(faults); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_BLOCK, &set, was);
}

void
pf_device_restore_signals(const sigset_t *was)
{
	pthread_sigmask(SIG_SETMASK, was, NULL);
}

int
pf_device_threads_start(struct pf_device *d, struct pf_err *err)
{
	struct birth birth = {.d = d};
	sigset_t was;
	sem_init(&birth.ready, 0, 0);
	pf_device_block_signals(&was);
	int result = pthread_create(&d->helper, NULL, helper_thread, d);
	if (result == 0) {
		result = pthread_create(&d->audio, NULL, audio_thread, &birth);
		if (result) {
			pf_device_tell(d, PF_NEWS_QUIT);
			pthread_join(d->helper, NULL);
		}
	}
	pf_device_restore_signals(&was);
	if (result == 0) { /* for who looks at threads */
		pthread_setname_np(d->helper, "pf-helper");
		pthread_setname_np(d->audio, "pf-audio");
	}
	if (result) {
		sem_destroy(&birth.ready);
		pf_err_set(err, "cannot start a thread: %s", strerror(result));
		return -result;
	}
	while (sem_wait(&birth.ready) != 0)
		;
	sem_destroy(&birth.ready);
	if (d->driver != &pf_device_jack) { /* which has a thread of its own */
		pthread_mutex_lock(&d->lock);
		d->info.realtime = d->priority > 0;
		pthread_mutex_unlock(&d->lock);
	}
	if (d->remedy.text[0])
		pf_device_say(d, "%s", d->remedy.text);
	return 0;
}

void
pf_device_threads_stop(struct pf_device *d)
{
	atomic_store(&d->stop, true);
	atomic_fetch_add(&d->alarm, 1);
	pf_device_futex_wake(&d->alarm);
	pthread_join(d->audio, NULL);
	pf_device_tell(d, PF_NEWS_QUIT);
	pthread_join(d->helper, NULL);
}

void
pf_device_reopen(struct pf_device *device)
{
	if (!device->driver->reopens)
		return;
	atomic_store(&device->reopen, true);
	atomic_fetch_add(&device->alarm, 1);
	pf_device_futex_wake(&device->alarm);
}
