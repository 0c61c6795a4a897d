/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loudness of sounds whose loudness is known: sines and silence. */
#include "analysis/loudness.h"

#include "tap.h"

#include <math.h>

enum { RATE = 48000, HOP = 64 };

/* Feed seconds of a sine; the last step goes to *step. */
static int
feed(struct pf_loudness *loudness, double hz, double gain, double seconds,
    struct pf_loudness_step *step)
{
	const double pi = acos(-1);
	float in[HOP];
	int steps = 0;
	for (int i = 0; i < (int)(seconds * RATE); i += HOP) {
		for (int k = 0; k < HOP; k++)
			in[k] = (float)(gain * sin(2 * pi * hz * (i + k) /
			    RATE));
		steps += pf_loudness_run(loudness, in, HOP, step);
	}
	return steps;
}

static int
near(double x, double want, double by)
{
	return fabs(x - want) <= by;
}

int
main(void)
{
	struct pf_loudness loudness;
	struct pf_loudness_step step = {0};
	pf_loudness_init(&loudness, RATE);
	ok(pf_loudness_integrated(&loudness) == PF_SILENCE_DB,
	    "nothing heard is silence");
	ok(near(feed(&loudness, 997, 0.1, 5, &step), 100, 1),
	    "a step is over every 50 ms");
	/* EBU Tech 3341, test 1, for one channel: -23 dBFS says -23 - 3. */
	ok(near(step.rms_db, -23.01, 0.1) && near(step.peak_db, -20, 0.1),
	    "a sine of 0.1 has %.2f dBFS RMS and peaks at %.2f", step.rms_db,
	    step.peak_db);
	ok(near(step.lufs, -23.01, 0.2) &&
	    near(pf_loudness_integrated(&loudness), -23.01, 0.2),
	    "at 1 kHz loudness is RMS: %.2f LUFS", step.lufs);
	feed(&loudness, 997, 0, 20, &step);
	ok(near(pf_loudness_integrated(&loudness), -23.01, 0.3),
	    "silence behind it does not count: the gate");
	ok(step.lufs < -70, "while what sounds now is silence");
	pf_loudness_init(&loudness, RATE);
	feed(&loudness, 40, 0.1, 3, &step);
	ok(step.lufs < -26, "a low tone is less loud: %.1f LUFS", step.lufs);
	pf_loudness_init(&loudness, RATE);
	feed(&loudness, 4000, 0.1, 3, &step);
	ok(near(step.lufs, -23.01 + 3.3, 0.7), "a high one is louder: %.1f LUFS",
	    step.lufs);
	ok(pf_power_db(0) == PF_SILENCE_DB && near(pf_power_db(0.1), -10, 1e-9),
	    "powers become decibels");
	return tap_done();
}
