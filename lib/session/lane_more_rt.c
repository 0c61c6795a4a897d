/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane_more.h"

#include <errno.h>
#include <string.h>

enum { EACH = PF_MORE_BYTES / PF_MORE_MOST };
_Static_assert(offsetof(struct pf_event, a) + EACH == sizeof(struct pf_event),
    "what follows the header of a slot");

int
pf_lane_more_slots(struct pf_event *e, const char *text,
    struct pf_event more[PF_MORE_MOST])
{
	const size_t len = text ? strnlen(text, PF_MORE_BYTES + 1) : 0;
	if (len > PF_MORE_BYTES)
		return -EMSGSIZE;
	const unsigned n = (unsigned)(len + EACH - 1) / EACH;
	e->type = (e->type & ~((uint32_t)PF_MORE_MOST << PF_MORE_SHIFT)) |
	    n << PF_MORE_SHIFT;
	for (unsigned i = 0; i < n; i++) {
		const size_t from = (size_t)i * EACH;
		const size_t left = len - from;
		memset(&more[i], 0, sizeof more[i]);
		more[i].time = e->time;
		more[i].source = e->source;
		more[i].type = PF_MORE;
		memcpy((char *)&more[i] + offsetof(struct pf_event, a),
		    text + from, left < EACH ? left : EACH);
	}
	return (int)n;
}

void
pf_lane_more_text(const struct pf_event *more, unsigned n,
    char text[PF_MORE_BYTES + 1])
{
	for (unsigned i = 0; i < n && i < PF_MORE_MOST; i++)
		memcpy(text + (size_t)i * EACH, (const char *)&more[i] +
		    offsetof(struct pf_event, a), EACH);
	text[(size_t)(n < PF_MORE_MOST ? n : PF_MORE_MOST) * EACH] = '\0';
}
