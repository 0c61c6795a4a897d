/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first track of a MIDI file: tempos, signatures, sections, chords. */
#include "stream/smf_maker.h"

#include "event/pitch.h"
#include "event/type.h"
#include "stream/smf_file.h"

#include <stdbool.h>
#include <stdio.h>

void
smf_put_tempos(struct smf_maker *k)
{
	for (size_t i = 0; i < k->map.n; i++) {
		const struct pf_tempo_change *const c = &k->map.change[i];
		const uint32_t us = (uint32_t)(60e6 / c->bpm + 0.5);
		const uint8_t bytes[6] = {0xff, PF_META_TEMPO, 3, (uint8_t)(us >> 16),
		    (uint8_t)(us >> 8), (uint8_t)us};
		pf_smf_track_put(&k->score, smf_tick_of_beat(c->beat),
		    PF_SMF_STATE, bytes, sizeof bytes);
	}
}

void
smf_put_meter(struct smf_maker *k, int64_t tick, uint32_t num, uint32_t den)
{
	int log2_den = 0;
	while (1u << log2_den < den)
		log2_den++;
	/* The metronome clicks on felt beats: 24 clocks a quarter. */
	const bool compound = den == 8 && num > 3 && num % 3 == 0;
	const uint8_t clocks = (uint8_t)(compound ? 36 : 96 >> log2_den);
	const uint8_t bytes[7] = {0xff, PF_META_METER, 4, (uint8_t)num,
	    (uint8_t)log2_den, clocks ? clocks : 1, 8};
	pf_smf_track_put(&k->score, tick, PF_SMF_STATE, bytes, sizeof bytes);
}

/* The signature of a key: of its parent scale, minor where the third is. */
static void
put_key(struct smf_maker *k, const struct pf_event *e)
{
	static const int parent[PF_MODES] = {
		[PF_MAJOR] = 0, [PF_MINOR] = 3, [PF_DORIAN] = 10,
		[PF_PHRYGIAN] = 8, [PF_LYDIAN] = 7, [PF_MIXOLYDIAN] = 5,
		[PF_LOCRIAN] = 1, [PF_HARMONIC_MINOR] = 3,
		[PF_MELODIC_MINOR] = 3, [PF_BLUES] = 3,
		[PF_PENTATONIC_MAJOR] = 0, [PF_PENTATONIC_MINOR] = 3,
	};
	const unsigned mode = e->u8[PF_KEY_MODE];
	if (!(e->a >= 0 && e->a < 12) || mode >= PF_MODES)
		return;
	const int major = ((int)e->a + parent[mode]) % 12;
	const int fifths = (major * 7 + 5) % 12 - 5; /* -5..6 */
	const bool minor = pf_mode[mode].scale >> 3 & 1 &&
	    !(pf_mode[mode].scale >> 4 & 1);
	const uint8_t bytes[5] = {0xff, PF_META_KEY, 2, (uint8_t)(int8_t)fifths,
	    minor};
	pf_smf_track_put(&k->score, smf_tick(k, smf_when(e)), PF_SMF_STATE,
	    bytes, sizeof bytes);
}

static void
put_chord(struct smf_maker *k, const struct pf_event *e)
{
	char text[32];
	const unsigned q = e->u8[PF_CHORD_QUALITY];
	if (e->a >= 0 && e->a < 12)
		snprintf(text, sizeof text, "%s%s",
		    pf_pitch_class_name((int)e->a), q == PF_MAJ ? ""
		    : q == PF_MIN ? "m" : q < PF_QUALITIES
		    ? pf_quality[q].name : "");
	else
		snprintf(text, sizeof text, "N.C.");
	pf_smf_track_text(&k->score, smf_tick(k, smf_when(e)), PF_META_TEXT,
	    text);
}

/* What the score says: signatures, sections, chords. */
void
smf_put_score(struct smf_maker *k, bool meters)
{
	const struct pf_event *key = NULL;
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		const int64_t tick = smf_tick(k, e->time);
		switch (pf_event_type(e)) {
		case PF_METER:
			if (meters)
				smf_put_meter(k, tick, e->p, e->q);
			break;
		case PF_KEY:
			/* Ears say a key again and again. */
			if (!key || key->a_bits != e->a_bits ||
			    key->u8[PF_KEY_MODE] != e->u8[PF_KEY_MODE])
				put_key(k, e);
			key = e;
			break;
		case PF_CHORD:
			put_chord(k, e);
			break;
		case PF_SECTION:
			pf_smf_track_text(&k->score, tick, PF_META_MARKER,
			    smf_name(k, e->name));
			break;
		default:
			break;
		}
	}
}
