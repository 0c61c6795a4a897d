/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `stop` with a duration: what sounds fades out and then ends. */
#include "engine_rig.h"
#include "tap.h"

#include <math.h>

#define RATE 48000
#define FRAMES (4 * RATE)

static float l[FRAMES], r[FRAMES], cut_l[FRAMES], cut_r[FRAMES];

/* An organ holds a key; stop comes at 1 s and takes so long; one at 3 s. */
static unsigned
render(float fade_s, uint64_t seed, float *left, float *right)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins;
	pf_instrument_init(&ins, pf_model_find("subtractive"));
	rig_strip(engine, "a", &ins);
	struct pf_event on = rig_note("a", 0.1, 57, 0.8f, 0);
	struct pf_event stop = {.time = 1000000000, .type = PF_STOP};
	on.type = PF_ON;
	on.p = 0;
	on.id = 1;
	stop.duration = fade_s;
	rig_push(engine, on, NULL);
	rig_push(engine, rig_note("a", 1.5, 60, 1, 0.5f), NULL); /* dropped */
	rig_push(engine, stop, NULL);
	rig_render(engine, 2 * RATE, left, right, seed);
	rig_push(engine, rig_note("a", 3.0001, 57, 0.8f, 0.5f), NULL);
	rig_render(engine, RATE / 2, left + 2 * RATE, right + 2 * RATE, seed);
	const unsigned voices = pf_engine_voices(engine);
	rig_render(engine, FRAMES - 5 * RATE / 2, left + 5 * RATE / 2,
	    right + 5 * RATE / 2, seed);
	pf_engine_free(engine);
	return voices;
}

static double
loud(const float *x, double from_s)
{
	double sum = 0;
	for (int i = 0; i < RATE / 10; i++)
		sum += (double)x[(int)(from_s * RATE) + i] *
		    (double)x[(int)(from_s * RATE) + i];
	return sqrt(sum / (RATE / 10));
}

int
main(void)
{
	const unsigned voices = render(0.8f, 0, l, r);
	const double before = loud(l, 0.85);
	ok(before > 0.01, "a held note sounds");
	ok(loud(l, 1.35) < 0.45 * before && loud(l, 1.35) > 0.1 * before,
	    "half way through a stop of 0.8 s it is a quarter as loud");
	ok(loud(l, 1.15) < 0.9 * before && loud(l, 1.15) > loud(l, 1.35) &&
	    loud(l, 1.35) > loud(l, 1.65), "it falls all the time");
	ok(loud(l, 1.85) == 0 && loud(l, 2.5) == 0 && voices == 0,
	    "then it is silent and has no voices");
	ok(fabs(loud(l, 3.2) / loud(l, 0.3) - 1) < 0.1,
	    "a note after it is as loud as ever");
	float jump = 0;
	for (int i = RATE; i < 2 * RATE; i++)
		jump = fmaxf(jump, fabsf(l[i] - l[i - 1]));
	float usual = 0;
	for (int i = RATE / 2; i < RATE; i++)
		usual = fmaxf(usual, fabsf(l[i] - l[i - 1]));
	ok(jump <= usual * 1.05f, "nothing clicks");
	render(0.8f, 3, cut_l, cut_r);
	ok(!memcmp(l, cut_l, sizeof l) && !memcmp(r, cut_r, sizeof r),
	    "any cuts give the same bytes");
	return tap_done();
}
