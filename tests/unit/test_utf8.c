/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include "base/attr.h"
#include "tap.h"

#include <string.h>

static size_t
len_of(const char *s)
{
	return pf_utf8_len(s, strlen(s));
}

static void
test_len(void)
{
	ok(len_of("a") == 1 && len_of("\xc3\xa9") == 2 &&
	    len_of("\xe2\x99\xaf") == 3 && len_of("\xf0\x9d\x84\x9e") == 4,
	    "characters have one to four bytes");
	ok(len_of("\xed\x95\x9c") == 3 && len_of("\xe0\xa4\x85") == 3,
	    "Hangul and Devanagari are characters");
	ok(pf_utf8_len("\xe2\x99\xaf", 2) == 0 && pf_utf8_len("", 0) == 0,
	    "a character that is cut is none");
	ok(pf_utf8_len("", 1) == 1, "NUL is a character");
	static const char *const wrong[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xc3(", "\xe2\x99(",
	};
	int none = 1;
	for (size_t i = 0; i < PF_COUNT(wrong); i++)
		none &= len_of(wrong[i]) == 0;
	ok(none, "overlong forms, surrogates and stray bytes are none");
}

static void
test_whole(void)
{
	ok(pf_utf8_is("caf\xc3\xa9\n", 6) && pf_utf8_is("", 0),
	    "a line is UTF-8, and so is nothing");
	ok(!pf_utf8_is("caf\xe9", 4), "Latin-1 is not");
	ok(pf_utf8_is_text("F\xe2\x99\xaf m", 6), "a name is text");
	ok(!pf_utf8_is_text("a\tb", 3) && !pf_utf8_is_text("\x7f", 1) &&
	    !pf_utf8_is_text("a\0b", 3), "control characters are no text");
	ok(!pf_utf8_is_text("a\xc3", 2), "half a character is no text");
}

int
main(void)
{
	test_len();
	test_whole();
	return tap_done();
}
