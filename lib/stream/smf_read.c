/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MIDI messages to events: the whole. */
#include "stream/smf_reader.h"

#include "event/type.h"
#include "stream/smf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
smf_no_memory(struct smf_reader *r)
{
	pf_err_set(r->err, "not enough memory");
	return -ENOMEM;
}

double
smf_beat(const struct smf_reader *r, int64_t tick)
{
	return (double)tick / (r->file->ticks_per_beat > 0
	    ? r->file->ticks_per_beat : r->file->ticks_per_s);
}

int64_t
smf_ns(const struct smf_reader *r, int64_t tick)
{
	return pf_tempo_map_ns(&r->map, smf_beat(r, tick));
}

int
smf_emit(struct smf_reader *r, const struct pf_event *e)
{
	if (r->n == r->room) {
		const size_t room = r->room ? 2 * r->room : 1024;
		struct smf_entry *const more = realloc(r->out,
		    room * sizeof *more);
		if (!more)
			return smf_no_memory(r);
		r->out = more;
		r->room = room;
	}
	r->out[r->n] = (struct smf_entry){*e, r->n};
	r->n++;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct smf_entry *const x = a, *const y = b;
	const int c = pf_event_order(&x->event, &y->event);
	return c ? c : x->place < y->place ? -1 : x->place > y->place;
}

static int
read_all(struct smf_reader *r)
{
	const struct pf_smf_file *const f = r->file;
	int e;
	if (pf_names_add(r->names, "score", 5, &r->score) == -ENOMEM)
		return smf_no_memory(r);
	if ((e = smf_make_map(r)) != 0)
		return e;
	if (smf_beat(r, f->last_tick) > 1e9 ||
	    smf_ns(r, f->last_tick) > PF_TIME_MOST)
		return pf_err_set(r->err, "%s: it is longer than 115 days",
		    r->name);
	if ((e = smf_make_parts(r)) != 0 || (e = smf_emit_tempos(r)) != 0)
		return e;
	for (size_t i = 0; i < f->n && e == 0; i++)
		e = f->midi[i].status == 0xff
		    ? smf_meta(r, &f->midi[i])
		    : smf_channel_message(r, &f->midi[i]);
	for (size_t i = 0; i < r->parts && e == 0; i++)
		e = smf_end_notes(r, &r->part[i], f->last_tick, false);
	if (e == 0 && r->n > 0)
		qsort(r->out, r->n, sizeof *r->out, compare);
	return e;
}

bool
pf_smf_is(const uint8_t *bytes, size_t len)
{
	return (len >= 4 && memcmp(bytes, "MThd", 4) == 0) ||
	    (len >= 12 && memcmp(bytes, "RIFF", 4) == 0 &&
	    memcmp(bytes + 8, "RMID", 4) == 0);
}

int
pf_smf_read(const uint8_t *bytes, size_t len, const char *name,
    struct pf_names *names, const struct pf_sink *sink, struct pf_err *err)
{
	struct pf_smf_file file;
	int e = pf_smf_file_parse(&file, bytes, len, name, err);
	if (e != 0)
		return e;
	struct smf_reader r = {.file = &file, .name = name, .names = names,
	    .err = err};
	e = read_all(&r);
	for (size_t i = 0; i < r.n && e == 0; i++)
		e = pf_sink_say(sink, &r.out[i].event, NULL);
	for (size_t i = 0; i < r.parts && r.part; i++)
		free(r.part[i].note);
	free(r.part);
	free(r.part_of);
	free(r.out);
	pf_tempo_map_fini(&r.map);
	pf_smf_file_fini(&file);
	return e;
}
