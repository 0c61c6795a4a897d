/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/math.h"

#include "tap.h"

#include <math.h>

/* Largest error of ours against the C library, relative to 1 or the value. */
static double
worst(double (*ours)(double), double (*theirs)(double), double lo, double hi)
{
	double most = 0;
	for (int i = 0; i <= 20000; i++) {
		const double x = lo + (hi - lo) * i / 20000;
		const double want = theirs(x);
		const double scale = fabs(want) > 1 ? fabs(want) : 1;
		const double error = fabs(ours(x) - want) / scale;
		if (error > most)
			most = error;
	}
	return most;
}

int
main(void)
{
	ok(worst(pf_exp2, exp2, -40, 40) < 4e-15, "exp2 is exact enough");
	ok(worst(pf_log2, log2, 1e-9, 1e9) < 4e-15, "log2 is exact enough");
	ok(worst(pf_log2, log2, 0.5, 2) < 4e-15, "log2 is exact about 1");
	ok(worst(pf_exp, exp, -20, 20) < 4e-14, "exp is exact enough");
	ok(worst(pf_log, log, 1e-3, 1e3) < 4e-15, "log is exact enough");
	ok(worst(pf_sin, sin, -100, 100) < 4e-14, "sin is exact enough");
	ok(worst(pf_cos, cos, -100, 100) < 4e-14, "cos is exact enough");
	ok(fabs(pf_pow(2, 10) - 1024) < 1e-9, "2 to the 10 is 1024");
	ok(pf_exp2(3) == 8 && pf_log2(8) == 3, "whole powers are exact");
	ok(pf_log2(0) == -1074 && pf_log2(-1) == -1074,
	    "the logarithm of nothing is finite");
	ok(isfinite(pf_exp2(1e9)) && pf_exp2(-1e9) == 0,
	    "exp2 ends at the range of a double");
	ok(pf_exp2(NAN) == 0, "not a number counts as nothing");
	ok(fabs(pf_midi_to_hz(69) - 440) < 1e-9 &&
	    fabs(pf_midi_to_hz(60) - 261.6255653) < 1e-6, "A4 is 440 Hz");
	ok(fabs(pf_hz_to_midi(pf_midi_to_hz(33.25)) - 33.25) < 1e-12,
	    "Hz and MIDI numbers go both ways");
	ok(fabs(pf_db_to_gain(-6) - 0.501187) < 1e-6 &&
	    fabs(pf_gain_to_db(0.5) + 6.0206) < 1e-4, "6 dB are a half");
	ok(pf_gain_to_db(0) == -400, "silence has a level");
	return tap_done();
}
