/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A track of a MIDI file for each source that plays. */
#include "stream/smf_maker.h"

#include "base/math.h"
#include "event/role.h"
#include "event/type.h"
#include "stream/general_midi.h"
#include "stream/smf_file.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct smf_source *
source_of(struct smf_maker *k, uint32_t source)
{
	for (size_t i = 0; i < k->sources; i++)
		if (k->source[i].source == source)
			return &k->source[i];
	if (k->sources == PF_SMF_PARTS_MOST) {
		k->crowded = true;
		return NULL;
	}
	struct smf_source *const more = realloc(k->source,
	    (k->sources + 1) * sizeof *more);
	if (!more) {
		k->failed = true;
		return NULL;
	}
	k->source = more;
	k->source[k->sources] = (struct smf_source){.source = source};
	return &k->source[k->sources++];
}

/* What an event tells of its source before the file is made. */
static void
learn(struct smf_source *s, const struct pf_event *e)
{
	const bool patch = pf_event_type(e) == PF_PATCH;
	if (patch) {
		s->kit = e->name ? e->name : s->kit;
		s->told |= !e->name || e->u16[1];
		return;
	}
	s->plays = true;
	/* How a heard note is out of tune is no wheel's business. */
	s->bends |= !(e->type & PF_HEARD) && (pf_event_type(e) == PF_BEND ||
	    fabsf(e->pitch - roundf(e->pitch)) > 0.005f);
}

/* Drums share a channel; the others take turns on the rest. */
static void
give_channels(struct smf_maker *k)
{
	int channel = 0;
	for (size_t i = 0; i < k->sources; i++) {
		struct smf_source *const s = &k->source[i];
		if (!s->plays)
			continue;
		s->drums = pf_source_is_drums(smf_name(k, s->source)) ||
		    pf_source_is_drums(smf_name(k, s->kit));
		if (s->drums) {
			s->track.channel = PF_GM_DRUM_CHANNEL;
			continue;
		}
		s->track.channel = (uint8_t)channel++;
		channel += channel == PF_GM_DRUM_CHANNEL;
		channel %= 16;
	}
}

void
smf_find_sources(struct smf_maker *k)
{
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		const enum pf_type type = pf_event_type(e);
		if (type != PF_NOTE && type != PF_ON && type != PF_PATCH &&
		    type != PF_BEND)
			continue;
		struct smf_source *const s = source_of(k, e->source);
		if (!s)
			return;
		learn(s, e);
	}
	give_channels(k);
}

/* A name, the range of the wheel, and a program if none is told. */
static void
begin(const struct smf_maker *k, struct smf_source *s)
{
	struct pf_smf_track *const t = &s->track;
	const char *const name = smf_name(k, s->source);
	if (*name)
		pf_smf_track_text(t, 0, PF_META_NAME, name);
	if (s->bends && !s->drums) {
		/* Registered parameter 0, in semitones and cents. */
		pf_smf_track_say(t, 0, PF_SMF_STATE, 0xb0, PF_CC_RPN, 0);
		pf_smf_track_say(t, 0, PF_SMF_STATE, 0xb0, PF_CC_RPN_LOW, 0);
		pf_smf_track_say(t, 0, PF_SMF_STATE, 0xb0, PF_CC_DATA,
		    SMF_BEND_RANGE);
		pf_smf_track_say(t, 0, PF_SMF_STATE, 0xb0, PF_CC_DATA_LOW, 0);
	}
	if (s->told || s->drums)
		return;
	int program = pf_gm_program(smf_name(k, s->kit));
	if (program < 0)
		program = pf_gm_program(name);
	pf_smf_track_say(t, 0, PF_SMF_STATE, 0xc0, program < 0 ? 0 : program,
	    0);
}

static void
put_patch(const struct smf_maker *k, struct smf_source *s,
    const struct pf_event *e)
{
	struct pf_smf_track *const t = &s->track;
	const int64_t tick = smf_tick(k, e->time);
	const int bank = e->u16[0];
	if (e->name && !e->u16[1])
		return; /* an instrument of ours: begin() found one */
	if (bank && bank < 16384) {
		pf_smf_track_say(t, tick, PF_SMF_STATE, 0xb0, PF_CC_BANK,
		    bank >> 7);
		pf_smf_track_say(t, tick, PF_SMF_STATE, 0xb0, PF_CC_BANK_LOW,
		    bank & 127);
	}
	pf_smf_track_say(t, tick, PF_SMF_STATE, 0xc0, e->u16[1] & 127, 0);
}

static void
put_set(const struct smf_maker *k, struct smf_source *s,
    const struct pf_event *e)
{
	const char *const param = smf_name(k, e->name);
	const int64_t tick = smf_tick(k, e->time);
	if (strcmp(param, "gain") == 0) {
		/* 40 log10(v / 127) dB */
		const double v = 127 * pf_db_to_gain((double)e->b / 2);
		pf_smf_track_say(&s->track, tick, PF_SMF_STATE, 0xb0,
		    PF_CC_VOLUME, smf_seven_bits(v));
	} else if (strcmp(param, "pan") == 0) {
		pf_smf_track_say(&s->track, tick, PF_SMF_STATE, 0xb0,
		    PF_CC_PAN, smf_seven_bits(64 + 63 * (double)e->b));
	}
}

void
smf_fill_source(struct smf_maker *k, struct smf_source *s)
{
	struct smf_notes notes = {0};
	const size_t n = k->smf->n;
	begin(k, s);
	for (size_t i = 0; i < n && !k->failed; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		if (e->source != s->source)
			continue;
		if (pf_event_type(e) == PF_PATCH)
			put_patch(k, s, e);
		else if (pf_event_type(e) == PF_SET)
			put_set(k, s, e);
		else
			smf_notes_hear(k, s, &notes, e);
	}
	smf_notes_put(s, &notes, n ? smf_tick(k, k->smf->event[n - 1].time)
				   : 0);
}
