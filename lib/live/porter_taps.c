/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taps of strips, returns and the master, for who asks. */
#include "live/porter_private.h"

#include "base/hash.h"
#include "base/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool
has(const struct pf_porter *p, const char *name)
{
	for (unsigned i = 0; i < p->taps; i++)
		if (strcmp(p->tap[i].name, name) == 0)
			return true;
	for (unsigned i = 0; i < p->tap_wishes; i++)
		if (strcmp(p->tap_wish[i], name) == 0)
			return true;
	return false;
}

int
pf_porter_tap(struct pf_porter *p, const char *name, struct pf_err *err)
{
	const uint64_t one = 1;
	int r = 0;
	if (!pf_session_name_ok(name, PF_LANE_NAME_MOST) ||
	    strcmp(name, "in") == 0)
		return pf_err_set(err, "'%s' is no strip's name", name);
	pthread_mutex_lock(&p->lock);
	if (!has(p, name)) {
		if (p->taps + p->tap_wishes < PF_TAPS_MOST)
			memcpy(p->tap_wish[p->tap_wishes++], name,
			    strlen(name) + 1);
		else
			r = -ENOSPC;
	}
	pthread_mutex_unlock(&p->lock);
	if (r != 0)
		pf_err_set(err, "there are %d taps already", PF_TAPS_MOST);
	else
		(void)!write(p->config.wake_fd, &one, sizeof one);
	return r;
}

/* To the stage, as far as it has room. */
static void
hand_over(struct pf_porter *p)
{
	for (; p->tapped < p->taps; p->tapped++) {
		const struct pf_tap_file *const tap = &p->tap[p->tapped];
		const struct pf_order order = {.kind = PF_ORDER_TAP,
		    .tap = tap->tap, .input = {-1, -1}, .event.source =
		    strcmp(tap->name, "master") == 0 ? 0
		    : pf_hash_str(tap->name)};
		if (!pf_stage_order(p->stage, &order))
			return;
	}
}

int
pf_porter_taps(struct pf_porter *p, struct pf_err *err)
{
	int result = 0;
	pthread_mutex_lock(&p->lock);
	for (unsigned i = 0; i < p->tap_wishes; i++) {
		const char *const name = p->tap_wish[i];
		struct pf_tap_file *const tap = &p->tap[p->taps];
		const int r = pf_tap_file_make(tap, p->config.dir, name, 2,
		    p->config.rate_hz, pf_stage_frame(p->stage), err);
		if (r != 0) {
			result = r;
			continue;
		}
		p->taps++;
	}
	p->tap_wishes = 0;
	hand_over(p);
	pthread_mutex_unlock(&p->lock);
	return result;
}

void
pf_porter_close_taps(struct pf_porter *p)
{
	while (p->taps > 0)
		pf_tap_file_close(&p->tap[--p->taps], p->config.dir);
}
