/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What listening costs: three minutes of a line and a drum kit in seconds,
 * with no tempo given, thought about 20 times a second.
 */
#include "agent/listener.h"

#include "base/hash.h"
#include "event/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int
main(void)
{
	static const int line[8] = { 60, 64, 67, 72, 65, 69, 67, 62 };
	const double length_s = 180;
	struct pf_listener *l;
	int64_t think_ns = 0;
	if (pf_listener_new(&l, 0, NULL) < 0)
		return EXIT_FAILURE;
	const double begin = cpu_s();
	for (int i = 0; i * 0.27 < length_s; i++) {
		const int64_t at = (int64_t)(i * 0.27e9);
		struct pf_listener_chord chord;
		for (; think_ns <= at; think_ns += 50000000) {
			pf_listener_update(l, think_ns);
			for (int k = 0; k < 8; k++)
				pf_listener_chord(l, pf_listener_beat(l,
				    think_ns) + k, &chord);
		}
		for (int drum = 0; drum < 2; drum++) {
			struct pf_event e = pf_event_make(PF_NOTE, at,
			    pf_hash_str(drum ? "kit" : "human"));
			e.pitch = (float)(drum ? i % 4 ? 42 : 36
			    : line[i / 2 % 8]);
			e.velocity = 0.7f;
			e.duration = 0.2f;
			if (pf_listener_hear(l, &e, NULL) < 0)
				return EXIT_FAILURE;
		}
	}
	const double cost = cpu_s() - begin;
	printf("listener: %.3f s CPU for %.0f s of music, %.2f %% of a core\n",
	    cost, length_s, 100 * cost / length_s);
	pf_listener_free(l);
	return EXIT_SUCCESS;
}
