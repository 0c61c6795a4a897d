/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

size_t
pf_utf8_len(const char *bytes, size_t len)
{
	const unsigned char *const s = (const unsigned char *)bytes;
	if (len == 0)
		return 0;
	if (*s < 0x80)
		return 1;
	const size_t n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	if (*s < 0xc2 || *s > 0xf4 || len < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond the last plane. */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool
pf_utf8_is(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		const size_t n = pf_utf8_len(s + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool
pf_utf8_is_text(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		const unsigned char c = (unsigned char)s[i];
		const size_t n = c < 0x20 || c == 0x7f ? 0
		    : c < 0x80 ? 1 : pf_utf8_len(s + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
