/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ears' chord table is learnt from: raw float samples at 44.1 kHz on
 * stdin, a line for each frame on stdout: seconds, 12 treble, 12 bass, tonal,
 * power.  tests/train/chord_ear.py compiles and runs it.
 */
#include "analysis/halve.h"
#include "analysis/sounding.h"

#include <stdio.h>

int
main(void)
{
	struct pf_halve halve[2];
	struct pf_sounding *sounding;
	struct pf_sounding_frame f;
	float x[64];
	long n = 0;
	pf_halve_init(&halve[0]);
	pf_halve_init(&halve[1]);
	if (pf_sounding_new(&sounding, 11025) != 0)
		return 1;
	while (fread(x, sizeof *x, 64, stdin) == 64) {
		n += 64;
		pf_halve_run(&halve[0], x, x, 64);
		pf_halve_run(&halve[1], x, x, 32);
		if (!pf_sounding_run(sounding, x, 16, &f))
			continue;
		printf("%.4f", (double)n / 44100);
		for (int i = 0; i < 12; i++)
			printf(" %.3f", f.treble[i]);
		for (int i = 0; i < 12; i++)
			printf(" %.3f", f.bass[i]);
		printf(" %.3f %.3g %.1f\n", f.tonal, f.power, f.tuning_cents);
	}
	pf_sounding_free(sounding);
	return 0;
}
