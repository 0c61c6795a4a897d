/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session's clock: what time it is, how fast the music goes.
 *
 * Session time is audio time; only the engine's audio thread advances it.
 * The clock maps CLOCK_MONOTONIC to it for programs that ask "now", and holds
 * the transport for newcomers (who was there learns it from lane.engine).
 *
 * A latch: two copies and a counter.  The writer fills the copy that is not
 * in force, word by word, release, then raises the counter, release.  A
 * reader loads the counter, acquire, copies the words of copy counter % 2,
 * acquire, and loads the counter again: unchanged means the copy is whole,
 * for that copy is written only after the counter was raised.  A writer
 * killed anywhere leaves the copy in force as it was (a sequence lock left
 * odd would wedge everybody).
 */
#ifndef PF_SESSION_CLOCK_H
#define PF_SESSION_CLOCK_H

#include "base/attr.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_CLOCK_MAGIC 0x316b636f6c636670u /* "pfclock1" */
#define PF_CLOCK_VERSION 1
#define PF_CLOCK_BYTES 4096

/* What the clock tells.  Whole words, so that it is copied word by word. */
struct pf_clock_state {
	/* The mapping: session time at mono_ns is time_ns, and goes on at
	 * speed ns of session time a ns of CLOCK_MONOTONIC. */
	int64_t mono_ns, time_ns;
	double speed;
	/* The device. */
	int64_t frame;            /* frames rendered so far */
	uint64_t periods, xruns;
	uint64_t lost_frames;     /* that xruns swallowed */
	uint32_t rate_hz, period_frames;
	uint32_t in_latency, out_latency; /* frames, converters included */
	uint32_t master_latency;  /* frames the master looks ahead */
	uint32_t port;            /* of OSC over UDP; 0: none */
	/* The transport.  At beat_time_ns it stood at beat. */
	int64_t beat_time_ns;
	double beat, bpm;
	uint32_t playing, epoch;
	uint32_t meter_num, meter_den;
	uint32_t key_tonic, key_mode; /* 255: none */
	uint32_t follow;          /* hash of who leads; 0: the axis */
	uint32_t engine_pid;
	uint64_t engine_born_ns;  /* CLOCK_MONOTONIC */
};

enum { PF_CLOCK_WORDS = sizeof(struct pf_clock_state) / 8 };
_Static_assert(sizeof(struct pf_clock_state) % 8 == 0, "whole words");

struct pf_clock {
	uint64_t magic;
	uint32_t version, bytes;
	alignas(64) _Atomic uint64_t counter;
	alignas(64) _Atomic uint64_t copy[2][PF_CLOCK_WORDS];
};
_Static_assert(sizeof(struct pf_clock) <= PF_CLOCK_BYTES, "one page");

/* Make a page of zeros a clock that says nothing yet. */
void pf_clock_init(struct pf_clock *clock);

/* The audio thread: put a state in force. */
PF_RT void pf_clock_set(struct pf_clock *clock,
    const struct pf_clock_state *state);

/*
 * Anybody: copy the state in force.  Tries eight times; returns false and
 * leaves *state as it was when the engine was faster each time, or when
 * nothing was ever set.
 */
PF_RT bool pf_clock_get(const struct pf_clock *clock,
    struct pf_clock_state *state);

/* Session time at a moment of CLOCK_MONOTONIC, and back. */
PF_RT int64_t pf_clock_time(const struct pf_clock_state *state,
    int64_t mono_ns);
PF_RT int64_t pf_clock_mono(const struct pf_clock_state *state,
    int64_t time_ns);

/*
 * The delay-locked loop that makes the mapping: a second-order filter over
 * the moments at which the device asked for periods.
 *
 * F. Adriaensen, "Using a DLL to Filter Time", Linux Audio Conference 2005.
 */
struct pf_dll {
	double t0, t1;    /* filtered moments of this period and the next, ns */
	double period_ns; /* estimate */
	double nominal_ns;
	double b, c;      /* loop coefficients */
	bool locked;      /* has seen a period */
	unsigned n;       /* moments since it began, while they are few */
	unsigned far;     /* so many in a row were far off */
};

/*
 * Begin: period_frames at rate_hz, loop bandwidth in Hz (0.1 is steady, 1
 * locks fast).
 */
PF_RT void pf_dll_init(struct pf_dll *dll, uint32_t period_frames,
    uint32_t rate_hz, double bandwidth_hz);

/*
 * A period began at mono_ns.  Returns the filtered moment.  Two in a row that
 * are more than three periods off (time was lost, the machine slept) begin
 * anew.
 */
PF_RT double pf_dll_period(struct pf_dll *dll, int64_t mono_ns);

/* How fast the device's time goes beside CLOCK_MONOTONIC: 1.00002 is 20 ppm
 * fast. */
PF_RT double pf_dll_speed(const struct pf_dll *dll);

#endif
