/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine: events in, sound out, block by block.  It knows no device, no
 * file and no clock: pf-render drives it as fast as it goes, pf-engine as
 * the sound card asks, and both get the same samples.
 *
 *     strips (voices -> inserts -> gain, pan) --+--> mix --> master --> out
 *                        |                      |
 *                        +--> FX returns -------+
 *
 * Frames count from the session's first frame.  A run renders 1..64 frames
 * and never crosses a multiple of 64; any row of cuts and any number of
 * threads gives the same bytes.  What is PF_RT here is for one thread, the
 * driver's audio thread; the rest is setup, from the same thread or while
 * nothing runs, and may come between two runs (offline).  Changes while it
 * runs, and what became of each event: engine/live.h.
 *
 * Events.  An event belongs to the strip named like its source.
 *   note           begins at its frame and ends by itself: its end is rounded
 *                  down to a frame, at least one after its start.  Values in
 *                  `more` ("cutoff=0.4\tpan=0.2") are the note's own.
 *   on, off, bend  by id; without id by pitch (off and bend: the last one).
 *                  off with neither ends all notes of its source
 *   set            a parameter; takes effect at the next block and ramps over
 *                  `duration`.  id: one sounding note's.
 *   tempo          moves what was pushed before it and lies behind it, and
 *                  puts away tempos that stand behind it
 *   play stop seek reset  end what sounds and drop what waits, but not what
 *                  is FREE; reset also that, and it puts every parameter
 *                  back.  stop with a duration fades what sounds, over so
 *                  many seconds, and then ends it; what returns and inputs
 *                  have goes on.  A note ends the fade.  Their epoch is the
 *                  one that begins on their frame: what was pushed before,
 *                  or is of another, is stale from there on
 * What is HEARD is never played.  Everything else passes by.
 *
 * Sleep.  What is silent costs next to nothing: a strip without voices is not
 * played, and an effect that heard zeros for longer than its tail and was
 * below -140 dBFS is not run.  It wakes on the frame at which it hears
 * something, its control values where they would be anyway.
 *
 * Parameter paths: `cutoff` is the source's own model's; `eq.low` the insert
 * `eq`'s; `gain` (dB) `pan` `mute` `send.reverb` the channel's;
 * `bass.cutoff`, `bass.eq.low` ... another strip's; `reverb.size` an FX
 * return's effect `reverb` (or `reverb.EFFECT.size`); `master.gain`
 * (it stands behind the limiter, so 0 dB at most), `master.limiter.gain`,
 * `master.limiter.ceiling` the master's.
 */
#ifndef PF_ENGINE_ENGINE_H
#define PF_ENGINE_ENGINE_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/instrument.h"
#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_STRIPS_MOST 128
#define PF_RETURNS_MOST 8

struct pf_engine;

struct pf_engine_config {
	uint32_t rate_hz;   /* 44100..192000 */
	unsigned threads;   /* 1..16, with the caller's; 1: no workers */
	int64_t frame;      /* the first, a multiple of 64; usually 0 */
	double bpm;         /* until a tempo event says otherwise; 60 */
	const struct pf_channel *master; /* copied; NULL: nothing in the way */
	/* Limits for each source; 0: the default. */
	unsigned take;      /* events taken between two blocks: 256 */
	unsigned pending;   /* events waiting: 512 */
	unsigned ahead_s;   /* seconds an event may lie ahead: 8 */
	unsigned late_ms;   /* how late a note is still played: 30 */
};

/* 48000 Hz, one thread, 60 bpm, no master, the default limits. */
void pf_engine_config_init(struct pf_engine_config *config);

/*
 * Make an engine.  Returns 0 and sets *engine, to be freed with
 * pf_engine_free(); -EINVAL with *err worded (a value out of range);
 * -ENOMEM; -EAGAIN (no thread to be had).
 */
PF_MUST_CHECK int pf_engine_new(struct pf_engine **engine,
    const struct pf_engine_config *config, struct pf_err *err);

/* Stop the workers and free all; NULL is fine. */
void pf_engine_free(struct pf_engine *engine);

/*
 * Add an FX return; strips send to it by name.  Returns its number among the
 * returns (0, 1, ...) or a negative errno with *err worded: -EEXIST (the name
 * is taken), -EINVAL (sends in a circle; too many), -ENOMEM.
 */
PF_MUST_CHECK int pf_engine_add_return(struct pf_engine *engine,
    const char *name, const struct pf_channel *channel, struct pf_err *err);

/*
 * Add a strip that plays what the source `name` says.  The instrument is
 * copied but for its data, which must outlive the engine.  A sidechain or
 * send that names nobody yet is silent until that name comes.  Returns the
 * strip's number (0, 1, ...) or a negative errno as above (-EINVAL: a circle
 * of sidechains).
 */
PF_MUST_CHECK int pf_engine_add(struct pf_engine *engine, const char *name,
    const struct pf_instrument *instrument, struct pf_err *err);

/*
 * The same for a strip of outside audio: it plays in[2 * input] and
 * in[2 * input + 1] of pf_engine_run(); input 0..15.
 */
PF_MUST_CHECK int pf_engine_add_input(struct pf_engine *engine,
    const char *name, unsigned input, const struct pf_channel *channel,
    struct pf_err *err);

/* The strip of a name's hash, or -1. */
PF_RT int pf_engine_find(const struct pf_engine *engine, uint32_t source);

/*
 * Give a strip another instrument, at a multiple of 64 frames; what sounds
 * rings out (of the last eight instruments).  What is mute stays mute, and
 * what the hand gave or took on gain and pan holds beside the new one's own.
 * What waits for a parameter that the new one does not have is dropped.
 * Returns 0 or a negative errno as pf_engine_add(), leaving the strip as it
 * was.
 */
PF_MUST_CHECK int pf_engine_patch(struct pf_engine *engine, unsigned strip,
    const struct pf_instrument *instrument, struct pf_err *err);

/*
 * Hand over an event.  more[len] is what its `more` slots carry (NULL and 0:
 * nothing).  Events may come in any order of time; at one frame the order is
 * by rank (off, state, set, on and note), then as pushed.
 *
 * Returns 0; or what also stands in the metrics: -ENOENT (no strip of that
 * source, or no such parameter), -EAGAIN (too many wait), -ERANGE (too far
 * ahead), -ETIME (a note too late), -ESTALE (of an old epoch).
 */
PF_RT int pf_engine_push(struct pf_engine *engine, const struct pf_event *e,
    const char *more, size_t len);

/*
 * The transport begins epoch 0..255 with the next frame, as by `play`:
 * sounding notes end, what waits is dropped, except FREE.  Events of other
 * epochs are stale from here on.
 */
PF_RT void pf_engine_epoch(struct pf_engine *engine, unsigned epoch);

/* How many frames a run may have now: 64 - frame % 64. */
PF_RT unsigned pf_engine_room(const struct pf_engine *engine);

/*
 * Render the next n frames, 1..pf_engine_room().
 *
 * in   in[2 * inputs], each in[c][n]; NULL (or NULL within): silence
 * out  out[0][n] and out[1][n], left and right, behind the master
 */
PF_RT void pf_engine_run(struct pf_engine *engine, unsigned n,
    const float *const *in, float *const *out);

/* The next frame to be rendered. */
PF_RT int64_t pf_engine_frame(const struct pf_engine *engine);

/* Frames by which the master delays its output: trim them offline. */
unsigned pf_engine_latency(const struct pf_engine *engine);

/*
 * How loud it still is: the largest sample of the mix since the last call,
 * and how many voices sound.  When both are small the tail is over.
 */
PF_RT float pf_engine_peak(struct pf_engine *engine);
PF_RT unsigned pf_engine_voices(const struct pf_engine *engine);

/*
 * Stems: what entered the mix in the last run, before the master.
 * lr[0][n] and lr[1][n] stay valid until the next run.  Added in the order
 * pf_engine_stem_order() tells, they give pf_engine_mix() to the bit.
 */
PF_RT void pf_engine_strip_stem(const struct pf_engine *engine,
    unsigned strip, const float *lr[2]);
PF_RT void pf_engine_return_stem(const struct pf_engine *engine,
    unsigned fx_return, const float *lr[2]);
PF_RT void pf_engine_mix(const struct pf_engine *engine, const float *lr[2]);

/*
 * Strips in the order they are summed, by name; then come the returns, as
 * they were added.  Writes order[PF_STRIPS_MOST]; returns how many strips.
 */
unsigned pf_engine_stem_order(const struct pf_engine *engine,
    unsigned *order);

/*
 * The name of a strip or a return, as long as the engine lives; NULL when
 * there are not so many.
 */
PF_RT const char *pf_engine_strip_name(const struct pf_engine *engine,
    unsigned strip);
PF_RT const char *pf_engine_return_name(const struct pf_engine *engine,
    unsigned fx_return);

/* Counted since the beginning. */
struct pf_engine_metrics {
	uint64_t notes;     /* begun */
	uint64_t stolen;    /* voices that had to make room */
	uint64_t shed;      /* notes that found no voice at all */
	uint64_t late;      /* played late */
	uint64_t dropped;   /* too late to be played */
	uint64_t stale;     /* of an old epoch */
	uint64_t refused;   /* too many, too far ahead */
	uint64_t unknown;   /* no such strip or parameter */
	uint64_t clamped;   /* values out of range or not a number */
	uint64_t nonfinite; /* samples of effects or input put to zero */
};

PF_RT void pf_engine_metrics(const struct pf_engine *engine,
    struct pf_engine_metrics *metrics);

#endif
