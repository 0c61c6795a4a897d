/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/stage.h"

#include "base/mono.h"
#include "engine/model.h"
#include "event/type.h"
#include "live/stage_private.h"

#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The end: `stop` fades what sounds, then the output goes. */
#define STOP_FADE_S 0.2f
#define END_S 0.3

/* Somebody asked for the end: stop as a transport does, then fade. */
static void
begin_end(struct pf_stage *s)
{
	if (s->ending_frames >= 0 || !atomic_load_explicit(&s->end,
	    memory_order_relaxed))
		return;
	struct pf_command stop = {.event = pf_event_make(PF_STOP, PF_TIME_NOW,
	    0)};
	stop.event.duration = STOP_FADE_S;
	if (s->transport.playing || pf_engine_voices(s->engine) > 0)
		pf_stage_wait_for(s, &stop);
	s->ending_frames = s->config.device.paced
	    ? (int64_t)(END_S * s->rate_hz) : 0;
}

/* What a strip or a return of that name gave; false: it is not there. */
static bool
stem(const struct pf_stage *s, uint32_t source, const float *lr[2])
{
	const int strip = pf_engine_find(s->engine, source);
	if (strip >= 0) {
		pf_engine_strip_stem(s->engine, (unsigned)strip, lr);
		return true;
	}
	for (unsigned i = 0; i < s->fx_returns; i++)
		if (s->fx_return[i] == source) {
			pf_engine_return_stem(s->engine, i, lr);
			return true;
		}
	return false;
}

/* One that is not there yet is silent. */
static void
write_taps(struct pf_stage *s, const float *const *in, unsigned done,
    float *const *master, unsigned n)
{
	for (unsigned i = 0; i < s->taps; i++) {
		const float *lr[2] = {master[0], master[1]};
		const int *const input = s->tap[i].input;
		bool there = true;
		if (input[0] >= 0)
			for (int c = 0; c < 2; c++)
				lr[c] = (unsigned)input[c] <
				    s->config.device.ins
				    ? in[input[c]] + done : NULL;
		else if (s->tap[i].source)
			there = stem(s, s->tap[i].source, lr);
		pf_tap_write(s->tap[i].tap, there ? lr : NULL, n);
	}
}

/* The next frames, at most left, from `done` on; returns how many. */
static unsigned
run(struct pf_stage *s, const float *const *in, float *const *out,
    unsigned done, unsigned left)
{
	const unsigned room = pf_engine_room(s->engine);
	unsigned n = left < room ? left : room;
	const float *from[2 * PF_STAGE_INPUTS];
	float *to[2] = {out[0] + done, out[1] + done};
	if (room == PF_BLOCK)
		pf_stage_change(s);
	n = pf_stage_due(s, n);
	/* Free running, what a block needs is taken when it begins, as it is
	 * offline; else at once, for who says NOW means the next run. */
	if (!s->config.wait)
		pf_stage_drain(s, INT64_MAX);
	else if (room == PF_BLOCK)
		pf_stage_drain(s, pf_engine_frame(s->engine) + PF_BLOCK);
	for (unsigned i = 0; i < s->config.inputs; i++) {
		from[2 * i] = in[s->config.input[i].left] + done;
		from[2 * i + 1] = in[s->config.input[i].right] + done;
	}
	pf_stage_hurry(s);
	pf_engine_run(s->engine, n, from, to);
	write_taps(s, in, done, to, n);
	pf_stage_fates(s);
	return n;
}

/* The fades of beginning, end, and a device that came back. */
static void
fade(struct pf_stage *s, float *const *out, unsigned n)
{
	if (s->ending_frames >= 0 && s->config.device.paced)
		s->gain_step = -1 / ((float)END_S * (float)s->rate_hz);
	if (s->gain >= 1 && s->gain_step >= 0)
		return;
	float gain = s->gain;
	for (unsigned i = 0; i < n; i++) {
		gain += s->gain_step;
		gain = gain > 1 ? 1 : gain < 0 ? 0 : gain;
		out[0][i] *= gain * gain;
		out[1][i] *= gain * gain;
	}
	s->gain = gain;
}

/* Is this the last period?  Shortens *frames where the length ends. */
static bool
last(struct pf_stage *s, unsigned *frames)
{
	if (s->config.length) {
		const int64_t left = s->begun_frame + s->config.length -
		    pf_engine_frame(s->engine);
		if (left <= (int64_t)*frames) {
			*frames = left > 0 ? (unsigned)left : 0;
			return true;
		}
	}
	if (s->ending_frames < 0)
		return false;
	s->ending_frames -= *frames;
	return s->ending_frames <= 0;
}

int
pf_stage_process(void *ctx, const float *const *in, float *const *out,
    const struct pf_device_period *period)
{
	struct pf_stage *const s = ctx;
	const int64_t begin_ns = pf_mono_ns();
	unsigned frames = period->frames;
	s->begin_ns = begin_ns;
	s->period_ns = (double)frames * 1e9 / s->rate_hz;
	if (!atomic_load_explicit(&s->thread, memory_order_relaxed))
		atomic_store(&s->thread, (uint64_t)pthread_self());
	if (s->lost && !period->lost)
		s->gain = 0; /* it is back: fade in */
	s->lost = period->lost;
	pf_stage_hear_orders(s);
	pf_stage_hear_commands(s);
	begin_end(s);
	const bool over = last(s, &frames);
	if (s->config.in)
		pf_tap_write(s->config.in, in, frames);
	for (unsigned done = 0; done < frames;)
		done += run(s, in, out, done, frames - done);
	fade(s, out, frames);
	/* Release: who reads the frame finds what was said before it. */
	atomic_store_explicit(&s->frame, pf_engine_frame(s->engine),
	    memory_order_release);
	if (pf_transport_decide(&s->transport, pf_stage_now(s)))
		s->news = true;
	pf_stage_complain(s);
	const int64_t end_ns = pf_mono_ns();
	pf_stage_judge(s, end_ns, period->frames);
	pf_stage_tell(s, period, begin_ns, end_ns);
	return over;
}

void
pf_stage_after(void *ctx)
{
	struct pf_stage *const s = ctx;
	if (s->config.throttle)
		s->config.throttle(s->config.ctx);
	const struct pf_bell *const bell = s->config.bell;
	const uint32_t word = atomic_load(&bell->word);
	const uint32_t roster = atomic_load(&bell->roster);
	uint32_t waiting = 0;
	if (s->news || roster != s->roster)
		waiting |= word & ((1u << PF_BELL_CLASSES) - 1);
	if (s->config.in || s->taps)
		waiting |= word & 1u << PF_BELL_EARS;
	s->news = false;
	if (waiting)
		atomic_fetch_or(&s->ring, waiting);
	const bool wanted = waiting || roster != s->roster ||
	    atomic_load(&s->notices.put) != atomic_load(&s->notices.got);
	/* seq_cst: pairs with pf_stage_may_sleep(). */
	if (!wanted || !atomic_exchange(&s->asleep, false))
		return;
	const uint64_t one = 1;
	s->roster = roster;
	syscall(SYS_write, s->config.wake_fd, &one, sizeof one);
}
