/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include "analysis/phrase_ear.h"
#include "event/pitch.h"
#include "event/type.h"
#include "music/theory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float drum_length_s = 0.1f;

int
output_init(struct output *out, int fd, const char *what, const char *name,
    bool notes, struct pf_err *err)
{
	char drums[NAME_MOST + sizeof "-drums"];
	uint32_t hash;
	*out = (struct output){.notes = notes};
	if (strlen(name) > NAME_MOST)
		return pf_err_set(err, "the name is longer than %d bytes",
		    NAME_MOST);
	snprintf(drums, sizeof drums, "%s-drums", name);
	int r = pf_names_new(&out->names);
	if (r == 0)
		r = pf_names_add(out->names, name, strlen(name),
		    &out->source);
	if (r == 0)
		r = pf_names_add(out->names, drums, strlen(drums),
		    &out->drums);
	for (int i = 1; r == 0 && i < PF_PHRASES; i++)
		r = pf_names_add(out->names, pf_phrase_name[i],
		    strlen(pf_phrase_name[i]), &hash);
	if (r == 0 && fd >= 0)
		r = pf_writer_new(&out->writer, fd, what, out->names);
	if (r == 0 && out->writer)
		pf_writer_header(out->writer);
	if (r != 0) {
		pf_err_set(err, "cannot speak as '%s': %s", name,
		    strerror(-r));
		output_fini(out);
	}
	return r;
}

void
output_fini(struct output *out)
{
	pf_writer_free(out->writer);
	pf_names_free(out->names);
	free(out->event);
	*out = (struct output){0};
}

/* Keep the first chords for the line that tells what was heard. */
static void
note_chord(struct output *out, const struct pf_event *e)
{
	char name[16];
	if (pf_is_none(e->a))
		return;
	const int quality = e->u8[PF_CHORD_QUALITY];
	const int bass = e->u8[PF_CHORD_BASS];
	const struct pf_chord chord = {(int)e->a,
	    quality == PF_NO_INDEX ? PF_MAJ : quality,
	    bass == PF_NO_INDEX ? -1 : bass};
	const char *const text = pf_chord_show(chord, name);
	if (out->chords_len + strlen(text) + 2 > 72) {
		out->chords_more = true;
		return;
	}
	out->chords_len += (size_t)snprintf(out->chords + out->chords_len,
	    sizeof out->chords - out->chords_len, "%s%s",
	    out->chords_len > 0 ? " " : "", text);
}

static int
keep(struct output *out, const struct pf_event *e)
{
	if (out->n == out->room) {
		const size_t room = out->room > 0 ? 2 * out->room : 256;
		struct pf_event *const more = realloc(out->event,
		    room * sizeof *more);
		if (!more)
			return -ENOMEM;
		out->event = more;
		out->room = room;
	}
	out->event[out->n++] = *e;
	return 0;
}

/* Something that was heard, as if it had been known when it happened. */
static int
place(struct output *out, const struct pf_event *e)
{
	struct pf_event at = *e;
	at.time = pf_event_at(e) > 0 ? pf_event_at(e) : 0;
	at.at_us = 0;
	return keep(out, &at);
}

static int
begin_note(struct output *out, const struct pf_event *on)
{
	struct pf_event note = pf_event_make(PF_NOTE, pf_event_at(on),
	    on->source);
	note.pitch = on->pitch;
	note.velocity = on->velocity;
	note.id = on->id;
	note.duration = -1; /* it sounds */
	return keep(out, &note);
}

static void
end_note(struct output *out, const struct pf_event *off)
{
	for (size_t i = out->n; i-- > 0;) {
		struct pf_event *const note = &out->event[i];
		if (pf_event_type(note) != PF_NOTE || note->id != off->id ||
		    note->duration >= 0)
			continue;
		const double s = (double)(pf_event_at(off) - note->time) / 1e9;
		note->duration = s > 0.01 ? (float)s : 0.01f;
		return;
	}
}

static int
keep_note(struct output *out, const struct pf_event *e)
{
	struct pf_event note;
	switch (pf_event_type(e)) {
	case PF_ON:
		return begin_note(out, e);
	case PF_OFF:
		end_note(out, e);
		return 0;
	case PF_ONSET:
		if (pf_is_none(e->pitch))
			return 0;
		note = pf_event_make(PF_NOTE, pf_event_at(e), out->drums);
		note.pitch = e->pitch;
		note.velocity = e->velocity;
		note.duration = drum_length_s;
		return keep(out, &note);
	case PF_BEAT:
	case PF_CHORD:
	case PF_KEY:
	case PF_PHRASE:
		return place(out, e);
	default:
		return 0; /* measures have no place among notes */
	}
}

static int
hear(void *ctx, const struct pf_event *event, const char *more)
{
	struct output *const out = ctx;
	struct pf_event e = *event;
	e.source = out->source;
	if (pf_event_type(&e) == PF_CHORD)
		note_chord(out, &e);
	if (!out->writer)
		return 0;
	if (out->notes)
		return keep_note(out, &e);
	pf_writer_event(out->writer, &e, more);
	return 0;
}

struct pf_sink
output_sink(struct output *out)
{
	return (struct pf_sink){hear, out};
}

static int
by_time(const void *a, const void *b)
{
	const struct pf_event *const x = a, *const y = b;
	const int c = pf_event_order(x, y);
	if (c != 0)
		return c;
	return x->pitch < y->pitch ? -1 : x->pitch > y->pitch;
}

int
output_finish(struct output *out, struct pf_err *err)
{
	if (!out->writer)
		return 0;
	if (out->n > 0)
		qsort(out->event, out->n, sizeof *out->event, by_time);
	for (size_t i = 0; i < out->n; i++)
		pf_writer_event(out->writer, &out->event[i], NULL);
	return pf_writer_flush(out->writer, err);
}
