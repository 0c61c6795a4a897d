/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A take: a recording that is played along on an input strip from frame 0.
 * One thread at a time.
 */
#ifndef PF_RENDER_TAKE_H
#define PF_RENDER_TAKE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdint.h>

/*
 * How loud a take is made before anybody turns a knob, in LUFS.  Instruments
 * are levelled so that a band of four plays about 3 LU below this: the
 * player stays in front.  The band is not measured: when it plays sparsely it
 * means to be quiet.
 */
#define PF_TAKE_LUFS -17.0

struct pf_take;

/*
 * Open a take at the engine's rate.  Returns 0 or a negative errno with *err
 * worded, as pf_audio_reader_open().
 */
PF_MUST_CHECK int pf_take_open(struct pf_take **take, const char *path,
    uint32_t rate_hz, struct pf_err *err);
void pf_take_free(struct pf_take *take);

/*
 * Measure a file from end to end: *lufs is its loudness, PF_LUFS_NONE for
 * silence; *bad counts what was not a number.  Returns 0; -ESPIPE if it can
 * not be read twice (a pipe); -ENOTSUP without libebur128; another negative
 * errno with *err worded, as pf_audio_reader_read().
 */
PF_MUST_CHECK int pf_take_measure(const char *path, double *lufs,
    uint64_t *bad, struct pf_err *err);

/*
 * The next frames, l[n] and r[n], n at most 64; silence behind the end.
 * Returns 1; 0 when the take is over; or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_take_read(struct pf_take *take, float *l, float *r,
    unsigned n, struct pf_err *err);

#endif
