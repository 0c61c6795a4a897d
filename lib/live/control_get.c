/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an address holds. */
#include "live/control_private.h"
#include "base/hash.h"
#include "event/pitch.h"
#include "osc/pattern.h"
#include "session/lane.h"

#include <math.h>
#include <string.h>

enum { BUNDLE = 12288 };

static void
add_switch(struct pf_osc_message *m, bool on)
{
	pf_osc_add_i(m, on);
	m->arg[m->n - 1].type = on ? 'T' : 'F';
}

void
pf_control_add_nothing(struct pf_osc_message *m)
{
	pf_osc_add_i(m, 0);
	m->arg[m->n - 1].type = 'N';
}

static char *
room_of(struct pf_control_text *text)
{
	return text->s[text->n < 32 ? text->n++ : 31];
}

/* ---- members */

struct member_search {
	uint32_t source;
	char *name; /* [PF_CONTROL_TEXT] */
	struct pf_osc_message *m;
	struct pf_control_text *text;
};

static void
find_member(void *ctx, const struct pf_desk_member *member)
{
	struct member_search *const search = ctx;
	if (member->source == search->source)
		snprintf(search->name, PF_CONTROL_TEXT, "%.*s",
		    PF_CONTROL_TEXT - 1, member->name);
}

static void
tell_member(void *ctx, const struct pf_desk_member *member)
{
	static const char *const state[] = {
		"starting", "ready", "playing", "ending", "gone",
	};
	struct member_search *const search = ctx;
	if (search->text->n >= 32)
		return;
	char *const s = room_of(search->text);
	/* Who left in order is gone; who died before is dead. */
	const bool dead = !member->alive && member->state != PF_LANE_GONE;
	snprintf(s, PF_CONTROL_TEXT, "%.24s %.12s %s %u", member->name,
	    member->role[0] ? member->role : "-", dead ? "dead"
	    : member->state < PF_COUNT(state) ? state[member->state] : "?",
	    member->pid);
	pf_osc_add_s(search->m, s);
}

/* ---- values */

static double
beat_now(const struct pf_control *c)
{
	const struct pf_clock_state *const s = &c->clock;
	const double passed_ns = (double)(c->now_ns - s->beat_time_ns);
	return s->beat + (s->playing ? passed_ns * s->bpm / 60e9 : 0);
}

static void
transport_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m, struct pf_control_text *text)
{
	const struct pf_clock_state *const s = &c->clock;
	char *const room = room_of(text);
	struct member_search search = {s->follow, room, NULL, NULL};
	switch (a->what) {
	case PF_AT_TEMPO:
		pf_osc_add_d(m, s->bpm);
		return;
	case PF_AT_METER:
		snprintf(room, PF_CONTROL_TEXT, "%u/%u", s->meter_num,
		    s->meter_den);
		pf_osc_add_s(m, room);
		return;
	case PF_AT_KEY:
		if (s->key_tonic > 11 || s->key_mode >= PF_MODES) {
			pf_control_add_nothing(m);
			return;
		}
		snprintf(room, PF_CONTROL_TEXT, "%s %s",
		    pf_pitch_class_name((int)s->key_tonic),
		    pf_mode[s->key_mode].name);
		pf_osc_add_s(m, room);
		return;
	case PF_AT_FOLLOW:
		pf_osc_add_s(m, c->follow);
		return;
	case PF_AT_PLAYING:
		add_switch(m, s->playing != 0);
		return;
	case PF_AT_BEAT:
		pf_osc_add_d(m, round(beat_now(c) * 1000) / 1000);
		return;
	case PF_AT_BAR:
		pf_osc_add_d(m, s->meter_num ? 1 + floor(beat_now(c) *
		    s->meter_den / (4.0 * s->meter_num) + 1e-6) : 1);
		return;
	case PF_AT_EPOCH:
		pf_osc_add_d(m, s->epoch);
		return;
	case PF_AT_LEADER:
		snprintf(room, PF_CONTROL_TEXT, s->follow == 0 ? "axis"
		    : "#%08x", s->follow);
		if (s->follow != 0)
			pf_desk_each_member(c->config.desk, find_member,
			    &search);
		pf_osc_add_s(m, room);
		return;
	default:
		return;
	}
}

static void
session_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m, struct pf_control_text *text)
{
	const struct pf_clock_state *const s = &c->clock;
	struct member_search search = {0, NULL, m, text};
	double x = 0;
	switch (a->what) {
	case PF_AT_SESSION:
		pf_osc_add_s(m, c->config.session ? c->config.session : "");
		return;
	case PF_AT_MEMBERS:
		pf_desk_each_member(c->config.desk, tell_member, &search);
		return;
	case PF_AT_TIME: x = (double)c->now_ns / 1e9; break;
	case PF_AT_RATE: x = s->rate_hz; break;
	case PF_AT_PERIOD: x = s->period_frames; break;
	case PF_AT_LATENCY:
		x = s->rate_hz ? 1000.0 * (s->in_latency + s->out_latency +
		    s->master_latency) / s->rate_hz : 0;
		break;
	case PF_AT_ROUND_TRIP: x = s->in_latency + s->out_latency; break;
	case PF_AT_XRUNS: x = (double)s->xruns; break;
	case PF_AT_LOST: x = (double)s->lost_frames; break;
	case PF_AT_SPEED: x = s->speed; break;
	case PF_AT_PORT: x = pf_control_udp_port(c); break;
	case PF_AT_TCP_PORT: x = pf_control_tcp_port(c); break;
	case PF_AT_PID: x = s->engine_pid; break;
	default: return;
	}
	pf_osc_add_d(m, x);
}

struct node_search {
	const char *name;
	char *instrument;
};

static void
find_node(void *ctx, const struct pf_desk_node *node)
{
	struct node_search *const search = ctx;
	if (node->kind == PF_DESK_STRIP &&
	    strcmp(node->name, search->name) == 0)
		snprintf(search->instrument, PF_CONTROL_TEXT, "%s",
		    node->instrument);
}

static void
desk_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m, struct pf_control_text *text)
{
	char *const room = room_of(text);
	struct node_search search = {a->node, room};
	struct pf_desk_param p;
	room[0] = '\0';
	if (a->what == PF_AT_SOLO) {
		add_switch(m, pf_control_is_solo(c, a->node));
	} else if (a->what == PF_AT_MUTE) {
		add_switch(m, pf_control_is_muted(c, a));
	} else if (a->what == PF_AT_INSTRUMENT) {
		pf_desk_each_node(c->config.desk, find_node, &search);
		pf_osc_add_s(m, room);
	} else if (pf_desk_find(c->config.desk, a->param, &p) != 0) {
		pf_control_add_nothing(m); /* gone since the table was made */
	} else if (a->kind == PF_ADDRESS_SWITCH) {
		add_switch(m, p.value >= 0.5f);
	} else if (a->kind == PF_ADDRESS_CHOICE && p.value >= 0 &&
	    p.value <= p.param->hi) {
		pf_osc_add_s(m, p.param->choice[(size_t)p.value]);
	} else {
		pf_osc_add_f(m, p.value);
	}
}

static void
mind_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m)
{
	const struct pf_control_memory *const memory =
	    pf_control_remember(c, a->param, false);
	if (!memory)
		pf_control_add_nothing(m); /* as it came */
	else if (a->what == PF_AT_TRAIT)
		pf_osc_add_d(m, memory->number);
	else
		pf_osc_add_s(m, memory->text);
}

void
pf_control_add_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m, struct pf_control_text *text)
{
	const unsigned before = m->n;
	text->n = 0;
	if (!a->get)
		pf_control_add_nothing(m);
	else if (a->what <= PF_AT_LEADER && a->what != PF_AT_TIME)
		transport_value(c, a, m, text);
	else if (a->what <= PF_AT_QUIT)
		session_value(c, a, m, text);
	else if (a->what < PF_AT_TRAIT)
		desk_value(c, a, m, text);
	else
		mind_value(c, a, m);
	if (m->n == before)
		pf_control_add_nothing(m);
}

size_t
pf_control_value(struct pf_control *c, const struct pf_address *a, void *buf,
    size_t room)
{
	struct pf_osc_message m;
	struct pf_control_text text;
	pf_osc_begin(&m, "/value");
	pf_osc_add_s(&m, a->path);
	pf_control_add_value(c, a, &m, &text);
	return pf_osc_write(buf, room, &m);
}

/* ---- /get */

/* All values of a pattern, in one bundle, with "/got PATTERN n of". */
static void
get_many(struct pf_control *c, unsigned peer, const char *pattern)
{
	unsigned char bundle[BUNDLE], packet[3072];
	size_t len = pf_osc_bundle_begin(bundle, sizeof bundle, PF_OSC_NOW);
	int n = 0, of = 0;
	for (size_t i = 0; i < pf_addresses_count(c->addresses); i++) {
		const struct pf_address *const a =
		    pf_addresses_at(c->addresses, i);
		if (!a->get || !pf_osc_match(pattern, a->path))
			continue;
		of++;
		if (n != of - 1)
			continue; /* it is full */
		const size_t m = pf_control_value(c, a, packet,
		    sizeof packet);
		const size_t more = m == 0 ? 0 : pf_osc_bundle_add(bundle,
		    sizeof bundle - 512, len, packet, m);
		len = more ? more : len;
		n += more > 0;
	}
	if (of == 0) {
		pf_control_error(c, peer, pattern, "no address is like that");
		return;
	}
	struct pf_osc_message end;
	pf_osc_begin(&end, "/got");
	pf_osc_add_s(&end, pattern);
	pf_osc_add_i(&end, n);
	pf_osc_add_i(&end, of);
	const size_t m = pf_osc_write(packet, sizeof packet, &end);
	len = pf_osc_bundle_add(bundle, sizeof bundle, len, packet, m);
	pf_control_log(c, peer, '>', &end);
	pf_control_send_packet(c, peer, bundle, len);
}

void
pf_control_get(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m)
{
	const char *const path = pf_osc_text(m, 0);
	unsigned char packet[3072];
	struct pf_err err;
	if (!path || m->n != 1) {
		pf_control_error(c, peer, m->path, "wants one address");
		return;
	}
	if (pf_osc_is_pattern(path)) {
		get_many(c, peer, path);
		return;
	}
	const struct pf_address *const a = pf_addresses_find(c->addresses,
	    path);
	if (!a)
		pf_addresses_fail(c->addresses, path, &err);
	else if (!a->get)
		pf_err_set(&err, "'%s' has no value, it is only done", path);
	if (!a || !a->get) {
		pf_control_error(c, peer, path, err.text);
		return;
	}
	struct pf_osc_message value;
	struct pf_control_text text;
	pf_osc_begin(&value, "/value");
	pf_osc_add_s(&value, a->path);
	pf_control_add_value(c, a, &value, &text);
	pf_control_log(c, peer, '>', &value);
	pf_control_send_packet(c, peer, packet, pf_osc_write(packet,
	    sizeof packet, &value));
}
