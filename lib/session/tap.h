/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audio tap: what sounds at one place (an input, a strip, the master), as
 * a ring of samples in shared memory, for ears, meters and recorders.
 *
 * The engine's audio thread writes and never waits; any number read, each
 * with a cursor in its own memory.  The file, in the machine's byte order:
 *
 *     0       64 bytes  header: magic, version, rate, channels, position
 *     64    4032 bytes  zero
 *     4096              channel 0: 65,536 samples (f32), channel 1, ...
 *
 * `position` is the session frame behind the last that was written; session
 * frame f of a channel stands at place f mod 65,536 of it.
 *
 * Protocol.  The writer (1) stores the samples of at most 4096 frames,
 * release; (2) stores the new position, release; then wakes nobody (whoever
 * rings for it, the engine's porter, rings the bell's class `ears`).
 *
 * A reader at frame c (1) loads the position P, acquire: P == c means nothing
 * new, P - c beyond 65,536 - 4096 that it was lapped; (2) loads the samples,
 * acquire; (3) loads the position again, P': the copy is whole if P' - c is
 * not beyond that.  Why: a sample of a later round that (2) saw was stored,
 * release, after all positions up to that round's last step were published,
 * and one step is 4096 frames at most (as in lane.h).  A lapped reader goes
 * on where half the ring is behind the writer and counts what it passed.
 *
 * A writer that dies leaves whole steps only.  A new engine makes a new file.
 */
#ifndef PF_SESSION_TAP_H
#define PF_SESSION_TAP_H

#include "base/attr.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_TAP_MAGIC 0x31307061742d6670u /* "pf-tap01" */
#define PF_TAP_VERSION 1
#define PF_TAP_FRAMES 65536
#define PF_TAP_STEP 4096 /* frames published at once, at most */
#define PF_TAP_SAFE (PF_TAP_FRAMES - PF_TAP_STEP)
#define PF_TAP_RESUME (PF_TAP_FRAMES / 2) /* where a lapped reader goes on */
#define PF_TAP_CHANNELS_MOST 64

struct pf_tap_header {
	uint64_t magic;
	uint32_t version;
	uint32_t frames;   /* PF_TAP_FRAMES */
	uint32_t rate_hz;
	uint32_t channels; /* 1..PF_TAP_CHANNELS_MOST */
	int64_t begin;     /* the session frame at which the tap began */
	alignas(32) _Atomic int64_t position; /* session frame */
	uint64_t zero[3];
};
_Static_assert(sizeof(struct pf_tap_header) == 64, "layout");
_Static_assert(offsetof(struct pf_tap_header, position) == 32, "layout");

struct pf_tap {
	alignas(64) struct pf_tap_header header;
	uint8_t zero[4032];
	_Atomic uint32_t sample[]; /* bits of f32, channel after channel */
};
_Static_assert(sizeof(struct pf_tap) == 4096, "layout");

/* The bytes of a tap of so many channels. */
static inline size_t
pf_tap_bytes(unsigned channels)
{
	return sizeof(struct pf_tap) +
	    (size_t)channels * PF_TAP_FRAMES * sizeof(uint32_t);
}

/*
 * Make memory of pf_tap_bytes(channels) zeros a tap whose first frame will
 * be the session's frame `begin`.  Before anybody else can see it.
 */
void pf_tap_init(struct pf_tap *tap, unsigned channels, uint32_t rate_hz,
    int64_t begin);

/* ---- the writer: one thread */

/*
 * Write n frames (any number) of all channels: in[c][0..n-1]; a NULL channel,
 * or in NULL, is silence.  What is not finite is stored as it is: readers
 * check.  Never waits.
 */
PF_RT void pf_tap_write(struct pf_tap *tap, const float *const *in,
    unsigned n);

/* ---- a reader */

struct pf_tap_cursor {
	int64_t next;   /* the session frame to read next */
	int64_t seen;   /* the largest position met */
	uint64_t read;  /* frames delivered */
	uint64_t lost;  /* frames overwritten before they were read */
	bool suspect;   /* the position jumped: nothing is read any more */
};

/* Begin with what is written from now on. */
PF_RT void pf_tap_begin_now(struct pf_tap_cursor *cursor,
    const struct pf_tap *tap);

/* How many frames wait to be read (0 on a suspect tap). */
PF_RT int64_t pf_tap_waiting(struct pf_tap_cursor *cursor,
    const struct pf_tap *tap);

/*
 * Read up to n frames (at most PF_TAP_STEP) of channel c, below the number
 * with which the tap was opened, from the cursor on; *frame is the session
 * frame of the first.  The cursor moves when
 * `advance` (read the other channels of the same frames first, without).
 *
 * Returns how many were read; 0: nothing new, or the writer was faster (what
 * was lost is counted, *frame of the next read tells by how much it jumps).
 */
PF_RT unsigned pf_tap_read(struct pf_tap_cursor *cursor,
    const struct pf_tap *tap, unsigned c, float *out, unsigned n,
    bool advance, int64_t *frame);

/*
 * The same for the first so many channels as one: their mean, to out[n].
 * How many there are is to be taken from where the tap was opened
 * (tap_file.h), not from the header, in which its owner may scribble.
 */
PF_RT unsigned pf_tap_read_mono(struct pf_tap_cursor *cursor,
    const struct pf_tap *tap, unsigned channels, float *out, unsigned n,
    int64_t *frame);

#endif
