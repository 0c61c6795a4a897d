/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mutated MIDI files: what is read is a good stream, and can be written. */
#include "fuzz.h"

#include "base/attr.h"
#include "event/type.h"
#include "stream/smf.h"

static const uint8_t plain[] =
    "MThd\0\0\0\6\0\1\0\2\0\x60"
    "MTrk\0\0\0\x28\0\xff\3\5title\0\xff\x51\3\x07\xa1\x20"
    "\0\xff\x58\4\6\3\x24\x08\0\xff\x59\2\xfd\1\0\xff\6\2" "A\xe9"
    "\0\xff\x2f\0"
    "MTrk\0\0\0\x38\0\xff\3\4" "bass\0\xc0\x21\0\xb0\7\x40\0\xb0\x40\x7f"
    "\0\x90\x3c\x40\x60\x3c\0\0\xe0\0\x60\0\x3e\x7f\x30\x3e\0"
    "\0\x99\x24\x40\x10\x24\0\0\xf0\2\1\xf7\0\xb0\x40\0\0\xff\x2f\0";
static const uint8_t film[] =
    "MThd\0\0\0\6\0\0\0\1\xe7\x28MTrk\0\0\0\x0d"
    "\0\x90\x3c\x40\x87\x68\x80\x3c\0\0\xff\x2f\0";

struct catcher {
	struct pf_smf *smf;
	int64_t last_ns;
};

static int
take(void *ctx, const struct pf_event *e, const char *more)
{
	struct catcher *const c = ctx;
	(void)more;
	if (pf_event_check(e) || e->time < c->last_ns) {
		fprintf(stderr, "%s\n", pf_event_check(e));
		abort();
	}
	c->last_ns = e->time;
	return pf_smf_add(c->smf, e);
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	struct pf_names *names;
	struct catcher c = {.last_ns = 0};
	struct pf_err err;
	uint8_t *out;
	size_t len;
	if (pf_names_new(&names) != 0 || pf_smf_new(&c.smf, names) != 0)
		abort();
	const struct pf_sink sink = {take, &c};
	if (pf_smf_read(bytes, n, "fuzz", names, &sink, &err) == 0 &&
	    pf_smf_write(c.smf, PF_SMF_TEMPO, &out, &len, &err) == 0)
		free(out);
	pf_smf_free(c.smf);
	pf_names_free(names);
}

#ifndef PF_LIBFUZZER
static const struct fuzz_seed seeds[] = {
	{plain, sizeof plain - 1}, {film, sizeof film - 1},
};
static const char *const words[] = {"MTrk", "\xff\x51\3\1\1\1", "\x90\x40\x40",
    "\x80\x40\x40", "\xff\xff\xff\x7f", "\xb0\x65\1", "\xe0\x7f\x7f",
    "\xc9\x7f", "\xff\6\1a", "\xff\x59\2\7\1"};
FUZZ_MAIN(seeds, 2, words, 40000)
#endif
