/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a strip is made of, as plain data: a voice model with its values, the
 * insert effects behind it, and where the sound goes.  instrument_file.h
 * reads it from YAML; pf_engine_add() builds a strip from it.
 */
#ifndef PF_ENGINE_INSTRUMENT_H
#define PF_ENGINE_INSTRUMENT_H

#include "engine/fx.h"
#include "engine/model.h"

#include <stdbool.h>

#define PF_INSERTS_MOST 8
#define PF_SENDS_MOST 4
#define PF_NAME_MOST 64 /* bytes with the NUL */
#define PF_VOICES_MOST 128
#define PF_RAMPS_MOST 64 /* parameters of a strip that move at once */

/* One effect of a chain. */
struct pf_fx_spec {
	const struct pf_fx *fx;
	char name[PF_NAME_MOST]; /* its part in parameter paths: "eq" */
	float value[PF_FX_PARAMS_MOST];
	char sidechain[PF_NAME_MOST]; /* the strip that keys it; "": none */
};

struct pf_send_spec {
	char to[PF_NAME_MOST]; /* an FX return: "reverb" */
	float level;           /* 0..1, amplitude */
};

/* The way from effects to the mix; also an FX return and the master. */
struct pf_channel {
	unsigned fxs, sends;
	struct pf_fx_spec fx[PF_INSERTS_MOST];
	struct pf_send_spec send[PF_SENDS_MOST];
	float gain_db; /* -96..24; -96 and below is silence */
	float pan;     /* -1 left .. 1 right */
};

struct pf_instrument {
	char name[PF_NAME_MOST]; /* "warm-bass" */
	const struct pf_model *model; /* NULL: audio from outside */
	float value[PF_PARAMS_MOST];
	unsigned voices;  /* 1..PF_VOICES_MOST sounding at once */
	bool legato;      /* with one voice: tied notes do not start anew */
	float transpose;  /* semitones, -48..48, added to every pitch */
	struct pf_channel channel;
	void *data;       /* the model's: samples ...; outlives the strip */
	void (*data_free)(void *data); /* for who made the instrument */
};

/*
 * The defaults of a model (NULL: an input): its values, 16 voices, gain 0 dB,
 * no effects, no sends.
 */
void pf_instrument_init(struct pf_instrument *instrument,
    const struct pf_model *model);

/* One effect with its default values, named as its kind. */
void pf_fx_spec_init(struct pf_fx_spec *spec, const struct pf_fx *fx);

/* Free data by data_free, if there is any. */
void pf_instrument_fini(struct pf_instrument *instrument);

#endif
