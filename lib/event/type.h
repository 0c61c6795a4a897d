/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of event types: number, name, rank, and what each keeps in
 * which field of the event.
 *
 * The text codec, the checks of readers, the manual page performia-events(5)
 * and the fuzzers are driven by it.
 */
#ifndef PF_EVENT_TYPE_H
#define PF_EVENT_TYPE_H

#include "base/attr.h"
#include "event/event.h"

#include <stddef.h>
#include <stdint.h>

/* What a field holds, and how it is spelled. */
enum pf_kind {
	PF_KIND_PITCH,   /* f32 MIDI number; names are read too */
	PF_KIND_NUMBER,  /* f32 */
	PF_KIND_REAL,    /* f64 */
	PF_KIND_LENGTH,  /* f32 seconds; beats in text */
	PF_KIND_AT,      /* i32 µs after the event's time; a beat in text */
	PF_KIND_COUNT,   /* u32, 0: not given */
	PF_KIND_SMALL,   /* u8, 0: not given */
	PF_KIND_BYTE,    /* u8, PF_NO_INDEX: not given */
	PF_KIND_SHORT,   /* u16, 0: not given */
	PF_KIND_NAME,    /* u32 hash of the spelling, 0: not given */
	PF_KIND_ROOT,    /* f32 pitch class, none: "N" */
	PF_KIND_CLASS,   /* u8 pitch class */
	PF_KIND_QUALITY, /* u8 chord quality by name */
	PF_KIND_MODE,    /* u8 mode by name */
	PF_KIND_ACT,     /* u8 enum pf_act by name */
	PF_KIND_METER,   /* two u32: "6/8" */
	PF_KIND_METER8,  /* two u8: "6/8" */
	PF_KIND_CHORD8,  /* two u8: a root and a quality, "C:maj" */
	PF_KIND_KEY8,    /* two u8: a tonic and a mode, "C:major" */
	PF_KINDS
};

/* What an agent will do next: `intent`.  The numbers are a contract. */
enum pf_act {
	PF_ACT_LEAD, PF_ACT_SUPPORT, PF_ACT_FILL, PF_ACT_REST, PF_ACT_END,
	PF_ACTS
};
extern const char *const pf_act_name[PF_ACTS];

/* When a field is there: with HEARD, without it, or always. */
enum pf_when { PF_ALWAYS, PF_IF_HEARD, PF_IF_SAID };

struct pf_field {
	const char *key;  /* pitch, velocity, duration: the column; else key= */
	const char *what; /* for people: meaning and unit */
	double lo, hi;    /* least and largest value, both allowed */
	uint8_t kind;     /* enum pf_kind */
	uint8_t offset;   /* of its first byte in struct pf_event */
	uint8_t when;     /* enum pf_when */
	uint8_t need;     /* a line without it is an error */
};

#define PF_FIELDS_MOST 7

struct pf_type_info {
	const char *name;
	const char *what; /* for people: one line */
	uint8_t rank;     /* at one time lower ranks come first */
	uint8_t in_text;  /* 0: lanes only */
	uint8_t n;        /* how many fields */
	struct pf_field field[PF_FIELDS_MOST];
};

/* Indexed by enum pf_type; row PF_NONE is empty. */
extern const struct pf_type_info pf_type_info[PF_TYPES];

/* A type's number by name s[len]; PF_NONE if there is none. */
enum pf_type pf_type_number(const char *s, size_t len);

/* The rank of an event, 0..4; unknown types come last. */
PF_RT unsigned pf_event_rank(const struct pf_event *e);

/*
 * The order of delivery, as far as two events alone tell it: by time, then
 * by rank.  Below 0 if a comes first, above if b does, 0 if neither.
 */
PF_RT int pf_event_order(const struct pf_event *a, const struct pf_event *b);

/*
 * An event with every field of its type "not given".  For makers, who then
 * fill in what they know.
 */
PF_RT struct pf_event pf_event_make(enum pf_type type, int64_t time_ns,
    uint32_t source);

/*
 * May an event that came from outside be used?  A known type, reserved bits
 * zero, every field finite (or "not given" where that is allowed) and in its
 * range.  Returns NULL, or the key of the first bad field ("type" for the
 * type word, "time" for a time out of 0..PF_TIME_MOST).
 */
PF_RT const char *pf_event_check(const struct pf_event *e);

#endif
