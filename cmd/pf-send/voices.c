/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "voices.h"

#include "event/type.h"

#include <errno.h>
#include <math.h>

struct voice *
voice_of(struct voices *v, const char *name, uint32_t source, int *e,
    struct pf_err *err)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->voice[i].source == source)
			return &v->voice[i];
	if (v->n == VOICES_MOST) {
		pf_err_set(err, "more than %d sources in one stream",
		    VOICES_MOST);
		*e = -ENOSPC;
		return NULL;
	}
	struct voice *const new = &v->voice[v->n];
	struct pf_member_config config = v->config;
	config.name = name;
	*new = (struct voice){.source = source};
	*e = pf_member_open(&new->member, &config, v->names, err);
	if (*e != 0)
		return NULL;
	pf_member_state(new->member, PF_LANE_PLAYING);
	v->n++;
	return new;
}

int
voice_say(struct voice *v, const struct pf_event *e, const char *more,
    int64_t now_ns)
{
	const enum pf_type type = pf_event_type(e);
	if (type == PF_ON && !(e->type & PF_HEARD))
		v->held++;
	if (type == PF_NOTE) {
		const int64_t at = e->time == PF_TIME_NOW ? now_ns : e->time;
		const int64_t end = at + llround((double)e->duration * 1e9);
		v->end_ns = end > v->end_ns ? end : v->end_ns;
	} else if (e->time > v->end_ns) {
		v->end_ns = e->time;
	}
	return pf_member_say(v->member, e, more);
}

int
voices_tend(struct voices *v)
{
	struct pf_member_heard heard;
	int r;
	for (size_t i = 0; i < v->n; i++) {
		while ((r = pf_member_next(v->voice[i].member, &heard)) == 1)
			continue;
		if (r == 0)
			r = pf_member_wait(v->voice[i].member, 0);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

int64_t
voices_end(const struct voices *v)
{
	int64_t end = 0;
	for (size_t i = 0; i < v->n; i++)
		if (v->voice[i].end_ns > end)
			end = v->voice[i].end_ns;
	return end;
}

void
voices_close(struct voices *v, bool finished)
{
	for (size_t i = 0; i < v->n; i++) {
		struct voice *const o = &v->voice[i];
		/* Without pitch and id it ends all that the source holds. */
		const struct pf_event off = pf_event_make(PF_OFF, PF_TIME_NOW,
		    o->source);
		if (o->held || !finished)
			(void)!pf_member_say(o->member, &off, NULL);
		pf_member_close(o->member, finished);
	}
	v->n = 0;
}
