/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/smf_track.h"

#include "stream/smf_file.h"
#include "tap.h"

#include <string.h>

/* A track as it is written. */
static int
is_written(struct pf_smf_track *track, const void *want, size_t n)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *const f = open_memstream(&bytes, &len);
	const int r = f ? pf_smf_track_write(track, f) : -1;
	if (f)
		fclose(f);
	const int same = r == 0 && len == n && memcmp(bytes, want, n) == 0;
	for (size_t i = 0; !same && i < len; i++)
		printf("%s%02x", i ? " " : "# ", (unsigned char)bytes[i]);
	if (!same)
		printf("\n");
	free(bytes);
	pf_smf_track_fini(track);
	return same;
}
#define IS(track, s) is_written(track, s, sizeof s - 1)

int
main(void)
{
	struct pf_smf_track t = {0};
	ok(IS(&t, "MTrk\0\0\0\4\0\xff\x2f\0"), "an empty track ends");
	t.channel = 9;
	pf_smf_track_say(&t, 5, PF_SMF_ON, 0x90, 36, 100);
	pf_smf_track_say(&t, 5, PF_SMF_OFF, 0x80, 36, 64);
	pf_smf_track_say(&t, 0, PF_SMF_STATE, 0xc0, 25, 0);
	ok(IS(&t, "MTrk\0\0\0\x0f\0\xc9\x19\5\x89\x24\x40\0\x99\x24\x64"
	    "\0\xff\x2f\0"), "messages stand by tick, ends before starts, "
	    "on their channel");
	pf_smf_track_text(&t, 0, PF_META_NAME, "bass");
	ok(IS(&t, "MTrk\0\0\0\x0c\0\xff\3\4bass\0\xff\x2f\0"),
	    "a text says its length");
	pf_smf_track_say(&t, 200, PF_SMF_ON, 0x90, 1, 1);
	ok(IS(&t, "MTrk\0\0\0\x09\x81\x48\x90\1\1\0\xff\x2f\0"),
	    "a long wait has more bytes");
	pf_smf_track_say(&t, 0x10000000, PF_SMF_ON, 0x90, 1, 1);
	ok(IS(&t, "MTrk\0\0\0\x0f\xff\xff\xff\x7f\xff\1\0\1\x90\1\1"
	    "\0\xff\x2f\0"), "a wait that no number holds has a rest");
	pf_smf_track_say(&t, -7, PF_SMF_ON, 0x90, 1, 1);
	ok(IS(&t, "MTrk\0\0\0\x08\0\x90\1\1\0\xff\x2f\0"),
	    "nothing stands before the beginning");
	return tap_done();
}
