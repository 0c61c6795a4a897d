/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ears.h"

#include "analysis/ears_inside.h"
#include "base/hash.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PITCH_BLOCKS = 4 }; /* a pitch every 256 frames */

static const double loudest = 64; /* samples beyond are no audio */
static const double silent_db = -58;

static int
make_parts(struct pf_ears *e)
{
	const uint32_t rate = e->config.rate_hz;
	while (rate >> e->pitch_halves > 30000)
		e->pitch_halves++;
	while (rate >> e->note_halves > 16000)
		e->note_halves++;
	int r = pf_onset_new(&e->onset, rate);
	if (r == 0)
		r = pf_flux_new(&e->flux, rate);
	if (r == 0)
		r = pf_yin_new(&e->yin, rate >> e->pitch_halves);
	if (r == 0)
		r = pf_sounding_new(&e->sounding, rate >> e->note_halves);
	if (r == 0)
		r = pf_pulse_new(&e->pulse);
	if (r != 0)
		return r;
	for (int i = 0; i < HALVES; i++)
		pf_halve_init(&e->halve[i]);
	pf_loudness_init(&e->loudness, rate);
	pf_note_ear_init(&e->note);
	pf_chord_ear_init(&e->chord);
	pf_phrase_ear_init(&e->phrase);
	pf_key_follower_init(&e->key);
	profile_init(&e->profile);
	e->last_power_db = PF_SILENCE_DB;
	e->key_said.key.tonic = -1;
	return 0;
}

int
pf_ears_new(struct pf_ears **ears, const struct pf_ears_config *config,
    const struct pf_sink *sink)
{
	const uint32_t hop = config->hop;
	if (config->rate_hz < PF_EARS_RATE_LEAST ||
	    config->rate_hz > PF_EARS_RATE_MOST ||
	    hop < PF_EARS_HOP_LEAST || hop > PF_EARS_HOP_MOST ||
	    (hop & (hop - 1)) != 0)
		return -EINVAL;
	struct pf_ears *const e = calloc(1, sizeof *e);
	if (!e)
		return -ENOMEM;
	e->config = *config;
	e->sink = *sink;
	const int r = make_parts(e);
	if (r != 0) {
		pf_ears_free(e);
		return r;
	}
	*ears = e;
	return 0;
}

void
pf_ears_free(struct pf_ears *ears)
{
	if (!ears)
		return;
	pf_pulse_free(ears->pulse);
	pf_sounding_free(ears->sounding);
	pf_yin_free(ears->yin);
	pf_flux_free(ears->flux);
	pf_onset_free(ears->onset);
	free(ears);
}

/* What is not a number is silence; what is far too loud is cut. */
static void
clean(struct pf_ears *e, const float *in, float *out)
{
	for (int i = 0; i < PF_BLOCK; i++) {
		const double x = (double)in[i];
		const int bad = !(x >= -loudest && x <= loudest);
		out[i] = bad ? 0 : in[i];
		e->bad += (unsigned)bad;
		e->dc_sum += (double)out[i];
	}
}

static void
hear_onset(struct pf_ears *e, const float *x)
{
	struct pf_onset_hit hit;
	struct pf_phrase_heard phrase;
	if (!pf_onset_run(e->onset, x, &hit))
		return;
	const int64_t at = time_of(e, e->frames - hit.ago_frames);
	const int drum = pf_onset_drum(&hit, e->note.pitched);
	const double low = hit.share[PF_BAND_LOW]
	    * (hit.rise_db > 6 ? 1 : hit.rise_db / 6);
	struct pf_event ev = heard(e, PF_ONSET, at);
	e->onsets++;
	if (drum >= 0)
		ev.pitch = (float)drum;
	ev.velocity = (float)hit.strength;
	ev.confidence = (float)hit.confidence;
	say(e, &ev, NULL);
	if (pf_phrase_ear_onset(&e->phrase, at, &phrase))
		say_phrase(e, &phrase);
	pf_note_ear_onset(&e->note, at, hit.strength);
	pf_yin_restart(e->yin, (hit.ago_frames > PF_BLOCK
	    ? hit.ago_frames - PF_BLOCK : hit.ago_frames) >> e->pitch_halves);
	profile_onset(&e->profile, at, hit.level_db);
	/* Soft ones make the rhythm nearly as much as loud ones do. */
	const double back = drum == 38 && hit.share[PF_BAND_MID] < 0.3
	    ? hit.confidence : 0;
	hear_beat_onset(e, at, 0.5 + 0.5 * hit.strength * hit.confidence, low,
	    back);
}

static void
hear_level(struct pf_ears *e, const float *x)
{
	struct pf_loudness_step step;
	struct pf_phrase_heard phrase;
	double power = 0;
	for (int i = 0; i < PF_BLOCK; i++)
		power += (double)x[i] * (double)x[i];
	/* 10 ms, to follow notes by. */
	const double decay = 1 - (double)PF_BLOCK / e->config.rate_hz / 0.01;
	e->power = decay * e->power + (1 - decay) * power / PF_BLOCK;
	e->last_power_db = pf_power_db(e->power);
	if (!pf_loudness_run(&e->loudness, x, PF_BLOCK, &step))
		return;
	struct pf_event ev = heard(e, PF_LEVEL, e->now);
	ev.a = (float)step.rms_db;
	ev.b = (float)step.peak_db;
	ev.c = (float)step.lufs;
	say(e, &ev, NULL);
	if (step.peak_db > e->peak_db || e->peak_db == 0)
		e->peak_db = step.peak_db;
	profile_level(&e->profile, e->now, step.rms_db);
	if (pf_phrase_ear_run(&e->phrase, e->now, step.rms_db < silent_db ||
	    step.rms_db < pf_power_db(e->profile.loud) - 40,
	    e->beat_period_ns > 0 ? e->beat_period_ns : 6e8, &phrase))
		say_phrase(e, &phrase);
}

static void
say_note(struct pf_ears *e, const struct pf_note_said *note)
{
	struct pf_phrase_heard phrase;
	struct pf_event ev = heard(e, note->type, note->at_ns);
	ev.pitch = (float)note->midi;
	if (note->type != PF_OFF)
		ev.velocity = (float)(note->velocity < 1 ? note->velocity : 1);
	ev.id = note->id;
	say(e, &ev, NULL);
	if (note->type != PF_ON)
		return;
	e->notes++;
	if (pf_phrase_ear_note(&e->phrase, note->at_ns, note->midi, &phrase))
		say_phrase(e, &phrase);
	hear_beat_note(e, note->at_ns, note->midi);
}

static void
hear_pitch(struct pf_ears *e)
{
	struct pf_note_said said[2];
	struct pf_yin_pitch p = {0, 0};
	if (e->last_power_db > -75)
		p = pf_yin_get(e->yin);
	const double midi = p.hz > 0
	    ? 69 + 12 * log2(p.hz / 440) - e->tuning_cents / 100 : 0;
	const int n = pf_note_ear_run(&e->note, e->now, midi, p.confidence,
	    e->last_power_db, said);
	for (int i = 0; i < n; i++)
		say_note(e, &said[i]);
	/* The pitch line, at most 20 a second and only if there is one. */
	if (midi < 0.5 || midi > 127 || p.confidence < 0.7 ||
	    e->now - e->pitch_said < 50000000)
		return;
	struct pf_event ev = heard(e, PF_PITCH, e->now);
	e->pitch_said = e->now;
	ev.pitch = (float)midi;
	ev.b = (float)p.confidence;
	ev.id = e->note.sounding ? e->note.id : 0;
	say(e, &ev, NULL);
}

static void
hear_flux(struct pf_ears *e, const float *x)
{
	struct pf_flux_frame f;
	if (!pf_flux_run(e->flux, x, PF_BLOCK, &f))
		return;
	const int64_t at = e->now - pf_flux_late_ns(e->flux);
	pf_pulse_activation(e->pulse, at > 0 ? at : 0, f.all);
	profile_colour(&e->profile, &f);
	e->colour.centroid_hz += f.power * f.centroid_hz;
	e->colour.noisiness += f.power * f.noisiness;
	if (f.power > e->colour_top) {
		e->colour_top = f.power;
		e->colour.dominant_hz = f.dominant_hz;
	}
	e->colour.power += f.power;
	if (e->now - e->colour_said < 100000000)
		return;
	if (e->colour.power > 1e-9) {
		struct pf_event ev = heard(e, PF_TIMBRE, e->now);
		ev.a = (float)(e->colour.centroid_hz / e->colour.power);
		ev.b = (float)fmin(1, e->colour.noisiness / e->colour.power);
		ev.c = (float)fmax(0, e->colour.dominant_hz);
		say(e, &ev, NULL);
	}
	memset(&e->colour, 0, sizeof e->colour);
	e->colour_top = 0;
	e->colour_said = e->now;
}

static void
run_block(struct pf_ears *e, const float *in)
{
	float x[PF_BLOCK], low[PF_BLOCK];
	clean(e, in, x);
	e->frames += PF_BLOCK;
	e->now = time_of(e, e->frames);
	hear_level(e, x);
	hear_flux(e, x);
	memcpy(low, x, sizeof low);
	size_t n = PF_BLOCK;
	int halves = 0;
	for (; halves < e->pitch_halves; halves++, n /= 2)
		pf_halve_run(&e->halve[halves], low, low, n);
	pf_yin_feed(e->yin, low, n);
	hear_onset(e, x);
	for (; halves < e->note_halves; halves++, n /= 2)
		pf_halve_run(&e->halve[halves], low, low, n);
	hear_harmony(e, low, n);
	if (++e->blocks % PITCH_BLOCKS == 0)
		hear_pitch(e);
	hear_beats(e);
}

int
pf_ears_run(struct pf_ears *ears, const float *in)
{
	const uint32_t blocks = ears->config.hop / PF_BLOCK;
	ears->known = time_of(ears, ears->frames + ears->config.hop)
	    + ears->config.late_ns;
	for (uint32_t i = 0; i < blocks; i++)
		run_block(ears, in + i * PF_BLOCK);
	return ears->broken;
}

int
pf_ears_end(struct pf_ears *ears)
{
	struct pf_note_said note;
	struct pf_phrase_heard phrase;
	if (pf_note_ear_end(&ears->note, ears->now, &note))
		say_note(ears, &note);
	if (ears->phrase.going) {
		phrase = (struct pf_phrase_heard){PF_PHRASE_END, ears->now,
		    0.9};
		ears->phrase.going = false;
		say_phrase(ears, &phrase);
	}
	return ears->broken;
}
