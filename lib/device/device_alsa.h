/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PCM of ALSA, one way or both.  device_alsa.c opens it and finds terms,
 * device_alsa_run.c plays it, device_alsa_names.c knows what there is.  For
 * these only.
 *
 * The cycle: wait until playback has room for a period (its queue is down to
 * periods - 1) and capture has one, take it, call process(), give the answer.
 *
 *     queue   |########|########|          2 periods: full
 *     due     |########|                   one was played: process() runs
 *     xrun                                 ... and took longer than the other
 */
#ifndef PF_DEVICE_DEVICE_ALSA_H
#define PF_DEVICE_DEVICE_ALSA_H

#include "device/convert.h"
#include "device/device_private.h"

#include <alsa/asoundlib.h>

#define PF_ALSA_FDS_MOST 16

/* One direction. */
struct pf_alsa_side {
	snd_pcm_t *pcm;           /* NULL: there is none */
	bool mmap;
	unsigned channels;        /* of the PCM */
	enum pf_sample kind;
	const char *kind_name;
	snd_pcm_uframes_t period, buffer; /* frames */
	snd_pcm_uframes_t wake;   /* avail at which a period is due */
	unsigned char *frames;    /* [period][channels], if not mmap */
};

struct pf_alsa {
	struct pf_device *d;
	struct pf_alsa_side play, capture;
	snd_pcm_uframes_t period, periods;
	bool linked;              /* started and stopped as one */
};

/* On the audio thread, as pf_device_driver.run. */
int pf_alsa_run(struct pf_device *d, void *handle);

/*
 * Word *err for a PCM that could not be opened, with the names that are near.
 * Returns the error, as negative errno.
 */
int pf_alsa_refuse(const char *spec, const char *name, const char *said,
    int error, struct pf_err *err);

/* As pf_device_driver.list. */
unsigned pf_alsa_list(void (*say)(void *ctx, const char *spec,
    const char *text), void *ctx);

#endif
