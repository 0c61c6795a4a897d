/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where sound comes in and goes out, and what paces it.
 *
 *     alsa:NAME            a PCM of ALSA: alsa:default, alsa:hw:1, alsa:plughw:USB
 *     jack[:CLIENT]        a client of JACK, or of PipeWire as JACK
 *     file:[IN][,OUT]      sound files, paced by the clock or free running
 *     null                 silence in, nothing out, paced by the clock
 *
 * A device calls process() once a period, on its own thread, with what came
 * in and room for what goes out: floats, nominally -1..1, one array a channel.
 * The rate never changes after open; a period is never longer than
 * pf_device_info.period_frames but may be shorter, from 1 frame on.
 *
 * A device that is lost (unplugged, suspended, its server gone) is no end:
 * process() is called on, paced by CLOCK_MONOTONIC, with silence in and
 * pf_device_period.lost set, while a helper thread tries to open the device
 * again, at first after 0.1 s and at last every 2 s.  When that works lost is
 * false again; fading in is up to process().
 *
 *     helper (setup)       audio thread           JACK's thread
 *     reopens, says  <---  run the device   or    calls process()
 *     what happened        run the clock          while not lost
 *
 * After pf_device_start() the audio thread allocates nothing, locks nothing
 * and makes no system call but those of its device, the sleep of the clock,
 * and one to wake the helper when it has news.
 */
#ifndef PF_DEVICE_DEVICE_H
#define PF_DEVICE_DEVICE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_DEVICE_CHANNELS_MOST 64
#define PF_DEVICE_PERIOD_LEAST 32
#define PF_DEVICE_PERIOD_MOST 2048
#define PF_DEVICE_PERIODS_MOST 64
#define PF_DEVICE_RATE_LEAST 44100
#define PF_DEVICE_RATE_MOST 192000

struct pf_device;

/* What process() is told about its period. */
struct pf_device_period {
	int64_t mono_ns;      /* CLOCK_MONOTONIC at which the period was due:
	                         its input complete, its output wanted */
	uint32_t frames;      /* of in[] and out[], 1..period_frames */
	uint32_t in_latency;  /* frames from a sound to in[i][0] */
	uint32_t out_latency; /* frames from out[i][0] to its sound */
	bool lost;            /* the device is away, the clock paces */
	uint64_t xruns;       /* so far */
	uint64_t lost_frames; /* so far, frames of time that no period had */
};

/*
 * Make a period, on the device's thread: PF_RT.
 *
 * in   in[ins][frames], zeros where the device gave nothing
 * out  out[outs][frames], zeros; what is not finite goes out as zero
 *
 * Nonzero: this was the last one; it is played to its end.
 */
typedef int (*pf_device_process)(void *ctx, const float *const *in,
    float *const *out, const struct pf_device_period *period);

struct pf_device_config {
	const char *spec;       /* as above; NULL is "null" */
	uint32_t rate_hz;       /* 44100..192000; 0: the device's, else 48000 */
	uint32_t period_frames; /* 32..2048; 0: 128, or the server's */
	uint32_t periods;       /* in the buffer, 2..64; 0: 2 */
	unsigned ins;           /* channels wanted, 0..64; there may be fewer */
	unsigned outs;          /* channels of out[], 1..64 */
	int priority;           /* SCHED_FIFO 1..98; 0: none (JACK has its own) */
	int cpu;                /* core of the audio thread; -1: any */
	bool free_running;      /* file, null: as fast as process() is */
	bool go_on;             /* file: behind IN comes silence, not the end */
	bool unconnected;       /* jack: connect no ports */
	unsigned bits;          /* of OUT: 16, 24, 32; 0: its format's best */
	uint32_t own_latency;   /* frames process() holds back; told to JACK */
	const char *client;     /* jack: name, if spec has none; NULL: performia */

	/* After each period, on the device's thread, when the device has its
	 * samples: there a porter may be woken.  NULL: nothing. */
	void (*after)(void *ctx);
	/* Sentences for people ("device lost: ..."), on the helper's or the
	 * caller's thread.  NULL: pf_msg(). */
	void (*say)(void *ctx, const char *text);
};

/* A config to begin with: null, two channels each way, any core. */
#define PF_DEVICE_CONFIG { .ins = 2, .outs = 2, .cpu = -1 }

/* What was agreed upon. */
struct pf_device_info {
	uint32_t rate_hz, period_frames;
	uint32_t periods;         /* of the buffer */
	unsigned ins;             /* channels of in[], at most those wanted */
	unsigned outs;            /* channels of out[], as wanted */
	uint32_t in_latency, out_latency; /* frames, as in a period */
	bool realtime;            /* the audio thread got SCHED_FIFO */
	bool paced;               /* by a device or the clock, not free running */
	bool lost;                /* now */
	char text[128];           /* for people: "alsa:hw:1, S32, mmap, 4 in" */
};

/*
 * Open a device.  The config and its strings are copied.
 *
 * Returns 0 and sets *device, to be freed with pf_device_close(); or a
 * negative errno with *err worded: -EINVAL (a config out of range; a rate,
 * which then names those the device does; no such kind of device), -ENOENT
 * or -ENODEV (no such device or file, with names that are near), -EBUSY,
 * -EACCES, -ECONNREFUSED (no JACK server), -ENOSYS (built without it), others
 * of the device, -ENOMEM.
 */
PF_MUST_CHECK int pf_device_open(struct pf_device **device,
    const struct pf_device_config *config, struct pf_err *err);

/* What was agreed upon; any setup thread, any time until close. */
void pf_device_info(const struct pf_device *device,
    struct pf_device_info *info);

/*
 * Start calling process(ctx, ...); also ctx is what after() and say() get.
 * Says what of real time was not allowed, with the remedy, and goes on.
 * Once a device.  Returns 0 or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_device_start(struct pf_device *device,
    pf_device_process process, void *ctx, struct pf_err *err);

/*
 * Wait until the device has ended: process() said so or IN is over.
 *
 * timeout_ms  at most so long; 0: look; -1: until a signal comes
 *
 * Returns 1: it has ended; 0: it runs (time is over, or a signal came); or a
 * negative errno with *err worded: it has failed (IN is broken, OUT can not
 * be written).
 */
PF_MUST_CHECK int pf_device_wait(struct pf_device *device, int timeout_ms,
    struct pf_err *err);

/* Have a card or a server opened anew, as if it had been lost (nothing for
 * file and null).  Any setup thread. */
void pf_device_reopen(struct pf_device *device);

/*
 * Stop: after this process() is not called any more.  OUT gets its name.
 * Returns 0 or a negative errno with *err worded, as pf_device_wait().
 * For a fade let process() end first.  A second call does nothing.
 */
PF_MUST_CHECK int pf_device_stop(struct pf_device *device,
    struct pf_err *err);

/* Stop if need be (OUT is then thrown away), close, free; NULL is fine. */
void pf_device_close(struct pf_device *device);

/*
 * Tell each device there is: say(ctx, "alsa:hw:CARD=USB", "USB Audio, in and
 * out").  Returns how many.
 */
unsigned pf_device_list(void (*say)(void *ctx, const char *spec,
    const char *text), void *ctx);

#endif
