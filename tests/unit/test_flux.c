/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What begins shows in the flux; what goes on does not. */
#include "analysis/flux.h"

#include "tap.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

enum { RATE = 44100, HOP = 64 };

struct seen {
	double most_before, most_at, most_after; /* of `all` */
	double centroid, noisiness;
};

/* A tone (or noise) that begins at 1 s, until 2 s. */
static struct seen
listen(double hz, bool noise)
{
	const double pi = acos(-1);
	struct pf_flux *flux;
	struct pf_flux_frame frame;
	struct seen seen = {0};
	uint32_t dice = 1;
	float in[HOP];
	if (pf_flux_new(&flux, RATE) != 0)
		return seen;
	for (int i = 0; i < 2 * RATE; i += HOP) {
		for (int k = 0; k < HOP; k++) {
			const int at = i + k;
			dice = dice * 1664525 + 1013904223;
			const double x = noise ? (double)(dice >> 8) / 8388608 -
			    1 : sin(2 * pi * hz * at / RATE);
			in[k] = at < RATE ? 0 : (float)(0.3 * x);
		}
		if (!pf_flux_run(flux, in, HOP, &frame))
			continue;
		const double s = (double)(i + HOP) / RATE;
		double *const most = s < 1 ? &seen.most_before
		    : s < 1.1 ? &seen.most_at : &seen.most_after;
		*most = fmax(*most, frame.all);
		seen.centroid = frame.centroid_hz;
		seen.noisiness = frame.noisiness;
	}
	pf_flux_free(flux);
	return seen;
}

int
main(void)
{
	struct pf_flux *flux = NULL;
	const struct seen tone = listen(440, false), hiss = listen(0, true);
	ok(tone.most_before == 0, "silence has no flux");
	ok(tone.most_at > 0.1 && tone.most_at > 4 * tone.most_after,
	    "a tone's beginning stands out: %.2f, then %.2f", tone.most_at,
	    tone.most_after);
	ok(fabs(tone.centroid - 440) < 60, "its centroid is its pitch: %.0f Hz",
	    tone.centroid);
	ok(hiss.noisiness > 0.5 && tone.noisiness < 0.2,
	    "noise is told from a tone: %.2f, %.2f", hiss.noisiness,
	    tone.noisiness);
	ok(hiss.centroid > 4000, "and is brighter: %.0f Hz", hiss.centroid);
	ok(pf_flux_new(&flux, 8000) == -EINVAL && !flux,
	    "a rate out of range is refused");
	if (pf_flux_new(&flux, RATE) == 0)
		ok(pf_flux_late_ns(flux) > 0 &&
		    pf_flux_late_ns(flux) < 60000000, "it is late by %lld us",
		    (long long)pf_flux_late_ns(flux) / 1000);
	pf_flux_free(flux);
	return tap_done();
}
