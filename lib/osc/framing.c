/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/framing.h"

#include <errno.h>
#include <string.h>

enum { END = 0xc0, ESC = 0xdb, ESC_END = 0xdc, ESC_ESC = 0xdd };

void
pf_osc_unframe_init(struct pf_osc_unframe *u)
{
	u->how = PF_OSC_UNDECIDED;
	u->len = 0;
	u->escaped = false;
}

static size_t
length_of(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
}

static int
by_length(struct pf_osc_unframe *u, const uint8_t *bytes, size_t n,
    size_t *used, const uint8_t **packet, size_t *len)
{
	*used = 0;
	for (;;) {
		size_t want = 4;
		if (u->len >= 4) {
			want += length_of(u->buf);
			if (want == 4 || want > sizeof u->buf)
				return -EMSGSIZE;
			if (u->len == want) {
				*packet = u->buf + 4;
				*len = want - 4;
				u->len = 0;
				return 1;
			}
		}
		size_t take = want - u->len;
		if (take > n - *used)
			take = n - *used;
		if (take == 0)
			return 0;
		memcpy(u->buf + u->len, bytes + *used, take);
		u->len += take;
		*used += take;
	}
}

static int
by_slip(struct pf_osc_unframe *u, const uint8_t *bytes, size_t n,
    size_t *used, const uint8_t **packet, size_t *len)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = bytes[i];
		if (byte == END) {
			*used = i + 1;
			*packet = u->buf;
			*len = u->len;
			u->len = 0;
			u->escaped = false;
			if (*len > 0)
				return 1;
			continue; /* END at both ends: nothing in between */
		}
		if (byte == ESC && !u->escaped) {
			u->escaped = true;
			continue;
		}
		if (u->escaped)
			byte = byte == ESC_END ? END
			    : byte == ESC_ESC ? ESC : byte;
		u->escaped = false;
		if (u->len == PF_OSC_PACKET_MOST)
			return -EMSGSIZE;
		u->buf[u->len++] = byte;
	}
	*used = n;
	return 0;
}

int
pf_osc_unframe(struct pf_osc_unframe *u, const uint8_t *bytes, size_t n,
    size_t *used, const uint8_t **packet, size_t *len)
{
	*used = 0;
	if (n == 0)
		return 0;
	if (u->how == PF_OSC_UNDECIDED)
		u->how = bytes[0] == END ? PF_OSC_SLIP : PF_OSC_LENGTH;
	if (u->how == PF_OSC_SLIP)
		return by_slip(u, bytes, n, used, packet, len);
	return by_length(u, bytes, n, used, packet, len);
}

size_t
pf_osc_frame(enum pf_osc_frames how, const void *packet, size_t len,
    uint8_t *out)
{
	const uint8_t *const bytes = packet;
	size_t at = 0;
	if (how != PF_OSC_SLIP) {
		for (int i = 3; i >= 0; i--)
			out[at++] = (uint8_t)(len >> 8 * i);
		memcpy(out + at, bytes, len);
		return at + len;
	}
	out[at++] = END;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == END || bytes[i] == ESC) {
			out[at++] = ESC;
			out[at++] = bytes[i] == END ? ESC_END : ESC_ESC;
		} else {
			out[at++] = bytes[i];
		}
	}
	out[at++] = END;
	return at;
}
