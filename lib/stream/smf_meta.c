/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a MIDI file says for all: tempos, signatures, markers. */
#include "stream/smf_reader.h"

#include "base/number.h"
#include "event/pitch.h"
#include "event/type.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int
broken(const struct smf_reader *r, const struct pf_midi *m, const char *what)
{
	return pf_err_set(r->err, "%s: byte %u: %s", r->name, (unsigned)m->at,
	    what);
}

static bool
same_tempo(const void *ctx, double bpm)
{
	const double us = *(const double *)ctx;
	return bpm > 0 && (double)(int64_t)(60e6 / bpm + 0.5) == us;
}

/*
 * The roundest tempo that makes these microseconds a quarter: what was 97
 * before somebody wrote 618557 is 97 again.
 */
static double
bpm_of(const struct pf_midi *m)
{
	const double us = m->data[0] << 16 | m->data[1] << 8 | m->data[2];
	char text[PF_NUMBER_MOST];
	double bpm = 60e6 / us;
	if (us > 0 && pf_number_parse(text, pf_number_shortest(text, bpm, 9,
	    same_tempo, &us), &bpm) != 0)
		bpm = 0;
	return bpm;
}

/* The whole axis first: notes are told when they end. */
int
smf_make_map(struct smf_reader *r)
{
	if (pf_tempo_map_init(&r->map) != 0)
		return smf_no_memory(r);
	if (r->file->ticks_per_beat <= 0)
		return 0;
	/* A MIDI file begins at 120. */
	if (pf_tempo_map_add(&r->map, 0, 120) != 0)
		return smf_no_memory(r);
	for (size_t i = 0; i < r->file->n; i++) {
		const struct pf_midi *const m = &r->file->midi[i];
		if (m->status != 0xff || m->d[0] != PF_META_TEMPO)
			continue;
		if (m->len < 3)
			return broken(r, m, "a tempo of less than 3 bytes");
		const int e = pf_tempo_map_add(&r->map, smf_beat(r, m->tick),
		    bpm_of(m));
		if (e == -ERANGE)
			return broken(r, m, "the tempo is out of 10..1000 "
			    "quarters a minute");
		if (e != 0)
			return smf_no_memory(r);
	}
	return 0;
}

int
smf_emit_tempos(struct smf_reader *r)
{
	if (r->file->ticks_per_beat <= 0)
		return 0;
	for (size_t i = 0; i < r->map.n; i++) {
		const struct pf_tempo_change *const c = &r->map.change[i];
		struct pf_event e = pf_event_make(PF_TEMPO,
		    pf_tempo_map_ns(&r->map, c->beat), r->score);
		e.value = c->bpm;
		const int err = smf_emit(r, &e);
		if (err != 0)
			return err;
	}
	return 0;
}

int
smf_meta(struct smf_reader *r, const struct pf_midi *m)
{
	struct pf_event e = pf_event_make(PF_METER, smf_ns(r, m->tick),
	    r->score);
	char name[128];
	switch (m->d[0]) {
	case PF_META_METER:
		if (m->len < 2 || m->data[0] < 1 || m->data[0] > 64 ||
		    m->data[1] > 6)
			return broken(r, m, "a time signature that is none");
		e.p = m->data[0];
		e.q = 1u << m->data[1];
		return smf_emit(r, &e);
	case PF_META_KEY:
		if (m->len < 2 || m->data[1] > 1 || (int8_t)m->data[0] < -7 ||
		    (int8_t)m->data[0] > 7)
			return broken(r, m, "a key signature that is none");
		e = pf_event_make(PF_KEY, e.time, r->score);
		/* A sharp is a fifth up; minor stands a third below. */
		e.a = (float)(((int8_t)m->data[0] * 7 + 84 +
		    (m->data[1] ? 9 : 0)) % 12);
		e.u8[PF_KEY_MODE] = m->data[1] ? PF_MINOR : PF_MAJOR;
		return smf_emit(r, &e);
	case PF_META_MARKER:
		if (smf_clean_name(name, sizeof name, m->data, m->len) == 0)
			return 0;
		e = pf_event_make(PF_SECTION, e.time, r->score);
		if (pf_names_add(r->names, name, strlen(name), &e.name) != 0)
			return 0;
		return smf_emit(r, &e);
	}
	return 0;
}
