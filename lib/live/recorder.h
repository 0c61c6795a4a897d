/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder: a live session as files, from its first frame on.
 *
 *     DIR/tape.txt         what was played, as an event stream (live/tape.h)
 *     DIR/master.wav       what was heard
 *     DIR/take.wav         the first two inputs; or DIR/NAME.wav, one for
 *                          each input strip
 *     DIR/stems/NAME.wav   each strip and effect return before the master
 *
 * Or one sound file alone, by its extension: the master.  All begin on one
 * frame, are 32 bit floats, and need nothing to be put together again: the
 * tape, rendered with the takes, gives the master.
 *
 * It reads rings that the audio thread writes without looking; a disk that is
 * slow costs the recording some frames (silence stands there, and it says
 * so), never the music.  When a disk is full it says so; what was written by
 * then stays, and is whole.
 */
#ifndef PF_LIVE_RECORDER_H
#define PF_LIVE_RECORDER_H

#include "base/attr.h"
#include "base/err.h"
#include "live/stage.h"
#include "session/lane.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_recorder;

struct pf_recorder_config {
	const char *path;      /* a directory, made if need be; or a file;
	                        * the next (live/takes.h) if it is taken */
	uint32_t rate_hz;
	int64_t first_frame;   /* a tape may begin there: pf_tape_first() */
	unsigned latency;      /* frames the master is late: trimmed */
	const struct pf_lane_segment *tape; /* lane.tape, with its tail */
	/* See to it that lane.tape's tail spells what has been said on it so
	 * far; on the recorder's thread, and the main one.  Or NULL. */
	void (*spell)(void *ctx);
	void *ctx;
};

/*
 * Begin.  Returns 0 and sets *recorder; or a negative errno with *err worded
 * (a directory that can not be made, a format that is none).  Main thread.
 */
PF_MUST_CHECK int pf_recorder_new(struct pf_recorder **recorder,
    const struct pf_recorder_config *config, struct pf_err *err);

/* Free it and leave no half file; NULL is fine. */
void pf_recorder_free(struct pf_recorder *recorder);

enum pf_record_what { PF_RECORD_MASTER, PF_RECORD_TAKE, PF_RECORD_STEM };

/*
 * A ring for what is to be recorded; the caller has the stage write it.  Not
 * for the master's sake alone: NULL when this is not wanted (one file alone)
 * or when there is no memory.
 *
 * channels  1 or 2
 *
 * The porter's thread, or before it starts.
 */
struct pf_tap *pf_recorder_ring(struct pf_recorder *recorder,
    enum pf_record_what what, const char *name, unsigned channels);

/* Start the thread that writes.  0 or a negative errno. */
PF_MUST_CHECK int pf_recorder_start(struct pf_recorder *recorder);

/* Begin the files of what came since, say what went wrong; ten times a
 * second or so.  Main thread. */
void pf_recorder_tend(struct pf_recorder *recorder);

/* Free running: wait until it is not far behind, 2 s at most.  Any thread but
 * its own. */
void pf_recorder_wait(struct pf_recorder *recorder);

/*
 * Write the rest and give the files their names.  Returns 0; or a negative
 * errno with *err worded: what is incomplete, and where it ends.  Main
 * thread, when the stage has stopped.
 */
PF_MUST_CHECK int pf_recorder_finish(struct pf_recorder *recorder,
    struct pf_err *err);

#endif
