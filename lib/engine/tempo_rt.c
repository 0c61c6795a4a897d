/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo as the engine needs it: it moves what was said before it, and tells
 * synced effects where the beat is.  An event pushed after a tempo event
 * knows of it: its time is right already.
 */
#include "engine/engine_private.h"
#include "event/tempo_map.h"

#include <string.h>

static double
tempo_in_range(struct pf_engine *engine, double bpm)
{
	if (bpm >= PF_BPM_LEAST && bpm <= PF_BPM_MOST)
		return bpm;
	engine->clamped++;
	return bpm < PF_BPM_LEAST ? PF_BPM_LEAST : bpm > PF_BPM_MOST ?
	    PF_BPM_MOST : engine->bpm_pushed;
}

static void
stretch(struct pf_engine *engine, int64_t time, double ratio)
{
	const uint32_t rate_hz = engine->config.rate_hz;
	for (unsigned i = 0; i < engine->graph.strips; i++) {
		struct pf_strip *strip = engine->graph.strip[i];
		pf_scheduler_stretch(&strip->scheduler, time, ratio, rate_hz);
		if (strip->voices)
			pf_voices_stretch(strip->voices, time, ratio, rate_hz);
		if (strip->ringing)
			pf_voices_stretch(strip->ringing, time, ratio,
			    rate_hz);
	}
}

static void
remember(struct pf_engine *engine, int64_t time, double bpm)
{
	if (engine->tempos == PF_TEMPOS_MOST) {
		/* A ramp too fine to follow: the first step is lost. */
		engine->tempos--;
		memmove(engine->tempo, engine->tempo + 1,
		    engine->tempos * sizeof *engine->tempo);
	}
	unsigned at = engine->tempos++;
	for (; at > 0 && engine->tempo[at - 1].time > time; at--)
		engine->tempo[at] = engine->tempo[at - 1];
	engine->tempo[at] = (struct pf_tempo_due){time, bpm};
}

void
pf_engine_tempo(struct pf_engine *engine, int64_t time, double bpm)
{
	bpm = tempo_in_range(engine, bpm);
	if (bpm != engine->bpm_pushed)
		stretch(engine, time, engine->bpm_pushed / bpm);
	engine->bpm_pushed = bpm;
	remember(engine, time, bpm);
}

static void
go_to(struct pf_engine *engine, int64_t time)
{
	if (time <= engine->beat_ns)
		return;
	engine->beat += (double)(time - engine->beat_ns) * engine->bpm / 60e9;
	engine->beat_ns = time;
}

void
pf_engine_find_beat(struct pf_engine *engine)
{
	const int64_t now = pf_time_of_frame(engine->frame,
	    engine->config.rate_hz);
	unsigned done = 0;
	for (; done < engine->tempos && engine->tempo[done].time <= now;
	     done++) {
		go_to(engine, engine->tempo[done].time);
		engine->bpm = engine->tempo[done].bpm;
	}
	go_to(engine, now);
	engine->tempos -= done;
	memmove(engine->tempo, engine->tempo + done,
	    engine->tempos * sizeof *engine->tempo);
	engine->run.bpm = engine->bpm;
	engine->run.beat = engine->beat;
}
