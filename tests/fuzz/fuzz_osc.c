/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mutated OSC packets: what reaches the audio thread is always an event that
 * may be played, and nothing grows.
 */
#include "control_rig.h"
#include "osc_seeds.h"

#include "event/type.h"
#include "osc/framing.h"

#include <math.h>

#ifndef FUZZ_ROUNDS
#define FUZZ_ROUNDS 1000000
#endif

static struct rig rig;

/* The engine's end: check what was posted, answer most of it. */
static void
drain(void)
{
	struct pf_command c;
	while (pf_commands_get(&rig.commands, &c)) {
		struct pf_event e = c.event;
		const struct pf_answer answer = {c.ticket,
		    c.ticket % 7 ? 0 : -2, 100000000000};
		if (e.time == PF_TIME_NOW)
			e.time = 0;
		if (pf_event_check(&e) || c.more_len > PF_MORE_BYTES ||
		    (pf_event_type(&e) == PF_SET && !isfinite(e.b)))
			abort();
		if (c.ticket && c.ticket % 11)
			pf_answers_put(&rig.answers, &answer);
		e.source = pf_hash_str("engine");
		pf_desk_hear(rig.desk, &e);
	}
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	static struct pf_osc_unframe u;
	struct pf_err err;
	if (!rig.control && !rig_open(&rig, -1, NULL, &err))
		abort();
	/* Also padded to a multiple of 4, or hardly any would be read. */
	uint8_t *const padded = calloc(1, n + 4);
	if (!padded)
		abort();
	memcpy(padded, bytes, n);
	pf_control_packet(rig.control, bytes, n);
	pf_control_packet(rig.control, padded, (n + 3) / 4 * 4);
	free(padded);
	drain();
	/* The same bytes as a stream. */
	size_t used = 0;
	pf_osc_unframe_init(&u);
	for (size_t at = 0; at < n; at += used) {
		const uint8_t *packet;
		size_t len;
		if (pf_osc_unframe(&u, bytes + at, n - at, &used, &packet,
		    &len) < 0 || used == 0)
			break;
	}
}

#ifndef PF_LIBFUZZER

int
main(void)
{
	struct fuzz_seed seeds[OSC_SEEDS];
	osc_seeds(seeds);
	const int status = fuzz_run(seeds, OSC_SEEDS, osc_words,
	    PF_COUNT(osc_words), FUZZ_ROUNDS);
	const struct pf_control_counts counts = pf_control_counts(rig.control);
	printf("# %llu messages were read, %llu answered with an error\n",
	    (unsigned long long)counts.messages,
	    (unsigned long long)counts.refused);
	rig_close(&rig);
	return status;
}

#endif
