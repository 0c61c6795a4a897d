/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The counter-melody (the last part of melody.h): a second voice in long
 * tones, thirds and sevenths that move by step.
 */
#include "generate/melody.h"

/* The guide tone of a chord, nearest to the one before and in range. */
static int
guide_tone(const struct pf_melody *m, struct pf_chord c, int before)
{
	const int seventh = pf_chord_seventh(c);
	const uint16_t guide = pf_pcs_rotate((uint16_t)(1 <<
	    pf_chord_third(c) % 12 | 1 << (seventh == 12 ?
	    pf_chord_fifth(c) : seventh) % 12), c.root);
	const int p = pf_pcs_nearest(guide, before);
	return p < m->low || p > m->high
	    ? pf_pcs_nearest(guide, (m->low + m->high) / 2) : p;
}

static int
write_section(const struct pf_song *s, const struct pf_melody *m,
    const struct pf_melody_out *out, const struct pf_song_section *sec,
    int *pitch)
{
	const int bar_ticks = pf_meter_bar(s->meter);
	const int64_t from = (int64_t)sec->bar * bar_ticks;
	const int64_t to = from + (int64_t)sec->bars * bar_ticks;
	for (size_t i = 0; i < s->n_spans; i++) {
		const struct pf_chord_span *const sp = &s->span[i];
		if (sp->tick < from || sp->tick >= to || sp->chord.root < 0)
			continue;
		*pitch = guide_tone(m, sp->chord, *pitch);
		const int r = out->note(out->ctx, PF_COUNTER, sp->tick,
		    sp->len - sp->len / 16, *pitch, 0.45 + 0.2 * sec->energy);
		if (r)
			return r;
	}
	return 0;
}

int
pf_counter_write(const struct pf_song *song, const struct pf_melody *m,
    const struct pf_melody_out *out)
{
	int pitch = (m->low + m->high) / 2, r = 0;
	for (size_t i = 0; i < song->n_sections && r == 0; i++)
		if ((song->section[i].parts & song->parts) >> PF_COUNTER & 1)
			r = write_section(song, m, out, &song->section[i],
			    &pitch);
	return r;
}
