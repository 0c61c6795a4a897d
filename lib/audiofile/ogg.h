/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ogg pages with a serial number of our own.
 *
 * libsndfile draws it at random, so that the same sound gives other bytes
 * each time.  Pages pass through here on their way to the file and get the
 * number wanted and a new checksum: RFC 3533, section 6.  For this room only.
 */
#ifndef PF_AUDIOFILE_OGG_H
#define PF_AUDIOFILE_OGG_H

#include "audiofile/sink.h"

enum { PF_OGG_PAGE_MOST = 27 + 255 + 255 * 255 };

struct pf_ogg {
	uint32_t serial;
	size_t have; /* bytes of a page not yet whole */
	unsigned char page[PF_OGG_PAGE_MOST];
};

/* Take len bytes of Ogg; whole pages go on to the sink. */
void pf_ogg_write(struct pf_ogg *ogg, struct pf_audio_sink *sink,
    const void *bytes, size_t len);

#endif
