/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subscriptions: values as they change, at most so often, for so long.  They
 * end by themselves unless renewed, so a peer that died without a word costs
 * little; one whose socket is gone is forgotten at once.
 */
#include "live/control_private.h"
#include "base/hash.h"
#include "osc/pattern.h"

#include <string.h>

#define HZ_MOST 100.0
#define HZ_USUAL 10.0
#define SECONDS_MOST 3600.0
#define SECONDS_USUAL 10.0

enum { BUNDLE = 8192 };

static bool
watches(const struct pf_control *c, unsigned peer, unsigned *n)
{
	*n = 0;
	for (unsigned i = 0; i < PF_CONTROL_WATCHES; i++)
		*n += c->watch[i].peer == peer;
	return *n > 0;
}

static void
end(struct pf_control *c, struct pf_control_watch *w)
{
	const unsigned peer = w->peer;
	unsigned left;
	w->peer = 0;
	if (!watches(c, peer, &left) && c->server)
		pf_osc_server_keep(c->server, peer, false);
}

/* Which addresses a pattern means, as the table stands now. */
static unsigned
resolve(struct pf_control *c, struct pf_control_watch *w)
{
	const bool pattern = pf_osc_is_pattern(w->pattern);
	w->n = 0;
	w->table = c->table;
	memset(w->told, 0, sizeof w->told);
	for (size_t i = 0; i < pf_addresses_count(c->addresses); i++) {
		const struct pf_address *const a =
		    pf_addresses_at(c->addresses, i);
		if (!a->get || (pattern ? !pf_osc_match(w->pattern, a->path)
		    : strcmp(w->pattern, a->path) != 0))
			continue;
		if (w->n == PF_CONTROL_WATCHED)
			return w->n + 1;
		w->place[w->n++] = (uint32_t)i;
	}
	return w->n;
}

/* The peer's subscription of that pattern, or a free one. */
static struct pf_control_watch *
find(struct pf_control *c, unsigned peer, const char *pattern, bool make)
{
	struct pf_control_watch *free_one = NULL;
	unsigned n;
	for (unsigned i = 0; i < PF_CONTROL_WATCHES; i++) {
		struct pf_control_watch *const w = &c->watch[i];
		if (w->peer == 0)
			free_one = free_one ? free_one : w;
		else if (w->peer == peer && strcmp(w->pattern, pattern) == 0)
			return w;
	}
	watches(c, peer, &n);
	return make && n < PF_CONTROL_WATCHES_PEER ? free_one : NULL;
}

/* A number that may be left out.  Returns NULL or what is wrong. */
static bool
optional(const struct pf_osc_message *m, unsigned i, double lo, double hi,
    double *x)
{
	if (i >= m->n)
		return true;
	return pf_osc_number(m, i, x) == 0 && *x >= lo && *x <= hi;
}

void
pf_control_subscribe(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m)
{
	const char *const path = pf_osc_text(m, 0);
	double hz = HZ_USUAL, seconds = SECONDS_USUAL;
	struct pf_control_watch wish = {.peer = peer};
	struct pf_err err;
	if (!path || strlen(path) > PF_OSC_PATH_MOST) {
		pf_control_error(c, peer, m->path, "wants an address");
		return;
	}
	if (!optional(m, 1, 0.1, HZ_MOST, &hz) ||
	    !optional(m, 2, 0.1, SECONDS_MOST, &seconds)) {
		pf_control_error(c, peer, path, "wants at most 100 times a "
		    "second, for at most 3600 seconds");
		return;
	}
	snprintf(wish.pattern, sizeof wish.pattern, "%s", path);
	const unsigned n = resolve(c, &wish);
	if (n == 0) {
		if (!pf_addresses_find(c->addresses, path))
			pf_addresses_fail(c->addresses, path, &err);
		else
			pf_err_set(&err, "'%s' has no value", path);
		pf_control_error(c, peer, path, err.text);
		return;
	}
	struct pf_control_watch *const w = find(c, peer, path, true);
	if (n > PF_CONTROL_WATCHED || !w) {
		pf_control_error(c, peer, path, w
		    ? "means more than 64 addresses"
		    : "too many subscriptions");
		return;
	}
	const bool renewed = w->peer != 0 && w->table == c->table;
	if (!renewed)
		*w = wish;
	w->period_ns = (int64_t)(1e9 / hz);
	w->until_ns = c->mono_ns + (int64_t)(seconds * 1e9);
	if (!renewed)
		w->next_ns = c->mono_ns;
	if (c->server)
		pf_osc_server_keep(c->server, peer, true);
	pf_control_ok(c, peer, path, 0, c->now_ns);
}

void
pf_control_unsubscribe(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m)
{
	const char *const path = pf_osc_text(m, 0);
	struct pf_control_watch *const w = path ? find(c, peer, path, false)
	    : NULL;
	if (!w) {
		pf_control_error(c, peer, path ? path : m->path,
		    "was not subscribed");
		return;
	}
	end(c, w);
	pf_control_ok(c, peer, path, 0, c->now_ns);
}

void
pf_control_forget(struct pf_control *c, unsigned peer)
{
	for (unsigned i = 0; i < PF_CONTROL_WATCHES; i++)
		if (c->watch[i].peer == peer)
			c->watch[i].peer = 0;
	/* Nobody waits for these answers any more. */
	for (unsigned i = 0; i < PF_CONTROL_PENDING; i++)
		if (c->pending[i].peer == peer)
			c->pending[i].peer = 0;
}

/* What changed since it was told, in one bundle. */
static void
tell(struct pf_control *c, struct pf_control_watch *w)
{
	unsigned char bundle[BUNDLE], packet[1024];
	size_t len = pf_osc_bundle_begin(bundle, sizeof bundle, PF_OSC_NOW);
	const size_t head = len;
	if (w->table != c->table)
		resolve(c, w);
	for (unsigned i = 0; i < w->n; i++) {
		const size_t n = pf_control_value(c,
		    pf_addresses_at(c->addresses, w->place[i]), packet,
		    sizeof packet);
		const uint64_t hash = pf_hash((const char *)packet, n) |
		    (uint64_t)1 << 32;
		if (n == 0 || hash == w->told[i])
			continue;
		const size_t more = pf_osc_bundle_add(bundle, sizeof bundle,
		    len, packet, n);
		if (more == 0)
			break; /* the rest next time */
		len = more;
		w->told[i] = hash;
	}
	if (len > head)
		pf_control_send_packet(c, w->peer, bundle, len);
}

int
pf_control_watch_step(struct pf_control *c)
{
	int64_t next = INT64_MAX;
	for (unsigned i = 0; i < PF_CONTROL_WATCHES; i++) {
		struct pf_control_watch *const w = &c->watch[i];
		if (w->peer != 0 && c->mono_ns >= w->until_ns)
			end(c, w);
		if (w->peer != 0 && c->mono_ns >= w->next_ns) {
			tell(c, w);
			w->next_ns += w->period_ns;
			if (w->next_ns < c->mono_ns)
				w->next_ns = c->mono_ns + w->period_ns;
		}
		if (w->peer != 0 && w->next_ns < next)
			next = w->next_ns;
	}
	if (next == INT64_MAX)
		return -1;
	return next <= c->mono_ns ? 0
	    : (int)((next - c->mono_ns) / 1000000) + 1;
}
