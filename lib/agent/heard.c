/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/heard.h"

#include "base/hash.h"
#include "base/math.h"
#include "event/role.h"

#include <math.h>
#include <string.h>

#define TOGETHER_NS 45000000
#define LOOK_BACK 256 /* notes among which an `off` seeks its `on` */

static const double lately_beats = 8; /* the time constant of statistics */
static const float bar_keeps = 0.75f; /* of a histogram, a bar */

void
heard_init(struct heard *heard, uint32_t self, const struct pf_names *names)
{
	memset(heard, 0, sizeof *heard);
	heard->self = self;
	heard->names = names;
}

static bool
is_drums(const struct heard *heard, uint32_t name)
{
	const char *s = heard->names ? pf_names_get(heard->names, name) : NULL;
	return s ? pf_source_is_drums(s) : name == pf_hash("drums", 5);
}

int
heard_source_of(struct heard *heard, uint32_t name)
{
	for (int i = 0; i < heard->sources; i++)
		if (heard->source[i].out.name == name)
			return i;
	if (heard->sources == PF_LISTENER_SOURCES)
		return -1;
	struct heard_source *s = &heard->source[heard->sources];
	memset(s, 0, sizeof *s);
	s->out.name = name;
	s->out.drums = is_drums(heard, name);
	s->out.act = PF_NO_INDEX;
	s->out.last_beat = -1e9;
	s->out.low = s->out.high = s->out.mean = NAN;
	s->last_on_ns = INT64_MIN / 2;
	if (name == heard->self)
		s->out.agent = true;
	return heard->sources++;
}

void
heard_is_agent(struct heard *heard, int source)
{
	heard->source[source].out.agent = true;
}

struct heard_note *
heard_on(struct heard *heard, int source, int64_t on_ns, int64_t off_ns,
    float pitch, float velocity, uint32_t id)
{
	struct heard_source *s = &heard->source[source];
	struct heard_note *n = &heard->note[heard->notes % HEARD_NOTES];
	const int64_t apart = on_ns - s->last_on_ns;
	*n = (struct heard_note){
		.on_ns = on_ns, .off_ns = off_ns, .pitch = pitch,
		.velocity = pf_is_none(velocity) ? 0.7f : velocity, .id = id,
		.source = (uint8_t)source,
		.together = apart < TOGETHER_NS && apart > -TOGETHER_NS
	};
	heard->notes++;
	s->poly += 0.08 * (n->together - s->poly);
	s->last_on_ns = on_ns;
	return n;
}

static struct heard_note *
find(struct heard *heard, int source, float pitch, uint32_t id)
{
	for (int64_t i = heard->notes - 1; i >= 0
	    && i > heard->notes - LOOK_BACK; i--) {
		struct heard_note *n = &heard->note[i % HEARD_NOTES];
		if (n->source != source || n->off_ns != HEARD_OPEN)
			continue;
		if (id ? n->id == id : pf_is_none(pitch)
		    || fabsf(n->pitch - pitch) < 0.6f)
			return n;
	}
	return NULL;
}

void
heard_off(struct heard *heard, int source, int64_t ns, float pitch,
    uint32_t id)
{
	struct heard_note *n = find(heard, source, pitch, id);
	if (n)
		n->off_ns = ns > n->on_ns ? ns : n->on_ns + 1;
}

void
heard_bend(struct heard *heard, int source, float pitch, uint32_t id)
{
	struct heard_note *n = id ? find(heard, source, pitch, id) : NULL;
	if (n && !pf_is_none(pitch))
		n->pitch = pitch;
}

const struct heard_note *
heard_note(const struct heard *heard, int64_t n)
{
	return n < 0 || n >= heard->notes || n < heard->notes - HEARD_NOTES
	    ? NULL : &heard->note[n % HEARD_NOTES];
}

void
heard_fade(float *onsets, int64_t bars)
{
	float keep = 1;
	for (int64_t i = 0; i < bars && i < 64; i++)
		keep *= bar_keeps;
	for (int i = 0; i < PF_LISTENER_BAR; i++)
		onsets[i] *= keep;
}

static void
count_place(float *onsets, int in_bar, float strength)
{
	onsets[in_bar] += (1 - bar_keeps) * strength;
	if (onsets[in_bar] > 1)
		onsets[in_bar] = 1;
}

static void
count_pitch(struct heard_source *s, float pitch)
{
	struct pf_listener_source *o = &s->out;
	if (isnan(pitch) || o->drums)
		return;
	if (isnan(o->mean)) {
		o->low = o->high = o->mean = pitch;
		return;
	}
	/* The edges come back slowly when nobody touches them. */
	o->mean += 0.06f * (pitch - o->mean);
	o->low = pitch < o->low ? pitch : o->low + 0.02f * (o->mean - o->low);
	o->high = pitch > o->high ? pitch
	    : o->high + 0.02f * (o->mean - o->high);
}

/* The histograms of a source, brought up to a bar. */
static void
to_bar(struct heard_source *s, int64_t bar)
{
	struct pf_listener_source *o = &s->out;
	if (bar > s->hist_bar) {
		heard_fade(o->onsets, bar - s->hist_bar);
		heard_fade(o->kick, bar - s->hist_bar);
		heard_fade(o->snare, bar - s->hist_bar);
	}
	s->hist_bar = bar;
}

static void
count_drum(struct pf_listener_source *o, float pitch, int in_bar)
{
	const int drum = isnan(pitch) ? 0 : (int)(pitch + 0.5f);
	if (drum == 35 || drum == 36)
		count_place(o->kick, in_bar, 1);
	if (drum == 38 || drum == 40 || drum == 37 || drum == 39)
		count_place(o->snare, in_bar, 1);
}

void
heard_hit(struct heard_source *s, float pitch, int64_t bar, int in_bar)
{
	to_bar(s, bar);
	if (in_bar >= 0 && in_bar < PF_LISTENER_BAR)
		count_drum(&s->out, pitch, in_bar);
}

void
heard_count(struct heard_source *s, const struct heard_note *note,
    double beat, int64_t bar, int in_bar)
{
	struct pf_listener_source *o = &s->out;
	double gone = beat - s->since_beat;
	gone = gone < 0 ? 0 : gone > 100 ? 100 : gone;
	const double keep = pf_exp(-gone / lately_beats);
	s->notes *= keep;
	s->since_beat = beat;
	to_bar(s, bar);
	if (!note->together)
		s->notes += 1;
	o->density = s->notes / lately_beats;
	o->loudness += 0.1 * ((double)note->velocity - o->loudness);
	o->last_beat = beat;
	count_pitch(s, note->pitch);
	if (in_bar < 0 || in_bar >= PF_LISTENER_BAR)
		return;
	if (!note->together)
		count_place(o->onsets, in_bar, 0.4f + 0.6f * note->velocity);
	if (o->drums)
		count_drum(o, note->pitch, in_bar);
}
