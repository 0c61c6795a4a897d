/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sound.h"

#include "host.h"

#include "base/message.h"
#include "base/mono.h"
#include "base/number.h"
#include "engine/effects.h"
#include "engine/limiter.h"
#include "engine/mix_file.h"
#include "event/event.h"
#include "live/tape.h"

#include <string.h>
#include <time.h>

/* ---- the device */

/* "guitar", "guitar=2", "keys=3,4": channels count from 1. */
static int
read_input(struct host *h, unsigned i, struct pf_err *err)
{
	const char *const word = h->wish->input[i];
	struct input *const in = &h->input[i];
	const size_t len = strcspn(word, "=");
	uint32_t ch[2] = {i + 1, 0};
	if (len == 0 || len >= sizeof in->name)
		return pf_err_set(err, "--input: '%s' is not NAME[=CH[,CH]]",
		    word);
	memcpy(in->name, word, len);
	if (word[len]) {
		const char *const first = word + len + 1;
		const size_t n = strcspn(first, ",");
		if (pf_number_parse_u32(first, n, 64, &ch[0]) != 0 || !ch[0])
			return pf_err_set(err, "--input: '%s': channels are "
			    "1..64", word);
		if (first[n] && (pf_number_parse_u32(first + n + 1,
		    strlen(first + n + 1), 64, &ch[1]) != 0 || !ch[1]))
			return pf_err_set(err, "--input: '%s': channels are "
			    "1..64", word);
	}
	in->left = ch[0] - 1;
	in->right = ch[1] ? ch[1] - 1 : in->left;
	return 0;
}

static void
say(void *ctx, const char *text)
{
	(void)ctx;
	pf_msg("%s", text);
}

static void
after(void *ctx)
{
	pf_stage_after(ctx);
}

int
sound_open_device(struct host *h, struct pf_err *err)
{
	struct pf_device_config config = h->wish->device;
	for (unsigned i = 0; i < h->wish->inputs; i++) {
		const int r = read_input(h, i, err);
		if (r != 0)
			return r;
		const struct input *const in = &h->input[i];
		const unsigned most = in->left > in->right ? in->left
		    : in->right;
		if (most >= config.ins)
			config.ins = most + 1;
	}
	config.after = after;
	config.say = say;
	config.own_latency = h->wish->safe_master ? 0 : PF_LIMITER_LOOK;
	if (h->wish->cpus)
		config.cpu = h->wish->cpu[0];
	const int r = pf_device_open(&h->device, &config, err);
	if (r != 0)
		return r;
	pf_device_info(h->device, &h->info);
	for (unsigned i = 0; i < h->wish->inputs; i++)
		if (h->input[i].left >= h->info.ins ||
		    h->input[i].right >= h->info.ins)
			return pf_err_set(err, "--input: '%s' is not there: "
			    "the device has %u input channels",
			    h->wish->input[i], h->info.ins);
	return 0;
}

/* ---- the engine */

/* Where session time goes on: behind what the engine before us has said. */
static int64_t
first_frame(const struct host *h)
{
	if (!h->resumes)
		return 0;
	int64_t t = pf_clock_time(&h->old, pf_mono_ns());
	if (t < h->old.time_ns)
		t = h->old.time_ns;
	if (t < 0 || t > PF_TIME_MOST / 2)
		return 0;
	/* A multiple of 64, and one where a tape may begin. */
	return pf_tape_first(pf_frame_of_time(t, h->info.rate_hz) + 1,
	    h->info.rate_hz);
}

static void
make_safe(struct pf_channel *master)
{
	for (unsigned i = 0; i < master->fxs; i++)
		for (unsigned k = 0; master->fx[i].fx == &pf_fx_limiter &&
		     k < pf_fx_limiter.params; k++)
			if (strcmp(pf_fx_limiter.param[k].name, "mode") == 0)
				master->fx[i].value[k] = 1;
}

static int
assign(struct host *h, struct pf_err *err)
{
	for (unsigned i = 0; i < h->wish->instruments; i++) {
		char source[PF_NAME_MOST];
		const char *const word = h->wish->instrument[i];
		const size_t len = strcspn(word, "=");
		if (len == 0 || len >= sizeof source || !word[len])
			return pf_err_set(err, "--instrument: '%s' is not "
			    "SOURCE=NAME", word);
		memcpy(source, word, len);
		source[len] = '\0';
		const int r = pf_rack_assign(h->rack, source, word + len + 1,
		    err);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
put_on_desk(struct host *h, enum pf_desk_kind kind, const char *name,
    const struct pf_channel *channel, struct pf_err *err)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, NULL);
	ins.channel = *channel;
	const int r = pf_desk_put(h->desk, kind, name, &ins);
	if (r != 0)
		pf_err_set(err, "%s", strerror(-r));
	return r;
}

static int
add_inputs(struct host *h, struct pf_err *err)
{
	int r = 0;
	for (unsigned i = 0; i < h->wish->inputs && r >= 0; i++) {
		const struct pf_channel channel = {0};
		r = pf_engine_add_input(h->engine, h->input[i].name, i,
		    &channel, err);
		if (r >= 0)
			r = put_on_desk(h, PF_DESK_INPUT, h->input[i].name,
			    &channel, err);
	}
	return r < 0 ? r : 0;
}

static int
add_returns(struct host *h, struct pf_err *err)
{
	struct pf_mix *mix;
	int r = pf_rack_returns(h->rack, h->engine, err);
	if (r == 0)
		r = pf_mix_load(&mix, h->wish->desk, err);
	if (r != 0)
		return r;
	for (unsigned i = 0; i < pf_mix_returns(mix) && r == 0; i++)
		r = put_on_desk(h, PF_DESK_RETURN, pf_mix_return_name(mix, i),
		    pf_mix_return(mix, i), err);
	pf_mix_free(mix);
	return r;
}

int
sound_open_engine(struct host *h, struct pf_err *err)
{
	struct pf_engine_config config;
	struct pf_channel master;
	int r = pf_rack_new(&h->rack, h->wish->desk, err);
	if (r == 0)
		r = assign(h, err);
	if (r != 0)
		return r;
	pf_rack_master(h->rack, &master, 0);
	if (h->wish->safe_master)
		make_safe(&master);
	pf_engine_config_init(&config);
	config.rate_hz = h->info.rate_hz;
	config.threads = h->wish->threads;
	config.frame = first_frame(h);
	config.master = &master;
	const int64_t now = pf_time_of_frame(config.frame, config.rate_hz);
	if (h->resumes)
		pf_transport_resume(&h->transport, &h->old, now);
	else
		pf_transport_init(&h->transport, now);
	if (h->wish->bpm > 0)
		h->transport.bpm = h->wish->bpm;
	config.bpm = h->transport.bpm;
	r = pf_engine_new(&h->engine, &config, err);
	if (r == 0)
		r = add_returns(h, err);
	if (r == 0)
		r = put_on_desk(h, PF_DESK_MASTER, "master", &master, err);
	return r ? r : add_inputs(h, err);
}
