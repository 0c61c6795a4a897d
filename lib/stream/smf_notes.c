/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notes of a source's track.  They are gathered whole first: the ends
 * must be known, so that none runs into the next of its key.
 */
#include "stream/smf_maker.h"

#include "event/type.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct smf_note {
	int64_t on, off;
	float pitch, velocity;
	uint32_t id;
	bool open;
	int64_t on_ns;
};

static struct smf_note *
add_note(struct smf_maker *k, struct smf_notes *all)
{
	if (all->n == all->room) {
		const size_t room = all->room ? 2 * all->room : 256;
		struct smf_note *const more = realloc(all->note,
		    room * sizeof *more);
		if (!more) {
			k->failed = true;
			return NULL;
		}
		all->note = more;
		all->room = room;
	}
	return &all->note[all->n++];
}

static struct smf_note
note_at(const struct pf_event *e, int64_t tick, int64_t ns)
{
	return (struct smf_note){.on = tick, .off = INT64_MAX, .on_ns = ns,
	    .pitch = e->pitch, .velocity = e->velocity, .id = e->id};
}

/* The youngest open note of an id, or of a pitch. */
static struct smf_note *
find_open(const struct smf_notes *all, const struct pf_event *e)
{
	for (size_t i = all->n; i-- > 0;) {
		struct smf_note *const p = &all->note[i];
		if (p->open && (e->id ? p->id == e->id
		    : pf_is_none(e->pitch) || p->pitch == e->pitch))
			return p;
	}
	return NULL;
}

static void
put_wheel(struct smf_source *s, int64_t tick, double semitones)
{
	double x = semitones / SMF_BEND_RANGE * 8192 + 8192;
	x = x < 0 ? 0 : x > 16383 ? 16383 : x;
	const int value = (int)(x + 0.5);
	pf_smf_track_say(&s->track, tick, PF_SMF_WHEEL, 0xe0, value & 127,
	    value >> 7);
}

/*
 * A note has another pitch: one that was heard is known better now, if it is
 * young; one that is played moves the wheel.
 */
static void
bend(struct smf_maker *k, struct smf_source *s, const struct smf_notes *all,
    const struct pf_event *e)
{
	const int64_t young_ns = 100000000;
	struct smf_note *p = NULL;
	for (size_t i = all->n; i-- > 0 && !p && e->id;)
		if (all->note[i].id == e->id)
			p = &all->note[i];
	if (!p && !(p = find_open(all, e)))
		return;
	if (pf_is_none(p->pitch) || (e->type & PF_HEARD &&
	    smf_when(e) - p->on_ns < young_ns))
		p->pitch = e->pitch;
	else if (!(e->type & PF_HEARD))
		put_wheel(s, smf_tick(k, e->time),
		    (double)(e->pitch - roundf(p->pitch)));
}

void
smf_notes_hear(struct smf_maker *k, struct smf_source *s,
    struct smf_notes *all, const struct pf_event *e)
{
	struct smf_note *n;
	switch (pf_event_type(e)) {
	case PF_NOTE:
		if (!(n = add_note(k, all)))
			return;
		*n = note_at(e, smf_tick(k, e->time), e->time);
		n->off = smf_tick(k, e->time +
		    (int64_t)((double)e->duration * 1e9 + 0.5));
		break;
	case PF_ON:
		if (!(n = add_note(k, all)))
			return;
		*n = note_at(e, smf_tick(k, smf_when(e)), smf_when(e));
		n->open = true;
		break;
	case PF_BEND:
		bend(k, s, all, e);
		break;
	case PF_OFF:
		if ((n = find_open(all, e))) {
			n->off = smf_tick(k, smf_when(e));
			n->open = false;
		}
		break;
	default:
		break;
	}
}

static int
by_pitch(const void *a, const void *b)
{
	const struct smf_note *const x = a, *const y = b;
	const float kx = roundf(x->pitch), ky = roundf(y->pitch);
	if (kx != ky)
		return kx < ky ? -1 : 1;
	return x->on < y->on ? -1 : x->on > y->on;
}

/* The velocity of a note on: never 0, which would be an end. */
static int
velocity_of(const struct smf_note *n)
{
	const double v = pf_is_none(n->velocity) ? 0.8 : (double)n->velocity;
	const int velocity = smf_seven_bits(127 * v);
	return velocity ? velocity : 1;
}

/* Notes without a pitch have no place in MIDI. */
static void
drop_unpitched(struct smf_notes *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (!pf_is_none(all->note[i].pitch))
			all->note[n++] = all->note[i];
	all->n = n;
}

void
smf_notes_put(struct smf_source *s, struct smf_notes *all, int64_t end)
{
	struct pf_smf_track *const t = &s->track;
	drop_unpitched(all);
	if (all->n > 0)
		qsort(all->note, all->n, sizeof *all->note, by_pitch);
	for (size_t i = 0; i < all->n; i++) {
		const struct smf_note *const n = &all->note[i];
		const int key = smf_seven_bits((double)n->pitch);
		int64_t off = n->off < INT64_MAX ? n->off : end;
		if (i + 1 < all->n && off > n[1].on &&
		    smf_seven_bits((double)n[1].pitch) == key)
			off = n[1].on;
		if (off <= n->on)
			off = n->on + 1;
		if (s->bends && !s->drums)
			put_wheel(s, n->on, (double)n->pitch - key);
		pf_smf_track_say(t, n->on, PF_SMF_ON, 0x90, key,
		    velocity_of(n));
		pf_smf_track_say(t, off, PF_SMF_OFF, 0x80, key, 64);
	}
	free(all->note);
	*all = (struct smf_notes){0};
}
