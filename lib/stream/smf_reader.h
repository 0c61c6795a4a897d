/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MIDI messages to events: what the parts of the work share.
 *
 *     smf_file.c     bytes to messages
 *     smf_read.c     messages to events, the whole
 *     smf_meta.c     what is said for all: tempos, signatures, markers
 *     smf_parts.c    who plays, and under which name
 *     smf_channel.c  what they play
 *     smf_names.c    text of files as names
 *
 * A "part" is one channel of one track: it is what has a source.  What a
 * channel is told in a track without notes (programs, controllers) goes to
 * all parts of that channel.
 *
 * Functions return 0 or a negative errno with *err worded.  Private to these
 * files; a program wants stream/smf.h.
 */
#ifndef PF_STREAM_SMF_READER_H
#define PF_STREAM_SMF_READER_H

#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/tempo_map.h"
#include "stream/smf_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SMF_NO_PART = -1 };

struct smf_sounding {
	uint32_t id;     /* 0 until a bend needs one */
	int64_t tick;
	float pitch;
	uint8_t key, velocity;
	bool released;   /* held by the pedal only */
};

struct smf_part {
	uint32_t source;
	uint8_t channel;
	uint16_t bank;
	uint8_t volume, expression, rpn[2];
	bool pedal;
	double bend_range, bend;   /* semitones */
	struct smf_sounding *note; /* note[n], oldest first */
	size_t n, room;
};

/* An event, and how many were emitted before it. */
struct smf_entry {
	struct pf_event event;
	size_t place;
};

struct smf_reader {
	const struct pf_smf_file *file;
	const char *name;
	struct pf_names *names;
	struct pf_tempo_map map;
	int *part_of;           /* [tracks * 16]: place in part, or NO_PART */
	struct smf_part *part;  /* part[parts] */
	size_t parts;
	struct smf_entry *out;  /* out[n] */
	size_t n, room;
	uint32_t next_id, score;
	struct pf_err *err;
};

/* Word the error and return -ENOMEM. */
int smf_no_memory(struct smf_reader *r);

/* Ticks to beats, and to ns; in SMPTE time a beat is a second. */
double smf_beat(const struct smf_reader *r, int64_t tick);
int64_t smf_ns(const struct smf_reader *r, int64_t tick);

/* One more event, in any order. */
PF_MUST_CHECK int smf_emit(struct smf_reader *r, const struct pf_event *e);

/* Make the axis; and emit its tempos. */
PF_MUST_CHECK int smf_make_map(struct smf_reader *r);
PF_MUST_CHECK int smf_emit_tempos(struct smf_reader *r);

/* A meta event: signatures and markers. */
PF_MUST_CHECK int smf_meta(struct smf_reader *r, const struct pf_midi *m);

/* Parts for all channels of tracks that have notes, and their names. */
PF_MUST_CHECK int smf_make_parts(struct smf_reader *r);

/* A message of a channel, to its part or parts. */
PF_MUST_CHECK int smf_channel_message(struct smf_reader *r,
    const struct pf_midi *m);

/* End a part's notes at a tick: all, or those that only the pedal holds. */
PF_MUST_CHECK int smf_end_notes(struct smf_reader *r, struct smf_part *p,
    int64_t tick, bool released_only);

/*
 * Text from[len] of a file as a name to[size], size > 8, cut where it is too
 * long: Latin-1 where it is not UTF-8 (old files know no better), a hyphen
 * for blanks and what is not printable, none at its ends.  Returns its
 * length.
 */
size_t smf_clean_name(char *to, size_t size, const uint8_t *from,
    size_t len);

#endif
