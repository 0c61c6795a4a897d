/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tape: what the engine played, as it was played, as a stream of text.
 *
 * The engine says all of it on lane.tape: every event with the time at which
 * it took effect.  A tape is made of that lane by whoever reads it, the
 * engine's own recorder or pf-tap:
 *
 *     pf_tape_open(&tape, &config, &err);
 *     while (recording) {
 *             pf_tape_follow(tape, lane);     what has come, up to now
 *             pf_tape_until(tape, t, &err);   t: nothing earlier will come
 *     }
 *     pf_tape_close(tape, &err);
 *
 * It begins with `reset` and the state (tempo, meter, key; `patch` and the
 * last `set` of each parameter), then tells what was played from its first
 * frame on.  Rendered offline with the takes as inputs it gives the engine's
 * own samples, if nothing sounded when it began: at the session's first
 * frame, or at a `reset`.
 *
 * Its first frame is a multiple of 64 and a whole number of nanoseconds, so
 * that every time moves by the same amount; pf_tape_first() finds one.
 *
 * One thread at a time; open and close on the main thread (base/outfile.h).
 */
#ifndef PF_LIVE_TAPE_H
#define PF_LIVE_TAPE_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "session/lane.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_tape;

struct pf_tape_config {
	const char *path;    /* of the tape; "-" is standard output */
	uint32_t rate_hz;    /* of the engine */
	int64_t first_frame; /* where it begins, as pf_tape_first() gives it */
	/* Spellings that the caller keeps as they come, beside those of
	 * lane.tape; NULL: none.  Borrowed until the tape is closed. */
	struct pf_names *names;
};

/* The first frame at or behind `frame` at which a tape may begin. */
int64_t pf_tape_first(int64_t frame, uint32_t rate_hz);

/*
 * Begin a tape.  Returns 0 and sets *tape; or a negative errno with *err
 * worded (the file can not be made, -EINVAL for a first frame where no tape
 * may begin, -ENOMEM).
 */
PF_MUST_CHECK int pf_tape_open(struct pf_tape **tape,
    const struct pf_tape_config *config, struct pf_err *err);

/*
 * Read what has come on lane.tape (mapped with its 64 KiB of tail, where
 * spellings stand; those of other lanes come there a little later).  The first call begins at the oldest slot that is kept.
 * Bounded work: returns true if more waits.  What stands before the first
 * frame becomes the state; what the reader lost is told in the tape by a
 * comment, and counted.
 */
bool pf_tape_follow(struct pf_tape *tape, const struct pf_lane_segment *lane);

/*
 * Hear one event (for who reads lanes himself); more as in pf_text_print().
 * Events may be a little out of order: they wait for pf_tape_until().
 */
void pf_tape_hear(struct pf_tape *tape, const struct pf_event *e,
    const char *more);

/*
 * Nothing earlier than time_ns (of the session) will come: write what stands
 * before it and hand it to the system.  Returns 0; or a negative errno with
 * *err worded (a full disk), once: later calls do nothing and return 0.
 */
PF_MUST_CHECK int pf_tape_until(struct pf_tape *tape, int64_t time_ns,
    struct pf_err *err);

/*
 * Write the rest and give the file its name.  After a failure it holds what
 * was whole before.  Frees the tape.  Returns 0 or a negative errno with *err
 * worded.
 */
PF_MUST_CHECK int pf_tape_close(struct pf_tape *tape, struct pf_err *err);

/* Free it and leave no file; NULL is fine. */
void pf_tape_abort(struct pf_tape *tape);

struct pf_tape_counts {
	uint64_t events; /* written */
	uint64_t lost;   /* slots that were overwritten before they were read */
	uint64_t refused;
	uint64_t moved;  /* came after pf_tape_until() had passed them: written
	                  * at the first moment left */
};
struct pf_tape_counts pf_tape_counts(const struct pf_tape *tape);

#endif
