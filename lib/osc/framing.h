/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets on a stream of bytes (TCP): with their length in front (OSC 1.0:
 * four bytes, big endian) or in SLIP between two END bytes (OSC 1.1; J.
 * Romkey, RFC 1055).
 *
 * A peer shows by its first byte which of them it speaks: END (0xc0) is no
 * beginning of a length below PF_OSC_PACKET_MOST.  Any thread, one at a time.
 */
#ifndef PF_OSC_FRAMING_H
#define PF_OSC_FRAMING_H

#include "base/attr.h"
#include "osc/message.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_osc_frames { PF_OSC_UNDECIDED, PF_OSC_LENGTH, PF_OSC_SLIP };

struct pf_osc_unframe {
	enum pf_osc_frames how;
	size_t len;      /* bytes of the packet so far (with its length) */
	bool escaped;    /* SLIP: the last byte was ESC */
	alignas(8) uint8_t buf[PF_OSC_PACKET_MOST + 4];
};

/* Begin a stream. */
void pf_osc_unframe_init(struct pf_osc_unframe *u);

/*
 * Take in bytes[n] up to the end of the next packet.  *used: how many were
 * taken.
 *
 * Returns 1 with a packet in *packet, *len, valid until the next call; 0 if
 * all was taken and none is whole yet; -EMSGSIZE if a packet is too large or
 * its length impossible: the stream cannot be read any more.
 */
PF_MUST_CHECK int pf_osc_unframe(struct pf_osc_unframe *u,
    const uint8_t *bytes, size_t n, size_t *used, const uint8_t **packet,
    size_t *len);

/*
 * A packet as it goes on the stream, to out[2 * len + 8].  PF_OSC_UNDECIDED
 * is PF_OSC_LENGTH.  Returns how many bytes that is.
 */
size_t pf_osc_frame(enum pf_osc_frames how, const void *packet, size_t len,
    uint8_t *out);

#endif
