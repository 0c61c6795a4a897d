/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void
lay_out(struct pf_strip *s, unsigned pending)
{
	const unsigned room = pending + PF_PLACES_TURNS + PF_PLACES_ENDS;
	pf_scheduler_lay_out(&s->scheduler, &s->arena, room);
	s->fates.fate = pf_arena_take(&s->arena, room, sizeof *s->fates.fate);
	s->fates.room = room;
}

int
pf_strip_new(struct pf_strip **strip, enum pf_strip_kind kind,
    const char *name, const struct pf_instrument *ins, unsigned input,
    uint32_t rate_hz, unsigned pending)
{
	struct pf_strip *s = pf_touched_alloc(sizeof *s);
	if (!s)
		return -ENOMEM;
	s->kind = kind;
	s->rate_hz = rate_hz;
	s->input = input;
	s->told_frame = INT64_MIN;
	snprintf(s->name, sizeof s->name, "%s", name);
	s->hash = pf_hash_str(name);
	lay_out(s, pending);
	int status = pf_arena_open(&s->arena);
	if (status == 0) {
		lay_out(s, pending);
		status = pf_gear_new(&s->gear, kind, name, ins, input,
		    rate_hz);
	}
	if (status < 0)
		pf_strip_free(s);
	else
		*strip = s;
	return status;
}

void
pf_strip_free(struct pf_strip *strip)
{
	if (!strip)
		return;
	pf_gear_free(strip->gear);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_gear_free(strip->ringing[i]);
	pf_arena_close(&strip->arena);
	free(strip);
}
