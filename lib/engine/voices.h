/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The voices of a strip: which note sounds in which lane of a model's bank,
 * until when, and who must go when there is no room.
 *
 * Stealing compares integers only, so it is the same on every host: released
 * notes first, then the softest in steps of 6 dB, the oldest, the smallest
 * id.  The stolen voice fades in its lane while the new one starts in
 * another; a bank has more lanes than voices for that.
 */
#ifndef PF_ENGINE_VOICES_H
#define PF_ENGINE_VOICES_H

#include "base/attr.h"
#include "engine/arena.h"
#include "engine/instrument.h"
#include "engine/scheduler.h"
#include "engine/tempo.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_NEVER INT64_MAX
#define PF_ALL_LANES UINT16_MAX

enum pf_voice_state { PF_FREE_LANE, PF_HELD, PF_RELEASED, PF_FADING };

struct pf_voice {
	int64_t start;   /* frame */
	int64_t end;     /* frame, PF_NEVER while it is held by an `on` */
	int64_t end_ns;  /* the same in time, all tempos to come included */
	int64_t base_ns; /* without those behind `said`: tempo.h */
	int64_t said;    /* the frame on which its length was said */
	uint64_t age;    /* how many began before */
	uint32_t id;
	float pitch;     /* as the event said it */
	uint8_t state;   /* enum pf_voice_state */
	bool free;       /* obeys neither tempo nor epoch */
	bool ends;       /* by an `off`: no tempo moves that */
};

/* A parameter on its way, in whole blocks. */
struct pf_ramp {
	uint16_t param, lane; /* lane: PF_ALL_LANES for the strip's value */
	uint32_t left;        /* blocks */
	float target;
};

struct pf_voices {
	const struct pf_model *model;
	struct pf_bank bank;
	struct pf_voice *voice;     /* voice[lanes] */
	uint8_t *live;              /* live[lanes] */
	float **row;                /* row[params][lanes]: bank.value */
	uint64_t *own;              /* own[lane]: bit p: the note's own value */
	float value[PF_PARAMS_MOST];/* the strip's, at the block's end */
	uint64_t dirty;             /* bit p: value[p] is not in its row yet */
	struct pf_ramp ramp[PF_RAMPS_MOST];
	unsigned ramps;
	unsigned most;              /* voices at once */
	unsigned sounding, used;    /* held or released; not free */
	bool legato;
	float transpose, last_pitch; /* last_pitch < 0: none yet */
	uint64_t count;
	int64_t next_end;           /* the least end of all held notes */
	uint32_t name;              /* hash, for the notes' seeds */
	uint64_t notes, stolen, shed;
	struct pf_arena arena;
};

/* A note that begins. */
struct pf_begin {
	const struct pf_event *event;
	int64_t frame;   /* on which */
	int64_t first;   /* the engine's first: a tape of it begins at 0 */
	int64_t time_ns; /* of it, as a tape tells it */
	int64_t end_ns;  /* where it ends, all tempos to come included */
	const struct pf_tempos *tempos;
	uint32_t rate_hz;
	unsigned owns;   /* its own parameters */
	uint16_t own_slot[PF_OWN_MOST];
	float own_value[PF_OWN_MOST];
	float duration;  /* answer: s, of a note, as a tape tells it */
};

/* Setup.  Returns 0, -ENOMEM, or what the model's init() said. */
PF_MUST_CHECK int pf_voices_new(struct pf_voices **voices,
    const struct pf_instrument *instrument, uint32_t name, uint32_t rate_hz);
void pf_voices_free(struct pf_voices *v);

/* A block begins: ramps move, the model sets targets, dead lanes are freed. */
PF_RT void pf_voices_block(struct pf_voices *v, double bpm);

/* Render n frames from pos on, added to l[n], r[n]. */
PF_RT void pf_voices_run(struct pf_voices *v, unsigned pos, unsigned n,
    float *l, float *r);

/* Is there a lane for one more note, or (tie) one that it may take over? */
PF_RT bool pf_voices_room(const struct pf_voices *v, bool tie);

/* Begin a note or an `on`; who ends here has ended, and there is room. */
PF_RT void pf_voices_start(struct pf_voices *v, struct pf_begin *begin);

/* Release what ends at or before this frame. */
PF_RT void pf_voices_end(struct pf_voices *v, int64_t frame);

/* `off` and `bend`: by id, or the youngest of the pitch. */
PF_RT void pf_voices_off(struct pf_voices *v, const struct pf_event *e,
    int64_t frame);
PF_RT void pf_voices_bend(struct pf_voices *v, const struct pf_event *e,
    int64_t frame);

/*
 * A parameter moves to a value (in its range) within so many blocks, 0: at
 * once; of the note with this id, or (0) of the strip.
 */
PF_RT void pf_voices_set(struct pf_voices *v, unsigned param, float value,
    uint32_t blocks, uint32_t id);

/* End all notes at this frame; FREE ones stay if keep_free. */
PF_RT void pf_voices_end_all(struct pf_voices *v, int64_t frame,
    bool keep_free);

/* Fade out this many voices, the least missed first.  Returns how many. */
PF_RT unsigned pf_voices_shed(struct pf_voices *v, unsigned n, unsigned pos);

/* Does it hold a note that is FREE? */
PF_RT bool pf_voices_hold_free(const struct pf_voices *v);

/* A tempo that has come is in the base of what was said before it. */
PF_RT void pf_voices_step(struct pf_voices *v,
    const struct pf_tempo_step *step);

/* Pending tempos have changed: ends follow from their bases. */
PF_RT void pf_voices_retime(struct pf_voices *v,
    const struct pf_tempos *tempos, uint32_t rate_hz);

#endif
