/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "talk.h"

#include "base/message.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static int64_t
now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
nobody(const struct talk *talk)
{
	pf_msg("the engine did not answer in %d ms", talk->timeout_ms);
	return NOBODY;
}

static int
gone(int status)
{
	pf_msg("the engine is gone: %s", strerror(-status));
	return NOBODY;
}

int
talk_send(struct talk *talk, const struct pf_osc_message *m)
{
	_Alignas(8) unsigned char packet[PF_OSC_PACKET_MOST], bundle[
	    PF_OSC_PACKET_MOST];
	const void *what = packet;
	size_t n = pf_osc_write(packet, sizeof packet, m);
	if (n > 0 && talk->in_s > 0) {
		const size_t head = pf_osc_bundle_begin(bundle,
		    sizeof bundle, pf_osc_tag_of_ns(now_ns(CLOCK_REALTIME) +
		    (int64_t)(talk->in_s * 1e9)));
		n = pf_osc_bundle_add(bundle, sizeof bundle, head, packet, n);
		what = bundle;
	}
	if (n == 0) {
		pf_msg("that is too long for a message");
		return REFUSED;
	}
	const int status = pf_osc_client_send(talk->client, what, n);
	return status == 0 ? DONE : gone(status);
}

/* Does "/ok" or "/error" answer this path, or one that it means? */
static bool
answers(const struct pf_osc_message *m, const char *path, bool many)
{
	const char *const whose = pf_osc_text(m, 0);
	return whose && (many || whose[0] == '\0' ||
	    strcmp(whose, path) == 0);
}

struct count {
	const struct talk *talk;
	const char *path;
	int left, refused;  /* answers */
	bool many;          /* it is a pattern */
};

static void
count(void *ctx, const struct pf_osc_message *m)
{
	struct count *const c = ctx;
	const char *const text = pf_osc_text(m, 1);
	double x;
	if (strcmp(m->path, "/means") == 0) {
		if (pf_osc_number(m, 1, &x) == 0)
			c->left = (int)x;
		c->many = true;
		return;
	}
	const bool error = strcmp(m->path, "/error") == 0;
	if ((!error && strcmp(m->path, "/ok") != 0) ||
	    !answers(m, c->path, c->many))
		return;
	c->left--;
	c->refused += error;
	if (error)
		pf_msg("%s", text ? text : "refused");
	else if (c->talk->verbose && pf_osc_number(m, 2, &x) == 0)
		pf_msg("%s holds from %.6f s", pf_osc_text(m, 0), x);
}

/* Packets until `until`, CLOCK_MONOTONIC, or *left is 0. */
static int
receive(struct talk *talk, int64_t until_ns, const int *left,
    void (*tell)(void *ctx, const struct pf_osc_message *m), void *ctx)
{
	while (*left > 0) {
		const void *packet;
		struct pf_err err;
		int64_t wait = (until_ns - now_ns(CLOCK_MONOTONIC)) / 1000000;
		if (wait < 0)
			wait = 0;
		const int n = pf_osc_client_receive(talk->client, &packet,
		    (int)wait);
		if (n == -EINTR)
			return -EINTR;
		if (n < 0)
			return n;
		if (pf_osc_read(packet, (size_t)n, tell, ctx, &err) < 0)
			pf_msg("the engine's answer: %s", err.text);
	}
	return 0;
}

int
talk_set(struct talk *talk, const struct pf_osc_message *m)
{
	struct count c = {talk, m->path, 1, 0, false};
	int status = talk_send(talk, m);
	if (status != DONE)
		return status;
	status = receive(talk, now_ns(CLOCK_MONOTONIC) +
	    talk->timeout_ms * INT64_C(1000000), &c.left, count, &c);
	if (status == -ETIMEDOUT)
		return nobody(talk);
	if (status < 0)
		return gone(status);
	return c.refused ? REFUSED : DONE;
}

struct answer {
	const char *end;
	void (*tell)(void *ctx, const struct pf_osc_message *m);
	void *ctx;
	int left, refused;
};

static void
hear_answer(void *ctx, const struct pf_osc_message *m)
{
	struct answer *const a = ctx;
	if (strcmp(m->path, "/error") == 0) {
		const char *const text = pf_osc_text(m, 1);
		pf_msg("%s", text ? text : "refused");
		a->refused = 1;
		a->left = 0;
		return;
	}
	a->tell(a->ctx, m);
	if (strcmp(m->path, a->end) == 0)
		a->left = 0;
}

int
talk_ask(struct talk *talk, const struct pf_osc_message *m, const char *end,
    void (*tell)(void *ctx, const struct pf_osc_message *m), void *ctx)
{
	struct answer a = {end, tell, ctx, 1, 0};
	int status = talk_send(talk, m);
	if (status != DONE)
		return status;
	status = receive(talk, now_ns(CLOCK_MONOTONIC) +
	    talk->timeout_ms * INT64_C(1000000), &a.left, hear_answer, &a);
	if (status == -ETIMEDOUT)
		return nobody(talk);
	if (status < 0)
		return gone(status);
	return a.refused ? REFUSED : DONE;
}

int
talk_hear(struct talk *talk, int wait_ms,
    void (*tell)(void *ctx, const struct pf_osc_message *m), void *ctx)
{
	const int left = 1;
	const int status = receive(talk, now_ns(CLOCK_MONOTONIC) +
	    wait_ms * INT64_C(1000000), &left, tell, ctx);
	return status == -ETIMEDOUT || status == -EINTR ? DONE : gone(status);
}
