/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ear at a tap: finds the frame at which it begins to sound.
 *
 * A sound begins with a sample above the threshold behind `rest` frames of
 * samples that were not.  At a strip's tap the threshold is 0: what does not
 * sound is exactly 0 there, so the very first frame is found however soft it
 * is.  One thread.
 */
#ifndef PF_LATENCY_EAR_H
#define PF_LATENCY_EAR_H

#include "base/attr.h"
#include "base/err.h"
#include "session/directory.h"
#include "session/tap_file.h"

#include <stdint.h>

#define PF_EAR_READS 256 /* frames looked at in one go */

struct pf_ear {
	struct pf_tap_file file;
	struct pf_tap_cursor cursor;
	float threshold;
	int64_t rest;    /* frames of quiet before a sound */
	int64_t quiet;   /* frames of quiet so far */
	float x[PF_EAR_READS];
	unsigned at, n;  /* of x: looked at, and read */
	int64_t frame;   /* session frame of x[0] */
	int64_t next;    /* and of what comes next if nothing is lost */
};

/*
 * Open tap.NAME.  Returns 0; or a negative errno of pf_tap_file_read(), with
 * *err worded.
 */
PF_MUST_CHECK int pf_ear_open(struct pf_ear *ear,
    const struct pf_directory *dir, const char *name, float threshold,
    int64_t rest, struct pf_err *err);
void pf_ear_close(struct pf_ear *ear, const struct pf_directory *dir);

/* Forget what came so far: the next sound is one that begins from now on. */
void pf_ear_begin(struct pf_ear *ear);

/* The session frame behind the last that was written. */
int64_t pf_ear_position(const struct pf_ear *ear);

/*
 * Look at what has come.  Returns 1 and sets *frame: a sound begins there; 0:
 * none so far.
 */
PF_MUST_CHECK int pf_ear_next(struct pf_ear *ear, int64_t *frame);

/* Frames without a sound, up to the last that was looked at. */
static inline int64_t
pf_ear_quiet(const struct pf_ear *ear)
{
	return ear->quiet;
}

#endif
