/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/control_private.h"
#include "base/hash.h"
#include "base/message.h"
#include "osc/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AHEAD_MOST_NS 8000000000 /* of a bundle's time tag: the stage's */
#define LOOK_NS 500000000         /* for members that came or went */

static int64_t
now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What time it is in the session, and how the transport stands. */
static void
look_at_clock(struct pf_control *c)
{
	c->mono_ns = now_ns(CLOCK_MONOTONIC);
	if (pf_clock_get(c->config.clock, &c->clock))
		c->has_clock = true;
	if (c->has_clock)
		c->now_ns = pf_clock_time(&c->clock, c->mono_ns);
	if (c->now_ns < 0)
		c->now_ns = 0;
}

static void
hash_member(void *ctx, const struct pf_desk_member *member)
{
	uint64_t *const hash = ctx;
	*hash = *hash * 31 + pf_hash_str(member->name) + 7 * (uint64_t)
	    pf_hash_str(member->role);
}

/* Make the table of addresses anew if strips or members changed. */
static void
look_at_desk(struct pf_control *c)
{
	const uint32_t generation = pf_desk_generation(c->config.desk);
	uint64_t members = c->members;
	if (c->mono_ns - c->looked_ns >= LOOK_NS) {
		c->looked_ns = c->mono_ns;
		members = 1;
		pf_desk_each_member(c->config.desk, hash_member, &members);
	}
	if (c->table != 0 && generation == c->generation &&
	    members == c->members)
		return;
	if (pf_addresses_build(c->addresses, c->config.desk) != 0)
		return; /* no memory: the old one serves */
	c->generation = generation;
	c->members = members;
	c->table++;
	pf_control_solo_look(c);
}

/* ---- messages */

/*
 * Session time of a bundle's tag.  Its clock is CLOCK_REALTIME now: what
 * that clock did before or does later changes nothing.  Returns 0, or
 * -ERANGE with *err worded.
 */
static int
time_of_tag(const struct pf_control *c, uint64_t tag, int64_t *at_ns,
    struct pf_err *err)
{
	*at_ns = PF_TIME_NOW;
	if (tag == PF_OSC_NOW || !c->has_clock)
		return 0;
	const int64_t ahead_ns = pf_osc_ns_of_tag(tag) -
	    now_ns(CLOCK_REALTIME);
	if (ahead_ns > AHEAD_MOST_NS) {
		pf_err_set(err, "its time lies %.0f s ahead, at most 8: is "
		    "the sender's clock right?", (double)ahead_ns / 1e9);
		return -ERANGE;
	}
	if (ahead_ns > 0)
		*at_ns = pf_clock_time(&c->clock, now_ns(CLOCK_MONOTONIC) +
		    ahead_ns);
	return 0;
}

static void
set_one(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a)
{
	struct pf_err err;
	if (pf_control_set(c, r, a, &err) != 0)
		pf_control_error(c, r->peer, a->path, err.text);
}

/* All addresses like a pattern get the same. */
static void
set_many(struct pf_control *c, const struct pf_control_request *r)
{
	uint32_t place[PF_CONTROL_MATCHES];
	unsigned n = 0;
	for (size_t i = 0; i < pf_addresses_count(c->addresses); i++) {
		const struct pf_address *const a =
		    pf_addresses_at(c->addresses, i);
		if (!a->set || !pf_osc_match(r->m->path, a->path))
			continue;
		if (n == PF_CONTROL_MATCHES) {
			pf_control_error(c, r->peer, r->m->path,
			    "means more than 256 addresses");
			return;
		}
		place[n++] = (uint32_t)i;
	}
	if (n == 0) {
		pf_control_error(c, r->peer, r->m->path,
		    "no address that can be set is like that");
		return;
	}
	struct pf_osc_message means; /* so many answers will come */
	pf_osc_begin(&means, "/means");
	pf_osc_add_s(&means, r->m->path);
	pf_osc_add_i(&means, (int32_t)n);
	pf_control_send(c, r->peer, &means);
	for (unsigned i = 0; i < n; i++)
		set_one(c, r, pf_addresses_at(c->addresses, place[i]));
}

static void
set(struct pf_control *c, unsigned peer, const struct pf_osc_message *m)
{
	struct pf_control_request r = {.peer = peer, .m = m};
	struct pf_err err;
	if (time_of_tag(c, m->time_tag, &r.at_ns, &err) != 0) {
		pf_control_error(c, peer, m->path, err.text);
		return;
	}
	if (pf_osc_is_pattern(m->path)) {
		set_many(c, &r);
		return;
	}
	const struct pf_address *const a = pf_addresses_find(c->addresses,
	    m->path);
	if (a) {
		set_one(c, &r, a);
		return;
	}
	pf_addresses_fail(c->addresses, m->path, &err);
	pf_control_error(c, peer, m->path, err.text);
}

static void
ping(struct pf_control *c, unsigned peer, const struct pf_osc_message *m)
{
	struct pf_osc_message answer = *m;
	answer.path = "/pong";
	if (answer.n > 4)
		answer.n = 4;
	for (unsigned i = 0; i < answer.n; i++)
		if (answer.arg[i].type == 'b')
			answer.n = i;
	pf_control_send(c, peer, &answer);
}

static const struct {
	const char *path;
	void (*run)(struct pf_control *c, unsigned peer,
	    const struct pf_osc_message *m);
} verbs[] = {
	{"/get", pf_control_get},
	{"/list", pf_control_list},
	{"/subscribe", pf_control_subscribe},
	{"/unsubscribe", pf_control_unsubscribe},
	{"/ping", ping},
};

struct from {
	struct pf_control *c;
	unsigned peer;
};

static void
on_message(void *ctx, const struct pf_osc_message *m)
{
	const struct from *const from = ctx;
	struct pf_control *const c = from->c;
	c->counts.messages++;
	pf_control_log(c, from->peer, '<', m);
	for (size_t i = 0; i < PF_COUNT(verbs); i++) {
		if (strcmp(m->path, verbs[i].path) == 0) {
			verbs[i].run(c, from->peer, m);
			return;
		}
	}
	set(c, from->peer, m);
}

static void
on_packet(void *ctx, unsigned peer, const void *packet, size_t len)
{
	struct from from = {ctx, peer};
	struct pf_err err;
	look_at_clock(from.c);
	look_at_desk(from.c);
	if (pf_osc_read(packet, len, on_message, &from, &err) < 0)
		pf_control_error(from.c, peer, "", err.text);
}

static void
on_gone(void *ctx, unsigned peer)
{
	pf_control_forget(ctx, peer);
}

static void
on_flood(void *ctx, unsigned peer)
{
	struct pf_control *const c = ctx;
	c->counts.flooded++;
	pf_control_error(c, peer, "", "too many messages, some were lost");
}

/* ---- answers */

static const char *
reason(int result)
{
	switch (result) {
	case -ENOENT: return "there is no such strip or parameter now";
	case -EAGAIN: return "too much waits already";
	case -ERANGE: return "too far ahead";
	case -ETIME: return "too late";
	case -EINVAL: return "the engine cannot do that";
	default: return strerror(-result);
	}
}

/* How long it took from the socket to the audio thread and back. */
static void
measure(struct pf_control *c, const struct pf_control_pending *p,
    const struct pf_answer *answer)
{
	if (c->config.command && answer->result == 0 && p->since_ns != 0)
		pf_histogram_add(c->config.command,
		    now_ns(CLOCK_MONOTONIC) - p->since_ns);
}

static void
take_answers(struct pf_control *c)
{
	struct pf_answer answer;
	while (pf_answers_get(c->config.answers, &answer)) {
		struct pf_control_pending *const p =
		    &c->pending[answer.ticket % PF_CONTROL_PENDING];
		if (answer.ticket == 0 || p->ticket != answer.ticket)
			continue;
		p->ticket = 0;
		measure(c, p, &answer);
		if (answer.result != 0)
			pf_control_error(c, p->peer, p->path,
			    reason(answer.result));
		else
			pf_control_ok(c, p->peer, p->path, answer.ticket,
			    answer.time_ns);
		/* Who asks next shall find it, before the tape tells it. */
		if (answer.result == 0 && p->set.time == PF_TIME_NOW)
			pf_desk_hear(c->config.desk, &p->set);
	}
	if (c->waiting == 0)
		return;
	/* Count again; an answer that never came is waited for no more. */
	c->waiting = 0;
	for (unsigned i = 0; i < PF_CONTROL_PENDING; i++) {
		struct pf_control_pending *const p = &c->pending[i];
		if (p->ticket != 0 && p->until_ns <= c->mono_ns)
			p->ticket = 0;
		c->waiting += p->ticket != 0;
	}
}

/* ---- the whole */

void
pf_control_config_init(struct pf_control_config *config)
{
	*config = (struct pf_control_config){
		.dir_fd = -1, .udp_port = -1, .tcp_port = -1,
	};
}

static int
open_server(struct pf_control *c, struct pf_err *err)
{
	struct pf_osc_server_config config;
	if (!pf_osc_is_loopback(c->config.bind))
		pf_msg("warning: whoever reaches %s can control this engine",
		    c->config.bind);
	pf_osc_server_config_init(&config);
	config.dir_fd = c->config.dir_fd;
	config.bind = c->config.bind;
	config.udp_port = c->config.udp_port;
	config.tcp_port = c->config.tcp_port;
	config.packet = on_packet;
	config.gone = on_gone;
	config.flooded = on_flood;
	config.ctx = c;
	return pf_osc_server_new(&c->server, &config, err);
}

static int
open_log(struct pf_control *c, struct pf_err *err)
{
	if (!c->config.log)
		return 0;
	c->log = fopen(c->config.log, "ae");
	if (!c->log) {
		const int status = -errno;
		pf_err_set(err, "cannot write '%s': %s", c->config.log,
		    strerror(errno));
		return status;
	}
	setvbuf(c->log, NULL, _IOLBF, 0);
	return 0;
}

int
pf_control_new(struct pf_control **control,
    const struct pf_control_config *config, struct pf_err *err)
{
	struct pf_control *const c = calloc(1, sizeof *c);
	if (!c || pf_addresses_new(&c->addresses) != 0) {
		free(c);
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	}
	c->config = *config;
	snprintf(c->follow, sizeof c->follow, "auto");
	int status = open_log(c, err);
	if (status == 0)
		status = open_server(c, err);
	if (status != 0) {
		pf_control_free(c);
		return status;
	}
	look_at_clock(c);
	look_at_desk(c);
	*control = c;
	return 0;
}

void
pf_control_free(struct pf_control *c)
{
	if (!c)
		return;
	pf_osc_server_free(c->server);
	pf_addresses_free(c->addresses);
	if (c->log)
		fclose(c->log);
	free(c);
}

unsigned
pf_control_udp_port(const struct pf_control *c)
{
	return c->server ? pf_osc_server_udp_port(c->server) : 0;
}

unsigned
pf_control_tcp_port(const struct pf_control *c)
{
	return c->server ? pf_osc_server_tcp_port(c->server) : 0;
}

/* The lesser of two times to wait; -1 is none. */
static int
sooner(int a, int b)
{
	return b < 0 ? a : a < 0 ? b : a < b ? a : b;
}

int
pf_control_step(struct pf_control *c, int timeout_ms)
{
	look_at_clock(c);
	timeout_ms = sooner(timeout_ms, pf_control_ramp_step(c));
	timeout_ms = sooner(timeout_ms, pf_control_watch_step(c));
	/* A command is answered within a period or so. */
	if (c->waiting > 0)
		timeout_ms = sooner(timeout_ms, 1);
	const int got = pf_osc_server_step(c->server, timeout_ms);
	look_at_clock(c);
	take_answers(c);
	return got < 0 ? got : 0;
}

struct pf_control_counts
pf_control_counts(const struct pf_control *c)
{
	return c->counts;
}

void
pf_control_packet(struct pf_control *c, const void *packet, size_t len)
{
	look_at_clock(c);
	on_packet(c, 0, packet, len);
	take_answers(c);
}
