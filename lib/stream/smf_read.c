/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MIDI messages to events.  A "part" is one channel of one track: it is what
 * has a source.  What a channel is told in a track without notes (programs,
 * controllers) goes to all parts of that channel.
 */
#include "stream/smf.h"

#include "base/math.h"
#include "base/number.h"
#include "event/pitch.h"
#include "event/tempo_map.h"
#include "event/type.h"
#include "stream/smf_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRUM_CHANNEL = 9, NO_PART = -1 };
enum { CC_BANK = 0, CC_DATA = 6, CC_VOLUME = 7, CC_PAN = 10,
	CC_EXPRESSION = 11, CC_BANK_LOW = 32, CC_PEDAL = 64, CC_RPN_LOW = 100,
	CC_RPN = 101, CC_SOUND_OFF = 120, CC_NOTES_OFF = 123 };

struct sounding {
	uint32_t id;     /* 0 until a bend needs one */
	int64_t tick;
	float pitch;
	uint8_t key, velocity;
	bool released;   /* held by the pedal only */
};

struct part {
	uint32_t source;
	uint8_t channel;
	uint16_t bank;
	uint8_t volume, expression, rpn[2];
	bool pedal;
	double bend_range, bend; /* semitones */
	struct sounding *note;   /* note[n], oldest first */
	size_t n, room;
};

struct entry {
	struct pf_event event;
	size_t place;
};

struct reader {
	const struct pf_smf_file *file;
	const char *name;
	struct pf_names *names;
	struct pf_tempo_map map;
	int *part_of;           /* [tracks * 16]: place in part, or NO_PART */
	struct part *part;
	size_t parts;
	struct entry *out;
	size_t n, room;
	uint32_t next_id, score;
	struct pf_err *err;
};

static int
no_memory(struct reader *r)
{
	pf_err_set(r->err, "not enough memory");
	return -ENOMEM;
}

/* Ticks to beats; in SMPTE time a beat is a second. */
static double
beat_of(const struct reader *r, int64_t tick)
{
	return (double)tick / (r->file->ticks_per_beat > 0
	    ? r->file->ticks_per_beat : r->file->ticks_per_s);
}

static int64_t
ns_of(const struct reader *r, int64_t tick)
{
	return pf_tempo_map_ns(&r->map, beat_of(r, tick));
}

static int
emit(struct reader *r, const struct pf_event *e)
{
	if (r->n == r->room) {
		const size_t room = r->room ? 2 * r->room : 1024;
		struct entry *const more = realloc(r->out,
		    room * sizeof *more);
		if (!more)
			return no_memory(r);
		r->out = more;
		r->room = room;
	}
	r->out[r->n] = (struct entry){*e, r->n};
	r->n++;
	return 0;
}

/* --- Names ----------------------------------------------------------- */

static const char *
family_name(int program)
{
	static const char *const name[16] = {"piano", "bells", "organ",
	    "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe",
	    "lead", "pad", "effects", "ethnic", "percussion", "sounds"};
	return name[program >> 3 & 15];
}

/*
 * Text of a file as a name: Latin-1 where it is not UTF-8 (old files know no
 * better), a hyphen for what is not printable.  Returns its length.
 */
static size_t
clean_name(char *to, size_t size, const uint8_t *from, size_t len)
{
	size_t n = 0;
	bool high = false, utf8 = true;
	for (size_t i = 0; i < len; i++) {
		if (from[i] < 0x80)
			continue;
		high = true;
		const size_t more = from[i] >= 0xe0 ? 2 : 1;
		utf8 = utf8 && from[i] >= 0xc3 && from[i] < 0xf0 &&
		    i + more < len && from[i] != 0xe0 && from[i] != 0xed &&
		    (from[i + 1] & 0xc0) == 0x80 &&
		    (from[i + more] & 0xc0) == 0x80;
		i += utf8 ? more : 0;
	}
	for (size_t i = 0; i < len && n + 3 < size; i++) {
		const uint8_t c = from[i];
		if (c >= 0x80 && high && !utf8) {
			to[n++] = (char)(0xc0 | c >> 6);
			to[n++] = (char)(0x80 | (c & 0x3f));
		} else if (c <= 0x20 || c == 0x7f) {
			if (n > 0 && to[n - 1] != '-')
				to[n++] = '-';
		} else {
			to[n++] = (char)c;
		}
	}
	while (n > 0 && to[n - 1] == '-')
		n--;
	/* A cut inside a character. */
	while (utf8 && n + 3 >= size && n > 0 && (to[n - 1] & 0x80))
		n--;
	to[n] = '\0';
	return n;
}

static bool
is_taken(const struct reader *r, size_t before, uint32_t hash)
{
	for (size_t i = 0; i < before; i++)
		if (r->part[i].source == hash)
			return true;
	return false;
}

/* Give a part a source of its own: NAME, NAME-2, ... */
static int
name_part(struct reader *r, size_t i, const char *base)
{
	char name[160];
	for (int n = 1;; n++) {
		if (n == 1)
			snprintf(name, sizeof name, "%s", base);
		else
			snprintf(name, sizeof name, "%s-%d", base, n);
		const int e = pf_names_add(r->names, name, strlen(name),
		    &r->part[i].source);
		if (e == -ENOMEM)
			return no_memory(r);
		if (e == 0 && !is_taken(r, i, r->part[i].source))
			return 0;
	}
}

/* The first program of a channel, -1 if there is none. */
static int
first_program(const struct reader *r, int channel)
{
	for (size_t i = 0; i < r->file->n; i++)
		if (r->file->midi[i].status == (0xc0 | channel))
			return r->file->midi[i].d[0];
	return -1;
}

/* The name in a track's own words; "" without. */
static void
track_name(const struct reader *r, uint32_t track, char *name, size_t size)
{
	name[0] = '\0';
	for (size_t i = 0; i < r->file->n && !*name; i++) {
		const struct pf_midi *const m = &r->file->midi[i];
		if (m->track == track && m->status == 0xff &&
		    m->d[0] == PF_META_NAME)
			clean_name(name, size, m->data, m->len);
	}
}

/* Parts for all channels of tracks that have notes, and their names. */
static int
make_parts(struct reader *r)
{
	const struct pf_smf_file *const f = r->file;
	const size_t most = (size_t)f->tracks * 16;
	r->part_of = malloc((most + 1) * sizeof *r->part_of);
	if (!r->part_of)
		return no_memory(r);
	for (size_t i = 0; i < most; i++)
		r->part_of[i] = NO_PART;
	for (size_t i = 0; i < f->n; i++)
		if (f->midi[i].status >> 4 == 9)
			r->part_of[f->midi[i].track * 16 +
			    (f->midi[i].status & 15)] = 0;
	for (size_t i = 0; i < most; i++)
		if (r->part_of[i] != NO_PART)
			r->part_of[i] = (int)r->parts++;
	r->part = calloc(r->parts + 1, sizeof *r->part);
	if (!r->part)
		return no_memory(r);
	for (size_t i = 0; i < most; i++) {
		if (r->part_of[i] == NO_PART)
			continue;
		const size_t first = i / 16 * 16;
		const uint8_t channel = (uint8_t)(i % 16);
		struct part *const p = &r->part[r->part_of[i]];
		p->channel = channel;
		p->volume = p->expression = 127;
		p->bend_range = 2;
		p->rpn[0] = p->rpn[1] = 127;
		int in_track = 0;
		for (size_t c = first; c < first + 16; c++)
			in_track += r->part_of[c] != NO_PART;
		char name[128] = "";
		if (in_track == 1)
			track_name(r, (uint32_t)(i / 16), name, sizeof name);
		const int program = first_program(r, channel);
		const int e = name_part(r, (size_t)r->part_of[i],
		    *name ? name : channel == DRUM_CHANNEL ? "drums"
		    : program >= 0 ? family_name(program) : "part");
		if (e != 0)
			return e;
	}
	return 0;
}

/* --- Notes ----------------------------------------------------------- */

/* End note i of a part at a tick: now it can be told. */
static int
end_note(struct reader *r, struct part *p, size_t i, int64_t tick)
{
	const struct sounding *const s = &p->note[i];
	const int64_t from = ns_of(r, s->tick), to = ns_of(r, tick);
	struct pf_event e = pf_event_make(PF_NOTE, from, p->source);
	e.pitch = s->pitch;
	e.velocity = (float)(s->velocity / 127.0);
	const double length_s = (double)(to - from) * 1e-9;
	e.duration = (float)(length_s < 1e6 ? length_s : 1e6);
	e.id = s->id;
	memmove(&p->note[i], &p->note[i + 1],
	    (--p->n - i) * sizeof *p->note);
	return emit(r, &e);
}

static float
bent(const struct part *p, uint8_t key)
{
	const double pitch = key + p->bend;
	return (float)(pitch < 0 ? 0 : pitch > 127.99 ? 127.99 : pitch);
}

static int
note_on(struct reader *r, struct part *p, const struct pf_midi *m)
{
	/* Struck again while the pedal held it: the string is the same. */
	for (size_t i = 0; i < p->n; i++) {
		if (p->note[i].key != m->d[0] || !p->note[i].released)
			continue;
		const int e = end_note(r, p, i--, m->tick);
		if (e != 0)
			return e;
	}
	if (p->n == p->room) {
		const size_t room = p->room ? 2 * p->room : 16;
		struct sounding *const more = realloc(p->note,
		    room * sizeof *more);
		if (!more)
			return no_memory(r);
		p->note = more;
		p->room = room;
	}
	p->note[p->n++] = (struct sounding){.tick = m->tick,
	    .pitch = bent(p, m->d[0]), .key = m->d[0], .velocity = m->d[1]};
	return 0;
}

static int
note_off(struct reader *r, struct part *p, const struct pf_midi *m)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->note[i].key != m->d[0] || p->note[i].released)
			continue;
		if (!p->pedal || p->channel == DRUM_CHANNEL)
			return end_note(r, p, i, m->tick);
		p->note[i].released = true;
		return 0;
	}
	return 0;
}

static int
end_all(struct reader *r, struct part *p, int64_t tick, bool released_only)
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
wheel(struct reader *r, struct part *p, const struct pf_midi *m)
{
	const int value = (m->d[1] << 7 | m->d[0]) - 8192;
	p->bend = p->bend_range * value / 8192;
	for (size_t i = 0; i < p->n; i++) {
		struct sounding *const s = &p->note[i];
		if (s->tick == m->tick) {
			s->pitch = bent(p, s->key);
			continue;
		}
		if (s->id == 0)
			s->id = ++r->next_id;
		struct pf_event e = pf_event_make(PF_BEND, ns_of(r, m->tick),
		    p->source);
		e.pitch = bent(p, s->key);
		e.id = s->id;
		const int err = emit(r, &e);
		if (err != 0)
			return err;
	}
	return 0;
}

/* --- What a part is told ---------------------------------------------- */

static int
set(struct reader *r, const struct part *p, int64_t tick, const char *param,
    double value)
{
	struct pf_event e = pf_event_make(PF_SET, ns_of(r, tick), p->source);
	if (pf_names_add(r->names, param, strlen(param), &e.name) == -ENOMEM)
		return no_memory(r);
	e.b = (float)value;
	return emit(r, &e);
}

/* 40 log10(x): the loudness of General MIDI's volume and expression. */
static int
volume(struct reader *r, const struct part *p, int64_t tick)
{
	const double x = p->volume / 127.0 * (p->expression / 127.0);
	const double db = x > 0 ? 2 * pf_gain_to_db(x) : -96;
	return set(r, p, tick, "gain", db < -96 ? -96 : db);
}

static int
control(struct reader *r, struct part *p, const struct pf_midi *m)
{
	const uint8_t value = m->d[1];
	switch (m->d[0]) {
	case CC_BANK:
		p->bank = (uint16_t)(value << 7 | (p->bank & 127));
		return 0;
	case CC_BANK_LOW:
		p->bank = (uint16_t)((p->bank & ~127) | value);
		return 0;
	case CC_VOLUME:
		p->volume = value;
		return volume(r, p, m->tick);
	case CC_EXPRESSION:
		p->expression = value;
		return volume(r, p, m->tick);
	case CC_PAN:
		return set(r, p, m->tick, "pan",
		    value <= 1 ? -1 : (value - 64) / 63.0);
	case CC_PEDAL:
		p->pedal = value >= 64;
		return p->pedal ? 0 : end_all(r, p, m->tick, true);
	case CC_RPN:
	case CC_RPN_LOW:
		p->rpn[m->d[0] == CC_RPN] = value;
		return 0;
	case CC_DATA: /* registered parameter 0 is the range of the wheel */
		if (p->rpn[0] == 0 && p->rpn[1] == 0 && value <= 96)
			p->bend_range = value;
		return 0;
	case CC_SOUND_OFF:
	case CC_NOTES_OFF:
		return end_all(r, p, m->tick, false);
	}
	return 0;
}

static int
tell_part(struct reader *r, struct part *p, const struct pf_midi *m)
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
		    ns_of(r, m->tick), p->source);
		e.u16[0] = p->bank;
		e.u16[1] = m->d[0];
		return emit(r, &e);
	}
	case 0xe:
		return wheel(r, p, m);
	}
	return 0;
}

static int
channel_message(struct reader *r, const struct pf_midi *m)
{
	const size_t own = m->track * 16 + (m->status & 15);
	if (r->part_of[own] != NO_PART)
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

/* --- What the score says ---------------------------------------------- */

static int
broken(const struct reader *r, const struct pf_midi *m, const char *what)
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
static int
make_map(struct reader *r)
{
	if (pf_tempo_map_init(&r->map) != 0)
		return no_memory(r);
	if (r->file->ticks_per_beat <= 0)
		return 0;
	/* A MIDI file begins at 120. */
	if (pf_tempo_map_add(&r->map, 0, 120) != 0)
		return no_memory(r);
	for (size_t i = 0; i < r->file->n; i++) {
		const struct pf_midi *const m = &r->file->midi[i];
		if (m->status != 0xff || m->d[0] != PF_META_TEMPO)
			continue;
		if (m->len < 3)
			return broken(r, m, "a tempo of less than 3 bytes");
		const int e = pf_tempo_map_add(&r->map, beat_of(r, m->tick),
		    bpm_of(m));
		if (e == -ERANGE)
			return broken(r, m, "the tempo is out of 10..1000 "
			    "quarters a minute");
		if (e != 0)
			return no_memory(r);
	}
	return 0;
}

static int
emit_tempos(struct reader *r)
{
	if (r->file->ticks_per_beat <= 0)
		return 0;
	for (size_t i = 0; i < r->map.n; i++) {
		const struct pf_tempo_change *const c = &r->map.change[i];
		struct pf_event e = pf_event_make(PF_TEMPO,
		    pf_tempo_map_ns(&r->map, c->beat), r->score);
		e.value = c->bpm;
		const int err = emit(r, &e);
		if (err != 0)
			return err;
	}
	return 0;
}

static int
meta(struct reader *r, const struct pf_midi *m)
{
	struct pf_event e = pf_event_make(PF_METER, ns_of(r, m->tick),
	    r->score);
	char name[128];
	switch (m->d[0]) {
	case PF_META_METER:
		if (m->len < 2 || m->data[0] < 1 || m->data[0] > 64 ||
		    m->data[1] > 6)
			return broken(r, m, "a time signature that is none");
		e.p = m->data[0];
		e.q = 1u << m->data[1];
		return emit(r, &e);
	case PF_META_KEY:
		if (m->len < 2 || m->data[1] > 1 || (int8_t)m->data[0] < -7 ||
		    (int8_t)m->data[0] > 7)
			return broken(r, m, "a key signature that is none");
		e = pf_event_make(PF_KEY, e.time, r->score);
		/* A sharp is a fifth up; minor stands a third below. */
		e.a = (float)(((int8_t)m->data[0] * 7 + 84 +
		    (m->data[1] ? 9 : 0)) % 12);
		e.u8[PF_KEY_MODE] = m->data[1] ? PF_MINOR : PF_MAJOR;
		return emit(r, &e);
	case PF_META_MARKER:
		if (clean_name(name, sizeof name, m->data, m->len) == 0)
			return 0;
		e = pf_event_make(PF_SECTION, e.time, r->score);
		if (pf_names_add(r->names, name, strlen(name), &e.name) != 0)
			return 0;
		return emit(r, &e);
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *const x = a, *const y = b;
	if (x->event.time != y->event.time)
		return x->event.time < y->event.time ? -1 : 1;
	const unsigned rx = pf_event_rank(&x->event);
	const unsigned ry = pf_event_rank(&y->event);
	if (rx != ry)
		return rx < ry ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int
read_all(struct reader *r)
{
	const struct pf_smf_file *const f = r->file;
	int e;
	if (pf_names_add(r->names, "score", 5, &r->score) == -ENOMEM)
		return no_memory(r);
	if ((e = make_map(r)) != 0)
		return e;
	if (beat_of(r, f->last_tick) > 1e9 ||
	    ns_of(r, f->last_tick) > PF_TIME_MOST)
		return pf_err_set(r->err, "%s: it is longer than 115 days",
		    r->name);
	if ((e = make_parts(r)) != 0 || (e = emit_tempos(r)) != 0)
		return e;
	for (size_t i = 0; i < f->n && e == 0; i++)
		e = f->midi[i].status == 0xff ? meta(r, &f->midi[i])
					      : channel_message(r, &f->midi[i]);
	for (size_t i = 0; i < r->parts && e == 0; i++)
		e = end_all(r, &r->part[i], f->last_tick, false);
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
	struct reader r = {.file = &file, .name = name, .names = names,
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
