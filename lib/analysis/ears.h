/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ears: audio in, what a musician hears in it out, as events.
 *
 * Audio is fed in hops; whatever becomes known in a hop is said through the
 * sink at the end of it, never earlier.  `at_us` of an event tells when the
 * thing happened; only beats are also foreseen.  Nothing said depends on
 * audio that was not fed yet, so a file and a live input give the same
 * events, and a shorter file gives the beginning of them.
 *
 *              +-> onset (aubio) ---+--> drum
 *     hop -----+-> flux ------------+--> pulse -----> beat
 *      |       +-> loudness --------+--> phrase, level
 *      +- 1/2 --> pitch (YIN) ------+--> note: on, bend, off
 *      +- 1/4 --> notes that sound -+--> chord, key
 *
 * All memory is taken when ears are made.  The work is bounded for each hop.
 */
#ifndef PF_ANALYSIS_EARS_H
#define PF_ANALYSIS_EARS_H

#include "base/attr.h"
#include "event/event.h"
#include "event/sink.h"

#include <stdint.h>

#define PF_EARS_RATE_LEAST 16000
#define PF_EARS_RATE_MOST 96000
#define PF_EARS_HOP_LEAST 64
#define PF_EARS_HOP_MOST 4096

/* What ears can say; bits of `what` below are 1u << PF_ONSET and so on. */
#define PF_EARS_ALL \
	(1u << PF_ONSET | 1u << PF_ON | 1u << PF_BEND | 1u << PF_OFF \
	| 1u << PF_PITCH | 1u << PF_LEVEL | 1u << PF_BEAT | 1u << PF_CHORD \
	| 1u << PF_KEY | 1u << PF_TIMBRE | 1u << PF_PHRASE)

struct pf_ears_config {
	uint32_t rate_hz; /* of what is fed: 16000..96000 */
	uint32_t hop;     /* frames a call: a power of two, 64..4096 */
	uint32_t what;    /* what is said: bits of PF_EARS_ALL */
	int64_t late_ns;  /* 0, or how long what is fed was under way (in a
			   * resampler): it is known so much later */
};

/* What has been understood so far, for people. */
struct pf_ears_summary {
	double seconds;       /* of audio heard */
	double bpm;           /* felt beats a minute over the locked part; 0 */
	int per_bar, subdivision; /* 4 and 2: 4/4; 2 and 3: 6/8; 0: unknown */
	int tonic, mode;      /* tonic -1: unknown */
	double key_confidence;
	double tuning_cents;  /* of A4 away from 440 Hz */
	double lufs;          /* integrated, gated loudness; -400: silence */
	double peak_db;       /* dBFS */
	uint64_t onsets, notes, beats, chords;
	double dominant_hz, centroid_hz; /* means, by energy; 0: silence */
	double attack_s, decay_s; /* of the typical sound; decay: by 20 dB */
	double noisiness;     /* 0..1 */
	double dc;            /* mean */
	uint64_t bad;         /* frames that were not finite, or above 64 */
};

/* One thread at a time may use it. */
struct pf_ears;

/*
 * Make ears.  The sink (copied) gets events in order of time; it fills in
 * the source.  Returns 0, to be freed with pf_ears_free(); -EINVAL (rate_hz,
 * hop) or -ENOMEM, leaving *ears alone.
 */
PF_MUST_CHECK int pf_ears_new(struct pf_ears **ears,
    const struct pf_ears_config *config, const struct pf_sink *sink);

/* Free; NULL is fine. */
void pf_ears_free(struct pf_ears *ears);

/*
 * Hear in[hop], mono, nominally in [-1, 1]; what is not finite counts as
 * silence.  Returns 0 or what the sink returned.
 */
PF_MUST_CHECK int pf_ears_run(struct pf_ears *ears, const float *in);

/*
 * Nothing more will come: sounding notes and the phrase end, at the end of
 * the last hop.  Returns 0 or what the sink returned.
 */
PF_MUST_CHECK int pf_ears_end(struct pf_ears *ears);

/* What is understood up to now. */
void pf_ears_summary(const struct pf_ears *ears,
    struct pf_ears_summary *summary);

#endif
