/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/heard_player.h"

#include "base/hash.h"
#include "base/math.h"

#include <math.h>
#include <string.h>

#define TOGETHER_NS 45000000
#define LONG_AGO_NS (-3600000000000)

#define HIT_NS 250000000      /* an onset without pitch sounds so long */
#define AT_IT_NS 1500000000   /* who began a note so lately is playing */

static const double lately_beats = 8; /* the time constant of statistics */

/* What sounds is told from what rings out and from noise by its level. */
static const double rings_out_db = 20; /* below what was played */
static const double silence_db = -55;

/*
 * Who steps back from the tune to accompany plays softer: 5 dB in the
 * interlude of a fingerpicked song, while its phrases differ by 2.
 */
static const double back_db = 3.5, forth_db = 2.5;

void
heard_player_init(struct heard_player *player)
{
	memset(player, 0, sizeof *player);
	player->last_on_ns = player->last_end_ns = INT64_MIN / 2;
	player->out.low = player->out.high = player->out.mean = NAN;
	player->out.loudness = 0.6;
	player->out.silent_beats = 1e9;
	player->level_db = player->playing_db = -90;
	player->bar_db = player->top_db = -90;
	player->swing = 0.5;
}

double
heard_beat(const struct musical_time *time, int64_t ns)
{
	return musical_time_of(time, ns < LONG_AGO_NS ? LONG_AGO_NS : ns);
}

int
heard_place(const struct musical_time *time, double beat, int64_t bar)
{
	const double in = beat - musical_time_bar_beat(time, bar);
	const int grid = (int)floor(in * PF_LISTENER_GRID + 0.5);
	const int whole = musical_time_per_bar(time, beat)
	    * PF_LISTENER_GRID;
	return grid < 0 ? 0 : grid % whole;
}

/* The register follows; its edges come back slowly. */
static void
widen(struct pf_listener_player *o, float pitch)
{
	if (isnan(o->mean)) {
		o->low = o->high = o->mean = pitch;
		return;
	}
	o->low = pitch < o->low ? pitch : o->low + 0.02f * (o->mean - o->low);
	o->high = pitch > o->high ? pitch
	    : o->high + 0.02f * (o->mean - o->high);
	o->mean += 0.06f * (pitch - o->mean);
}

void
heard_player_on(struct heard_player *p, const struct musical_time *time,
    int64_t at_ns, float pitch, float velocity)
{
	struct pf_listener_player *o = &p->out;
	const double beat = heard_beat(time, at_ns);
	const int64_t bar = musical_time_bar(time, beat);
	const bool together = at_ns - p->last_on_ns < TOGETHER_NS
	    && o->heard;
	const float v = isnan(velocity) ? 0.7f : velocity;
	if (!isnan(pitch)) {
		p->pitched = p->pitched * 0.95 + 1;
		p->hits *= 0.95;
		widen(o, pitch);
		p->poly += 0.06 * (together - p->poly);
	}
	if (!p->phrases && (!o->heard
	    || heard_beat(time, p->last_end_ns) + 1 < beat
	    || heard_beat(time, p->last_on_ns) + 3 < beat)) {
		if (p->phrase_end_ns < p->phrase_ns || !o->heard)
			p->phrase_end_ns = p->last_end_ns;
		p->phrase_ns = at_ns;
	}
	o->heard = true;
	if (bar > p->hist_bar)
		heard_fade(o->onsets, bar - p->hist_bar);
	p->hist_bar = bar;
	if (together)
		return;
	const double gone = fmin(100, fmax(0, beat - p->since_beat));
	p->onsets = p->onsets * pf_exp(-gone / lately_beats) + 1;
	p->since_beat = beat;
	o->accent = fmax(0, fmin(1, ((double)v - o->loudness) * 2));
	if (!p->levels)
		o->loudness += 0.08 * ((double)v - o->loudness);
	float *place = &o->onsets[heard_place(time, beat, bar)];
	*place = fminf(1, *place + 0.25f * (0.4f + 0.6f * v));
	const double phase = beat - floor(beat);
	if (phase > 0.42 && phase < 0.74)
		p->swing += 0.06 * (phase - p->swing);
	p->last_on_ns = at_ns;
}

void
heard_player_phrase(struct heard_player *p, const struct pf_event *e)
{
	p->phrases = true;
	if (e->name == pf_hash_str("begin"))
		p->phrase_ns = pf_event_at(e);
	else if (e->name == pf_hash_str("end")
	    || e->name == pf_hash_str("pause"))
		p->phrase_end_ns = pf_event_at(e);
}

void
heard_player_hit(struct heard_player *p, int64_t at_ns)
{
	p->hits = p->hits * 0.95 + 1;
	p->pitched *= 0.95;
	if (at_ns + HIT_NS > p->last_end_ns)
		p->last_end_ns = at_ns + HIT_NS;
}

void
heard_player_level(struct heard_player *p, const struct pf_event *e)
{
	/* -50 dBFS is as good as nothing, -8 as loud as it gets. */
	if (pf_is_none(e->a))
		return;
	const double db = fmax(-90, (double)e->a);
	const double x = fmax(0, fmin(1, (db + 50) / 42));
	p->levels = true;
	p->out.loudness += 0.02 * (x - p->out.loudness);
	p->level_ns = e->time;
	p->level_db += 0.2 * (db - p->level_db);
	/* Who holds back for long is not measured by an old fortissimo. */
	p->bar_db += (p->bar_db < -80 ? 1 : 0.025) * (db - p->bar_db);
	p->top_db += (p->bar_db > p->top_db ? 0.03 : 0.001)
	    * (p->bar_db - p->top_db);
	p->out.steps_back = p->bar_db < p->top_db
	    - (p->out.steps_back ? forth_db : back_db);
	p->out.by_ear = true;
	if (e->time - p->last_on_ns < AT_IT_NS)
		p->playing_db += 0.02 * (p->level_db - p->playing_db)
		    * (p->level_db > p->playing_db ? 5 : 1);
}

/* Is there sound that does not merely ring out? */
static bool
sounds(const struct heard_player *p, int64_t now)
{
	return p->levels && now - p->level_ns < AT_IT_NS
	    && p->level_db > silence_db
	    && p->level_db > p->playing_db - rings_out_db;
}

void
heard_player_recount(struct heard_player *player, double beat, int64_t bar)
{
	player->since_beat = beat;
	player->hist_bar = bar;
}

/* Is a note of the player's sounding?  Then up to when, else its end. */
static int64_t
sounding_until(const struct heard_player *p, const struct heard *heard,
    int64_t now)
{
	int64_t end = p->last_end_ns;
	for (int64_t i = heard->notes - 1; i >= 0; i--) {
		const struct heard_note *n = heard_note(heard, i);
		if (!n || n->on_ns < now - 4000000000)
			break;
		if (heard->source[n->source].out.agent)
			continue;
		const int64_t off = n->off_ns < now ? n->off_ns : now;
		end = off > end ? off : end;
	}
	return end;
}

void
heard_player_run(struct heard_player *p, const struct heard *heard,
    const struct musical_time *time, int64_t now)
{
	struct pf_listener_player *o = &p->out;
	const double beat = heard_beat(time, now);
	if (!o->heard)
		return;
	p->last_end_ns = sounding_until(p, heard, now);
	const double silent = (double)(now - p->last_end_ns);
	o->silent_beats = silent > 0
	    ? beat - heard_beat(time, p->last_end_ns) : 0;
	o->density = p->onsets / lately_beats
	    * pf_exp(-fmin(60, fmax(0, beat - p->since_beat)) / lately_beats);
	o->busy = o->silent_beats < (o->density > 0.7 ? 1 : 2);
	o->onset_beat = heard_beat(time, p->last_on_ns);
	o->sounds = sounds(p, now);
	o->drums = o->drums ? p->hits > 3 * p->pitched
	    : p->hits > 4 && p->hits > 8 * p->pitched;
	o->phrase_beat = heard_beat(time, p->phrase_ns);
	o->phrase_end_beat = heard_beat(time, p->phrase_end_ns);
	o->polyphonic = p->poly > 0.25;
	if (!p->phrases && !o->busy && p->phrase_end_ns < p->phrase_ns)
		p->phrase_end_ns = p->last_end_ns;
}
