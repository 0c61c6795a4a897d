/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A control without an engine: a desk with two strips, a return, a master
 * and an agent; what it posts is taken by hand.
 */
#ifndef PF_TESTS_CONTROL_RIG_H
#define PF_TESTS_CONTROL_RIG_H

#include "base/hash.h"
#include "base/mono.h"
#include "engine/model.h"
#include "live/control.h"
#include "session/lane.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct rig {
	struct pf_desk *desk;
	struct pf_commands commands;
	struct pf_answers answers;
	struct pf_clock clock;
	struct pf_control *control;
	char spelled[64];
	int quits;
};

static inline void
rig_quit(void *ctx)
{
	((struct rig *)ctx)->quits++;
}

static inline void
rig_spell(void *ctx, const char *name)
{
	struct rig *const rig = ctx;
	strncpy(rig->spelled, name, sizeof rig->spelled - 1);
}

/* The session stands at 100 s, 120 bpm, 4/4. */
static inline void
rig_clock(struct rig *rig, double bpm)
{
	const struct pf_clock_state state = {
		.mono_ns = pf_mono_ns(), .time_ns = 100000000000, .speed = 1,
		.rate_hz = 48000, .period_frames = 128, .bpm = bpm,
		.beat_time_ns = 100000000000, .beat = 8, .meter_num = 4,
		.meter_den = 4, .key_tonic = 255, .key_mode = 255,
		.in_latency = 128, .out_latency = 128,
	};
	pf_clock_set(&rig->clock, &state);
}

static inline int
rig_put(struct rig *rig, enum pf_desk_kind kind, const char *name)
{
	struct pf_instrument instrument;
	pf_instrument_init(&instrument, kind == PF_DESK_STRIP
	    ? &pf_model_subtractive : NULL);
	return pf_desk_put(rig->desk, kind, name, &instrument);
}

/* Returns false with *err worded. */
static inline bool
rig_open(struct rig *rig, int dir_fd, const char *log, struct pf_err *err)
{
	struct pf_control_config config;
	memset(rig, 0, sizeof *rig);
	pf_clock_init(&rig->clock);
	rig_clock(rig, 120);
	const struct pf_desk_member drums = {
		.name = "drums", .role = "drums", .pid = 1, .alive = true,
		.source = pf_hash_str("drums"), .state = PF_LANE_READY,
	};
	if (pf_desk_new(&rig->desk) != 0 ||
	    rig_put(rig, PF_DESK_STRIP, "bass") != 0 ||
	    rig_put(rig, PF_DESK_STRIP, "drums") != 0 ||
	    rig_put(rig, PF_DESK_RETURN, "reverb") != 0 ||
	    rig_put(rig, PF_DESK_MASTER, "master") != 0)
		return pf_err_set(err, "no desk"), false;
	pf_desk_member(rig->desk, &drums, false);
	pf_control_config_init(&config);
	config.dir_fd = dir_fd;
	config.session = "test";
	config.log = log;
	config.desk = rig->desk;
	config.commands = &rig->commands;
	config.answers = &rig->answers;
	config.clock = &rig->clock;
	config.quit = rig_quit;
	config.spell = rig_spell;
	config.ctx = rig;
	return pf_control_new(&rig->control, &config, err) == 0;
}

static inline void
rig_close(struct rig *rig)
{
	pf_control_free(rig->control);
	pf_desk_free(rig->desk);
}

#endif
