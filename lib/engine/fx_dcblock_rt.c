/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Removes what does not move: a high-pass of first order at a few hertz
 * (J. O. Smith, "Introduction to Digital Filters", DC blocker).
 */
#include "engine/effects.h"

#include "base/math.h"

struct dcblock {
	float x[2], y[2]; /* the last frame, in and out */
	float keep, hz, rate_hz;
};

enum { CUTOFF, PARAMS };

static const struct pf_param params[PARAMS] = {
    {"cutoff", "Hz", 1, 40, 5, PF_EXPONENTIAL, NULL, "what is below goes"},
};

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct dcblock);
}

static void
set_cutoff(struct dcblock *s, float hz)
{
	if (hz == s->hz)
		return;
	s->hz = hz;
	s->keep = (float)pf_exp(-6.28318530717958647692 * hz / s->rate_hz);
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct dcblock *const s = state;
	s->rate_hz = (float)rate_hz;
	set_cutoff(s, value[CUTOFF]);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	set_cutoff(state, block->value[CUTOFF]);
}

static void
run(void *state, const struct pf_fx_io *io)
{
	struct dcblock *const s = state;
	float xl = s->x[0], xr = s->x[1], yl = s->y[0], yr = s->y[1];
	for (unsigned i = 0; i < io->n; i++) {
		yl = io->l[i] - xl + s->keep * yl;
		yr = io->r[i] - xr + s->keep * yr;
		xl = io->l[i];
		xr = io->r[i];
		io->l[i] = yl;
		io->r[i] = yr;
	}
	s->x[0] = xl;
	s->x[1] = xr;
	s->y[0] = yl;
	s->y[1] = yr;
}

const struct pf_fx pf_fx_dcblock = {
    .name = "dcblock",
    .help = "takes away what is too low to be heard",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .control = control,
    .run = run,
};
