/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The slots of type `more` behind an event, as the text they carry and back:
 * "key=value" pairs separated by TAB, 16 bytes in each slot.
 */
#ifndef PF_EVENT_MORE_H
#define PF_EVENT_MORE_H

#include "base/attr.h"
#include "event/event.h"

#include <stddef.h>

/*
 * The text of slots more[n], n at most PF_MORE_MOST, to text with a NUL
 * behind it.  Control characters but TAB become '?'.  Returns its length.
 */
PF_RT size_t pf_more_join(const struct pf_event *more, unsigned n,
    char text[PF_MORE_BYTES + 1]);

/*
 * The slots for text[len], len at most PF_MORE_BYTES (what is longer is cut
 * off), with the event's time and source; their number is put into its type
 * word.  Returns how many.
 */
PF_RT unsigned pf_more_split(struct pf_event *e, const char *text, size_t len,
    struct pf_event more[PF_MORE_MOST]);

#endif
