/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events to a MIDI file: what the parts of the work share.
 *
 *     smf_write.c    the events, the axis, the file as a whole
 *     smf_score.c    the first track: tempos, signatures, sections, chords
 *     smf_sources.c  a track for each source that plays
 *     smf_notes.c    the notes of such a track
 *     smf_track.c    messages to bytes
 *
 * Private to these; a program wants stream/smf.h.
 */
#ifndef PF_STREAM_SMF_MAKER_H
#define PF_STREAM_SMF_MAKER_H

#include "event/event.h"
#include "event/names.h"
#include "event/tempo_map.h"
#include "stream/smf.h"
#include "stream/smf_track.h"

struct pf_smf {
	const struct pf_names *names;
	struct pf_event *event; /* event[n], in order of time */
	size_t n, room;
};

/* How far the pitch wheel goes in our files, in semitones. */
#define SMF_BEND_RANGE 12

/* A source that plays, or that only says what it would play. */
struct smf_source {
	struct pf_smf_track track;
	uint32_t source; /* hash of its name */
	uint32_t kit;    /* hash of its instrument's name */
	bool told;       /* its program, by a patch */
	bool drums, plays, bends;
};

/* A file in the making. */
struct smf_maker {
	const struct pf_smf *smf;
	struct pf_tempo_map map;
	struct pf_smf_track score;
	struct smf_source *source; /* source[sources] */
	size_t sources;
	bool failed;  /* no memory */
	bool crowded; /* more sources than PF_SMF_PARTS_MOST */
};

/* The tick of a time, and of a beat of the axis. */
int64_t smf_tick(const struct smf_maker *k, int64_t ns);
int64_t smf_tick_of_beat(double beat);

/* When a thing is or was, in ns: heard things when they happened. */
int64_t smf_when(const struct pf_event *e);

/* The spelling of a hash; "" for 0 and for one that nobody knows. */
const char *smf_name(const struct smf_maker *k, uint32_t hash);

/* Round to 0..127. */
int smf_seven_bits(double x);

/* The axis's tempos; and what the score says, its meters if `meters`. */
void smf_put_tempos(struct smf_maker *k);
void smf_put_score(struct smf_maker *k, bool meters);

/* A meter from a tick on; den is a power of two. */
void smf_put_meter(struct smf_maker *k, int64_t tick, uint32_t num,
    uint32_t den);

/* Find the sources and their channels; and fill the track of one. */
void smf_find_sources(struct smf_maker *k);
void smf_fill_source(struct smf_maker *k, struct smf_source *s);

/* The notes of a source, gathered event by event.  All zeros is none. */
struct smf_notes {
	struct smf_note *note; /* note[n] */
	size_t n, room;
};

/* Gather from an event of the source; what is no note is passed over. */
void smf_notes_hear(struct smf_maker *k, struct smf_source *s,
    struct smf_notes *notes, const struct pf_event *e);

/*
 * Put the notes on their track: of one key, each ends before the next
 * begins.  What still sounds ends at a tick.  Frees them.
 */
void smf_notes_put(struct smf_source *s, struct smf_notes *notes,
    int64_t end);

#endif
