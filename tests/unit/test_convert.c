/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/convert.h"

#include "tap.h"

#include <math.h>
#include <string.h>

int
main(void)
{
	static const struct {
		enum pf_sample kind;
		const char *name;
		int bits;
	} kinds[] = {
		{PF_SAMPLE_F32, "float", 25}, {PF_SAMPLE_S32, "S32", 32},
		{PF_SAMPLE_S24, "S24", 24}, {PF_SAMPLE_S24_3, "S24_3", 24},
		{PF_SAMPLE_S16, "S16", 16},
	};
	for (size_t k = 0; k < PF_COUNT(kinds); k++) {
		const enum pf_sample kind = kinds[k].kind;
		const float step = ldexpf(1, 1 - kinds[k].bits);
		const float in[9] = {0, 0.5f, -0.5f, step * 4, -step * 4, 1e9f,
		    -INFINITY, NAN, -1};
		const float want[9] = {0, 0.5f, -0.5f, step * 4, -step * 4, 1,
		    kind == PF_SAMPLE_F32 ? 0 : -1, 0, -1};
		unsigned char bytes[9 * 12];
		float out[9];
		int same = 0;
		memset(bytes, 0x55, sizeof bytes);
		pf_sample_out(kind, bytes, 12, in, 9);
		pf_sample_in(kind, out, bytes, 12, 9);
		for (int i = 0; i < 9; i++)
			same += kind == PF_SAMPLE_F32 && i == 5 ?
			    out[i] == 1e9f : fabsf(out[i] - want[i]) <= step;
		ok(same == 9, "%s comes back as it went, clipped at full "
		    "scale, silent where it is no number (%d of 9)",
		    kinds[k].name, same);
		int kept = 0;
		for (size_t i = 0; i < 9; i++)
			for (size_t b = pf_sample_bytes(kind); b < 12; b++)
				kept += bytes[i * 12 + b] == 0x55;
		ok(kept == 9 * (12 - (int)pf_sample_bytes(kind)),
		    "%s leaves its neighbours alone", kinds[k].name);
		pf_sample_out(kind, bytes, 12, NULL, 9);
		pf_sample_in(kind, out, bytes, 12, 9);
		ok(out[0] == 0 && out[8] == 0, "%s knows silence",
		    kinds[k].name);
	}
	return tap_done();
}
