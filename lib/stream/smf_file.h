/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a MIDI file taken apart into messages; for stream/smf.h.
 */
#ifndef PF_STREAM_SMF_FILE_H
#define PF_STREAM_SMF_FILE_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Meta events that mean something here. */
enum {
	PF_META_TEXT = 0x01, PF_META_NAME = 0x03, PF_META_MARKER = 0x06,
	PF_META_END = 0x2f, PF_META_TEMPO = 0x51, PF_META_METER = 0x58,
	PF_META_KEY = 0x59,
};

struct pf_midi {
	int64_t tick;
	uint32_t track;
	uint32_t at;          /* its first byte in the file */
	uint8_t status;       /* 0x80..0xef; 0xff: a meta event */
	uint8_t d[2];         /* data; of a meta event d[0] is its type */
	const uint8_t *data;  /* of a meta event: data[len] */
	uint32_t len;
};

struct pf_smf_file {
	struct pf_midi *midi; /* midi[n], by tick, then track, then place */
	size_t n, room;
	uint32_t tracks;
	int64_t last_tick;
	double ticks_per_beat; /* or 0: */
	double ticks_per_s;    /* SMPTE time */
};

/*
 * Take a file apart.  Returns 0, to be freed with pf_smf_file_fini();
 * -ENOMEM; or -EINVAL with *err worded and nothing to free.
 */
PF_MUST_CHECK int pf_smf_file_parse(struct pf_smf_file *file,
    const uint8_t *bytes, size_t len, const char *name, struct pf_err *err);
void pf_smf_file_fini(struct pf_smf_file *file);

#endif
