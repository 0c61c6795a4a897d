/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FM voice: its parameters, its algorithms and its memory. */
#include "engine/fm.h"

#include "engine/fm_voice_rt.h"

#define OP(n) (1 << ((n) - 1))

/* Operators are 1 to 4 as people count them; arrows read "bends". */
const struct pf_fm_algorithm pf_fm_algorithm[FM_ALGORITHMS] = {
	{{OP(2), OP(3), OP(4)}, OP(1)},                 /* 4 > 3 > 2 > 1 */
	{{OP(2), OP(3) | OP(4)}, OP(1)},                /* 3 + 4 > 2 > 1 */
	{{OP(2) | OP(3), 0, OP(4)}, OP(1)},             /* 2 + (4 > 3) > 1 */
	{{OP(2) | OP(4), OP(3)}, OP(1)},                /* (3 > 2) + 4 > 1 */
	{{OP(2), 0, OP(4)}, OP(1) | OP(3)},             /* 2 > 1, 4 > 3 */
	{{OP(4), OP(4), OP(4)}, OP(1) | OP(2) | OP(3)}, /* 4 > 1, 2, 3 */
	{{0, 0, OP(4)}, OP(1) | OP(2) | OP(3)},         /* 1, 2, 4 > 3 */
	{{0}, OP(1) | OP(2) | OP(3) | OP(4)},           /* 1, 2, 3, 4 */
};

static const char *const algorithms[] = {
	"stack", "fork", "branch", "twin", "pairs", "fan", "organ", "sum",
	NULL
};
static const char *const lfo_shapes[] = {
	"sine", "triangle", "saw", "square", NULL
};

#define LINEAR(name, unit, lo, hi, def, help) \
	{name, unit, lo, hi, def, PF_LINEAR, NULL, help}
#define TIME(name, lo, hi, def, help) \
	{name, "s", lo, hi, def, PF_EXPONENTIAL, NULL, help}
#define CHOICE(name, list, def, help) \
	{name, "", 0, PF_COUNT(list) - 2, def, PF_CHOICE, list, help}

#define OPERATOR(n, level, sustain) \
	[FM_OP + ((n) - 1) * FM_PER_OP] = \
	LINEAR("ratio" #n, "", 0, 32, 1, "frequency, in the note's"), \
	LINEAR("detune" #n, "cents", -100, 100, 0, "beside the ratio"), \
	LINEAR("level" #n, "", 0, 1, level, "how loud, or how much it bends"), \
	TIME("attack" #n, 0.001f, 10, 0.002f, "to full level"), \
	TIME("decay" #n, 0.001f, 20, 0.8f, "to the sustain level"), \
	LINEAR("sustain" #n, "", 0, 1, sustain, "level of a held note"), \
	TIME("release" #n, 0.001f, 20, 0.2f, "to silence"), \
	LINEAR("velocity" #n, "", 0, 1, 0.6f, "how much velocity is level")

static const struct pf_param params[FM_PARAMS] = {
	[FM_ALGORITHM] = CHOICE("algorithm", algorithms, 4,
	    "which operator bends which"),
	[FM_FEEDBACK] = LINEAR("feedback", "", 0, 1, 0,
	    "the fourth operator bends itself"),
	[FM_INDEX] = LINEAR("index", "", 0, 4, 1,
	    "brightness: scales all that bends"),
	[FM_TRACK] = LINEAR("track", "", 0, 2, 0.5f,
	    "how much duller high notes are"),
	[FM_LFO] = {"lfo", "Hz", 0.02f, 30, 5, PF_EXPONENTIAL, NULL,
	    "speed of the low-frequency oscillator"},
	[FM_LFO_BEATS] = LINEAR("lfo_beats", "beats", 0, 64, 0,
	    "its cycle in quarters; 0: lfo says"),
	[FM_LFO_SHAPE] = CHOICE("lfo_shape", lfo_shapes, 0, "its shape"),
	[FM_LFO_DELAY] = LINEAR("lfo_delay", "s", 0, 10, 0,
	    "it fades in within this time"),
	[FM_VIBRATO] = LINEAR("vibrato", "cents", 0, 1200, 0, "LFO to pitch"),
	[FM_TREMOLO] = LINEAR("tremolo", "", 0, 1, 0, "LFO to loudness"),
	[FM_GLIDE] = LINEAR("glide", "s", 0, 5, 0,
	    "from the note before to this"),
	[FM_DRIFT] = LINEAR("drift", "", 0, 1, 0.2f,
	    "how little two notes are alike"),
	[FM_GAIN] = LINEAR("volume", "dB", -60, 24, 0, "of the voice"),
	[FM_PAN] = LINEAR("pan", "", -1, 1, 0, "of the voice"),
	OPERATOR(1, 1, 0.6f),
	OPERATOR(2, 0.35f, 0.2f),
	OPERATOR(3, 0, 0.6f),
	OPERATOR(4, 0, 0.2f),
};

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return pf_lanes_bytes(sizeof(struct pf_fm), ROWS, lanes);
}

static int
init(struct pf_bank *bank)
{
	static const struct pf_lane_kernels *const kernels[PF_SIMDS] =
	    PF_LANE_KERNELS(fm);
	struct pf_fm *const s = bank->state;
	pf_lanes_init(bank, sizeof *s, s->row, ROWS, &pf_fm_rows,
	    kernels);
	return 0;
}

const struct pf_model pf_model_fm = {
	.name = "fm",
	.help = "four sine operators that bend each other",
	.param = params,
	.params = FM_PARAMS,
	.bytes = bytes,
	.init = init,
	.start = pf_fm_start,
	.release = pf_fm_release,
	.fade = pf_fm_fade,
	.bend = pf_lanes_bend,
	.control = pf_lanes_control,
	.run = pf_lanes_run,
};
