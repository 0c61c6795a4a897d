/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What addresses there are, and what each takes: a packet at a time. */
#include "live/control_private.h"
#include "osc/pattern.h"

#include <string.h>

enum { WORDS = 3072, BUNDLE = 12288 };

/* "a|b|c" in s[WORDS], cut at a word. */
static void
join(char *s, const char *const *words)
{
	size_t at = 0;
	s[0] = '\0';
	for (size_t i = 0; words && words[i]; i++) {
		const size_t n = strlen(words[i]);
		if (at + n + 2 > WORDS)
			return;
		at += (size_t)snprintf(s + at, WORDS - at, "%s%s",
		    i ? "|" : "", words[i]);
	}
}

/* A float where it came from one: 0.1 is not 0.10000000149011612. */
static void
add_limit(struct pf_osc_message *m, double x)
{
	if ((double)(float)x == x)
		pf_osc_add_f(m, (float)x);
	else
		pf_osc_add_d(m, x);
}

/* "/address path kind access unit lo hi home value words also help". */
static size_t
describe(struct pf_control *c, const struct pf_address *a,
    unsigned char *packet, size_t room)
{
	char words[WORDS];
	struct pf_osc_message m;
	struct pf_control_text text;
	join(words, a->words);
	pf_osc_begin(&m, "/address");
	pf_osc_add_s(&m, a->path);
	pf_osc_add_s(&m, pf_address_kind_name[a->kind]);
	pf_osc_add_s(&m, a->get ? a->set ? "rw" : "r" : "w");
	pf_osc_add_s(&m, a->unit);
	add_limit(&m, a->lo);
	add_limit(&m, a->hi);
	if (a->has_home)
		add_limit(&m, a->home);
	else
		pf_control_add_nothing(&m);
	/* One value; who is there fits in no table. */
	pf_control_add_value(c, a, &m, &text);
	if (m.n > 8)
		m.n = 8;
	pf_osc_add_s(&m, words);
	pf_osc_add_s(&m, a->also ? a->also : "");
	pf_osc_add_s(&m, a->help);
	return pf_osc_write(packet, room, &m);
}

/* Does an address stand below (or at) a prefix, or match a pattern? */
static bool
is_below(const struct pf_address *a, const char *prefix)
{
	if (pf_osc_is_pattern(prefix))
		return pf_osc_match(prefix, a->path);
	size_t n = strlen(prefix);
	while (n > 0 && prefix[n - 1] == '/')
		n--;
	return strncmp(a->path, prefix, n) == 0 &&
	    (a->path[n] == '/' || a->path[n] == '\0');
}

static void
list_from(struct pf_control *c, unsigned peer, const char *prefix,
    size_t from)
{
	unsigned char bundle[BUNDLE], packet[4096];
	size_t len = pf_osc_bundle_begin(bundle, sizeof bundle, PF_OSC_NOW);
	size_t of = 0, next = from;
	bool full = false;
	for (size_t i = 0; i < pf_addresses_count(c->addresses); i++) {
		const struct pf_address *const a =
		    pf_addresses_at(c->addresses, i);
		if (!is_below(a, prefix))
			continue;
		of++;
		if (full || of <= from)
			continue;
		const size_t n = describe(c, a, packet, sizeof packet);
		const size_t more = n == 0 ? 0 : pf_osc_bundle_add(bundle,
		    sizeof bundle - 512, len, packet, n);
		full = n > 0 && more == 0;
		len = more ? more : len;
		next = full ? next : of;
	}
	struct pf_osc_message end;
	struct pf_err err;
	if (of == 0) {
		pf_addresses_fail(c->addresses, prefix, &err);
		pf_control_error(c, peer, prefix, err.text);
		return;
	}
	pf_osc_begin(&end, "/listed");
	pf_osc_add_s(&end, prefix);
	pf_osc_add_i(&end, full ? (int32_t)next : -1);
	pf_osc_add_i(&end, (int32_t)of);
	const size_t n = pf_osc_write(packet, sizeof packet, &end);
	len = pf_osc_bundle_add(bundle, sizeof bundle, len, packet, n);
	pf_control_log(c, peer, '>', &end);
	pf_control_send_packet(c, peer, bundle, len);
}

void
pf_control_list(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m)
{
	const char *prefix = m->n > 0 ? pf_osc_text(m, 0) : "/";
	double from = 0;
	if (!prefix || m->n > 2 || (m->n == 2 && (pf_osc_number(m, 1,
	    &from) != 0 || from < 0 || from > 1e9))) {
		pf_control_error(c, peer, m->path,
		    "wants an address to begin with, and a number");
		return;
	}
	if (prefix[0] != '/' || strlen(prefix) > PF_OSC_PATH_MOST) {
		pf_control_error(c, peer, m->path, "wants an address");
		return;
	}
	list_from(c, peer, prefix, (size_t)from);
}
