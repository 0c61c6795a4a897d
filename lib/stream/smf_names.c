/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of MIDI files as names of sources and sections. */
#include "stream/smf_reader.h"

#include "base/utf8.h"

#include <string.h>

/* One character of Latin-1, 0x80 or more, in UTF-8. */
static void
put_latin1(char to[2], uint8_t c)
{
	to[0] = (char)(0xc0 | c >> 6);
	to[1] = (char)(0x80 | (c & 0x3f));
}

size_t
smf_clean_name(char *to, size_t size, const uint8_t *from, size_t len)
{
	const char *const text = (const char *)from;
	const bool utf8 = pf_utf8_is(text, len);
	size_t n = 0, step;
	for (size_t i = 0; i < len; i += step) {
		step = utf8 ? pf_utf8_len(text + i, len - i) : 1;
		const size_t bytes = from[i] < 0x80 || utf8 ? step : 2;
		if (n + bytes >= size)
			break;
		if (from[i] <= 0x20 || from[i] == 0x7f) {
			if (n > 0 && to[n - 1] != '-')
				to[n++] = '-';
			continue;
		}
		if (bytes == step)
			memcpy(to + n, text + i, bytes);
		else
			put_latin1(to + n, from[i]);
		n += bytes;
	}
	while (n > 0 && to[n - 1] == '-')
		n--;
	to[n] = '\0';
	return n;
}
