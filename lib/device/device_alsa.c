/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_alsa.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libasound complained about first, instead of printing it. */
static _Thread_local char complaint[160];

static void
keep_complaint(const char *file, int line, const char *function, int error,
    const char *fmt, ...)
{
	va_list ap;
	(void)file;
	(void)line;
	(void)function;
	(void)error;
	if (complaint[0])
		return;
	va_start(ap, fmt);
	vsnprintf(complaint, sizeof complaint, fmt, ap);
	va_end(ap);
}

/* In order of liking.  Cards do S32 or S16, what is above them floats. */
static const struct {
	snd_pcm_format_t format;
	enum pf_sample kind;
	const char *name;
} formats[] = {
	{SND_PCM_FORMAT_FLOAT, PF_SAMPLE_F32, "float"},
	{SND_PCM_FORMAT_S32, PF_SAMPLE_S32, "S32"},
	{SND_PCM_FORMAT_S24, PF_SAMPLE_S24, "S24"},
	{SND_PCM_FORMAT_S24_3LE, PF_SAMPLE_S24_3, "S24_3"},
	{SND_PCM_FORMAT_S16, PF_SAMPLE_S16, "S16"},
};

static int
fail(struct pf_err *err, const struct pf_device *d, int error,
    const char *what)
{
	pf_err_set(err, "'%s' %s: %s", d->spec, what, snd_strerror(error));
	return error < 0 ? error : -EIO;
}

/* Word which rates it does, having refused `rate`. */
static int
refuse_rate(struct pf_alsa_side *side, snd_pcm_hw_params_t *p,
    const struct pf_device *d, uint32_t rate, struct pf_err *err)
{
	char does[160] = "";
	size_t n = 0;
	unsigned least = 0, most = 0;
	int dir = 0;
	for (const uint32_t *r = pf_device_rates; *r; r++)
		if (snd_pcm_hw_params_test_rate(side->pcm, p, *r, 0) == 0)
			n += (size_t)snprintf(does + n, sizeof does - n,
			    "%s%u", n ? ", " : "", *r);
	if (n == 0) {
		snd_pcm_hw_params_get_rate_min(p, &least, &dir);
		snd_pcm_hw_params_get_rate_max(p, &most, &dir);
		if (least == most)
			snprintf(does, sizeof does, "only %u", least);
		else
			snprintf(does, sizeof does, "%u to %u", least, most);
	}
	if (rate)
		return pf_err_set(err, "'%s' does not %s %u Hz, it does %s",
		    d->spec, snd_pcm_stream(side->pcm) ==
		    SND_PCM_STREAM_CAPTURE ? "capture at" : "do", rate, does);
	return pf_err_set(err, "'%s' does no rate of 44100 to 192000 Hz, it "
	    "does %s", d->spec, does);
}

/* The rate that was asked for, or the best there is. */
static int
choose_rate(struct pf_alsa_side *side, snd_pcm_hw_params_t *p,
    const struct pf_device *d, uint32_t *rate, struct pf_err *err)
{
	static const uint32_t liked[] = {
		48000, 44100, 96000, 88200, 192000, 176400
	};
	for (size_t i = 0; *rate == 0 && i < PF_COUNT(liked); i++)
		if (!snd_pcm_hw_params_test_rate(side->pcm, p, liked[i], 0))
			*rate = liked[i];
	if (*rate == 0 ||
	    snd_pcm_hw_params_set_rate(side->pcm, p, *rate, 0) < 0)
		return refuse_rate(side, p, d, *rate, err);
	return 0;
}

/*
 * Real cards by mmap, without a copy.  Plug-ins by read and write: some leave
 * what they do not fill as it was, so it has to be our buffer, zeroed.
 */
static int
choose_access(struct pf_alsa_side *side, snd_pcm_hw_params_t *p)
{
	static const snd_pcm_access_t mapped[] = {
		SND_PCM_ACCESS_MMAP_INTERLEAVED,
		SND_PCM_ACCESS_MMAP_NONINTERLEAVED
	};
	const bool card = snd_pcm_type(side->pcm) == SND_PCM_TYPE_HW;
	side->mmap = false;
	if (!card && snd_pcm_hw_params_set_access(side->pcm, p,
	    SND_PCM_ACCESS_RW_INTERLEAVED) == 0)
		return 0;
	for (size_t i = 0; i < PF_COUNT(mapped); i++) {
		side->mmap = true;
		if (!snd_pcm_hw_params_set_access(side->pcm, p, mapped[i]))
			return 0;
	}
	side->mmap = false;
	return snd_pcm_hw_params_set_access(side->pcm, p,
	    SND_PCM_ACCESS_RW_INTERLEAVED);
}

static int
choose_format(struct pf_alsa_side *side, snd_pcm_hw_params_t *p)
{
	for (size_t i = 0; i < PF_COUNT(formats); i++) {
		if (snd_pcm_hw_params_set_format(side->pcm, p,
		    formats[i].format) < 0)
			continue;
		side->kind = formats[i].kind;
		side->kind_name = formats[i].name;
		return 0;
	}
	return -EINVAL;
}

/* As many channels as wanted, else the next more, else all there are. */
static int
choose_channels(struct pf_alsa_side *side, snd_pcm_hw_params_t *p,
    unsigned wanted)
{
	unsigned most = 0;
	snd_pcm_hw_params_get_channels_max(p, &most);
	if (most > 1024) /* a plug-in that takes any number */
		most = 1024;
	for (unsigned n = wanted; n <= most; n++)
		if (snd_pcm_hw_params_test_channels(side->pcm, p, n) == 0)
			wanted = most = n;
	if (snd_pcm_hw_params_set_channels_near(side->pcm, p, &wanted) < 0)
		return -EINVAL;
	side->channels = wanted;
	return 0;
}

/* Tell the driver when to wake us; starting is our own business. */
static int
set_software(struct pf_alsa_side *side)
{
	snd_pcm_sw_params_t *p;
	snd_pcm_uframes_t boundary;
	int r;
	snd_pcm_sw_params_alloca(&p);
	(void)((r = snd_pcm_sw_params_current(side->pcm, p)) < 0 ||
	    (r = snd_pcm_sw_params_get_boundary(p, &boundary)) < 0 ||
	    (r = snd_pcm_sw_params_set_start_threshold(side->pcm, p,
	    boundary)) < 0 ||
	    (r = snd_pcm_sw_params_set_avail_min(side->pcm, p,
	    side->wake)) < 0 ||
	    (r = snd_pcm_sw_params(side->pcm, p)));
	return r;
}

/*
 * Agree on everything with one side.
 *
 * rate     in: wanted or 0, out: got
 * buffer   frames, wanted
 */
static int
negotiate(struct pf_alsa_side *side, const struct pf_device *d,
    unsigned channels, uint32_t *rate, snd_pcm_uframes_t period,
    snd_pcm_uframes_t buffer, struct pf_err *err)
{
	snd_pcm_hw_params_t *p;
	int r, dir = 0;
	snd_pcm_hw_params_alloca(&p);
	if ((r = snd_pcm_hw_params_any(side->pcm, p)) < 0)
		return fail(err, d, r, "has nothing to offer");
	if ((r = choose_rate(side, p, d, rate, err)) < 0)
		return r;
	if ((r = choose_access(side, p)) < 0)
		return fail(err, d, r, "gives no access we know");
	if ((r = choose_format(side, p)) < 0)
		return fail(err, d, r, "does neither float nor 32, 24 or 16 "
		    "bits");
	if ((r = choose_channels(side, p, channels)) < 0)
		return fail(err, d, r, "refuses its own number of channels");
	if ((r = snd_pcm_hw_params_set_period_size_near(side->pcm, p, &period,
	    &dir)) < 0 ||
	    (r = snd_pcm_hw_params_set_buffer_size_near(side->pcm, p,
	    &buffer)) < 0 ||
	    (r = snd_pcm_hw_params(side->pcm, p)) < 0)
		return fail(err, d, r, "refuses every buffer");
	snd_pcm_hw_params_get_period_size(p, &side->period, &dir);
	snd_pcm_hw_params_get_buffer_size(p, &side->buffer);
	return 0;
}

static int
open_side(struct pf_alsa_side *side, snd_pcm_stream_t stream,
    const struct pf_device *d)
{
	complaint[0] = '\0';
	return snd_pcm_open(&side->pcm, d->name[0] ? d->name : "default",
	    stream, SND_PCM_NONBLOCK);
}

/* Playback: its terms are everybody's. */
static int
open_playback(struct pf_alsa *a, uint32_t *rate, struct pf_err *err)
{
	struct pf_device *d = a->d;
	const struct pf_device_config *w = &d->wanted;
	const uint32_t period = w->period_frames ? w->period_frames : 128;
	const uint32_t periods = w->periods ? w->periods : 2;
	int r = open_side(&a->play, SND_PCM_STREAM_PLAYBACK, d);
	if (r < 0)
		return pf_alsa_refuse(d->spec, d->name, complaint, r, err);
	r = negotiate(&a->play, d, w->outs, rate, period,
	    (snd_pcm_uframes_t)period * periods, err);
	if (r < 0)
		return r;
	a->period = a->play.period;
	a->periods = a->play.buffer / a->period;
	if (a->periods > periods)
		a->periods = periods; /* the queue is kept shorter */
	if (a->periods < 2)
		return pf_err_set(err, "'%s' has no room for two periods of "
		    "%lu frames", d->spec, a->period);
	a->play.wake = a->play.buffer - (a->periods - 1) * a->period;
	r = set_software(&a->play);
	return r < 0 ? fail(err, d, r, "refuses its thresholds") : 0;
}

/* Capture, if it is wanted and there is one. */
static int
open_capture(struct pf_alsa *a, uint32_t rate, struct pf_err *err)
{
	struct pf_device *d = a->d;
	if (d->wanted.ins == 0)
		return 0;
	int r = open_side(&a->capture, SND_PCM_STREAM_CAPTURE, d);
	if (r == -ENOENT || r == -ENXIO || r == -ENODEV || r == -EINVAL) {
		a->capture.pcm = NULL; /* it has no inputs */
		return 0;
	}
	if (r < 0)
		return pf_alsa_refuse(d->spec, d->name, complaint, r, err);
	r = negotiate(&a->capture, d, d->wanted.ins, &rate, a->period,
	    a->period * (a->periods + 2), err);
	if (r < 0)
		return r;
	if (a->capture.buffer < a->period * 2)
		return pf_err_set(err, "'%s' captures at most %lu frames at "
		    "once", d->spec, a->capture.buffer);
	a->capture.wake = a->period;
	r = set_software(&a->capture);
	if (r < 0)
		return fail(err, d, r, "refuses its thresholds");
	/* Plug-ins cannot; those are started one after the other. */
	a->linked = snd_pcm_link(a->play.pcm, a->capture.pcm) == 0;
	return 0;
}

static int
make_frames(struct pf_alsa_side *side, snd_pcm_uframes_t period)
{
	if (!side->pcm || side->mmap)
		return 0;
	const size_t bytes = period * side->channels *
	    pf_sample_bytes(side->kind);
	side->frames = calloc(1, bytes);
	if (!side->frames)
		return -ENOMEM;
	pf_device_prefault(side->frames, bytes);
	return 0;
}

static int
alsa_close(void *handle, bool whole, struct pf_err *err)
{
	struct pf_alsa *a = handle;
	(void)whole;
	(void)err;
	if (a->linked)
		snd_pcm_unlink(a->capture.pcm);
	if (a->capture.pcm)
		snd_pcm_close(a->capture.pcm);
	if (a->play.pcm)
		snd_pcm_close(a->play.pcm);
	free(a->capture.frames);
	free(a->play.frames);
	free(a);
	return 0;
}

static void
describe(const struct pf_alsa *a, struct pf_device_terms *terms)
{
	const struct pf_alsa_side *p = &a->play, *c = &a->capture;
	char in[48] = ", no inputs";
	if (c->pcm)
		snprintf(in, sizeof in, ", %u in (%s%s)", c->channels,
		    c->kind_name, c->mmap ? ", mmap" : "");
	snprintf(terms->text, sizeof terms->text, "%.48s, %u out (%s%s)%s%s",
	    a->d->spec, p->channels, p->kind_name, p->mmap ? ", mmap" : "",
	    a->d->wanted.ins ? in : "", a->linked ? ", linked" : "");
}

static int
alsa_open(struct pf_device *d, struct pf_device_terms *terms, void **handle,
    struct pf_err *err)
{
	uint32_t rate = d->wanted.rate_hz;
	struct pf_alsa *a = calloc(1, sizeof *a);
	int r;
	if (!a) {
		pf_err_set(err, "cannot open '%s': out of memory", d->spec);
		return -ENOMEM;
	}
	a->d = d;
	snd_lib_error_set_handler(keep_complaint);
	if ((r = open_playback(a, &rate, err)) < 0 ||
	    (r = open_capture(a, rate, err)) < 0)
		goto fail;
	if ((r = make_frames(&a->play, a->period)) < 0 ||
	    (r = make_frames(&a->capture, a->period)) < 0) {
		pf_err_set(err, "cannot open '%s': out of memory", d->spec);
		goto fail;
	}
	terms->rate_hz = rate;
	terms->period_frames = (uint32_t)a->period;
	terms->periods = (uint32_t)a->periods;
	terms->ins = !a->capture.pcm ? 0 :
	    a->capture.channels < d->wanted.ins ? a->capture.channels :
	    d->wanted.ins;
	terms->in_latency = (uint32_t)a->period;
	terms->out_latency = (uint32_t)(a->period * (a->periods - 1));
	terms->paced = true;
	describe(a, terms);
	*handle = a;
	return 0;
fail:
	alsa_close(a, false, NULL);
	return r;
}

const struct pf_device_driver pf_device_alsa = {
	"alsa", true, alsa_open, pf_alsa_run, alsa_close, pf_alsa_list
};
