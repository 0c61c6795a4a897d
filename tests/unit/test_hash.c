/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include "tap.h"

#include <string.h>

int
main(void)
{
	/* The test vectors of the authors. */
	ok(pf_hash("", 0) == 0x811c9dc5u && pf_hash("a", 1) == 0xe40c292cu &&
	    pf_hash("foobar", 6) == 0xbf9cf968u, "FNV-1a is what it was");
	ok(pf_hash_str("foobar") == pf_hash("foobar", 6) &&
	    pf_hash("foobar", 3) == pf_hash_str("foo"),
	    "strings and bytes hash alike");
	ok(pf_hash("\xc3\xa9", 2) == ((0x811c9dc5u ^ 0xc3u) * 16777619u ^
	    0xa9u) * 16777619u, "bytes are never negative");
	return tap_done();
}
