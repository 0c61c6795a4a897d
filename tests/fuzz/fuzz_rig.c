/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rigs as strangers write them: a file is refused with a sentence, or it has
 * programs with commands, in an order in which everybody comes after those it
 * stands after.
 */
#include "fuzz.h"

#include "rig/rig.h"

#include <stdbool.h>

static const char plain[] =
    "title: two of us\n"
    "audio: {engine: alsa, sample_rate: 48000, cpu_cores: 2}\n"
    "performance: {target_latency_ms: 8}\n"
    "programs:\n"
    "  engine: pf-engine -v 'two words' ${PF_NONE:-x}\n"
    "  drums: {run: pf-agent drums --live, after: engine, stall_s: 3}\n"
    "  bass: {run: [pf-agent, bass, --live], after: [engine, drums]}\n";
static const char full[] =
    "audio: {engine: [alsa, jack, 'file:a.wav'], block_size: 64, "
    "hardware_buffer: 128, cpu_cores: [0, 1, 3]}\n"
    "memory: {buffer_size: 1MiB, event_size: 32, ring_buffers: 12}\n"
    "performance: {gui_fps: 30, agent_think_rate: 20}\n"
    "logs: {directory: x, size_kib: 64, keep: 2}\n"
    "session: a\n"
    "programs:\n"
    "  engine: {run: pf-engine, realtime: 50, environment: {A: b, C: d}}\n"
    "  x: {run: x, after: y, cores: [1], nice: 3, limit: 4, vital: yes, "
    "lane: x, ready: says, restart: always, stop_within_s: 1}\n"
    "  y: {run: y, ready: ends}\n";

static void
check(const struct pf_rig *rig)
{
	bool seen[PF_RIG_PROGRAMS] = {false};
	if (rig->n == 0 || rig->n > PF_RIG_PROGRAMS)
		abort();
	for (size_t k = 0; k < rig->n; k++) {
		const size_t i = rig->order[k];
		const struct pf_rig_program *const p = &rig->program[i];
		if (i >= rig->n || seen[i] || p->argc == 0 ||
		    p->argv[p->argc] || p->n_choices == 0)
			abort();
		for (size_t a = 0; a < p->n_after; a++)
			if (!seen[p->after[a]])
				abort();
		seen[i] = true;
	}
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	struct pf_rig *rig;
	struct pf_err err = {""};
	if (pf_rig_parse(&rig, (const char *)bytes, n, "fuzz.yaml", NULL,
	    &err) == 0) {
		check(rig);
		pf_rig_free(rig);
	} else if (!err.text[0]) {
		abort();
	}
}

#ifndef PF_LIBFUZZER
int
main(void)
{
	static const char *const words[] = {"[", "{", "]", "}", ": ", "\n",
	    "after: ", "engine", "drums", "x", "y", "${", "${A:-", "'", "\"",
	    "\\", "-1", "1e9", "99999999999", "null", "- ", "&a *a", "#",
	    "ready: ends", "  z: z\n"};
	static const struct fuzz_seed seeds[] = {
		{plain, sizeof plain - 1}, {full, sizeof full - 1}};
	return fuzz_run(seeds, PF_COUNT(seeds), words, PF_COUNT(words), 50000);
}
#endif
