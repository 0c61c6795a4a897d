/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No sound, but time: a rig without a sound card runs on this.
 */
#include "device/pacer.h"
#include "base/mono.h"

#include <stdio.h>
#include <string.h>

static int
null_open(struct pf_device *d, struct pf_device_terms *terms, void **handle,
    struct pf_err *err)
{
	const struct pf_device_config *w = &d->wanted;
	if (d->name[0])
		return pf_err_set(err, "'%s': null has no devices to name",
		    d->spec);
	*terms = (struct pf_device_terms){
		.rate_hz = w->rate_hz ? w->rate_hz : 48000,
		.period_frames = w->period_frames ? w->period_frames : 128,
		.periods = w->periods ? w->periods : 2,
		.ins = w->ins,
		.paced = !w->free_running,
	};
	terms->in_latency = terms->period_frames;
	terms->out_latency = terms->period_frames * (terms->periods - 1);
	snprintf(terms->text, sizeof terms->text, "null, %s",
	    w->free_running ? "free running" : "paced by the clock");
	*handle = d;
	return 0;
}

static int
null_run(struct pf_device *d, void *handle)
{
	(void)handle;
	const uint32_t frames = d->wanted.period_frames;
	const bool paced = !d->wanted.free_running;
	struct pf_pacer pacer;
	bool more = true;
	pf_pacer_start(&pacer, 0);
	pf_device_own_buffers(d);
	while (more) {
		const int64_t due_ns = paced ?
		    pf_pacer_wait(&pacer, d, frames) : pf_mono_ns();
		more = pf_device_run(d, frames, due_ns);
		pf_device_after(d);
	}
	return 0;
}

static int
null_close(void *handle, bool whole, struct pf_err *err)
{
	(void)handle;
	(void)whole;
	(void)err;
	return 0;
}

static unsigned
null_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	say(ctx, "null", "no sound, paced by the clock");
	return 1;
}

const struct pf_device_driver pf_device_null = {
	"null", false, null_open, null_run, null_close, null_list
};
