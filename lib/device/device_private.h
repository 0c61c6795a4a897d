/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds of device share.  For this room only.
 *
 * Whose turn it is stands in one word:
 *
 *     DEVICE  the driver calls pf_device_run()
 *     CLOCK   the audio thread does, paced by the clock; the driver's handle
 *             belongs to the helper, who closes it and tries to open another
 *     READY   there is a new handle; the audio thread takes it at the end of
 *             its period and makes it DEVICE again
 *
 * Only the audio thread leaves DEVICE and READY, only the helper CLOCK; each
 * store is a release that pairs with the other's acquire and hands over all
 * that is not atomic here.
 */
#ifndef PF_DEVICE_DEVICE_PRIVATE_H
#define PF_DEVICE_DEVICE_PRIVATE_H

#include "device/device.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* What a driver agreed with its device. */
struct pf_device_terms {
	uint32_t rate_hz, period_frames, periods;
	unsigned ins;       /* that the device has, of those wanted */
	uint32_t in_latency, out_latency;
	bool paced;
	bool realtime;      /* its own thread; others ask for it themselves */
	char text[128];
};

/*
 * A kind of device.  open and close are setup; run is on the audio thread
 * and makes device calls only.
 */
struct pf_device_driver {
	const char *name;
	bool reopens;       /* it may be opened anew while process() runs */

	/*
	 * Open what d->name names by d->wanted, fill *terms and *handle.
	 * After a loss: with the rate that was agreed at first.
	 */
	int (*open)(struct pf_device *d, struct pf_device_terms *terms,
	    void **handle, struct pf_err *err);

	/*
	 * Call pf_device_run() period by period until it says stop: 0.  A
	 * negative errno: the device is lost.  1: failed for good, d->failure
	 * is worded.
	 */
	int (*run)(struct pf_device *d, void *handle);

	/* Close; whole: what was made is to be kept.  0, or a negative errno
	 * with *err worded. */
	int (*close)(void *handle, bool whole, struct pf_err *err);

	unsigned (*list)(void (*say)(void *ctx, const char *spec,
	    const char *text), void *ctx);
};

extern const struct pf_device_driver pf_device_alsa, pf_device_file,
    pf_device_jack, pf_device_null;

enum pf_device_turn { PF_TURN_DEVICE, PF_TURN_CLOCK, PF_TURN_READY };

/* For the helper: bits of d->news. */
enum pf_device_news {
	PF_NEWS_LOST = 1,    /* d->lost_error says why */
	PF_NEWS_UNPACED = 2, /* the device takes all at once */
	PF_NEWS_QUIT = 4,
};

enum pf_device_state { PF_DEVICE_RUNS, PF_DEVICE_ENDED, PF_DEVICE_FAILED };

struct pf_device {
	/* Set by open, then constant. */
	const struct pf_device_driver *driver;
	struct pf_device_config wanted; /* after open: what was agreed */
	char *spec;         /* the whole of it, for messages */
	char *name;         /* what stands behind the colon; "" */
	char *client;
	pf_device_process process;
	void *ctx;
	float *memory;      /* of the buffers below */
	float *in_buf[PF_DEVICE_CHANNELS_MOST];
	float *out_buf[PF_DEVICE_CHANNELS_MOST]; /* [period_frames] each */

	/* Whose turn it is. */
	void *handle;
	struct pf_device_period period;
	const float *in[PF_DEVICE_CHANNELS_MOST]; /* of this period */
	float *out[PF_DEVICE_CHANNELS_MOST];
	int64_t due_ns;     /* when the next period begins; 0: none was yet */
	bool over;          /* process() said it was the last */
	int priority;       /* that the audio thread got */
	struct pf_err failure; /* before the state becomes FAILED */

	_Atomic uint32_t turn;  /* enum pf_device_turn */
	_Atomic uint32_t news;  /* a futex the helper waits on */
	_Atomic uint32_t state; /* enum pf_device_state; a futex */
	_Atomic uint32_t alarm; /* a futex the audio thread of a driver that
	                           is called (JACK) waits on: raised when
	                           something is to be looked at */
	atomic_bool stop, reopen;
	atomic_int lost_error;
	_Atomic uint64_t latency; /* in << 32 | out */

	/* Setup threads. */
	pthread_mutex_t lock;   /* of info */
	struct pf_device_info info;
	pthread_t audio, helper;
	bool started, stopped;
	int stop_result;
	struct pf_err stop_err;
	struct pf_err remedy;   /* what the audio thread was not allowed */
	bool failed_setup;
};

/*
 * The one whose turn it is: make a period of `frames`, at most
 * wanted.period_frames, out of d->in[] into d->out[].
 *
 * mono_ns  when it was due
 *
 * Returns true to go on; false when it was the last, or stop or reopening
 * was asked for.
 */
PF_RT bool pf_device_run(struct pf_device *d, uint32_t frames,
    int64_t mono_ns);

/* Whether a driver's loop should be left; as pf_device_run() tells. */
PF_RT bool pf_device_leave(const struct pf_device *d);

/* Let in[] and out[] be the device's own buffers. */
PF_RT void pf_device_own_buffers(struct pf_device *d);

/* Count the frames from the last period to mono_ns as lost. */
PF_RT void pf_device_gap(struct pf_device *d, int64_t mono_ns);

PF_RT void pf_device_set_latency(struct pf_device *d, uint32_t in,
    uint32_t out);

/* After the device has its samples. */
PF_RT static inline void
pf_device_after(const struct pf_device *d)
{
	if (d->wanted.after)
		d->wanted.after(d->ctx);
}

/* Frames as ns, rounded down. */
PF_RT static inline int64_t
pf_device_ns(const struct pf_device *d, uint64_t frames)
{
	const uint64_t rate = d->wanted.rate_hz;
	return (int64_t)(frames / rate * 1000000000u +
	    frames % rate * 1000000000u / rate);
}


/* Tell the helper; wakes it. */
void pf_device_tell(struct pf_device *d, enum pf_device_news news);

/* Futexes of this process.  wait: until *word is not `is`, a wake-up, a
 * signal or the end of timeout_ns (-1: none). */
void pf_device_futex_wait(_Atomic uint32_t *word, uint32_t is,
    int64_t timeout_ns);
void pf_device_futex_wake(_Atomic uint32_t *word);

/* Start and end the threads of an open device: device_thread.c. */
PF_MUST_CHECK int pf_device_threads_start(struct pf_device *d,
    struct pf_err *err);
void pf_device_threads_stop(struct pf_device *d);

/* A sentence for people. */
void pf_device_say(const struct pf_device *d, const char *fmt, ...)
    PF_PRINTF(2, 3);

/* Block the signals that main() handles in threads made from here on, and
 * restore what was.  Faults stay open. */
void pf_device_block_signals(sigset_t *was);
void pf_device_restore_signals(const sigset_t *was);

/* Touch each page of zeroed memory, so that the audio thread is not the first
 * to do so (a memset() of what calloc() gave would be left out). */
void pf_device_prefault(void *memory, size_t bytes);

/* The rates people use, ascending, ended by 0. */
extern const uint32_t pf_device_rates[];

#endif
