/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ears_inside.h"

#include <math.h>
#include <string.h>

void
profile_init(struct profile *p)
{
	memset(p, 0, sizeof *p);
}

void
profile_onset(struct profile *p, int64_t at_ns, double level_db)
{
	p->onset_ns = p->top_ns = at_ns;
	p->top_db = level_db;
	p->rising = p->falling = true;
}

/* Attack: from the onset to the loudest step; decay: from there 20 dB down. */
void
profile_level(struct profile *p, int64_t now_ns, double rms_db)
{
	const double power = pow(10, rms_db / 10);
	p->loud = power > p->loud ? power : p->loud * 0.9995;
	if (!p->rising && !p->falling)
		return;
	if (rms_db > p->top_db && p->rising) {
		p->top_db = rms_db;
		p->top_ns = now_ns - 25000000; /* the middle of the step */
	}
	if (p->rising && now_ns - p->top_ns > 150000000) {
		p->rising = false;
		const double s = (double)(p->top_ns - p->onset_ns) / 1e9;
		p->attack_s += s > 0.005 ? s : 0.005;
		p->attacks++;
	}
	if (p->falling && rms_db < p->top_db - 20) {
		p->falling = false;
		p->decay_s += (double)(now_ns - p->top_ns) / 1e9;
		p->decays++;
	}
}

void
profile_colour(struct profile *p, const struct pf_flux_frame *f)
{
	p->power += f->power;
	p->centroid += f->power * f->centroid_hz;
	p->noisiness += f->power * f->noisiness;
	if (f->dominant_hz < 10 || f->dominant_hz > 12000)
		return;
	const int midi = (int)lrint(69 + 12 * log2(f->dominant_hz / 440));
	if (midi < 0 || midi > 127)
		return;
	p->dominant[midi] += f->power;
	p->dominant_hz[midi] += f->power * f->dominant_hz;
}

void
profile_beat(struct profile *p, const struct pf_pulse_belief *b)
{
	if (!(b->period_ns > 0))
		return;
	/* 3 s, the slowest, is row 0; 24 rows an octave. */
	int row = (int)lrint(24 * log2(3e9 / b->period_ns));
	row = row < 0 ? 0 : row >= PROFILE_PERIODS ? PROFILE_PERIODS - 1 : row;
	p->period_ns[row] += b->period_ns * b->confidence;
	p->beats[row] += b->confidence;
	p->per_bar = b->per_bar;
	p->subdivision = b->subdivision;
}

/*
 * The tempo that was felt for the longest time; two or three neighbouring
 * rows are one tempo that wavers.  Not the mean: that of a passage felt at
 * half time and the rest would be a tempo that nobody played.
 */
static double
usual_bpm(const struct profile *p)
{
	double longest_ns = 0, beats = 0;
	for (int i = 1; i < PROFILE_PERIODS - 1; i++) {
		double ns = 0, n = 0;
		for (int k = i - 1; k <= i + 1; k++) {
			ns += p->period_ns[k];
			n += p->beats[k];
		}
		if (ns > longest_ns) {
			longest_ns = ns;
			beats = n;
		}
	}
	return longest_ns > 0 ? 60e9 * beats / longest_ns : 0;
}

void
pf_ears_summary(const struct pf_ears *ears, struct pf_ears_summary *summary)
{
	const struct profile *const p = &ears->profile;
	struct pf_key_belief key;
	pf_key_follower_get(&ears->key, &key);
	int top = 0;
	for (int i = 1; i < 128; i++)
		if (p->dominant[i] > p->dominant[top])
			top = i;
	*summary = (struct pf_ears_summary){
		.seconds = (double)ears->now / 1e9,
		.bpm = usual_bpm(p),
		.per_bar = p->per_bar,
		.subdivision = p->subdivision,
		.tonic = ears->key_said.key.tonic,
		.mode = ears->key_said.key.mode,
		.key_confidence = key.confidence,
		.tuning_cents = ears->tuning_cents,
		.lufs = pf_loudness_integrated(&ears->loudness),
		.peak_db = ears->loudness.steps > 0 ? ears->peak_db
		    : PF_SILENCE_DB,
		.onsets = ears->onsets,
		.notes = ears->notes,
		.beats = ears->beats,
		.chords = ears->chords,
		.dominant_hz = p->dominant[top] > 0
		    ? p->dominant_hz[top] / p->dominant[top] : 0,
		.centroid_hz = p->power > 0 ? p->centroid / p->power : 0,
		.noisiness = p->power > 0 ? p->noisiness / p->power : 0,
		.attack_s = p->attacks > 0 ? p->attack_s / p->attacks : 0,
		.decay_s = p->decays > 0 ? p->decay_s / p->decays : 0,
		.dc = ears->frames > 0 ? ears->dc_sum / (double)ears->frames
		    : 0,
		.bad = ears->bad,
	};
}
