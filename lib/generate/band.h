/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The band around a tune: drums, bass and chords, bar by bar.  Private to
 * lib/generate.
 */
#ifndef PF_GENERATE_BAND_H
#define PF_GENERATE_BAND_H

#include "generate/song.h"

/* Growing lists of a song that is being made. */
struct pf_song_maker {
	struct pf_song *song;
	const struct pf_song_wish *wish;
	const struct pf_style *style;
	size_t room_notes, room_sets, room_spans;
	bool failed;           /* out of memory */
};

/*
 * Make room for one more in a list of n.  Returns the list, or NULL without
 * memory (and marks the maker failed; the old list stays).
 */
void *pf_maker_grow(struct pf_song_maker *maker, void *list, size_t n,
    size_t *room, size_t size);

/* Add a note; tick is nominal, ms the groove's push.  Bad ones are fitted. */
void pf_maker_note(struct pf_song_maker *maker, enum pf_part part,
    double beat, double late_ms, double beats, int pitch, double velocity);

/* Turn a parameter from where it is to value within `beats`. */
void pf_maker_set(struct pf_song_maker *maker, enum pf_part part,
    double beat, double beats, const char *param, double value);

/*
 * Play drums, perc, bass, harmony, pad and arp of the whole song, whose
 * sections, chords and melody stand already.
 */
void pf_band_play(struct pf_song_maker *maker);

/* Where a tick of the song falls, in quarters, swing included. */
double pf_maker_beat(const struct pf_song_maker *maker, int64_t tick);

#endif
