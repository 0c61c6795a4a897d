/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The runtime keys of a rig: audio, memory, performance.
 *
 * Some are settings that programs take as options; some the design has
 * fixed, and saying something else is an error that tells why.  Setup only.
 */
#ifndef PF_RIG_RUNTIME_H
#define PF_RIG_RUNTIME_H

#include "base/attr.h"
#include "base/err.h"
#include "config/yaml.h"

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

enum { PF_RIG_DEVICES = 8 };

struct pf_rig_runtime {
	const char *engine[PF_RIG_DEVICES]; /* devices, tried in this order */
	size_t n_engines;       /* 0: the engine's default */
	uint32_t rate_hz;       /* 44100..192000; 0: the default */
	uint32_t period_frames; /* 32..2048; 0: the default */
	cpu_set_t cores;        /* where the engine runs; none: anywhere */
	unsigned n_cores;       /* how many it uses; 0: the default */
	unsigned ring_buffers;  /* lanes that are asked for; 0: not said */
	long ring_line;         /* where that stands */
	unsigned gui_fps;       /* 1..60; 0: the default */
	unsigned think_hz;      /* 10..30; 0: the default */
	double target_ms;       /* sound in to sound out; 0: none */
};

/* The keys of a rig that belong here. */
#define PF_RIG_RUNTIME_KEYS "audio", "memory", "performance"

/*
 * Read and check them.  device, if not NULL, stands for audio.engine.  A
 * target without a hardware buffer chooses the largest buffer that keeps it.
 * Returns 0 or -EINVAL with *err placed.
 */
PF_MUST_CHECK int pf_rig_runtime_read(struct pf_rig_runtime *runtime,
    const struct pf_yaml_node *root, const char *device, struct pf_err *err);

/*
 * Read a set of processor cores: one number, or a list of them.  Returns 0
 * or -EINVAL with *err placed; a NULL node leaves *cores alone.
 */
PF_MUST_CHECK int pf_rig_cores_read(const struct pf_yaml_node *node,
    cpu_set_t *cores, struct pf_err *err);

#endif
