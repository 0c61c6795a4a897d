/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes out, buffered, to a file or a pipe.  Errors are kept, so that who
 * writes through a library finds them afterwards.  For this room only.
 */
#ifndef PF_AUDIOFILE_SINK_H
#define PF_AUDIOFILE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PF_AUDIO_SINK_BUF = 1 << 16 };

struct pf_audio_sink {
	int fd;
	bool seekable;
	int error;   /* the first errno, 0: none */
	int64_t at;  /* where the next byte goes */
	int64_t end; /* how long the file is */
	size_t used;
	unsigned char buf[PF_AUDIO_SINK_BUF];
};

void pf_audio_sink_write(struct pf_audio_sink *sink, const void *bytes,
    size_t len);
void pf_audio_sink_flush(struct pf_audio_sink *sink);

/* Go to a place; -1 (and no error) if that can not be. */
int64_t pf_audio_sink_seek(struct pf_audio_sink *sink, int64_t to);

#endif
