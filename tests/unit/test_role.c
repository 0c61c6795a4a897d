/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/role.h"

#include "base/attr.h"
#include "tap.h"

static void
test_drums(void)
{
	static const char *const yes[] = {
		"drums", "Drums", "drums-2", "my drummer", "percussion",
		"kit-808", "TR-909", "808", "kick", "snare", "bass-drum",
		"beat",
	};
	static const char *const no[] = {
		"", "bass", "808-bass", "melody", "harmony", "human", "ears",
		"sub-bass", "strings", "score",
	};
	for (size_t i = 0; i < PF_COUNT(yes); i++)
		ok(pf_source_is_drums(yes[i]), "'%s' plays drums", yes[i]);
	for (size_t i = 0; i < PF_COUNT(no); i++)
		ok(!pf_source_is_drums(no[i]), "'%s' plays no drums", no[i]);
	ok(!pf_source_is_drums(NULL), "a name that nobody knows plays none");
}

int
main(void)
{
	test_drums();
	return tap_done();
}
