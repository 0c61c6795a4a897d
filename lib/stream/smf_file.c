/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/smf_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where we are in the file. */
struct cursor {
	const uint8_t *bytes;
	size_t at, end;
	const char *name;
	struct pf_err *err;
};

static int PF_PRINTF(3, 4)
broken(const struct cursor *c, size_t at, const char *fmt, ...)
{
	char what[200];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return pf_err_set(c->err, "%s: byte %zu: %s", c->name, at, what);
}

static uint32_t
be(const uint8_t *p, int n)
{
	uint32_t x = 0;
	for (int i = 0; i < n; i++)
		x = x << 8 | p[i];
	return x;
}

/* A number of up to four 7-bit bytes. */
static int
take_varlen(struct cursor *c, uint32_t *x)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		if (c->at == c->end)
			return broken(c, c->at,
			    "the track ends inside a number");
		const uint8_t b = c->bytes[c->at++];
		v = v << 7 | (b & 0x7f);
		if (!(b & 0x80)) {
			*x = v;
			return 0;
		}
	}
	return broken(c, c->at - 4, "a number is longer than four bytes");
}

static int
append(struct pf_smf_file *f, const struct pf_midi *m)
{
	if (f->n == f->room) {
		const size_t room = f->room ? 2 * f->room : 1024;
		struct pf_midi *const more = realloc(f->midi,
		    room * sizeof *more);
		if (!more)
			return -ENOMEM;
		f->midi = more;
		f->room = room;
	}
	f->midi[f->n++] = *m;
	return 0;
}

/* Sysex and meta events: a length and bytes. */
static int
take_long(struct cursor *c, struct pf_midi *m)
{
	if (m->status == 0xff) {
		if (c->at == c->end)
			return broken(c, m->at,
			    "the track ends inside an event");
		m->d[0] = c->bytes[c->at++];
	}
	const int r = take_varlen(c, &m->len);
	if (r != 0)
		return r;
	if (m->len > c->end - c->at)
		return broken(c, m->at, "the event says %u bytes, the track "
		    "has only %zu left", m->len, c->end - c->at);
	m->data = c->bytes + c->at;
	c->at += m->len;
	return 0;
}

/* A channel message, its status perhaps that of the one before. */
static int
take_short(struct cursor *c, struct pf_midi *m, uint8_t *running)
{
	if (m->status < 0x80) {
		if (!*running)
			return broken(c, m->at, "data 0x%02x without a status",
			    m->status);
		m->status = *running;
		c->at--;
	}
	*running = m->status;
	const unsigned kind = m->status >> 4;
	const size_t n = kind == 0xc || kind == 0xd ? 1 : 2;
	if (c->end - c->at < n)
		return broken(c, m->at, "the track ends inside an event");
	for (size_t i = 0; i < n; i++) {
		m->d[i] = c->bytes[c->at++];
		if (m->d[i] & 0x80)
			return broken(c, c->at - 1,
			    "0x%02x stands where data belongs", m->d[i]);
	}
	return 0;
}

/* One event of a track; *ended at its end mark. */
static int
take_event(struct cursor *c, struct pf_smf_file *f, struct pf_midi *m,
    uint8_t *running, bool *ended)
{
	uint32_t delta = 0;
	int r = take_varlen(c, &delta);
	if (r != 0)
		return r;
	m->tick += delta;
	m->at = (uint32_t)c->at;
	m->data = NULL;
	m->len = 0;
	m->d[0] = m->d[1] = 0;
	if (c->at == c->end)
		return broken(c, c->at, "the track ends inside an event");
	m->status = c->bytes[c->at++];
	if (m->status < 0xf0) {
		r = take_short(c, m, running);
		return r ? r : append(f, m);
	}
	*running = 0;
	if (m->status != 0xf0 && m->status != 0xf7 && m->status != 0xff)
		return broken(c, m->at, "status 0x%02x has no place in a file",
		    m->status);
	r = take_long(c, m);
	if (r != 0 || m->status != 0xff)
		return r;
	*ended = m->d[0] == PF_META_END;
	return append(f, m);
}

static int
take_track(struct cursor *c, struct pf_smf_file *f, uint32_t track)
{
	struct pf_midi m = {.track = track};
	uint8_t running = 0;
	bool ended = false;
	while (c->at < c->end && !ended) {
		const int r = take_event(c, f, &m, &running, &ended);
		if (r != 0)
			return r;
	}
	if (m.tick > f->last_tick)
		f->last_tick = m.tick;
	return 0;
}

/* Ticks of a beat; or of a second, for film. */
static int
take_division(const struct cursor *c, struct pf_smf_file *f, uint16_t word)
{
	if (!(word & 0x8000)) {
		f->ticks_per_beat = word;
		return word ? 0 : broken(c, c->at + 12,
		    "a quarter note has 0 ticks");
	}
	const int fps = 256 - (word >> 8), parts = word & 0xff;
	if ((fps != 24 && fps != 25 && fps != 29 && fps != 30) || parts == 0)
		return broken(c, c->at + 12, "%d frames a second of %d ticks "
		    "are no SMPTE time", fps, parts);
	/* 29 means drop-frame time: 30000 / 1001 frames a second. */
	f->ticks_per_s = (fps == 29 ? 30000 / 1001.0 : fps) * parts;
	return 0;
}

static int
take_header(struct cursor *c, struct pf_smf_file *f)
{
	const uint8_t *const h = c->bytes + c->at;
	if (c->end - c->at < 14 || memcmp(h, "MThd", 4) != 0)
		return broken(c, c->at, "this is not the head of a MIDI file");
	const uint32_t len = be(h + 4, 4), format = be(h + 8, 2);
	if (len < 6 || len > c->end - c->at - 8)
		return broken(c, c->at + 4, "a head of %u bytes", len);
	if (format > 1)
		return broken(c, c->at + 8, "format %u: only 0 and 1 can be "
		    "read", format);
	f->tracks = be(h + 10, 2);
	const int r = take_division(c, f, (uint16_t)be(h + 12, 2));
	c->at += 8 + len;
	return r;
}

static int
take_chunks(struct cursor *c, struct pf_smf_file *f)
{
	const size_t end = c->end;
	uint32_t track = 0;
	while (track < f->tracks) {
		if (end - c->at < 8)
			return broken(c, c->at, "the file ends after %u of "
			    "its %u tracks", track, f->tracks);
		const uint8_t *const h = c->bytes + c->at;
		const uint32_t len = be(h + 4, 4);
		if (len > end - c->at - 8)
			return broken(c, c->at + 4, "a chunk of %u bytes, the "
			    "file has only %zu left", len, end - c->at - 8);
		c->at += 8;
		const size_t next = c->at + len;
		if (memcmp(h, "MTrk", 4) == 0) {
			c->end = next;
			const int r = take_track(c, f, track++);
			if (r != 0)
				return r;
		}
		c->at = next;
		c->end = end;
	}
	return 0;
}

/* By tick; at one tick as the tracks and the bytes stand. */
static int
compare(const void *a, const void *b)
{
	const struct pf_midi *const x = a, *const y = b;
	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

int
pf_smf_file_parse(struct pf_smf_file *f, const uint8_t *bytes, size_t len,
    const char *name, struct pf_err *err)
{
	struct cursor c = {bytes, 0, len, name, err};
	*f = (struct pf_smf_file){0};
	if (len > UINT32_MAX)
		return pf_err_set(err, "%s: longer than 4 GiB", name);
	/* RIFF "RMID": the file stands in its data chunk. */
	if (len >= 20 && memcmp(bytes, "RIFF", 4) == 0 &&
	    memcmp(bytes + 8, "RMIDdata", 8) == 0)
		c.at = 20;
	int r = take_header(&c, f);
	if (r == 0)
		r = take_chunks(&c, f);
	if (r != 0) {
		if (r == -ENOMEM)
			pf_err_set(err, "not enough memory");
		pf_smf_file_fini(f);
		return r;
	}
	if (f->n > 0)
		qsort(f->midi, f->n, sizeof *f->midi, compare);
	return 0;
}

void
pf_smf_file_fini(struct pf_smf_file *f)
{
	free(f->midi);
	f->midi = NULL;
	f->n = 0;
}
