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

struct pf_loudness_meter;

/* Very quiet, or nothing at all: what a measure says then. */
#define PF_LUFS_NONE -120.0

/*
 * A meter for interleaved sound.
 *
 * channels  1 or 2
 * peaks     0: loudness alone; 1: range and true peak too, at six times the
 *           cost
 *
 * Returns 0 and sets *meter, to be freed with pf_loudness_meter_free(); -ENOMEM;
 * or -ENOTSUP if Performia was built without libebur128.
 */
PF_MUST_CHECK int pf_loudness_meter_new(struct pf_loudness_meter **meter,
    uint32_t rate_hz, unsigned channels, int peaks);
void pf_loudness_meter_free(struct pf_loudness_meter *meter);

/* Hear lr[frames * channels]. */
void pf_loudness_meter_add(struct pf_loudness_meter *meter, const float *lr,
    size_t frames);

/* Integrated loudness so far, LUFS, gated; PF_LUFS_NONE for silence. */
double pf_loudness_meter_lufs(const struct pf_loudness_meter *meter);

/* Loudness range in LU; true peak in dBTP.  Only with peaks. */
double pf_loudness_meter_range(const struct pf_loudness_meter *meter);
double pf_loudness_meter_peak_db(const struct pf_loudness_meter *meter);

#endif
