/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A track of a MIDI file in the making: messages are put in any order and
 * written as a chunk, by tick.  For stream/smf_write.c and its neighbours.
 *
 * What goes wrong (there is no memory) is remembered and told at the end.
 */
#ifndef PF_STREAM_SMF_TRACK_H
#define PF_STREAM_SMF_TRACK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* At one tick: ends, then state, then starts. */
enum pf_smf_order {
	PF_SMF_OFF, PF_SMF_STATE, PF_SMF_WHEEL, PF_SMF_ON
};

/* The most bytes of a message without its text. */
#define PF_SMF_MESSAGE_MOST 7

struct pf_smf_message;

/* All zeros is an empty track on channel 0. */
struct pf_smf_track {
	struct pf_smf_message *message; /* message[n] */
	size_t n, room;
	uint8_t channel;                /* 0..15, of pf_smf_track_say() */
	bool failed;                    /* no memory */
};

void pf_smf_track_fini(struct pf_smf_track *track);

/* Put bytes[len] at a tick; len up to PF_SMF_MESSAGE_MOST. */
void pf_smf_track_put(struct pf_smf_track *track, int64_t tick,
    enum pf_smf_order order, const uint8_t *bytes, size_t len);

/*
 * Put a message of the track's channel: status 0x80..0xe0, data a and b
 * 0..127; a change of program has no b.
 */
void pf_smf_track_say(struct pf_smf_track *track, int64_t tick,
    enum pf_smf_order order, int status, int a, int b);

/* Put a text of a kind (PF_META_NAME ...).  It is copied. */
void pf_smf_track_text(struct pf_smf_track *track, int64_t tick, int type,
    const char *text);

/*
 * Write the track as a chunk, MTrk.  Returns 0; or -ENOMEM, also if putting
 * failed before.  Errors of the file are the file's: see ferror().
 */
PF_MUST_CHECK int pf_smf_track_write(struct pf_smf_track *track, FILE *f);

/* Write n bytes of x, the highest first; n 1..4. */
void pf_smf_write_be(FILE *f, uint32_t x, int n);

#endif
