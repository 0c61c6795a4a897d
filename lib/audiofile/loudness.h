/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How loud something is: ITU-R BS.1770 loudness, EBU Tech 3342 range and true
 * peak, by libebur128.  Memory does not grow with the length.  One thread at
 * a time.
 */
#ifndef PF_AUDIOFILE_LOUDNESS_H
#define PF_AUDIOFILE_LOUDNESS_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct pf_loudness;

/* Very quiet, or nothing at all: what a measure says then. */
#define PF_LUFS_NONE -120.0

/*
 * A meter for interleaved sound.
 *
 * channels  1 or 2
 * peaks     0: loudness alone; 1: range and true peak too, at six times the
 *           cost
 *
 * Returns 0 and sets *meter, to be freed with pf_loudness_free(); -ENOMEM;
 * or -ENOTSUP if Performia was built without libebur128.
 */
PF_MUST_CHECK int pf_loudness_new(struct pf_loudness **meter,
    uint32_t rate_hz, unsigned channels, int peaks);
void pf_loudness_free(struct pf_loudness *meter);

/* Hear lr[frames * channels]. */
void pf_loudness_add(struct pf_loudness *meter, const float *lr,
    size_t frames);

/* Integrated loudness so far, LUFS, gated; PF_LUFS_NONE for silence. */
double pf_loudness_lufs(const struct pf_loudness *meter);

/* Loudness range in LU; true peak in dBTP.  Only with peaks. */
double pf_loudness_range(const struct pf_loudness *meter);
double pf_loudness_peak_db(const struct pf_loudness *meter);

#endif
