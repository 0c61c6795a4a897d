/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model `soundfont`: plays a preset of a SoundFont 2 file.
 *
 * libfluidsynth drags 84 libraries along, so it is opened when the first
 * instrument asks for it, and programs that never do start as fast as ever.
 * Each lane is a MIDI channel of its own, so pitches may be bent and tuned
 * one by one.
 *
 * The library renders 64 frames at a time and hears nothing in between.  A
 * block is rendered whole at its start; a note that begins within a block
 * sounds from the next one on (0.7 ms late in the mean), which keeps every
 * cut the same.  It allocates while it renders: for pf-render, not for a
 * stage.
 */
#include "engine/soundfont.h"

#include "engine/instrument_data.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_fluidsynth
#include <fluidsynth.h>
#endif

struct font {
	char path[PATH_MAX];
	int bank, program;
};

enum { REVERB, LEVEL, RELEASE, PARAMS };

static const struct pf_param params[PARAMS] = {
    {"own_reverb", "", 0, 1, 0, PF_LINEAR, NULL,
	"the library's own reverb and chorus"},
    {"level", "dB", -40, 20, 0, PF_LINEAR, NULL, "of all of it"},
    {"release", "s", 0.05f, 20, 3, PF_EXPONENTIAL, NULL,
	"the longest that a note rings after its end"},
};

#ifdef HAVE_fluidsynth

/* The library's functions, found when first needed. */
#define FUNCTIONS(F) \
	F(new_fluid_settings) F(delete_fluid_settings) \
	F(fluid_settings_setnum) F(fluid_settings_setint) \
	F(new_fluid_synth) F(delete_fluid_synth) \
	F(fluid_synth_sfload) F(fluid_synth_program_select) \
	F(fluid_synth_noteon) F(fluid_synth_noteoff) \
	F(fluid_synth_pitch_bend) F(fluid_synth_pitch_wheel_sens) \
	F(fluid_synth_all_sounds_off) F(fluid_synth_write_float) \
	F(fluid_set_log_function)

#define DECLARE(name) __typeof__(name) *(name);
static struct {
	void *handle;
	FUNCTIONS(DECLARE)
} lib;

static int
open_library(void)
{
	if (lib.handle)
		return 0;
	void *const handle = dlopen("libfluidsynth.so.3",
	    RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return -ENOSYS;
#define FIND(name) \
	lib.name = (__typeof__(lib.name))dlsym(handle, #name); \
	if (!lib.name) { \
		dlclose(handle); \
		return -ENOSYS; \
	}
	FUNCTIONS(FIND)
	/* Its warnings are for its own command line. */
	for (int level = FLUID_WARN; level < LAST_LOG_LEVEL; level++)
		lib.fluid_set_log_function(level, NULL, NULL);
	lib.handle = handle;
	return 0;
}

struct voice {
	int key;        /* -1: none */
	float release;  /* how much is left of the time after its end, 0..1 */
	bool begun, released;
	float bend;     /* semitones off the key */
	int velocity;
};

struct state {
	fluid_settings_t *settings;
	fluid_synth_t *synth;
	float block[2][PF_BLOCK];
	struct voice voice[];
};

enum { BEND_SEMITONES = 24 };

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return sizeof(struct state) + lanes * sizeof(struct voice);
}

static void
fini(struct pf_bank *bank)
{
	struct state *const s = bank->state;
	if (s->synth)
		lib.delete_fluid_synth(s->synth);
	if (s->settings)
		lib.delete_fluid_settings(s->settings);
	s->synth = NULL;
	s->settings = NULL;
}

static int
load(struct pf_bank *bank, struct state *s, const struct font *font)
{
	const int id = lib.fluid_synth_sfload(s->synth, font->path, 0);
	if (id < 0)
		return -EIO;
	for (unsigned i = 0; i < bank->lanes; i++) {
		if (lib.fluid_synth_program_select(s->synth, (int)i, id,
			font->bank, font->program) != 0)
			return -ENOENT;
		lib.fluid_synth_pitch_wheel_sens(s->synth, (int)i,
		    BEND_SEMITONES);
	}
	return 0;
}

static int
init(struct pf_bank *bank)
{
	struct state *const s = bank->state;
	const struct font *const font = bank->data;
	for (unsigned i = 0; i < bank->lanes; i++)
		s->voice[i].key = -1;
	if (!font)
		return 0;
	int r = open_library();
	if (r != 0)
		return r;
	s->settings = lib.new_fluid_settings();
	if (!s->settings)
		return -ENOMEM;
	lib.fluid_settings_setnum(s->settings, "synth.sample-rate",
	    bank->rate_hz);
	lib.fluid_settings_setint(s->settings, "synth.cpu-cores", 1);
	lib.fluid_settings_setint(s->settings, "synth.threadsafe-api", 0);
	lib.fluid_settings_setint(s->settings, "synth.dynamic-sample-loading",
	    0);
	lib.fluid_settings_setint(s->settings, "synth.midi-channels",
	    (int)((bank->lanes + 15) / 16 * 16));
	lib.fluid_settings_setnum(s->settings, "synth.gain", 0.8);
	const int own = bank->value[REVERB][0] >= 0.5f;
	lib.fluid_settings_setint(s->settings, "synth.reverb.active", own);
	lib.fluid_settings_setint(s->settings, "synth.chorus.active", own);
	s->synth = lib.new_fluid_synth(s->settings);
	r = s->synth ? load(bank, s, font) : -ENOMEM;
	if (r != 0)
		fini(bank);
	return r;
}

static void
start(struct pf_bank *bank, unsigned lane, const struct pf_start *begin)
{
	struct state *const s = bank->state;
	struct voice *const v = &s->voice[lane];
	const int key = (int)(begin->pitch + 0.5f);
	v->key = key > 127 ? 127 : key;
	v->bend = begin->pitch - (float)v->key;
	v->velocity = (int)(begin->velocity * 126.0f + 1.5f);
	v->velocity = v->velocity > 127 ? 127 : v->velocity;
	v->release = 1;
	v->begun = v->released = false;
	bank->level[lane] = 0.5f;
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	struct state *const s = bank->state;
	(void)pos, (void)velocity;
	s->voice[lane].released = true;
}

static void
fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	struct state *const s = bank->state;
	(void)pos;
	s->voice[lane].released = true;
	s->voice[lane].release = 0;
}

static void
bend(struct pf_bank *bank, unsigned lane, unsigned pos, float pitch,
    bool glide)
{
	struct state *const s = bank->state;
	(void)pos, (void)glide;
	s->voice[lane].bend = pitch - (float)s->voice[lane].key;
}

static void
tell(struct pf_bank *bank, unsigned lane, float block_s)
{
	struct state *const s = bank->state;
	struct voice *const v = &s->voice[lane];
	const float bent = fminf(fmaxf(v->bend / BEND_SEMITONES, -1), 1);
	if (v->key < 0)
		return;
	lib.fluid_synth_pitch_bend(s->synth, (int)lane,
	    (int)lrintf(8192 + bent * 8191));
	if (!v->begun) {
		lib.fluid_synth_noteon(s->synth, (int)lane, v->key,
		    v->velocity);
		v->begun = true;
		return; /* a note shorter than a block is a block long */
	}
	bank->level[lane] = 0.5f * v->release + 1e-4f;
	if (!v->released)
		return;
	if (v->release >= 1)
		lib.fluid_synth_noteoff(s->synth, (int)lane, v->key);
	v->release -= block_s / bank->value[RELEASE][lane];
	if (v->release > 0)
		return;
	lib.fluid_synth_all_sounds_off(s->synth, (int)lane);
	v->key = -1;
	bank->level[lane] = 0;
}

static void
control(struct pf_bank *bank)
{
	struct state *const s = bank->state;
	const float gain = powf(10, bank->value[LEVEL][0] / 20);
	if (!s->synth) {
		for (unsigned lane = 0; lane < bank->lanes; lane++)
			bank->level[lane] = 0;
		return;
	}
	for (unsigned lane = 0; lane < bank->lanes; lane++)
		if (bank->live[lane])
			tell(bank, lane, PF_BLOCK / (float)bank->rate_hz);
	lib.fluid_synth_write_float(s->synth, PF_BLOCK, s->block[0], 0, 1,
	    s->block[1], 0, 1);
	for (unsigned i = 0; i < PF_BLOCK; i++) {
		s->block[0][i] *= gain;
		s->block[1][i] *= gain;
	}
}

static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	const struct state *const s = bank->state;
	if (!s->synth)
		return;
	for (unsigned i = 0; i < n; i++) {
		l[i] += s->block[0][pos + i];
		r[i] += s->block[1][pos + i];
	}
}

#else

static int
open_library(void)
{
	return -ENOSYS;
}

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz, (void)lanes;
	return PF_ALIGN;
}

static int
init(struct pf_bank *bank)
{
	(void)bank;
	return 0;
}

static void
fini(struct pf_bank *bank)
{
	(void)bank;
}

static void
start(struct pf_bank *bank, unsigned lane, const struct pf_start *begin)
{
	(void)bank, (void)lane, (void)begin;
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	(void)bank, (void)lane, (void)pos, (void)velocity;
}

static void
fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	(void)bank, (void)lane, (void)pos;
}

static void
bend(struct pf_bank *bank, unsigned lane, unsigned pos, float pitch,
    bool glide)
{
	(void)bank, (void)lane, (void)pos, (void)pitch, (void)glide;
}

static void
control(struct pf_bank *bank)
{
	for (unsigned lane = 0; lane < bank->lanes; lane++)
		bank->level[lane] = 0;
}

static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	(void)bank, (void)pos, (void)n, (void)l, (void)r;
}

#endif

const struct pf_model pf_model_soundfont = {
    .name = "soundfont",
    .help = "a preset of a SoundFont, through libfluidsynth",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .fini = fini,
    .start = start,
    .release = release,
    .fade = fade,
    .bend = bend,
    .control = control,
    .run = run,
};

int
pf_soundfont_read(const struct pf_yaml_node *root,
    struct pf_instrument *instrument, struct pf_err *err)
{
	const struct pf_yaml_node *const file = pf_yaml_find(root, "file");
	int64_t bank = 0, program = 0;
	if (!file)
		return pf_yaml_error(root, err, "'file' is missing");
	struct font *const font = calloc(1, sizeof *font);
	if (!font)
		return -ENOMEM;
	instrument->data = font;
	instrument->data_free = free;
	int r = pf_beside(font->path, sizeof font->path, file, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "bank"), 0, 16383, &bank,
		    err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "program"), 0, 127,
		    &program, err);
	if (r != 0)
		return r;
	font->bank = (int)bank;
	font->program = (int)program;
	if (access(font->path, R_OK) != 0)
		return pf_yaml_error(file, err, "cannot read '%s' (Debian: "
		    "timgm6mb-soundfont)", font->path);
	if (open_library() != 0) {
		pf_yaml_error(file, err, "SoundFonts need libfluidsynth.so.3 "
		    "(Debian: libfluidsynth3), now and when Performia is "
		    "built");
		return -ENOSYS;
	}
	return 0;
}
