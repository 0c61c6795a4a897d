/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of event/type.h that may run on an audio thread: the order of
 * events, and the checks of those that came from outside.
 */
#include "event/type.h"

#include <string.h>

/* Bits 22 and 23 of the type word. */
static const uint32_t reserved_bits = 3u << 22;

unsigned
pf_event_rank(const struct pf_event *e)
{
	const unsigned t = pf_event_type(e);
	return t > PF_NONE && t < PF_TYPES ? pf_type_info[t].rank : 5;
}

int
pf_event_order(const struct pf_event *a, const struct pf_event *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (int)pf_event_rank(a) - (int)pf_event_rank(b);
}

static void *
place(struct pf_event *e, const struct pf_field *f)
{
	return (char *)e + f->offset;
}

struct pf_event
pf_event_make(enum pf_type type, int64_t time_ns, uint32_t source)
{
	struct pf_event e = {.time = time_ns, .source = source, .type = type};
	const struct pf_type_info *const info = &pf_type_info[type];
	const float none = pf_none();
	for (unsigned i = 0; i < info->n; i++) {
		const struct pf_field *const f = &info->field[i];
		uint8_t *const to = place(&e, f);
		switch ((enum pf_kind)f->kind) {
		case PF_KIND_PITCH:
		case PF_KIND_NUMBER:
		case PF_KIND_LENGTH:
		case PF_KIND_ROOT:
			memcpy(to, &none, sizeof none);
			break;
		case PF_KIND_BYTE:
		case PF_KIND_CLASS:
		case PF_KIND_QUALITY:
		case PF_KIND_MODE:
		case PF_KIND_ACT:
			*to = PF_NO_INDEX;
			break;
		case PF_KIND_CHORD8:
		case PF_KIND_KEY8:
			to[0] = to[1] = PF_NO_INDEX;
			break;
		default:
			break;
		}
	}
	return e;
}

static bool
in_range(const struct pf_field *f, double x)
{
	return (x >= f->lo) & (x <= f->hi); /* false for NaN */
}

static bool
float_is_good(const struct pf_field *f, const uint8_t *from)
{
	float x;
	memcpy(&x, from, sizeof x);
	return pf_is_none(x) ? !f->need || f->kind == PF_KIND_ROOT
			     : in_range(f, (double)x);
}

/* A byte below `most`, or not given. */
static bool
byte_is_good(uint8_t x, double most)
{
	return x == PF_NO_INDEX || x <= most;
}

static bool
meter_is_good(const struct pf_field *f, uint32_t num, uint32_t den)
{
	if (num == 0 && den == 0)
		return !f->need;
	return in_range(f, num) && in_range(f, den) && (den & (den - 1)) == 0;
}

static bool
field_is_good(const struct pf_field *f, const struct pf_event *e)
{
	const uint8_t *const from = (const uint8_t *)e + f->offset;
	uint32_t n[2];
	uint16_t half;
	double x;
	switch ((enum pf_kind)f->kind) {
	case PF_KIND_PITCH:
	case PF_KIND_NUMBER:
	case PF_KIND_LENGTH:
	case PF_KIND_ROOT:
		return float_is_good(f, from);
	case PF_KIND_REAL:
		memcpy(&x, from, sizeof x);
		return in_range(f, x);
	case PF_KIND_COUNT:
		memcpy(n, from, 4);
		return in_range(f, n[0]);
	case PF_KIND_SHORT:
		memcpy(&half, from, sizeof half);
		return in_range(f, half);
	case PF_KIND_NAME:
		memcpy(n, from, 4);
		return n[0] != 0 || !f->need;
	case PF_KIND_SMALL: /* 255: "none", from a maker's habit */
	case PF_KIND_BYTE:
	case PF_KIND_CLASS:
	case PF_KIND_QUALITY:
	case PF_KIND_MODE:
	case PF_KIND_ACT:
		return byte_is_good(*from, f->hi);
	case PF_KIND_METER:
		memcpy(n, from, sizeof n);
		return meter_is_good(f, n[0], n[1]);
	case PF_KIND_METER8:
		return meter_is_good(f, from[0], from[1]);
	case PF_KIND_CHORD8:
	case PF_KIND_KEY8:
		return byte_is_good(from[0], 11);
	case PF_KIND_AT:
	case PF_KINDS:
		break;
	}
	return true;
}

/* Is the field there, by the HEARD flag? */
static bool
is_there(const struct pf_field *f, const struct pf_event *e)
{
	const bool heard = e->type & PF_HEARD;
	return f->when == PF_ALWAYS || (f->when == PF_IF_HEARD) == heard;
}

/*
 * Most of what is said is notes that give all they can: their fields (pitch,
 * velocity, duration; any id is good) without the walk over the table.  No
 * is no verdict.  Summed, not chained by &&: three tests without a branch.
 */
static bool
is_plain_note(const struct pf_event *e)
{
	const struct pf_field *const f = pf_type_info[PF_NOTE].field;
	const int good = in_range(&f[0], (double)e->pitch) +
	    in_range(&f[1], (double)e->velocity) +
	    in_range(&f[2], (double)e->duration);
	return good == 3;
}

const char *
pf_event_check(const struct pf_event *e)
{
	const unsigned t = pf_event_type(e);
	if (t == PF_NONE || t >= PF_TYPES || e->type & reserved_bits)
		return "type";
	if (e->time != PF_TIME_NOW && (e->time < 0 || e->time > PF_TIME_MOST))
		return "time";
	if (t == PF_NOTE && is_plain_note(e))
		return NULL;
	const struct pf_type_info *const info = &pf_type_info[t];
	for (unsigned i = 0; i < info->n; i++)
		if (is_there(&info->field[i], e) &&
		    !field_is_good(&info->field[i], e))
			return info->field[i].key;
	return NULL;
}
