/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the channels of a MIDI file say: notes, wheel, controllers. */
#include "stream/smf_reader.h"

#include "base/math.h"
#include "event/type.h"
#include "stream/general_midi.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * So many notes of a part sound at once, one for each key.  In a file whose
 * notes never end, the wheel would move them all, each time.
 */
enum { SOUNDING_MOST = 128 };

/* End note i of a part at a tick: now it can be told. */
static int
end_note(struct smf_reader *r, struct smf_part *p, size_t i, int64_t tick)
{
	const struct smf_sounding *const s = &p->note[i];
	const int64_t from = smf_ns(r, s->tick), to = smf_ns(r, tick);
	struct pf_event e = pf_event_make(PF_NOTE, from, p->source);
	e.pitch = s->pitch;
	e.velocity = (float)(s->velocity / 127.0);
	const double length_s = (double)(to - from) * 1e-9;
	e.duration = (float)(length_s < 1e6 ? length_s : 1e6);
	e.id = s->id;
	memmove(&p->note[i], &p->note[i + 1],
	    (--p->n - i) * sizeof *p->note);
	return smf_emit(r, &e);
}

static float
bent(const struct smf_part *p, uint8_t key)
{
	const double pitch = key + p->bend;
	return (float)(pitch < 0 ? 0 : pitch > 127.99 ? 127.99 : pitch);
}

static int
note_on(struct smf_reader *r, struct smf_part *p, const struct pf_midi *m)
{
	/* Struck again while the pedal held it: the string is the same. */
	for (size_t i = 0; i < p->n; i++) {
		if (p->note[i].key != m->d[0] || !p->note[i].released)
			continue;
		const int e = end_note(r, p, i--, m->tick);
		if (e != 0)
			return e;
	}
	if (p->n == SOUNDING_MOST) {
		const int e = end_note(r, p, 0, m->tick);
		if (e != 0)
			return e;
	}
	if (p->n == p->room) {
		const size_t room = p->room ? 2 * p->room : 16;
		struct smf_sounding *const more = realloc(p->note,
		    room * sizeof *more);
		if (!more)
			return smf_no_memory(r);
		p->note = more;
		p->room = room;
	}
	p->note[p->n++] = (struct smf_sounding){.tick = m->tick,
	    .pitch = bent(p, m->d[0]), .key = m->d[0], .velocity = m->d[1]};
	return 0;
}

static int
note_off(struct smf_reader *r, struct smf_part *p, const struct pf_midi *m)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->note[i].key != m->d[0] || p->note[i].released)
			continue;
		if (!p->pedal || p->channel == PF_GM_DRUM_CHANNEL)
			return end_note(r, p, i, m->tick);
		p->note[i].released = true;
		return 0;
	}
	return 0;
}

int
smf_end_notes(struct smf_reader *r, struct smf_part *p, int64_t tick,
    bool released_only)
{
	for (size_t i = 0; i < p->n;) {
		if (released_only && !p->note[i].released) {
			i++;
			continue;
		}
		const int e = end_note(r, p, i, tick);
		if (e != 0)
			return e;
	}
	return 0;
}

/* The wheel moves the notes that sound, and those to come. */
static int
wheel(struct smf_reader *r, struct smf_part *p, const struct pf_midi *m)
{
	const int value = (m->d[1] << 7 | m->d[0]) - 8192;
	p->bend = p->bend_range * value / 8192;
	for (size_t i = 0; i < p->n; i++) {
		struct smf_sounding *const s = &p->note[i];
		if (s->tick == m->tick) {
			s->pitch = bent(p, s->key);
			continue;
		}
		if (s->id == 0)
			s->id = ++r->next_id;
		struct pf_event e = pf_event_make(PF_BEND, smf_ns(r, m->tick),
		    p->source);
		e.pitch = bent(p, s->key);
		e.id = s->id;
		const int err = smf_emit(r, &e);
		if (err != 0)
			return err;
	}
	return 0;
}

/* --- What a part is told ---------------------------------------------- */

static int
set(struct smf_reader *r, const struct smf_part *p, int64_t tick,
    const char *param, double value)
{
	struct pf_event e = pf_event_make(PF_SET, smf_ns(r, tick), p->source);
	if (pf_names_add(r->names, param, strlen(param), &e.name) == -ENOMEM)
		return smf_no_memory(r);
	e.b = (float)value;
	return smf_emit(r, &e);
}

/* 40 log10(x): the loudness of General MIDI's volume and expression. */
static int
volume(struct smf_reader *r, const struct smf_part *p, int64_t tick)
{
	const double x = p->volume / 127.0 * (p->expression / 127.0);
	const double db = x > 0 ? 2 * pf_gain_to_db(x) : -96;
	return set(r, p, tick, "gain", db < -96 ? -96 : db);
}

static int
control(struct smf_reader *r, struct smf_part *p, const struct pf_midi *m)
{
	const uint8_t value = m->d[1];
	switch (m->d[0]) {
	case PF_CC_BANK:
		p->bank = (uint16_t)(value << 7 | (p->bank & 127));
		return 0;
	case PF_CC_BANK_LOW:
		p->bank = (uint16_t)((p->bank & ~127) | value);
		return 0;
	case PF_CC_VOLUME:
		p->volume = value;
		return volume(r, p, m->tick);
	case PF_CC_EXPRESSION:
		p->expression = value;
		return volume(r, p, m->tick);
	case PF_CC_PAN:
		return set(r, p, m->tick, "pan",
		    value <= 1 ? -1 : (value - 64) / 63.0);
	case PF_CC_PEDAL:
		p->pedal = value >= 64;
		return p->pedal ? 0 : smf_end_notes(r, p, m->tick, true);
	case PF_CC_RPN:
	case PF_CC_RPN_LOW:
		p->rpn[m->d[0] == PF_CC_RPN] = value;
		return 0;
	case PF_CC_DATA: /* registered parameter 0 is the range of the wheel */
		if (p->rpn[0] == 0 && p->rpn[1] == 0 && value <= 96)
			p->bend_range = value;
		return 0;
	case PF_CC_SOUND_OFF:
	case PF_CC_NOTES_OFF:
		return smf_end_notes(r, p, m->tick, false);
	}
	return 0;
}

static int
tell_part(struct smf_reader *r, struct smf_part *p, const struct pf_midi *m)
{
	switch (m->status >> 4) {
	case 8:
		return note_off(r, p, m);
	case 9:
		return m->d[1] ? note_on(r, p, m) : note_off(r, p, m);
	case 0xb:
		return control(r, p, m);
	case 0xc: {
		struct pf_event e = pf_event_make(PF_PATCH,
		    smf_ns(r, m->tick), p->source);
		e.u16[0] = p->bank;
		e.u16[1] = m->d[0];
		return smf_emit(r, &e);
	}
	case 0xe:
		return wheel(r, p, m);
	}
	return 0;
}

int
smf_channel_message(struct smf_reader *r, const struct pf_midi *m)
{
	const size_t own = m->track * 16 + (m->status & 15);
	if (r->part_of[own] != SMF_NO_PART)
		return tell_part(r, &r->part[r->part_of[own]], m);
	for (size_t i = 0; i < r->parts; i++) {
		if (r->part[i].channel != (m->status & 15))
			continue;
		const int e = tell_part(r, &r->part[i], m);
		if (e != 0)
			return e;
	}
	return 0;
}
