/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the stage does about time: how much of each period its work takes,
 * whether the engine's threads shall help, and which voices go when it is
 * too much.  One period that took long may be the machine's fault, so of two
 * in a row the shorter counts.
 */
#include "live/stage_private.h"

#include "base/mono.h"
#include "engine/live.h"

/*
 * Shares of a period.  Above the first the threads help, and below the second
 * (what two of them leave of it) no more after a while; by the third they
 * help out in this period.
 */
#define LOAD_HELP 0.35
#define LOAD_ALONE 0.15
#define LOAD_HURRY 0.5
#define HELP_S 0.5

/* More is too much, and what to come down to. */
#define LOAD_MOST 0.9
#define LOAD_GOOD 0.75
#define SHED_MOST 0.75 /* of the voices at once */
#define FADE_S 0.012   /* then a voice that was shed is gone */

void
pf_stage_hurry(struct pf_stage *s)
{
	const bool late = s->config.device.paced && (double)(pf_mono_ns() -
	    s->begin_ns) > LOAD_HURRY * s->period_ns;
	pf_engine_help(s->engine, !s->config.device.paced || late ||
	    s->help_frames > 0);
}

/* Shall the threads help in the next periods? */
static void
help(struct pf_stage *s, double load, unsigned frames)
{
	if (load > LOAD_HELP || (s->help_frames > 0 && load > LOAD_ALONE))
		s->help_frames = (int64_t)(HELP_S * s->rate_hz);
	else if (s->help_frames > 0)
		s->help_frames -= frames;
}

/*
 * So many voices go that the rest will fit, three quarters at most; they
 * fade before the load is judged again.
 */
static void
shed(struct pf_stage *s, double load)
{
	const double share = 1 - LOAD_GOOD / load;
	const unsigned voices = pf_engine_voices(s->engine);
	if (pf_engine_shed(s->engine, 1 + (unsigned)(voices *
	    (share < SHED_MOST ? share : SHED_MOST))) > 0)
		s->fading_frames = (int64_t)(FADE_S * s->rate_hz);
}

void
pf_stage_judge(struct pf_stage *s, int64_t end_ns, unsigned frames)
{
	const double load = (double)(end_ns - s->begin_ns) / s->period_ns;
	const double less = load < s->load_before ? load : s->load_before;
	if (!s->config.device.paced)
		return;
	s->load_before = load;
	help(s, less, frames);
	if (s->fading_frames > -(int64_t)frames) /* and one more period */
		s->fading_frames -= frames;
	else if (less > LOAD_MOST)
		shed(s, less);
}
