/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/collect.h"

#include "event/role.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Append one zeroed element to a growing array { v, n, room }. */
static void *
append(void *array, size_t size)
{
	struct marks *const a = array; /* all arrays are laid out alike */
	if (a->n == a->room) {
		const size_t room = a->room ? 2 * a->room : 32;
		void *const v = realloc(a->v, room * size);
		if (!v)
			return NULL;
		a->v = v;
		a->room = room;
	}
	return memset((char *)a->v + a->n++ * size, 0, size);
}

int
pf_picture_new(struct pf_picture **out, const struct pf_names *names)
{
	struct pf_picture *const p = calloc(1, sizeof *p);
	if (!p)
		return -ENOMEM;
	p->names = names;
	if (pf_tempo_map_init(&p->map) != 0) {
		free(p);
		return -ENOMEM;
	}
	*out = p;
	return 0;
}

void
pf_picture_free(struct pf_picture *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_sources; i++) {
		struct source *const s = &p->source[i];
		free(s->notes.v);
		free(s->onsets.v);
		free(s->levels.v);
		free(s->chords.v);
		free(s->keys.v);
		free(s->beats.v);
	}
	free(p->sections.v);
	free(p->meters.v);
	pf_tempo_map_fini(&p->map);
	free(p);
}

/* The source of a name; the last place takes all who come too late. */
static struct source *
source_of(struct pf_picture *p, uint32_t name)
{
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->source[i].name == name)
			return &p->source[i];
	if (p->n_sources == MOST_SOURCES)
		return &p->source[MOST_SOURCES - 1];
	struct source *const s = &p->source[p->n_sources++];
	s->name = name;
	s->drums = pf_source_is_drums(pf_names_get(p->names, name));
	return s;
}

static int
add_note(struct source *s, const struct pf_event *e, double now_s)
{
	struct mark *const m = append(&s->notes, sizeof *m);
	if (!m)
		return -ENOMEM;
	m->heard = e->type & PF_HEARD;
	m->start_s = m->heard ? (double)pf_event_at(e) / 1e9 : now_s;
	m->end_s = -1;
	m->pitch = e->pitch;
	m->velocity = pf_is_none(e->velocity) ? 0.6f : e->velocity;
	if (pf_event_type(e) == PF_NOTE) {
		m->end_s = now_s +
		    (pf_is_none(e->duration) ? 0.1 : (double)e->duration);
		m->heard = false;
	}
	m->id = e->id;
	if (pf_is_none(m->pitch)) {
		s->notes.n--;
		return 0;
	}
	if (s->notes.n == 1 || m->pitch < s->low)
		s->low = m->pitch;
	if (s->notes.n == 1 || m->pitch > s->high)
		s->high = m->pitch;
	return 0;
}

/* End the sounding note of that id or pitch, looking back a little way. */
static void
end_note(struct source *s, const struct pf_event *e, double now_s)
{
	const size_t far = s->notes.n > 64 ? s->notes.n - 64 : 0;
	for (size_t i = s->notes.n; i-- > far;) {
		struct mark *const m = &s->notes.v[i];
		if (m->end_s < 0 && (e->id ? m->id == e->id
		    : pf_is_none(e->pitch) || m->pitch == e->pitch)) {
			m->end_s = now_s;
			return;
		}
	}
}

static int
add_point(struct points *points, double s, float value)
{
	struct point *const x = append(points, sizeof *x);
	if (!x)
		return -ENOMEM;
	*x = (struct point){s, value};
	return 0;
}

static int
add_chord(struct source *s, const struct pf_event *e, double now_s)
{
	struct span *const x = append(&s->chords, sizeof *x);
	if (!x)
		return -ENOMEM;
	const bool heard = e->type & PF_HEARD;
	x->start_s = now_s;
	x->end_s = heard || pf_is_none(e->duration) || !(e->duration > 0) ? -1
	    : now_s + (double)e->duration;
	x->chord = pf_no_chord;
	const unsigned quality = e->u8[PF_CHORD_QUALITY];
	if (!pf_is_none(e->a) && e->a >= 0 && e->a < 12) {
		x->chord.root = (int)e->a;
		x->chord.quality = quality < PF_QUALITIES ? (int)quality : 0;
		if (e->u8[PF_CHORD_BASS] < 12)
			x->chord.bass = e->u8[PF_CHORD_BASS];
	}
	return 0;
}

static int
add_key(struct source *s, const struct pf_event *e, double now_s)
{
	if (pf_is_none(e->a) || !(e->a >= 0 && e->a < 12))
		return 0;
	struct span *const x = append(&s->keys, sizeof *x);
	if (!x)
		return -ENOMEM;
	x->start_s = now_s;
	x->key.tonic = (int)e->a;
	x->key.mode = e->u8[PF_KEY_MODE] < PF_MODES ? e->u8[PF_KEY_MODE] : 0;
	return 0;
}

static int
add_section(struct pf_picture *p, const struct pf_event *e, double now_s)
{
	struct span *const x = append(&p->sections, sizeof *x);
	if (!x)
		return -ENOMEM;
	x->start_s = now_s;
	x->end_s = pf_is_none(e->duration) || !(e->duration > 0) ? -1
	    : now_s + (double)e->duration;
	x->name = e->name;
	return 0;
}

static int
add_beat(struct source *s, const struct pf_event *e)
{
	struct tick *const x = append(&s->beats, sizeof *x);
	if (!x)
		return -ENOMEM;
	x->s = (double)pf_event_at(e) / 1e9;
	x->index = e->u8[PF_BEAT_INDEX];
	return 0;
}

static int
add_meter(struct pf_picture *p, const struct pf_event *e, double beat)
{
	if (!e->p || !e->q)
		return 0;
	struct tick *const x = append(&p->meters, sizeof *x);
	if (!x)
		return -ENOMEM;
	x->s = beat;
	x->index = (int)(4000 * e->p / e->q);
	return 0;
}

int
pf_picture_add(struct pf_picture *p, const struct pf_event *e, double beat)
{
	const double now_s = (double)e->time / 1e9;
	struct source *const s = source_of(p, e->source);
	int r = 0;
	switch (pf_event_type(e)) {
	case PF_NOTE:
	case PF_ON:
		r = add_note(s, e, now_s);
		break;
	case PF_OFF:
		end_note(s, e, now_s);
		break;
	case PF_ONSET:
		r = add_point(&s->onsets, (double)pf_event_at(e) / 1e9,
		    pf_is_none(e->b) ? 0.5f : e->b);
		break;
	case PF_LEVEL:
		r = add_point(&s->levels, now_s, e->a);
		break;
	case PF_CHORD:
		r = add_chord(s, e, now_s);
		break;
	case PF_KEY:
		r = add_key(s, e, now_s);
		break;
	case PF_SECTION:
		r = add_section(p, e, now_s);
		break;
	case PF_BEAT:
		r = add_beat(s, e);
		break;
	case PF_TEMPO:
		r = pf_tempo_map_add(&p->map, beat, e->value) == -ENOMEM
		    ? -ENOMEM : 0;
		p->axis = true;
		break;
	case PF_METER:
		r = add_meter(p, e, beat);
		break;
	default:
		break;
	}
	double end_s = now_s;
	if (pf_event_type(e) == PF_NOTE && !pf_is_none(e->duration))
		end_s += (double)e->duration;
	if (end_s > p->end_s)
		p->end_s = end_s;
	return r;
}
