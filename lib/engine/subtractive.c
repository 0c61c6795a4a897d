/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subtractive voice: its parameters and its memory. */
#include "engine/subtractive.h"

#include "engine/subtractive_voice_rt.h"

static const char *const shapes[] = {
	"saw", "pulse", "triangle", "sine", NULL
};
static const char *const filters[] = {"lowpass", "bandpass", "highpass", NULL};
static const char *const slopes[] = {"12", "24", NULL};
static const char *const lfo_shapes[] = {
	"sine", "triangle", "saw", "square", NULL
};

#define LINEAR(name, unit, lo, hi, def, help) \
	{name, unit, lo, hi, def, PF_LINEAR, NULL, help}
#define TIME(name, lo, hi, def, help) \
	{name, "s", lo, hi, def, PF_EXPONENTIAL, NULL, help}
#define CHOICE(name, list, def, help) \
	{name, "", 0, PF_COUNT(list) - 2, def, PF_CHOICE, list, help}

static const struct pf_param params[SUB_PARAMS] = {
	[SUB_SHAPE] = CHOICE("shape", shapes, SUB_SAW, "first oscillator"),
	[SUB_LEVEL] = LINEAR("level", "", 0, 1, 1, "of the first oscillator"),
	[SUB_WIDTH] = LINEAR("width", "", 0.02f, 0.98f, 0.5f,
	    "of pulses, in turns"),
	[SUB_UNISON] = LINEAR("unison", "", 1, PF_UNISON, 1,
	    "how many first oscillators"),
	[SUB_DETUNE] = LINEAR("detune", "cents", 0, 100, 12,
	    "from the middle to the outermost of them"),
	[SUB_SPREAD] = LINEAR("spread", "", 0, 1, 0.6f,
	    "how far they stand apart, left and right"),
	[SUB_SHAPE2] = CHOICE("shape2", shapes, SUB_SAW, "second oscillator"),
	[SUB_LEVEL2] = LINEAR("level2", "", 0, 1, 0, "its level"),
	[SUB_TUNE2] = LINEAR("tune2", "semitones", -36, 36, 0, "its tuning"),
	[SUB_FINE2] = LINEAR("fine2", "cents", -100, 100, 7, "fine tuning"),
	[SUB_SUB] = LINEAR("sub", "", 0, 1, 0, "square an octave below"),
	[SUB_NOISE] = LINEAR("noise", "", 0, 1, 0, "white noise"),
	[SUB_FILTER] = CHOICE("filter", filters, SUB_LOWPASS, "its kind"),
	[SUB_SLOPE] = CHOICE("slope", slopes, 1, "dB an octave"),
	[SUB_CUTOFF] = LINEAR("cutoff", "", 0, 1, 0.7f,
	    "0: 20 Hz, 1: 20 kHz, a third is a decade"),
	[SUB_RESONANCE] = LINEAR("resonance", "", 0, 1, 0.15f,
	    "from none to a whistle"),
	[SUB_DRIVE] = LINEAR("drive", "", 0, 1, 0,
	    "soft clipping before the filter"),
	[SUB_TRACK] = LINEAR("track", "", 0, 1, 0.3f,
	    "how much the cutoff follows the key"),
	[SUB_BRIGHTNESS] = LINEAR("brightness", "octaves", 0, 6, 1.5f,
	    "how far velocity opens the filter"),
	[SUB_ENVELOPE] = LINEAR("envelope", "octaves", -8, 8, 0,
	    "how far the filter's envelope opens it"),
	[SUB_FATTACK] = TIME("fattack", 0.001f, 10, 0.005f,
	    "of the filter's envelope"),
	[SUB_FDECAY] = TIME("fdecay", 0.001f, 20, 0.3f,
	    "of the filter's envelope"),
	[SUB_FSUSTAIN] = LINEAR("fsustain", "", 0, 1, 0.3f,
	    "of the filter's envelope"),
	[SUB_FRELEASE] = TIME("frelease", 0.001f, 20, 0.3f,
	    "of the filter's envelope"),
	[SUB_ATTACK] = TIME("attack", 0.001f, 10, 0.004f, "to full level"),
	[SUB_DECAY] = TIME("decay", 0.001f, 20, 0.3f, "to the sustain level"),
	[SUB_SUSTAIN] = LINEAR("sustain", "", 0, 1, 0.7f,
	    "level of a held note"),
	[SUB_RELEASE] = TIME("release", 0.001f, 20, 0.15f, "to silence"),
	[SUB_VELOCITY] = LINEAR("velocity", "", 0, 1, 0.8f,
	    "how much velocity is loudness"),
	[SUB_LFO] = {"lfo", "Hz", 0.02f, 30, 5, PF_EXPONENTIAL, NULL,
	    "speed of the low-frequency oscillator"},
	[SUB_LFO_BEATS] = LINEAR("lfo_beats", "beats", 0, 64, 0,
	    "its cycle in quarters; 0: lfo says"),
	[SUB_LFO_SHAPE] = CHOICE("lfo_shape", lfo_shapes, 0, "its shape"),
	[SUB_LFO_DELAY] = LINEAR("lfo_delay", "s", 0, 10, 0,
	    "it fades in within this time"),
	[SUB_VIBRATO] = LINEAR("vibrato", "cents", 0, 1200, 0,
	    "LFO to pitch"),
	[SUB_PWM] = LINEAR("pwm", "", 0, 1, 0, "LFO to width"),
	[SUB_WOBBLE] = LINEAR("wobble", "octaves", 0, 6, 0, "LFO to cutoff"),
	[SUB_TREMOLO] = LINEAR("tremolo", "", 0, 1, 0, "LFO to loudness"),
	[SUB_GLIDE] = LINEAR("glide", "s", 0, 5, 0,
	    "from the note before to this"),
	[SUB_DRIFT] = LINEAR("drift", "", 0, 1, 0.3f,
	    "how little two notes are alike"),
	[SUB_GAIN] = LINEAR("volume", "dB", -60, 24, 0, "of the voice"),
	[SUB_PAN] = LINEAR("pan", "", -1, 1, 0, "of the voice"),
};

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return pf_lanes_bytes(sizeof(struct pf_subtractive), ROWS + 1, lanes);
}

static int
init(struct pf_bank *bank)
{
	static const struct pf_lane_kernels *const kernels[PF_SIMDS] =
	    PF_LANE_KERNELS(subtractive);
	struct pf_subtractive *const s = bank->state;
	pf_lanes_init(bank, sizeof *s, s->row, ROWS + 1, &pf_subtractive_rows,
	    kernels);
	s->use = (uint32_t *)(void *)s->row[ROWS];
	return 0;
}

const struct pf_model pf_model_subtractive = {
	.name = "subtractive",
	.help = "oscillators through a resonant filter",
	.param = params,
	.params = SUB_PARAMS,
	.bytes = bytes,
	.init = init,
	.start = pf_subtractive_start,
	.release = pf_subtractive_release,
	.fade = pf_subtractive_fade,
	.bend = pf_lanes_bend,
	.control = pf_lanes_control,
	.run = pf_lanes_run,
};
