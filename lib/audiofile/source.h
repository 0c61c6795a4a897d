/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sound file as libsndfile sees it, opened from wherever it comes: the
 * half of the reader that knows files, pipes and broken headers.  For this
 * room only.
 */
#ifndef PF_AUDIOFILE_SOURCE_H
#define PF_AUDIOFILE_SOURCE_H

#include "base/attr.h"
#include "base/err.h"

#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>

struct pf_audio_source {
	SNDFILE *snd;
	SF_INFO info;
	int fd;
	bool ours;        /* fd is to be closed */
	bool pipe;        /* it comes as it comes */
	int64_t frames;   /* there are; -1: unknown */
	int64_t promised; /* frames the header speaks of; -1: none */
};

/* Open a path ("-" is stdin); name is what messages call it.  Returns 0 or a
 * negative errno with *err worded. */
PF_MUST_CHECK int pf_audio_source_open(struct pf_audio_source *source,
    const char *path, const char *name, struct pf_err *err);
void pf_audio_source_close(struct pf_audio_source *source);

#endif
