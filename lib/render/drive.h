/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The driver: a stream of events to an engine, every event just before the
 * block in which it begins, every source on a strip of its own as it first
 * plays.  It knows no files and renders nothing: who drives calls
 *
 *     pf_drive_until(drive, frame + n, &err);
 *     pf_engine_run(engine, n, in, out);
 *
 * in turns, offline as fast as it goes, live as the clock asks; so both play
 * the same.
 *
 * A stream that says `reset` before anything that sounds is a tape: what an
 * engine played, as it played it.  There `patch` makes the strip at once, and
 * another each time, as it did; so a tape gives the samples it was made of.
 *
 * HEARD events are not played.  `patch` chooses a source's instrument through
 * the rack.  A `set` that names a strip not yet there waits for it.  When the
 * stream has ended and the last note with it, what still sounds (an `on`
 * without `off`) is stopped.
 *
 * Setup thread only: it makes strips.
 */
#ifndef PF_RENDER_DRIVE_H
#define PF_RENDER_DRIVE_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"
#include "event/names.h"
#include "render/rack.h"
#include "stream/feed.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_drive;

struct pf_drive_config {
	struct pf_engine *engine; /* these outlive the driver */
	uint32_t rate_hz;         /* of the engine */
	struct pf_rack *rack;
	struct pf_feed *feed;
	const struct pf_names *names; /* the feed's */
	bool lenient; /* unknown instruments: say so, take another */

	/* May the source play?  NULL: all may. */
	bool (*plays)(void *ctx, const char *source);
	/* A section or scene begins; NULL: nobody wants to know. */
	void (*section)(void *ctx, int64_t frame, const char *name);
	/* A sentence for the person, with lenient; NULL: nobody. */
	void (*say)(void *ctx, const char *text);
	void *ctx;
};

/* Returns 0 and sets *drive, or -ENOMEM. */
PF_MUST_CHECK int pf_drive_new(struct pf_drive **drive,
    const struct pf_drive_config *config);
void pf_drive_free(struct pf_drive *drive);

/*
 * Hand over all events that begin before a frame, or within its block: a
 * block's first call hands over all of it.  Returns 1 while more may
 * come, 0 when the stream has ended and all is handed over; or a negative
 * errno with *err worded (a wrong line, an instrument that is not there, more
 * sources than strips).
 */
PF_MUST_CHECK int pf_drive_until(struct pf_drive *drive, int64_t frame,
    struct pf_err *err);

/* Is it a tape, as far as it has been read? */
bool pf_drive_is_tape(const struct pf_drive *drive);

/* The frame behind the last event, or the end of the last note, so far. */
int64_t pf_drive_end(const struct pf_drive *drive);

struct pf_drive_counts {
	uint64_t played;  /* events given to the engine and taken */
	uint64_t heard;   /* passed over: reported by ears */
	uint64_t refused; /* not taken: too many at once */
	uint64_t lost;    /* `set` of a parameter that never came to be */
	unsigned strips;  /* made */
};

struct pf_drive_counts pf_drive_counts(const struct pf_drive *drive);

/* The instrument of a strip made here: its name; NULL if it was not. */
const char *pf_drive_instrument(const struct pf_drive *drive,
    unsigned strip);

#endif
