/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solo.  The engine knows only mute; while a strip is soloed, all that are
 * not are muted, and what was wished of their mutes is kept here.
 */
#include "live/control_private.h"
#include "base/hash.h"
#include "event/type.h"

#include <errno.h>
#include <string.h>

static struct pf_control_solo *
find(const struct pf_control *c, const char *strip)
{
	for (unsigned i = 0; i < c->solos; i++)
		if (strcmp(c->solo[i].name, strip) == 0)
			return (struct pf_control_solo *)(uintptr_t)
			    &c->solo[i];
	return NULL;
}

static bool
in_force(struct pf_control *c, const char *param)
{
	struct pf_desk_param p;
	return pf_desk_find(c->config.desk, param, &p) == 0 &&
	    p.value >= 0.5f;
}

static int
post_mute(struct pf_control *c, const struct pf_control_request *r,
    const char *path, const char *strip, bool on, struct pf_err *err)
{
	char param[PF_NAME_MOST + 8];
	snprintf(param, sizeof param, "%s.mute", strip);
	struct pf_command command = {
		.event = pf_event_make(PF_SET, r->at_ns, 0),
	};
	command.event.name = pf_hash_str(param);
	command.event.b = on;
	if (c->config.spell)
		c->config.spell(c->config.ctx, param);
	return pf_control_post(c, r->peer, path, &command, err);
}

/* Each strip gets a row, with what holds of it now. */
static void
gather(struct pf_control *c)
{
	for (size_t i = 0; i < pf_addresses_count(c->addresses); i++) {
		const struct pf_address *const a =
		    pf_addresses_at(c->addresses, i);
		if (a->what != PF_AT_MUTE || c->solos == PF_STRIPS_MOST ||
		    find(c, a->node))
			continue;
		struct pf_control_solo *const s = &c->solo[c->solos++];
		*s = (struct pf_control_solo){0};
		snprintf(s->name, sizeof s->name, "%s", a->node);
		s->mute = s->in_force = in_force(c, a->param);
	}
}

/*
 * Mute and unmute what has to be.  path gets the answer of the first.
 * Returns how many were posted, or a negative errno.
 */
static int
enforce(struct pf_control *c, const struct pf_control_request *r,
    const char *path, struct pf_err *err)
{
	bool any = false;
	int posted = 0;
	for (unsigned i = 0; i < c->solos; i++)
		any |= c->solo[i].solo;
	for (unsigned i = 0; i < c->solos; i++) {
		struct pf_control_solo *const s = &c->solo[i];
		const bool want = any ? s->mute || !s->solo : s->mute;
		if (want == s->in_force)
			continue;
		const int status = post_mute(c, r, posted ? NULL : path,
		    s->name, want, err);
		if (status != 0)
			return status;
		s->in_force = want;
		posted++;
	}
	if (!any)
		c->solos = 0; /* the desk alone knows again */
	return posted;
}

int
pf_control_set_solo(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a, bool on,
    struct pf_err *err)
{
	gather(c);
	struct pf_control_solo *const s = find(c, a->node);
	if (!s)
		return pf_err_set(err, "too many strips"), -EAGAIN;
	s->solo = on;
	const int posted = enforce(c, r, a->path, err);
	if (posted == 0) /* nothing had to change */
		pf_control_ok(c, r->peer, a->path, 0, c->now_ns);
	return posted < 0 ? posted : 0;
}

int
pf_control_set_mute(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a, bool on,
    struct pf_err *err)
{
	struct pf_control_solo *const s = find(c, a->node);
	if (!s)
		return post_mute(c, r, a->path, a->node, on, err);
	s->mute = on;
	s->in_force = on || !s->solo;
	return post_mute(c, r, a->path, a->node, s->in_force, err);
}

bool
pf_control_is_solo(const struct pf_control *c, const char *strip)
{
	const struct pf_control_solo *const s = find(c, strip);
	return s && s->solo;
}

bool
pf_control_is_muted(struct pf_control *c, const struct pf_address *a)
{
	const struct pf_control_solo *const s = find(c, a->node);
	return s ? s->mute : in_force(c, a->param);
}

void
pf_control_solo_look(struct pf_control *c)
{
	const struct pf_control_request r = {.at_ns = PF_TIME_NOW};
	struct pf_err err;
	if (c->solos == 0)
		return;
	gather(c);
	/* What finds no room now is seen to when strips change again. */
	(void)!enforce(c, &r, NULL, &err);
}
