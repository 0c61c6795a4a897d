/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe in a running session: a member with a strip of its own, which it
 * hears at that strip's tap, and a line to the engine's control.
 *
 *     own lane ──▶ engine ──▶ tap.latency ──▶ ear
 *     OSC ───────────┘
 *
 * The strip plays `click`, whose first frame is there at once, so softly that
 * nobody hears it (at its tap even that is far from 0) unless it shall be
 * aloud.  One thread.
 */
#ifndef PF_LATENCY_PROBE_H
#define PF_LATENCY_PROBE_H

#include "base/attr.h"
#include "base/err.h"
#include "event/names.h"
#include "latency/ear.h"
#include "latency/measure.h"
#include "live/member.h"
#include "osc/client.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_PROBE_NAME "latency"   /* its lane, its strip, its tap */
#define PF_PROBE_CLICK 37         /* the instrument's click, 446 frames at 48 kHz */
#define PF_PROBE_HISS 70          /* its hiss, which goes on */

/* From where sound comes to the input (stimulus.h). */
enum pf_stimulus_kind {
	PF_STIMULUS_NOTE, /* our own clicks, through the air or a cable */
	PF_STIMULUS_JACK, /* a client of JACK */
	PF_STIMULUS_NONE  /* somebody plays */
};

struct pf_probe_config {
	const char *session;  /* NULL: $PF_SESSION, else "default" */
	double wait_s;        /* for an engine; < 0: for ever */
	bool aloud;           /* to be heard */
	unsigned count;       /* measurements of each task, 1.. */
	uint64_t seed;        /* of the moments at which it measures */
	const char *agent;    /* whose reflex; NULL: one of our own */
	const char *through;  /* which input strip; NULL: none */
	enum pf_stimulus_kind stimulus;
	const char *jack;     /* the engine's name there */
	const volatile sig_atomic_t *stop; /* set: come to an end */
};

struct pf_probe {
	struct pf_probe_config config;
	struct pf_names *names;
	struct pf_member *member;
	struct pf_osc_client *control;
	struct pf_ear sound;         /* at our own strip's tap */
	struct pf_clock_state clock; /* as last looked at */
	uint32_t source, draw;
	struct pf_measures *measures;
};

/*
 * Join, get the strip and hear a first click from it.
 *
 * Returns 0, to be freed with pf_probe_close() (as after a failure); -ENOENT
 * or -EBUSY as pf_member_open(), -ETIMEDOUT (the engine does not answer, or
 * nothing sounds), -EINTR (stopped), or another negative errno, with *err
 * worded.
 */
PF_MUST_CHECK int pf_probe_open(struct pf_probe *p,
    const struct pf_probe_config *config, struct pf_measures *measures,
    struct pf_err *err);
void pf_probe_close(struct pf_probe *p);

/*
 * The frame that the device takes in at a moment of CLOCK_MONOTONIC, with its
 * fraction; looks at the clock anew, so for a moment that is now.
 */
double pf_probe_frame(struct pf_probe *p, int64_t mono_ns);

/* From a moment (a frame as above) until a frame of a strip reaches the
 * device, the master's look-ahead included. */
double pf_probe_until(const struct pf_probe *p, double from, int64_t frame);

/* Sleep, and tend the own lane.  Returns 0, or -EINTR, -ESHUTDOWN, with *err
 * worded. */
PF_MUST_CHECK int pf_probe_sleep(struct pf_probe *p, int64_t ns,
    struct pf_err *err);

/* The same until our strip has been quiet, and then to a moment of chance, so
 * that measurements fall anywhere in a period. */
PF_MUST_CHECK int pf_probe_rest(struct pf_probe *p, struct pf_err *err);

/*
 * Wait until a sound begins at an ear, at most timeout_ms.
 *
 * frame  where it begins
 * seen   the moment at which its samples were there, ns, or -1 if we had no
 *        processor then; spins for it, so for some milliseconds only.  NULL:
 *        sleeps in between
 *
 * Returns 1; 0: none came; -EINTR, -ESHUTDOWN with *err worded.
 */
PF_MUST_CHECK int pf_probe_hear(struct pf_probe *p, struct pf_ear *ear,
    int timeout_ms, int64_t *frame, int64_t *seen, struct pf_err *err);

/* A click at a session time, or at once (PF_TIME_NOW): not stamped. */
void pf_probe_click(struct pf_probe *p, int64_t time_ns);

/*
 * Send "PATH value" and wait for the answer, 1 s at most.  *ok_ns: the moment
 * at which it came; may be NULL.  Returns 0; -ETIMEDOUT, -EACCES (refused),
 * another errno, with *err worded.
 */
PF_MUST_CHECK int pf_probe_set(struct pf_probe *p, const char *path,
    double value, const char *text, int64_t *ok_ns, struct pf_err *err);

/* Make a strip as soft as can be, or as loud as it is; waits until it is
 * there. */
PF_MUST_CHECK int pf_probe_soften(struct pf_probe *p, const char *strip,
    bool aloud, struct pf_err *err);

/* Have a strip tapped, and open an ear there. */
PF_MUST_CHECK int pf_probe_tap(struct pf_probe *p, struct pf_ear *ear,
    const char *strip, float threshold, int64_t rest, struct pf_err *err);

/* Count a length, frames. */
PF_MUST_CHECK int pf_probe_count(struct pf_probe *p, enum pf_latency_way way,
    double frames, struct pf_err *err);

/* ---- the tasks.  0, or a negative errno with *err worded. */

PF_MUST_CHECK int pf_probe_event(struct pf_probe *p, struct pf_err *err);
PF_MUST_CHECK int pf_probe_scheduled(struct pf_probe *p, struct pf_err *err);
PF_MUST_CHECK int pf_probe_osc(struct pf_probe *p, struct pf_err *err);

#endif
