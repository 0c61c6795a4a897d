/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transport: where the music stands, how fast it goes, who leads it.
 *
 * It holds what is in force now and moves when the stage says that an event
 * takes effect; it keeps no future (what is due later waits in the stage).
 * Pure: no clock, no memory of its own, the same answers for the same calls.
 * The audio thread's.
 *
 * The axis never jumps: a transport beat is `beat` at `beat_ns`, going on at
 * `bpm`.  A seek moves the beat at one moment.  Stopped, session time goes on
 * and the beat stands.
 */
#ifndef PF_LIVE_TRANSPORT_H
#define PF_LIVE_TRANSPORT_H

#include "base/attr.h"
#include "event/event.h"
#include "session/clock.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_LEADERS_MOST 16

/* Follow whoever reports beats while the axis does not play. */
#define PF_FOLLOW_AUTO 0u

/* A source that reports beats. */
struct pf_leader {
	uint32_t source;     /* 0: unused */
	int64_t first_ns;    /* since when without a pause */
	int64_t last_ns;     /* its last beat */
	double bpm;          /* quarters a minute it last told */
};

struct pf_transport {
	int64_t beat_ns;     /* at this session time ... */
	double beat;         /* ... it stood, or stands, here (quarters) */
	double bpm;          /* quarters a minute, 10..1000 */
	bool playing;
	uint8_t epoch;
	uint32_t meter_num, meter_den;
	uint32_t key_tonic, key_mode; /* 255: none */
	uint32_t wish;       /* whom to follow: 0 auto; the hash of a name */
	bool wish_axis;      /* the axis, whoever reports beats */
	uint32_t follow;     /* who leads now: 0 the axis */
	int64_t since_ns;    /* since when he leads */
	struct pf_leader leader[PF_LEADERS_MOST];
};

/* 120 bpm, 4/4, no key, beat 0 at time_ns, stopped, epoch 1. */
PF_RT void pf_transport_init(struct pf_transport *t, int64_t time_ns);

/* Go on where a clock that nobody sets any more would stand now. */
PF_RT void pf_transport_resume(struct pf_transport *t,
    const struct pf_clock_state *state, int64_t time_ns);

/* The beat at a session time at or behind the last change. */
PF_RT double pf_transport_beat(const struct pf_transport *t,
    int64_t time_ns);

/* When a beat will be, at the tempo in force; INT64_MAX while it stands. */
PF_RT int64_t pf_transport_time(const struct pf_transport *t, double beat);

/*
 * An event takes effect at time_ns: tempo, meter, key, play, stop, seek,
 * reset.  Others do nothing.  play, stop, seek and reset raise the epoch.
 * Returns whether it changed the epoch.
 */
PF_RT bool pf_transport_apply(struct pf_transport *t,
    const struct pf_event *e, int64_t time_ns);

/* Whom to follow: axis (wish 0 and axis true), auto, or a name's hash. */
PF_RT void pf_transport_wish(struct pf_transport *t, uint32_t wish,
    bool axis);

/*
 * Somebody reported a beat (a HEARD `beat`); beats of the axis itself do not
 * count.  More than PF_LEADERS_MOST sources: the longest silent gives way.
 */
PF_RT void pf_transport_hear(struct pf_transport *t,
    const struct pf_event *e);

/* Forget a source: its owner died. */
PF_RT void pf_transport_forget(struct pf_transport *t, uint32_t source);

/*
 * Decide who leads at time_ns; call it once a period.  A named leader leads
 * while he reports beats.  Without a wish the axis leads while it plays, else
 * the first source that reported beats for a second; he stays until he has
 * been silent for 4 s, so that two listeners never take turns.  Returns
 * whether the leader changed.
 */
PF_RT bool pf_transport_decide(struct pf_transport *t, int64_t time_ns);

/* Write what the clock tells of the transport. */
PF_RT void pf_transport_tell(const struct pf_transport *t, int64_t time_ns,
    struct pf_clock_state *state);

#endif
