/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events to a MIDI file: the axis, and the file as a whole. */
#include "stream/smf_maker.h"

#include "event/type.h"
#include "stream/told_beats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int
pf_smf_new(struct pf_smf **out, const struct pf_names *names)
{
	struct pf_smf *const s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->names = names;
	*out = s;
	return 0;
}

void
pf_smf_free(struct pf_smf *s)
{
	if (s)
		free(s->event);
	free(s);
}

int
pf_smf_add(struct pf_smf *s, const struct pf_event *e)
{
	if (s->n == s->room) {
		const size_t room = s->room ? 2 * s->room : 1024;
		struct pf_event *const more = realloc(s->event,
		    room * sizeof *more);
		if (!more)
			return -ENOMEM;
		s->event = more;
		s->room = room;
	}
	s->event[s->n++] = *e;
	return 0;
}

/* --- What the parts share ----------------------------------------------- */

int64_t
smf_tick_of_beat(double beat)
{
	return llround(beat * PF_SMF_PPQN);
}

int64_t
smf_tick(const struct smf_maker *k, int64_t ns)
{
	return smf_tick_of_beat(pf_tempo_map_beat(&k->map, ns));
}

int64_t
smf_when(const struct pf_event *e)
{
	const int64_t ns = e->type & PF_HEARD ? pf_event_at(e) : e->time;
	return ns < 0 ? 0 : ns;
}

const char *
smf_name(const struct smf_maker *k, uint32_t hash)
{
	const char *const name = hash ? pf_names_get(k->smf->names, hash)
				      : NULL;
	return name ? name : "";
}

int
smf_seven_bits(double x)
{
	return x < 0 ? 0 : x > 127 ? 127 : (int)(x + 0.5);
}

/* --- The axis ----------------------------------------------------------- */

/* The source that tells the most beats, of the first few that tell any. */
static uint32_t
who_tells_beats(const struct pf_smf *s)
{
	struct {
		uint32_t source;
		size_t beats;
	} who[32] = {{0}};
	size_t n = 0, best = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (pf_event_type(&s->event[i]) != PF_BEAT)
			continue;
		size_t w = 0;
		while (w < n && who[w].source != s->event[i].source)
			w++;
		if (w == PF_COUNT(who))
			continue;
		n = w == n ? n + 1 : n;
		who[w].source = s->event[i].source;
		if (++who[w].beats > who[best].beats)
			best = w;
	}
	return who[best].source;
}

/* The beats of the source that tells most of them. */
static int
beats_axis(struct smf_maker *k, struct pf_err *err)
{
	const struct pf_smf *const s = k->smf;
	struct pf_event *const beat = calloc(s->n + 1, sizeof *beat);
	if (!beat)
		return -ENOMEM;
	size_t n = 0;
	const uint32_t who = who_tells_beats(s);
	for (size_t i = 0; i < s->n; i++)
		if (pf_event_type(&s->event[i]) == PF_BEAT &&
		    s->event[i].source == who)
			beat[n++] = s->event[i];
	struct pf_told_beats told;
	const int r = pf_told_beats_make(&told, beat, n, err);
	free(beat);
	if (r != 0)
		return r;
	pf_tempo_map_fini(&k->map);
	k->map = told.map;
	told.map = (struct pf_tempo_map){0};
	for (size_t i = 0; i < told.n; i++)
		smf_put_meter(k, smf_tick_of_beat(told.bar[i].beat),
		    told.bar[i].num, told.bar[i].den);
	pf_told_beats_fini(&told);
	return 0;
}

static int
tempo_axis(struct smf_maker *k)
{
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		if (pf_event_type(e) != PF_TEMPO)
			continue;
		/* A whole tick, as the file will have it. */
		const double beat = (double)smf_tick(k, e->time) / PF_SMF_PPQN;
		if (pf_tempo_map_add(&k->map, beat, e->value) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

/* --- The file ----------------------------------------------------------- */

static int
write_chunks(struct smf_maker *k, FILE *f)
{
	uint32_t tracks = 1;
	for (size_t i = 0; i < k->sources; i++)
		tracks += k->source[i].plays;
	fwrite("MThd", 1, 4, f);
	pf_smf_write_be(f, 6, 4);
	pf_smf_write_be(f, 1, 2);
	pf_smf_write_be(f, tracks, 2);
	pf_smf_write_be(f, PF_SMF_PPQN, 2);
	int r = pf_smf_track_write(&k->score, f);
	for (size_t i = 0; i < k->sources && r == 0; i++)
		if (k->source[i].plays)
			r = pf_smf_track_write(&k->source[i].track, f);
	return r == 0 && ferror(f) ? -ENOMEM : r;
}

static int
write_file(struct smf_maker *k, uint8_t **bytes, size_t *len)
{
	char *out = NULL;
	FILE *const f = k->failed ? NULL : open_memstream(&out, len);
	if (!f)
		return -ENOMEM;
	int r = write_chunks(k, f);
	if (fclose(f) != 0)
		r = -ENOMEM;
	if (r != 0)
		free(out);
	else
		*bytes = (uint8_t *)out;
	return r;
}

int
pf_smf_write(struct pf_smf *smf, enum pf_smf_axis axis, uint8_t **bytes,
    size_t *len, struct pf_err *err)
{
	struct smf_maker k = {.smf = smf};
	int r = pf_tempo_map_init(&k.map);
	if (r == 0)
		r = axis == PF_SMF_BEATS ? beats_axis(&k, err)
					 : tempo_axis(&k);
	if (r == 0) {
		smf_put_tempos(&k);
		smf_put_score(&k, axis == PF_SMF_TEMPO);
		smf_find_sources(&k);
		for (size_t i = 0; i < k.sources && !k.failed && !k.crowded;
		    i++)
			if (k.source[i].plays)
				smf_fill_source(&k, &k.source[i]);
		r = k.crowded ? pf_err_set(err, "more than %d sources play: "
		    "too many for a MIDI file", PF_SMF_PARTS_MOST)
		    : write_file(&k, bytes, len);
	}
	if (r == -ENOMEM)
		pf_err_set(err, "not enough memory");
	for (size_t i = 0; i < k.sources; i++)
		pf_smf_track_fini(&k.source[i].track);
	free(k.source);
	pf_smf_track_fini(&k.score);
	pf_tempo_map_fini(&k.map);
	return r;
}
