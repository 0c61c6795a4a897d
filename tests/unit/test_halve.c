/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half-band filter: what passes, what does not, and how cut. */
#include "analysis/halve.h"

#include "tap.h"

#include <math.h>
#include <string.h>

enum { N = 4096 };

/* The largest sample that comes out of a sine of `share` of the rate. */
static double
response(double share)
{
	const double pi = acos(-1);
	struct pf_halve halve;
	static float in[N], out[N / 2];
	double most = 0;
	pf_halve_init(&halve);
	for (int i = 0; i < N; i++)
		in[i] = (float)sin(2 * pi * share * i);
	pf_halve_run(&halve, in, out, N);
	for (int i = PF_HALVE_TAPS; i < N / 2; i++)
		most = fmax(most, fabs((double)out[i]));
	return most;
}

int
main(void)
{
	static float noise[N], whole[N / 2], cut[N / 2];
	struct pf_halve a, b;
	ok(fabs(response(0.01) - 1) < 0.01 && fabs(response(0.18) - 1) < 0.02,
	    "what is below 0.19 of the rate passes");
	ok(response(0.32) < 0.004 && response(0.45) < 0.004,
	    "what is above 0.31 does not fold back: %.1f dB",
	    20 * log10(response(0.32)));
	for (int i = 0; i < N; i++)
		noise[i] = (float)((i * 2654435761u >> 8 & 0xffff) / 32768.0 -
		    1);
	pf_halve_init(&a);
	pf_halve_init(&b);
	pf_halve_run(&a, noise, whole, N);
	for (int i = 0, n = 2; i < N; i += n, n = n == 2 ? 130 : 2) {
		n = i + n > N ? N - i : n;
		pf_halve_run(&b, &noise[i], &cut[i / 2], (size_t)n);
	}
	ok(memcmp(whole, cut, sizeof whole) == 0,
	    "any row of cuts gives the same samples");
	pf_halve_init(&b);
	pf_halve_run(&b, noise, noise, N);
	ok(memcmp(whole, noise, sizeof whole) == 0, "it may work in place");
	return tap_done();
}
