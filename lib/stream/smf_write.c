/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events to MIDI messages: a track for the score, one for each source. */
#include "stream/smf.h"

#include "base/math.h"
#include "event/pitch.h"
#include "event/tempo_map.h"
#include "event/type.h"
#include "stream/told_beats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRUM_CHANNEL = 9, BEND_RANGE = 12, NO_PROGRAM = 255 };

/* At one tick: ends, then state, then starts. */
enum { ORDER_OFF, ORDER_STATE, ORDER_WHEEL, ORDER_ON };

struct message {
	int64_t tick;
	uint32_t order, place;
	uint8_t len;
	uint8_t bytes[7];
	char *text; /* of a text event; bytes are its head */
};

struct track {
	uint32_t source;
	uint8_t channel;
	uint8_t program; /* NO_PROGRAM until one was told */
	bool drums, plays, bends;
	uint32_t kit;    /* hash of its instrument's name */
	struct message *m;
	size_t n, room;
};

struct pf_smf {
	const struct pf_names *names;
	struct pf_event *event;
	size_t n, room;
};

/* A file in the making. */
struct maker {
	const struct pf_smf *smf;
	struct pf_tempo_map map;
	struct track score;
	struct track *track;
	size_t tracks;
	bool failed; /* no memory */
};

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

/* --- Messages ---------------------------------------------------------- */

static void
put(struct maker *k, struct track *t, int64_t tick, uint32_t order,
    const uint8_t *bytes, uint8_t len, const char *text)
{
	if (t->n == t->room) {
		const size_t room = t->room ? 2 * t->room : 256;
		struct message *const more = realloc(t->m,
		    room * sizeof *more);
		if (!more) {
			k->failed = true;
			return;
		}
		t->m = more;
		t->room = room;
	}
	struct message *const m = &t->m[t->n];
	*m = (struct message){.tick = tick < 0 ? 0 : tick, .order = order,
	    .place = (uint32_t)t->n, .len = len};
	memcpy(m->bytes, bytes, len);
	if (text) {
		m->text = strdup(text);
		k->failed = k->failed || !m->text;
	}
	t->n++;
}

static void
put3(struct maker *k, struct track *t, int64_t tick, uint32_t order,
    int status, int a, int b)
{
	const uint8_t bytes[3] = {(uint8_t)(status | t->channel), (uint8_t)a,
	    (uint8_t)b};
	put(k, t, tick, order, bytes, 3, NULL);
}

static void
put_text(struct maker *k, struct track *t, int64_t tick, int type,
    const char *text)
{
	const uint8_t bytes[2] = {0xff, (uint8_t)type};
	put(k, t, tick, ORDER_STATE, bytes, 2, text);
}

static int64_t
tick_of(const struct maker *k, int64_t ns)
{
	const double beat = pf_tempo_map_beat(&k->map, ns);
	return llround(beat * PF_SMF_PPQN);
}

/* When a thing is or was: heard things when they happened. */
static int64_t
when(const struct pf_event *e)
{
	const int64_t ns = e->type & PF_HEARD ? pf_event_at(e) : e->time;
	return ns < 0 ? 0 : ns;
}

static int
seven_bits(double x)
{
	return x < 0 ? 0 : x > 127 ? 127 : (int)(x + 0.5);
}

/* --- The score's track -------------------------------------------------- */

static void
put_tempos(struct maker *k)
{
	for (size_t i = 0; i < k->map.n; i++) {
		const struct pf_tempo_change *const c = &k->map.change[i];
		const uint32_t us = (uint32_t)(60e6 / c->bpm + 0.5);
		const uint8_t bytes[6] = {0xff, 0x51, 3, (uint8_t)(us >> 16),
		    (uint8_t)(us >> 8), (uint8_t)us};
		put(k, &k->score, llround(c->beat * PF_SMF_PPQN), ORDER_STATE,
		    bytes, 6, NULL);
	}
}

static void
put_meter(struct maker *k, int64_t tick, uint32_t num, uint32_t den)
{
	int log2_den = 0;
	while (1u << log2_den < den)
		log2_den++;
	/* The metronome clicks on felt beats: 24 clocks a quarter. */
	const bool compound = den == 8 && num > 3 && num % 3 == 0;
	const uint8_t clocks = (uint8_t)(compound ? 36 : 96 >> log2_den);
	const uint8_t bytes[7] = {0xff, 0x58, 4, (uint8_t)num,
	    (uint8_t)log2_den, clocks ? clocks : 1, 8};
	put(k, &k->score, tick, ORDER_STATE, bytes, 7, NULL);
}

/* The signature of a key: of its parent scale, minor where the third is. */
static void
put_key(struct maker *k, const struct pf_event *e)
{
	static const int parent[PF_MODES] = {
		[PF_MAJOR] = 0, [PF_MINOR] = 3, [PF_DORIAN] = 10,
		[PF_PHRYGIAN] = 8, [PF_LYDIAN] = 7, [PF_MIXOLYDIAN] = 5,
		[PF_LOCRIAN] = 1, [PF_HARMONIC_MINOR] = 3,
		[PF_MELODIC_MINOR] = 3, [PF_BLUES] = 3,
		[PF_PENTATONIC_MAJOR] = 0, [PF_PENTATONIC_MINOR] = 3,
	};
	const unsigned mode = e->u8[PF_KEY_MODE];
	if (!(e->a >= 0 && e->a < 12) || mode >= PF_MODES)
		return;
	const int major = ((int)e->a + parent[mode]) % 12;
	const int fifths = (major * 7 + 5) % 12 - 5; /* -5..6 */
	const bool minor = pf_mode[mode].scale >> 3 & 1 &&
	    !(pf_mode[mode].scale >> 4 & 1);
	const uint8_t bytes[5] = {0xff, 0x59, 2, (uint8_t)(int8_t)fifths,
	    minor};
	put(k, &k->score, tick_of(k, when(e)), ORDER_STATE, bytes, 5, NULL);
}

static void
put_chord(struct maker *k, const struct pf_event *e)
{
	char text[32];
	const unsigned q = e->u8[PF_CHORD_QUALITY];
	if (e->a >= 0 && e->a < 12)
		snprintf(text, sizeof text, "%s%s",
		    pf_pitch_class_name((int)e->a), q == PF_MAJ ? ""
		    : q == PF_MIN ? "m" : q < PF_QUALITIES
		    ? pf_quality[q].name : "");
	else
		snprintf(text, sizeof text, "N.C.");
	put_text(k, &k->score, tick_of(k, when(e)), 0x01, text);
}

/* --- The sources' tracks ------------------------------------------------ */

static struct track *
track_of(struct maker *k, uint32_t source)
{
	for (size_t i = 0; i < k->tracks; i++)
		if (k->track[i].source == source)
			return &k->track[i];
	struct track *const more = realloc(k->track,
	    (k->tracks + 1) * sizeof *more);
	if (!more) {
		k->failed = true;
		return NULL;
	}
	k->track = more;
	k->track[k->tracks] = (struct track){.source = source,
	    .program = NO_PROGRAM};
	return &k->track[k->tracks++];
}

static const char *
name_of(const struct maker *k, uint32_t hash)
{
	const char *const name = hash ? pf_names_get(k->smf->names, hash)
				      : NULL;
	return name ? name : "";
}

static bool
sounds_like_drums(const char *name)
{
	static const char *const word[] = {"drum", "kit", "perc", "kick",
	    "snare", "808", "909"};
	for (size_t i = 0; i < PF_COUNT(word); i++)
		if (strcasestr(name, word[i]))
			return true;
	return false;
}

/* A General MIDI program for an instrument or source by its name. */
static int
program_like(const char *name)
{
	static const struct {
		const char *word;
		int program;
	} like[] = {
		{"synth-bass", 38}, {"bass", 33}, {"organ", 16},
		{"rhodes", 4}, {"piano", 0}, {"epiano", 4}, {"guitar", 25},
		{"pluck", 24}, {"string", 48}, {"pad", 89}, {"lead", 80},
		{"brass", 61}, {"flute", 73}, {"sax", 65}, {"trumpet", 56},
		{"violin", 40}, {"cello", 42}, {"bell", 14}, {"vibe", 11},
		{"marimba", 12}, {"choir", 52}, {"voice", 53}, {"human", 0},
		{"melody", 80}, {"harmony", 4}, {"chord", 4}, {"arp", 81},
	};
	for (size_t i = 0; i < PF_COUNT(like); i++)
		if (strcasestr(name, like[i].word))
			return like[i].program;
	return -1;
}

/* Which sources play, on which channel. */
static void
make_tracks(struct maker *k)
{
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		const enum pf_type type = pf_event_type(e);
		if (type != PF_NOTE && type != PF_ON && type != PF_PATCH &&
		    type != PF_BEND)
			continue;
		struct track *const t = track_of(k, e->source);
		if (!t)
			return;
		if (type == PF_PATCH)
			t->kit = e->name ? e->name : t->kit;
		else
			t->plays = true;
		if (type == PF_PATCH && (!e->name || e->u16[1]))
			t->program = (uint8_t)e->u16[1];
		/* How a heard note is out of tune is no wheel's business. */
		t->bends |= !(e->type & PF_HEARD) && (type == PF_BEND ||
		    (type != PF_PATCH &&
		    fabsf(e->pitch - roundf(e->pitch)) > 0.005f));
	}
	int channel = 0;
	for (size_t i = 0; i < k->tracks; i++) {
		struct track *const t = &k->track[i];
		if (!t->plays)
			continue;
		t->drums = sounds_like_drums(name_of(k, t->source)) ||
		    sounds_like_drums(name_of(k, t->kit));
		t->channel = (uint8_t)(t->drums ? DRUM_CHANNEL : channel);
		if (!t->drums)
			channel = channel == DRUM_CHANNEL - 1 ? channel + 2
							      : channel + 1;
		channel %= 16;
	}
}

static void
begin_track(struct maker *k, struct track *t)
{
	const char *const name = name_of(k, t->source);
	if (*name)
		put_text(k, t, 0, 0x03, name);
	if (t->bends && !t->drums) {
		put3(k, t, 0, ORDER_STATE, 0xb0, 101, 0);
		put3(k, t, 0, ORDER_STATE, 0xb0, 100, 0);
		put3(k, t, 0, ORDER_STATE, 0xb0, 6, BEND_RANGE);
		put3(k, t, 0, ORDER_STATE, 0xb0, 38, 0);
	}
	if (t->program != NO_PROGRAM || t->drums)
		return;
	int program = program_like(name_of(k, t->kit));
	if (program < 0)
		program = program_like(name);
	const uint8_t bytes[2] = {(uint8_t)(0xc0 | t->channel),
	    (uint8_t)(program < 0 ? 0 : program)};
	put(k, t, 0, ORDER_STATE, bytes, 2, NULL);
}

static void
put_patch(struct maker *k, struct track *t, const struct pf_event *e)
{
	const int64_t tick = tick_of(k, e->time);
	if (e->name && !e->u16[1])
		return; /* an instrument of ours: begin_track() found one */
	if (e->u16[0] && e->u16[0] < 16384) {
		put3(k, t, tick, ORDER_STATE, 0xb0, 0, e->u16[0] >> 7);
		put3(k, t, tick, ORDER_STATE, 0xb0, 32, e->u16[0] & 127);
	}
	const uint8_t bytes[2] = {(uint8_t)(0xc0 | t->channel),
	    (uint8_t)(e->u16[1] & 127)};
	put(k, t, tick, ORDER_STATE, bytes, 2, NULL);
}

static void
put_set(struct maker *k, struct track *t, const struct pf_event *e)
{
	const char *const param = name_of(k, e->name);
	const int64_t tick = tick_of(k, e->time);
	if (strcmp(param, "gain") == 0) {
		/* 40 log10(v / 127) dB */
		const double v = 127 * pf_db_to_gain((double)e->b / 2);
		put3(k, t, tick, ORDER_STATE, 0xb0, 7, seven_bits(v));
	} else if (strcmp(param, "pan") == 0) {
		put3(k, t, tick, ORDER_STATE, 0xb0, 10,
		    seven_bits(64 + 63 * (double)e->b));
	}
}

static void
put_wheel(struct maker *k, struct track *t, int64_t tick, double semitones)
{
	double x = semitones / BEND_RANGE * 8192 + 8192;
	x = x < 0 ? 0 : x > 16383 ? 16383 : x;
	const int value = (int)(x + 0.5);
	put3(k, t, tick, ORDER_WHEEL, 0xe0, value & 127, value >> 7);
}

/* A note of a track; the ends are known, so that none runs into the next. */
struct played {
	int64_t on, off;
	float pitch, velocity;
	uint32_t id;
	bool open;
	int64_t on_ns;
};

struct notes {
	struct played *note;
	size_t n, room;
};

static struct played *
add_note(struct maker *k, struct notes *all)
{
	if (all->n == all->room) {
		const size_t room = all->room ? 2 * all->room : 256;
		struct played *const more = realloc(all->note,
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

/* The youngest open note of an id, or of a pitch. */
static struct played *
find_open(const struct notes *all, const struct pf_event *e)
{
	for (size_t i = all->n; i-- > 0;) {
		struct played *const p = &all->note[i];
		if (p->open && (e->id ? p->id == e->id
		    : pf_is_none(e->pitch) || p->pitch == e->pitch))
			return p;
	}
	return NULL;
}

/*
 * A note has another pitch: one that was heard is known better now, if it is
 * young; one that is played moves the wheel.
 */
static void
bend(struct maker *k, struct track *t, const struct notes *all,
    const struct pf_event *e)
{
	const int64_t young_ns = 100000000;
	struct played *p = NULL;
	for (size_t i = all->n; i-- > 0 && !p && e->id;)
		if (all->note[i].id == e->id)
			p = &all->note[i];
	if (!p && !(p = find_open(all, e)))
		return;
	if (pf_is_none(p->pitch) || (e->type & PF_HEARD &&
	    when(e) - p->on_ns < young_ns))
		p->pitch = e->pitch;
	else if (!(e->type & PF_HEARD))
		put_wheel(k, t, tick_of(k, e->time),
		    (double)(e->pitch - roundf(p->pitch)));
}

static void
gather_event(struct maker *k, struct track *t, struct notes *all,
    const struct pf_event *e)
{
	struct played *p;
	switch (pf_event_type(e)) {
	case PF_NOTE:
		if (!(p = add_note(k, all)))
			return;
		*p = (struct played){tick_of(k, e->time), tick_of(k, e->time +
		    (int64_t)((double)e->duration * 1e9 + 0.5)), e->pitch,
		    e->velocity, e->id, false, e->time};
		break;
	case PF_ON:
		if (!(p = add_note(k, all)))
			return;
		*p = (struct played){tick_of(k, when(e)), INT64_MAX, e->pitch,
		    e->velocity, e->id, true, when(e)};
		break;
	case PF_BEND:
		bend(k, t, all, e);
		break;
	case PF_OFF:
		if ((p = find_open(all, e))) {
			p->off = tick_of(k, when(e));
			p->open = false;
		}
		break;
	case PF_PATCH:
		put_patch(k, t, e);
		break;
	case PF_SET:
		put_set(k, t, e);
		break;
	default:
		break;
	}
}

static int
by_pitch(const void *a, const void *b)
{
	const struct played *const x = a, *const y = b;
	const float kx = roundf(x->pitch), ky = roundf(y->pitch);
	if (kx != ky)
		return kx < ky ? -1 : 1;
	return x->on < y->on ? -1 : x->on > y->on;
}

/* Write the notes: of one key, each ends before the next begins. */
static void
put_notes(struct maker *k, struct track *t, struct notes *all, int64_t end)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (!pf_is_none(all->note[i].pitch))
			all->note[n++] = all->note[i];
	if (n > 0)
		qsort(all->note, n, sizeof *all->note, by_pitch);
	for (size_t i = 0; i < n; i++) {
		const struct played *const p = &all->note[i];
		const int key = seven_bits((double)p->pitch);
		int64_t off = p->off < INT64_MAX ? p->off : end;
		if (i + 1 < n && seven_bits((double)p[1].pitch) == key &&
		    off > p[1].on)
			off = p[1].on;
		if (off <= p->on)
			off = p->on + 1;
		const double v = pf_is_none(p->velocity) ? 0.8
		    : (double)p->velocity;
		const int velocity = seven_bits(127 * v);
		if (t->bends && !t->drums)
			put_wheel(k, t, p->on, (double)p->pitch - key);
		put3(k, t, p->on, ORDER_ON, 0x90, key,
		    velocity ? velocity : 1);
		put3(k, t, off, ORDER_OFF, 0x80, key, 64);
	}
}

static void
fill_track(struct maker *k, struct track *t)
{
	struct notes all = {0};
	int64_t end = 0;
	begin_track(k, t);
	for (size_t i = 0; i < k->smf->n && !k->failed; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		end = tick_of(k, e->time);
		if (e->source == t->source)
			gather_event(k, t, &all, e);
	}
	put_notes(k, t, &all, end);
	free(all.note);
}

/* --- The file ----------------------------------------------------------- */

static int
by_tick(const void *a, const void *b)
{
	const struct message *const x = a, *const y = b;
	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void
write_be(FILE *f, uint32_t x, int n)
{
	while (n-- > 0)
		putc((int)(x >> 8 * n & 255), f);
}

static void
write_varlen(FILE *f, uint32_t x)
{
	for (int shift = 21; shift > 0; shift -= 7)
		if (x >> shift)
			putc((int)(x >> shift & 127) | 128, f);
	putc((int)(x & 127), f);
}

static void
write_messages(FILE *f, struct track *t)
{
	int64_t at = 0;
	if (t->n > 0)
		qsort(t->m, t->n, sizeof *t->m, by_tick);
	for (size_t i = 0; i < t->n; i++) {
		const struct message *const m = &t->m[i];
		/* A number holds 28 bits: an empty text rests in between. */
		for (; m->tick - at > 0xfffffff; at += 0xfffffff) {
			write_varlen(f, 0xfffffff);
			fwrite("\xff\x01\0", 1, 3, f);
		}
		write_varlen(f, (uint32_t)(m->tick - at));
		at = m->tick;
		fwrite(m->bytes, 1, m->len, f);
		if (m->text) {
			write_varlen(f, (uint32_t)strlen(m->text));
			fputs(m->text, f);
		}
	}
	fwrite("\0\xff\x2f\0", 1, 4, f);
}

/* A chunk: its length is known when it is written. */
static void
write_track(struct maker *k, FILE *f, struct track *t)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *const body = open_memstream(&bytes, &len);
	if (!body) {
		k->failed = true;
		return;
	}
	write_messages(body, t);
	if (fclose(body) != 0)
		k->failed = true;
	fwrite("MTrk", 1, 4, f);
	write_be(f, (uint32_t)len, 4);
	fwrite(bytes, 1, len, f);
	free(bytes);
}

static int
write_file(struct maker *k, uint8_t **bytes, size_t *len)
{
	uint32_t n = 1;
	char *out = NULL;
	for (size_t i = 0; i < k->tracks; i++)
		n += k->track[i].plays;
	FILE *const f = open_memstream(&out, len);
	if (!f)
		return -ENOMEM;
	fwrite("MThd", 1, 4, f);
	write_be(f, 6, 4);
	write_be(f, 1, 2);
	write_be(f, n, 2);
	write_be(f, PF_SMF_PPQN, 2);
	write_track(k, f, &k->score);
	for (size_t i = 0; i < k->tracks; i++)
		if (k->track[i].plays)
			write_track(k, f, &k->track[i]);
	if (ferror(f))
		k->failed = true;
	if (fclose(f) != 0 || k->failed) {
		free(out);
		return -ENOMEM;
	}
	*bytes = (uint8_t *)out;
	return 0;
}

static void
free_track(struct track *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->m[i].text);
	free(t->m);
}

/* What the score says: signatures, sections, chords. */
static void
put_score(struct maker *k, bool meters)
{
	const struct pf_event *key = NULL;
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		const int64_t tick = tick_of(k, e->time);
		switch (pf_event_type(e)) {
		case PF_METER:
			if (meters)
				put_meter(k, tick, e->p, e->q);
			break;
		case PF_KEY:
			/* Ears say a key again and again. */
			if (!key || key->a_bits != e->a_bits ||
			    key->u8[PF_KEY_MODE] != e->u8[PF_KEY_MODE])
				put_key(k, e);
			key = e;
			break;
		case PF_CHORD:
			put_chord(k, e);
			break;
		case PF_SECTION:
			put_text(k, &k->score, tick, 0x06,
			    name_of(k, e->name));
			break;
		default:
			break;
		}
	}
}

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
beats_axis(struct maker *k, struct pf_err *err)
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
		put_meter(k, llround(told.bar[i].beat * PF_SMF_PPQN),
		    told.bar[i].num, told.bar[i].den);
	pf_told_beats_fini(&told);
	return 0;
}

static int
tempo_axis(struct maker *k)
{
	for (size_t i = 0; i < k->smf->n; i++) {
		const struct pf_event *const e = &k->smf->event[i];
		if (pf_event_type(e) != PF_TEMPO)
			continue;
		/* A whole tick, as the file will have it. */
		const double beat = (double)tick_of(k, e->time) / PF_SMF_PPQN;
		if (pf_tempo_map_add(&k->map, beat, e->value) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

int
pf_smf_write(struct pf_smf *smf, enum pf_smf_axis axis, uint8_t **bytes,
    size_t *len, struct pf_err *err)
{
	struct maker k = {.smf = smf};
	int r = pf_tempo_map_init(&k.map);
	if (r == 0)
		r = axis == PF_SMF_BEATS ? beats_axis(&k, err)
					 : tempo_axis(&k);
	if (r == 0) {
		put_tempos(&k);
		put_score(&k, axis == PF_SMF_TEMPO);
		make_tracks(&k);
		for (size_t i = 0; i < k.tracks && !k.failed; i++)
			if (k.track[i].plays)
				fill_track(&k, &k.track[i]);
		r = k.failed ? -ENOMEM : write_file(&k, bytes, len);
	}
	if (r == -ENOMEM)
		pf_err_set(err, "not enough memory");
	for (size_t i = 0; i < k.tracks; i++)
		free_track(&k.track[i]);
	free(k.track);
	free_track(&k.score);
	pf_tempo_map_fini(&k.map);
	return r;
}
