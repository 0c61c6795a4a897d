/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_alsa.h"
#include "base/mono.h"
#include "device/pacer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* A device that gives no sign for so long is taken for dead. */
#define PATIENCE_MS 500

/* Write up to n silent or given frames into the memory of the PCM. */
static snd_pcm_sframes_t
put_mapped(struct pf_alsa_side *side, float *const *from, unsigned channels,
    snd_pcm_uframes_t n)
{
	const snd_pcm_channel_area_t *area;
	snd_pcm_uframes_t offset;
	int r = snd_pcm_mmap_begin(side->pcm, &area, &offset, &n);
	if (r < 0)
		return r;
	for (unsigned c = 0; c < side->channels; c++) {
		unsigned char *at = (unsigned char *)area[c].addr +
		    (area[c].first + offset * area[c].step) / 8;
		pf_sample_out(side->kind, at, area[c].step / 8,
		    from && c < channels ? from[c] : NULL, n);
	}
	return snd_pcm_mmap_commit(side->pcm, offset, n);
}

static snd_pcm_sframes_t
put_copied(struct pf_alsa_side *side, float *const *from, unsigned channels,
    snd_pcm_uframes_t n)
{
	const size_t bytes = pf_sample_bytes(side->kind);
	for (unsigned c = 0; c < side->channels; c++)
		pf_sample_out(side->kind, side->frames + c * bytes,
		    side->channels * bytes,
		    from && c < channels ? from[c] : NULL, n);
	return snd_pcm_writei(side->pcm, side->frames, n);
}

/* Give n frames of d->out[], or of silence.  0 or a negative errno. */
static int
put(struct pf_alsa *a, bool silence, snd_pcm_uframes_t n)
{
	struct pf_alsa_side *side = &a->play;
	struct pf_device *d = a->d;
	float *from[PF_DEVICE_CHANNELS_MOST];
	memcpy(from, d->out, sizeof from);
	/* Several channels for a device of one: their mean. */
	if (!silence && side->channels == 1 && d->wanted.outs > 1)
		for (snd_pcm_uframes_t i = 0; i < n; i++) {
			float sum = 0;
			for (unsigned c = 0; c < d->wanted.outs; c++)
				sum += from[c][i];
			from[0][i] = sum / (float)d->wanted.outs;
		}
	for (unsigned tries = 0; n > 0; tries++) {
		const snd_pcm_sframes_t put = (side->mmap ? put_mapped :
		    put_copied)(side, silence ? NULL : from, d->wanted.outs,
		    n < a->period ? n : a->period);
		if (put < 0 && put != -EINTR)
			return (int)put;
		if (put <= 0 && tries > 8)
			return -EIO;
		for (unsigned c = 0; put > 0 && c < d->wanted.outs; c++)
			from[c] += put;
		n -= put > 0 ? (snd_pcm_uframes_t)put : 0;
	}
	return 0;
}

static snd_pcm_sframes_t
take_mapped(struct pf_alsa_side *side, float *const *to, unsigned channels,
    snd_pcm_uframes_t n)
{
	const snd_pcm_channel_area_t *area;
	snd_pcm_uframes_t offset;
	int r = snd_pcm_mmap_begin(side->pcm, &area, &offset, &n);
	if (r < 0)
		return r;
	for (unsigned c = 0; c < channels && c < side->channels; c++) {
		const unsigned char *at = (unsigned char *)area[c].addr +
		    (area[c].first + offset * area[c].step) / 8;
		pf_sample_in(side->kind, to[c], at, area[c].step / 8, n);
	}
	return snd_pcm_mmap_commit(side->pcm, offset, n);
}

static snd_pcm_sframes_t
take_copied(struct pf_alsa_side *side, float *const *to, unsigned channels,
    snd_pcm_uframes_t n)
{
	const size_t bytes = pf_sample_bytes(side->kind);
	/* Some plug-ins say "read" and leave the buffer as it was. */
	memset(side->frames, 0, n * side->channels * bytes);
	const snd_pcm_sframes_t got = snd_pcm_readi(side->pcm, side->frames,
	    n);
	for (unsigned c = 0; got > 0 && c < channels &&
	    c < side->channels; c++)
		pf_sample_in(side->kind, to[c], side->frames + c * bytes,
		    side->channels * bytes, (size_t)got);
	return got;
}

/* Fill d->in[] with n frames.  0 or a negative errno. */
static int
take(struct pf_alsa *a, snd_pcm_uframes_t n)
{
	struct pf_alsa_side *side = &a->capture;
	float *to[PF_DEVICE_CHANNELS_MOST];
	memcpy(to, a->d->in_buf, sizeof to);
	for (unsigned tries = 0; side->pcm && n > 0; tries++) {
		const snd_pcm_sframes_t got = (side->mmap ? take_mapped :
		    take_copied)(side, to, a->d->wanted.ins, n);
		if (got < 0 && got != -EINTR)
			return (int)got;
		if (got <= 0 && tries > 8)
			return -EIO;
		for (unsigned c = 0; got > 0 && c < a->d->wanted.ins; c++)
			to[c] += got;
		n -= got > 0 ? (snd_pcm_uframes_t)got : 0;
	}
	return 0;
}

/* Fill the queue with silence and let both sides go. */
static int
start(struct pf_alsa *a)
{
	int r = snd_pcm_avail_update(a->play.pcm) < 0 ? -EIO : 0;
	for (snd_pcm_uframes_t i = 0; r == 0 && i < a->periods; i++)
		r = put(a, true, a->period);
	if (r == 0 && !a->linked && a->capture.pcm)
		r = snd_pcm_start(a->capture.pcm);
	/* Some start by themselves when they are full. */
	if (r == 0 && snd_pcm_state(a->play.pcm) == SND_PCM_STATE_PREPARED)
		r = snd_pcm_start(a->play.pcm);
	return r;
}

/* After an xrun.  0 or a negative errno. */
static int
restart(struct pf_alsa *a)
{
	int r = 0;
	snd_pcm_drop(a->play.pcm);
	if (a->capture.pcm && !a->linked) {
		snd_pcm_drop(a->capture.pcm);
		r = snd_pcm_prepare(a->capture.pcm);
	}
	if (r == 0)
		r = snd_pcm_prepare(a->play.pcm);
	return r == 0 ? start(a) : r;
}

/* What ails a PCM whose descriptor says error. */
static int
ailment(const struct pf_alsa_side *side)
{
	switch (snd_pcm_state(side->pcm)) {
	case SND_PCM_STATE_XRUN:
		return -EPIPE;
	case SND_PCM_STATE_SUSPENDED:
		return -ESTRPIPE;
	case SND_PCM_STATE_RUNNING:
		return 0;
	default:
		return -ENODEV;
	}
}

/* Sleep until the side may have something.  0 or a negative errno. */
static int
doze(const struct pf_alsa_side *side)
{
	struct pollfd fds[PF_ALSA_FDS_MOST];
	unsigned short events = 0;
	const int n = snd_pcm_poll_descriptors(side->pcm, fds,
	    PF_ALSA_FDS_MOST);
	if (n <= 0)
		return n < 0 ? n : -ENODEV;
	const int r = poll(fds, (nfds_t)n, PATIENCE_MS);
	if (r == 0)
		return -ETIMEDOUT;
	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	snd_pcm_poll_descriptors_revents(side->pcm, fds, (unsigned)n,
	    &events);
	return events & (POLLERR | POLLNVAL) ? ailment(side) : 0;
}

/* Sleep as long as `frames` last: for who is woken too early. */
static void
nap(const struct pf_device *d, snd_pcm_uframes_t frames)
{
	const int64_t ns = pf_device_ns(d, frames);
	const struct timespec t = {ns / 1000000000, ns % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* Until a side has its period; *spare: how many frames it has beyond that. */
static int
wait_side(const struct pf_alsa *a, const struct pf_alsa_side *side,
    snd_pcm_uframes_t *spare)
{
	for (unsigned woken = 0;; woken++) {
		const snd_pcm_sframes_t avail =
		    snd_pcm_avail_update(side->pcm);
		if (avail < 0)
			return (int)avail;
		if ((snd_pcm_uframes_t)avail >= side->wake) {
			*spare = (snd_pcm_uframes_t)avail - side->wake;
			return 0;
		}
		if (woken > 1)
			nap(a->d, side->wake - (snd_pcm_uframes_t)avail);
		if (woken > 1000)
			return -ETIMEDOUT;
		const int r = doze(side);
		if (r < 0)
			return r;
	}
}

/* Until the next period; *due_ns: since when it has been possible. */
static int
wait_period(const struct pf_alsa *a, int64_t *due_ns)
{
	snd_pcm_uframes_t spare = 0, more = 0;
	int r = wait_side(a, &a->play, &spare);
	if (r == 0 && a->capture.pcm) {
		r = wait_side(a, &a->capture, &more);
		spare = more < spare ? more : spare;
	}
	*due_ns = pf_mono_ns() - pf_device_ns(a->d, spare);
	return r;
}

/* Input, process(), output, in pieces that process() was promised. */
static int
make_period(struct pf_alsa *a, int64_t due_ns)
{
	struct pf_device *d = a->d;
	const snd_pcm_uframes_t most = d->wanted.period_frames;
	for (snd_pcm_uframes_t done = 0, n; done < a->period; done += n) {
		n = a->period - done < most ? a->period - done : most;
		int r = take(a, n);
		if (r < 0)
			return r;
		if (d->over)
			r = put(a, true, n);
		else {
			pf_device_run(d, (uint32_t)n, due_ns +
			    pf_device_ns(d, done));
			r = put(a, false, n);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* The course of a run. */
struct course {
	struct pf_pacer pacer; /* if unpaced */
	bool unpaced;          /* the device takes all at once */
	bool fresh;            /* it was (re)started: no period yet */
	int64_t since_ns;      /* the first period since then */
	uint64_t frames;       /* since then */
};

/*
 * Notice who has taken more than time can have played: nobody paces it (the
 * PCM "null", or a file).  From here on the clock does.
 */
static void
check_pace(struct pf_alsa *a, struct course *c)
{
	struct pf_device *d = a->d;
	const double rate = d->wanted.rate_hz;
	const double slack = 0.05 * rate +
	    2. * (double)(a->play.buffer + a->capture.buffer);
	c->frames += a->period;
	if (c->unpaced || c->fresh || d->wanted.free_running ||
	    (double)c->frames < slack +
	    (double)(pf_mono_ns() - c->since_ns) * 1e-9 * rate)
		return;
	c->unpaced = true;
	pf_pacer_start(&c->pacer, c->since_ns + pf_device_ns(d, c->frames));
	pf_device_tell(d, PF_NEWS_UNPACED);
}

/* One period.  0 or a negative errno; -EPIPE: an xrun. */
static int
cycle(struct pf_alsa *a, struct course *c)
{
	int64_t due_ns;
	int r = 0;
	if (c->unpaced)
		due_ns = pf_pacer_wait(&c->pacer, a->d, (uint32_t)a->period);
	else
		r = wait_period(a, &due_ns);
	if (r < 0)
		return r;
	if (c->fresh) {
		pf_device_gap(a->d, due_ns);
		c->since_ns = due_ns;
		c->frames = 0;
		c->fresh = false;
	}
	return make_period(a, due_ns);
}

/* What was given is yet to be heard: silence behind it until it was. */
static void
play_out(struct pf_alsa *a)
{
	int64_t due_ns;
	for (snd_pcm_uframes_t i = 0; i < a->periods; i++)
		if (wait_period(a, &due_ns) < 0 || make_period(a, due_ns) < 0)
			return;
}

int
pf_alsa_run(struct pf_device *d, void *handle)
{
	struct pf_alsa *a = handle;
	struct course c = {.fresh = true};
	pf_device_own_buffers(d);
	int r = start(a);
	while (r == 0 && !pf_device_leave(d)) {
		r = cycle(a, &c);
		if (r == -EPIPE) {
			d->period.xruns++;
			c.fresh = true;
			r = restart(a);
		}
		pf_device_after(d);
		check_pace(a, &c);
	}
	if (d->over && r == 0 && !c.unpaced)
		play_out(a);
	return r;
}
