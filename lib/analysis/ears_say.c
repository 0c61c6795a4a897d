/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ears_inside.h"

#include "base/hash.h"
#include "event/type.h"

/* An event of this hop that tells of at_ns. */
struct pf_event
heard(const struct pf_ears *e, enum pf_type type, int64_t at_ns)
{
	struct pf_event ev = pf_event_make(type, e->known, 0);
	ev.type |= PF_HEARD;
	ev.at_us = (int32_t)((at_ns - e->known) / 1000);
	return ev;
}

void
say(struct pf_ears *e, const struct pf_event *event, const char *more)
{
	if (!(e->config.what >> pf_event_type(event) & 1) || e->broken != 0)
		return;
	e->broken = pf_sink_say(&e->sink, event, more);
}

void
say_phrase(struct pf_ears *e, const struct pf_phrase_heard *phrase)
{
	struct pf_event ev = heard(e, PF_PHRASE, phrase->at_ns);
	ev.name = pf_hash_str(pf_phrase_name[phrase->what]);
	ev.b = (float)phrase->confidence;
	say(e, &ev, NULL);
}
