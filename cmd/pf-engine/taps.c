/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "taps.h"

#include "host.h"

#include "base/hash.h"
#include "base/message.h"

#include <string.h>

/* ---- taps */

int
taps_open(struct host *h, struct pf_err *err)
{
	return h->info.ins ? pf_tap_file_make(&h->in, &h->dir, "in",
	    h->info.ins, h->info.rate_hz, pf_engine_frame(h->engine), err)
	    : 0;
}

int
taps_wish(struct host *h, struct pf_err *err)
{
	int r = 0;
	for (unsigned i = 0; i < h->wish->taps && r == 0; i++)
		r = pf_porter_tap(h->porter, h->wish->tap[i], err);
	return r;
}

/* ---- the recorder */

static void
record(struct host *h, enum pf_record_what what, const char *name,
    uint32_t source, int left, int right)
{
	struct pf_order order = {.kind = PF_ORDER_TAP,
	    .event.source = source, .input = {left, right}};
	order.tap = pf_recorder_ring(h->recorder, what, name,
	    left >= 0 && left == right ? 1 : 2);
	if (order.tap && !pf_stage_order(h->stage, &order))
		pf_msg("recording: '%s' is left out", name);
}

void
recording_strip(void *ctx, const char *name)
{
	struct host *const h = ctx;
	record(h, PF_RECORD_STEM, name, pf_hash_str(name), -1, -1);
}

static void
spell(void *ctx)
{
	const struct host *const h = ctx;
	if (h->porter)
		pf_porter_spell(h->porter);
}

int
recording_open(struct host *h, struct pf_err *err)
{
	const struct pf_recorder_config config = {.path = h->wish->record,
	    .rate_hz = h->info.rate_hz,
	    .first_frame = pf_engine_frame(h->engine),
	    .latency = pf_engine_latency(h->engine), .tape = h->tape.lane,
	    .spell = spell, .ctx = h};
	return config.path ? pf_recorder_new(&h->recorder, &config, err) : 0;
}

/* What is there from the start: master, takes, returns, input strips. */
void
recording_begin(struct host *h)
{
	const char *name;
	if (!h->recorder)
		return;
	record(h, PF_RECORD_MASTER, "master", 0, -1, -1);
	for (unsigned i = 0; i < h->wish->inputs; i++) {
		const struct input *const in = &h->input[i];
		record(h, PF_RECORD_TAKE, in->name, 0, (int)in->left,
		    (int)in->right);
		recording_strip(h, in->name);
	}
	if (!h->wish->inputs && h->info.ins)
		record(h, PF_RECORD_TAKE, "take", 0, 0,
		    h->info.ins > 1 ? 1 : 0);
	for (unsigned i = 0; (name = pf_engine_return_name(h->engine, i)); i++)
		recording_strip(h, name);
}
