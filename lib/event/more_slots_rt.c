/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/more.h"

#include <string.h>

enum { SLOT = 16 };
_Static_assert(PF_MORE_BYTES == SLOT * PF_MORE_MOST, "slots hold the text");

size_t
pf_more_join(const struct pf_event *more, unsigned n,
    char text[PF_MORE_BYTES + 1])
{
	size_t len = 0;
	for (unsigned i = 0; i < n && i < PF_MORE_MOST; i++)
		memcpy(text + (size_t)SLOT * i, &more[i].a, SLOT);
	const size_t most = (size_t)SLOT * (n < PF_MORE_MOST ? n
	    : PF_MORE_MOST);
	for (; len < most && text[len]; len++)
		if ((unsigned char)text[len] < ' ' && text[len] != '\t')
			text[len] = '?';
	text[len] = '\0';
	return len;
}

unsigned
pf_more_split(struct pf_event *e, const char *text, size_t len,
    struct pf_event more[PF_MORE_MOST])
{
	if (len > PF_MORE_BYTES)
		len = PF_MORE_BYTES;
	const unsigned n = (unsigned)((len + SLOT - 1) / SLOT);
	for (unsigned i = 0; i < n; i++) {
		const size_t at = (size_t)SLOT * i;
		const size_t left = len - at;
		more[i] = (struct pf_event){.time = e->time,
		    .source = e->source, .type = PF_MORE};
		memset(&more[i].a, 0, SLOT);
		memcpy(&more[i].a, text + at, left < SLOT ? left : SLOT);
	}
	e->type &= ~((uint32_t)PF_MORE_MOST << PF_MORE_SHIFT);
	e->type |= n << PF_MORE_SHIFT;
	return n;
}
