/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of ears: private to ears*.c.
 *
 * ears.c          onsets, levels, pitches, colours, block by block
 * ears_music.c    beats, chords, keys
 * ears_say.c      what is said, and how
 * ears_profile.c  what it was like on the whole
 */
#ifndef PF_ANALYSIS_EARS_INSIDE_H
#define PF_ANALYSIS_EARS_INSIDE_H

#include "analysis/chord_ear.h"
#include "analysis/ears.h"
#include "analysis/flux.h"
#include "analysis/halve.h"
#include "analysis/loudness.h"
#include "analysis/note_ear.h"
#include "analysis/onset.h"
#include "analysis/phrase_ear.h"
#include "analysis/sounding.h"
#include "analysis/yin.h"
#include "music/key_follower.h"
#include "music/pulse.h"

#include <stdbool.h>

enum { HALVES = 5 };

enum { PROFILE_PERIODS = 160 };

/* The whole so far: sums for pf_ears_summary(). */
struct profile {
	double power, centroid, noisiness; /* by energy */
	double dominant[128];    /* energy by the nearest semitone */
	double dominant_hz[128]; /* and its frequency, weighted */
	double loud;             /* power: the loudest steps, decaying */
	/* The sound that is being measured. */
	int64_t onset_ns, top_ns;
	double top_db;
	bool rising, falling;
	double attack_s, attacks, decay_s, decays;
	/* The tempo over the locked part: by period, a row for each 3 %. */
	double period_ns[PROFILE_PERIODS], beats[PROFILE_PERIODS];
	int per_bar, subdivision;
};

struct pf_ears {
	struct pf_ears_config config;
	struct pf_sink sink;
	int broken;           /* what the sink returned, if not 0 */
	int64_t frames;       /* heard */
	int64_t now;          /* ns: the end of this block */
	int64_t known;        /* ns: when what is in this hop can be said */
	uint64_t blocks, bad;
	double dc_sum, peak_db;
	double power, last_power_db;
	/* Parts, in the order of the picture in ears.h. */
	struct pf_onset *onset;
	struct pf_flux *flux;
	struct pf_flux_frame colour; /* sums since the last timbre */
	double colour_top;
	int64_t colour_said;
	struct pf_loudness loudness;
	struct pf_halve halve[HALVES];
	int pitch_halves, note_halves;
	struct pf_yin *yin;
	struct pf_note_ear note;
	int64_t pitch_said;
	struct pf_phrase_ear phrase;
	struct pf_sounding *sounding;
	double tuning_cents;
	struct pf_chord_ear chord;
	int64_t chord_said;
	int chord_bass;       /* pitch class, for what is new in harmony */
	struct pf_key_follower key;
	struct pf_key_belief key_said;
	double key_said_confidence;
	int64_t key_said_ns, key_heard_ns;
	int key_wishes;
	double weight[12];    /* pitch classes since the key last heard */
	struct pf_pulse *pulse;
	struct { int64_t at_ns; double strength, low, back, change; }
		held_onset;
	bool holding;
	int64_t beat_said_ns; /* when the last beat told of is; or 0 */
	double beat_period_ns;
	struct profile profile;
	uint64_t onsets, notes, beats, chords;
};

static inline int64_t
time_of(const struct pf_ears *e, int64_t frame)
{
	return pf_time_of_frame(frame, e->config.rate_hz);
}

/* ears_say.c */
struct pf_event heard(const struct pf_ears *e, enum pf_type type,
    int64_t at_ns);
void say(struct pf_ears *e, const struct pf_event *event, const char *more);
void say_phrase(struct pf_ears *e, const struct pf_phrase_heard *phrase);

/* ears_music.c */
void hear_harmony(struct pf_ears *e, const float *x, size_t n);
void hear_beat_onset(struct pf_ears *e, int64_t at_ns, double strength,
    double low, double back);
void hear_beat_note(struct pf_ears *e, int64_t at_ns, double midi);
void hear_beats(struct pf_ears *e);

/* ears_profile.c */
void profile_init(struct profile *p);
void profile_onset(struct profile *p, int64_t at_ns, double level_db);
void profile_level(struct profile *p, int64_t now_ns, double rms_db);
void profile_colour(struct profile *p, const struct pf_flux_frame *f);
void profile_beat(struct profile *p, const struct pf_pulse_belief *b);

#endif
