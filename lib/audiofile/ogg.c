/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/ogg.h"

#include <string.h>

enum { HEADER = 27, SERIAL = 14, CHECKSUM = 22, SEGMENTS = 26 };

/* Polynomial 0x04c11db7, highest bit first, from 0, not inverted. */
static uint32_t
checksum(const unsigned char *bytes, size_t len)
{
	static uint32_t table[256];
	if (!table[1]) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t r = i << 24;
			for (int bit = 0; bit < 8; bit++)
				r = r << 1 ^ (r >> 31 ? 0x04c11db7u : 0);
			table[i] = r;
		}
	}
	uint32_t crc = 0;
	for (size_t i = 0; i < len; i++)
		crc = crc << 8 ^ table[crc >> 24 ^ bytes[i]];
	return crc;
}

static void
put_le32(unsigned char *b, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		b[i] = (unsigned char)(x >> 8 * i);
}

/* How many bytes the page in the buffer has, as far as can be seen. */
static size_t
page_bytes(const struct pf_ogg *ogg)
{
	if (ogg->have < HEADER)
		return HEADER;
	const size_t segments = ogg->page[SEGMENTS];
	size_t bytes = HEADER + segments;
	if (ogg->have < bytes)
		return bytes;
	for (size_t i = 0; i < segments; i++)
		bytes += ogg->page[HEADER + i];
	return bytes;
}

void
pf_ogg_write(struct pf_ogg *ogg, struct pf_audio_sink *sink,
    const void *bytes, size_t len)
{
	const unsigned char *b = bytes;
	while (len) {
		const size_t want = page_bytes(ogg) - ogg->have;
		const size_t n = len < want ? len : want;
		memcpy(ogg->page + ogg->have, b, n);
		ogg->have += n;
		b += n;
		len -= n;
		if (ogg->have < HEADER || ogg->have < page_bytes(ogg))
			continue;
		put_le32(ogg->page + SERIAL, ogg->serial);
		put_le32(ogg->page + CHECKSUM, 0);
		put_le32(ogg->page + CHECKSUM,
		    checksum(ogg->page, ogg->have));
		pf_audio_sink_write(sink, ogg->page, ogg->have);
		ogg->have = 0;
	}
}
