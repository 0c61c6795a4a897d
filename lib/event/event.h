/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event: 32 bytes, the same in a shared-memory lane, in a C call and,
 * through lib/stream, as a line of text.
 *
 *     0  i64 time      nanoseconds of session time (offline: from 0)
 *     8  u32 source    hash of the name of who says it
 *    12  u32 type      what it is, see below
 *    16  f32 pitch     MIDI note number, or the first value of the type
 *    20  f32 velocity  0..1, or the second value of the type
 *    24  8 bytes       per type: duration and id, or one 64-bit value
 *
 * lib/event/type.h has the table of what each type keeps in which field.
 * "Not given" is one NaN, PF_NONE_BITS, in pitch, velocity or a float field.
 */
#ifndef PF_EVENT_EVENT_H
#define PF_EVENT_EVENT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The numbers are a contract: lanes and tapes carry them.  Never reuse one. */
enum pf_type {
	PF_NONE = 0,
	PF_NOTE,
	PF_ON,
	PF_BEND,
	PF_OFF,
	PF_ONSET,
	PF_PITCH,
	PF_LEVEL,
	PF_BEAT,
	PF_CHORD,
	PF_KEY,
	PF_TIMBRE,
	PF_PHRASE,
	PF_TEMPO,
	PF_METER,
	PF_SECTION,
	PF_SCENE,
	PF_SET,
	PF_PATCH,
	PF_INTENT,
	PF_DECISION,
	PF_PLAY,
	PF_STOP,
	PF_RESET,
	PF_SEEK,
	PF_METRIC,
	PF_TICK,
	PF_CANCEL,
	PF_MORE,
	PF_TYPES
};

/*
 * The type word: bits 0-15 type, 16-19 number of `more` slots that follow,
 * 20 HEARD, 21 FREE, 22-23 zero, 24-31 epoch of the transport.
 */
#define PF_MORE_SHIFT 16
#define PF_MORE_MOST 15
#define PF_HEARD (1u << 20) /* reported by ears, not to be played */
#define PF_FREE (1u << 21)  /* obeys neither tempo nor epoch of the axis */
#define PF_EPOCH_SHIFT 24

/* Slots of PF_MORE carry 16 bytes each after the header: 240 in all. */
#define PF_MORE_BYTES 240

#define PF_NONE_BITS 0x7fc00000u
#define PF_TIME_NOW INT64_MIN /* as soon as possible */
#define PF_TIME_MOST 10000000000000000 /* ns: 115 days */
#define PF_NO_INDEX 255       /* "none" in the u8 fields but beat's */

struct pf_event {
	int64_t time;
	uint32_t source;
	uint32_t type;
	union {
		float pitch; /* note on bend off pitch; onset: drum or none */
		float a;     /* beat: bpm; chord, key: root 0..11; ... */
		uint32_t a_bits, name;
	};
	union {
		float velocity;
		float b; /* confidence, strength, value, ... */
		uint32_t b_bits;
	};
	union {
		struct {
			union {
				float duration; /* seconds */
				int32_t at_us;  /* HEARD: happened - said */
				uint32_t p;
			};
			union {
				uint32_t id; /* note; 0 none */
				float confidence, c;
				uint32_t q;
				uint16_t u16[2]; /* patch: bank, program */
				uint8_t u8[4];
			};
		};
		double value; /* tempo: bpm; seek: beat; metric */
		int64_t from; /* cancel: ns */
	};
};

_Static_assert(sizeof(struct pf_event) == 32, "the event is 32 bytes");
_Static_assert(offsetof(struct pf_event, a) == 16, "layout");
_Static_assert(offsetof(struct pf_event, value) == 24, "layout");

/*
 * Which u8 of `beat`, `chord`, `key` and `intent` means what.  What a beat
 * does not know is 0 (it counts from 1), elsewhere PF_NO_INDEX.
 */
enum { PF_BEAT_INDEX, PF_BEAT_PER_BAR, PF_BEAT_UNIT };
enum { PF_CHORD_QUALITY, PF_CHORD_BASS, PF_CHORD_ROOT2, PF_CHORD_QUALITY2 };
enum { PF_KEY_MODE, PF_KEY_TONIC2, PF_KEY_MODE2 };
enum { PF_INTENT_ACT, PF_INTENT_LOW, PF_INTENT_HIGH, PF_INTENT_IN };

static inline enum pf_type
pf_event_type(const struct pf_event *e)
{
	return (enum pf_type)(e->type & 0xffff);
}

static inline unsigned
pf_event_more(const struct pf_event *e)
{
	return e->type >> PF_MORE_SHIFT & PF_MORE_MOST;
}

/* Is a float field "not given"?  Compared as an integer. */
static inline bool
pf_is_none(float f)
{
	uint32_t bits;
	memcpy(&bits, &f, sizeof bits);
	return bits == PF_NONE_BITS;
}

static inline float
pf_none(void)
{
	const uint32_t bits = PF_NONE_BITS;
	float f;
	memcpy(&f, &bits, sizeof f);
	return f;
}

/* When a heard thing happened, or a foreseen beat will: time + at. */
static inline int64_t
pf_event_at(const struct pf_event *e)
{
	return e->time + (int64_t)e->at_us * 1000;
}

/*
 * The sample frame of a time and back: round(time * rate / 1e9).  Exact both
 * ways at every rate of 8000..192000 Hz, for |time| < 2^62.
 */
PF_RT int64_t pf_frame_of_time(int64_t time_ns, uint32_t rate_hz);
PF_RT int64_t pf_time_of_frame(int64_t frame, uint32_t rate_hz);

#endif
