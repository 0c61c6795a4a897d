/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ears_inside.h"

#include "base/hash.h"
#include "event/type.h"

#include <math.h>

/* An event of this hop that tells of at_ns. */
struct pf_event
heard(const struct pf_ears *e, enum pf_type type, int64_t at_ns)
{
	struct pf_event ev = pf_event_make(type, e->known, 0);
	ev.type |= PF_HEARD;
	ev.at_us = (int32_t)((at_ns - e->known) / 1000);
	return ev;
}

/*
 * Numbers are said as finely as they are heard: levels to 0.01 dB, shares to
 * 0.001, pitches to a cent.  What is finer would only make lines longer.
 */
static void
round_off(struct pf_event *ev)
{
	const enum pf_type type = pf_event_type(ev);
	const float a = type == PF_TIMBRE ? 10 : 100;
	if (!pf_is_none(ev->a) && type != PF_PHRASE)
		ev->a = roundf(ev->a * a) / a;
	if (!pf_is_none(ev->b))
		ev->b = roundf(ev->b * 1000) / 1000;
	if (type == PF_LEVEL || type == PF_TIMBRE)
		ev->c = roundf(ev->c * a) / a;
	else if (type == PF_ONSET)
		ev->c = roundf(ev->c * 1000) / 1000;
}

void
say(struct pf_ears *e, const struct pf_event *event, const char *more)
{
	if (!(e->config.what >> pf_event_type(event) & 1) || e->broken != 0)
		return;
	struct pf_event ev = *event;
	round_off(&ev);
	e->broken = pf_sink_say(&e->sink, &ev, more);
}

void
say_phrase(struct pf_ears *e, const struct pf_phrase_heard *phrase)
{
	struct pf_event ev = heard(e, PF_PHRASE, phrase->at_ns);
	ev.name = pf_hash_str(pf_phrase_name[phrase->what]);
	ev.b = (float)phrase->confidence;
	say(e, &ev, NULL);
}
