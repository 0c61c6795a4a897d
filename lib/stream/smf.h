/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard MIDI Files, both ways: formats 0 and 1 in, format 1 out.
 *
 * Tracks are sources, note on and off are `note` events, tempo, time and key
 * signatures are `tempo`, `meter` and `key`, program and bank are `patch`,
 * volume and pan are `set` of gain and pan, markers are `section`, the pitch
 * wheel is `bend` of the notes that sound.  Channel 10 is drums.
 *
 * The MIDI Manufacturers Association, "Standard MIDI Files 1.0" (RP-001) and
 * "General MIDI System Level 1" (RP-003).
 */
#ifndef PF_STREAM_SMF_H
#define PF_STREAM_SMF_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ticks of a quarter note in the files we write. */
#define PF_SMF_PPQN 960

/*
 * So many parts (a channel of a track; a source) a file may have: no score
 * needs more, and each looks through the whole.
 */
#define PF_SMF_PARTS_MOST 1024

/* Do the bytes[len] begin like a MIDI file (or one wrapped in RIFF)? */
bool pf_smf_is(const uint8_t *bytes, size_t len);

/*
 * Read a file.
 *
 * bytes[len]  the whole file
 * name        for messages
 * sink        gets the events in the order of delivery, with their sources
 *
 * A pedal that is held lengthens notes.  Files in SMPTE time have an axis in
 * seconds.  Returns 0; the sink's error; -ENOMEM; or -EINVAL with *err
 * worded ("song.mid: byte 1234: the track ends inside an event").
 */
PF_MUST_CHECK int pf_smf_read(const uint8_t *bytes, size_t len,
    const char *name, struct pf_names *names, const struct pf_sink *sink,
    struct pf_err *err);

/* A file that grows in memory. */
struct pf_smf;

PF_MUST_CHECK int pf_smf_new(struct pf_smf **smf,
    const struct pf_names *names);
void pf_smf_free(struct pf_smf *smf);

/*
 * Add an event, in order of time.  Types that MIDI has no word for are
 * passed over; heard notes are notes at the time they happened.  Returns 0
 * or -ENOMEM.
 */
PF_MUST_CHECK int pf_smf_add(struct pf_smf *smf, const struct pf_event *e);

enum pf_smf_axis {
	PF_SMF_TEMPO, /* bars by the stream's tempo and meter */
	PF_SMF_BEATS, /* bars by the beats that were told */
};

/*
 * Make the file's bytes, to be freed with free().  Returns 0; -ENOMEM; or
 * -EINVAL with *err worded (no beats were told, a tempo is out of range, too many sources).
 */
PF_MUST_CHECK int pf_smf_write(struct pf_smf *smf, enum pf_smf_axis axis,
    uint8_t **bytes, size_t *len, struct pf_err *err);

#endif
