/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Periods by the clock, for devices that have none of their own: each is due
 * at an absolute time, so that sleeping too long once moves nothing.  Who is
 * late by more than the buffer of a sound card would forgive has an xrun like
 * there.  On the audio thread; its only system calls are clock_nanosleep()
 * and, where the kernel gives no faster way, clock_gettime().
 */
#ifndef PF_DEVICE_PACER_H
#define PF_DEVICE_PACER_H

#include "device/device_private.h"

struct pf_pacer {
	int64_t due_ns; /* of the next period */
	int64_t rest;   /* of a ns, in 1/rate: so that the rate is exact */
};

/* The first period is due at due_ns, or now if that is 0. */
void pf_pacer_start(struct pf_pacer *pacer, int64_t due_ns);

/*
 * Sleep until the next period of `frames` is due, and count an xrun and whole
 * periods as lost for a buffer of d->wanted.periods run dry.  Returns when it
 * was due.
 */
int64_t pf_pacer_wait(struct pf_pacer *pacer, struct pf_device *d,
    uint32_t frames);

#endif
