/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/drive.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SOURCES = 1024, /* whose wish for an instrument is remembered */
	WAITING = 1024, /* `set` events that no strip understands yet */
};

/* What a source asked for before it played. */
struct source {
	uint32_t hash;
	uint32_t patch; /* hash of a name; 0: none */
	int bank, program; /* General MIDI; program -1: none */
	long line;         /* where it asked */
};

struct pf_drive {
	struct pf_drive_config config;
	struct pf_line line; /* read, but not handed over */
	bool holds, ended, stopped;
	bool begun;             /* something has been said that sounds */
	bool tape;              /* it is one: `patch` makes strips at once */
	int64_t end;
	struct pf_drive_counts counts;
	struct source source[SOURCES];
	size_t sources;
	struct pf_event waiting[WAITING];
	size_t waits;
	const char *instrument[PF_STRIPS_MOST]; /* by strip */
};

int
pf_drive_new(struct pf_drive **drive, const struct pf_drive_config *config)
{
	struct pf_drive *const d = calloc(1, sizeof *d);
	if (!d)
		return -ENOMEM;
	d->config = *config;
	d->end = pf_engine_frame(config->engine);
	*drive = d;
	return 0;
}

void
pf_drive_free(struct pf_drive *d)
{
	free(d);
}

/* An error with the number of the line that made it. */
static int
at_line(const struct pf_drive *d, long line, int status, const char *what,
    struct pf_err *err)
{
	struct pf_err with;
	pf_err_at(&with, pf_feed_name(d->config.feed), line, "%s", what);
	if (err)
		*err = with;
	return status;
}

/* What the source of an event asked for, made if it is new; NULL: full. */
static struct source *
find_source(struct pf_drive *d, uint32_t hash, bool make)
{
	for (size_t i = 0; i < d->sources; i++)
		if (d->source[i].hash == hash)
			return &d->source[i];
	if (!make || d->sources == SOURCES)
		return NULL;
	struct source *const s = &d->source[d->sources++];
	*s = (struct source){.hash = hash, .program = -1};
	return s;
}

/*
 * The instrument a source shall play now.  A name that is unknown is an
 * error, or with `lenient` a message and what the source would have had.
 */
static int
choose(struct pf_drive *d, const char *name, const struct source *s,
    const struct pf_instrument **instrument, struct pf_err *err)
{
	const struct pf_drive_config *const c = &d->config;
	struct pf_err why;
	const char *patch = NULL;
	char hash[16];
	if (s && s->patch)
		patch = pf_names_show(c->names, s->patch, hash);
	const int bank = s ? s->bank : 0, program = s ? s->program : -1;
	int r = pf_rack_get(c->rack, pf_rack_choose(c->rack, name, patch,
	    bank, program), instrument, &why);
	if (r == -ENOENT && c->lenient && patch) {
		if (c->say)
			c->say(c->ctx, why.text);
		r = pf_rack_get(c->rack, pf_rack_choose(c->rack, name, NULL,
		    bank, program), instrument, &why);
	}
	return r ? at_line(d, patch ? s->line : d->line.number, r, why.text,
	    err) : 0;
}

/* A strip is there: what waited for it may be understood now. */
static void
retry(struct pf_drive *d)
{
	size_t left = 0;
	for (size_t i = 0; i < d->waits; i++)
		if (pf_engine_push(d->config.engine, &d->waiting[i], NULL,
		    0) == -ENOENT)
			d->waiting[left++] = d->waiting[i];
	d->waits = left;
}

static int
add_strip(struct pf_drive *d, uint32_t hash, struct pf_err *err)
{
	const struct pf_drive_config *const c = &d->config;
	const struct pf_instrument *instrument;
	struct pf_err why;
	char buf[16];
	const char *const name = pf_names_show(c->names, hash, buf);
	int r = choose(d, name, find_source(d, hash, false), &instrument,
	    err);
	if (r != 0)
		return r;
	r = pf_engine_add(c->engine, name, instrument, &why);
	if (r < 0)
		return at_line(d, d->line.number, r, why.text, err);
	d->instrument[r] = instrument->name;
	d->counts.strips++;
	retry(d);
	return 0;
}

static bool
may_play(const struct pf_drive *d, uint32_t source)
{
	const struct pf_drive_config *const c = &d->config;
	char buf[16];
	return !c->plays ||
	    c->plays(c->ctx, pf_names_show(c->names, source, buf));
}

/* `patch`: remembered until the source plays, then (and of a tape) at once. */
static int
patch(struct pf_drive *d, const struct pf_event *e, struct pf_err *err)
{
	const struct pf_drive_config *const c = &d->config;
	const struct pf_instrument *instrument;
	struct pf_err why;
	char buf[16];
	struct source *const s = find_source(d, e->source, true);
	if (!s)
		return 0;
	const bool named = e->name && e->a_bits != PF_NONE_BITS;
	s->patch = named ? e->name : 0;
	s->line = d->line.number;
	s->bank = e->u16[0];
	s->program = named ? -1 : e->u16[1];
	const int strip = pf_engine_find(c->engine, e->source);
	if (strip < 0 && d->tape && may_play(d, e->source))
		return add_strip(d, e->source, err);
	if (strip < 0 || !d->instrument[strip])
		return 0;
	int r = choose(d, pf_names_show(c->names, e->source, buf), s,
	    &instrument, err);
	/* On a tape even the same again is a new one, without its echo. */
	if (r != 0 || (!d->tape && d->instrument[strip] == instrument->name))
		return r;
	r = pf_engine_patch(c->engine, (unsigned)strip, instrument, &why);
	if (r < 0)
		return at_line(d, d->line.number, r, why.text, err);
	d->instrument[strip] = instrument->name;
	retry(d);
	return 0;
}

static void
set(struct pf_drive *d, const struct pf_event *e)
{
	const int r = pf_engine_push(d->config.engine, e, NULL, 0);
	if (r != -ENOENT)
		d->counts.refused += r == -EAGAIN;
	else if (d->waits < WAITING)
		d->waiting[d->waits++] = *e;
	else
		d->counts.lost++;
}

static void
section(struct pf_drive *d, const struct pf_event *e)
{
	const struct pf_drive_config *const c = &d->config;
	char buf[16];
	if (c->section)
		c->section(c->ctx, pf_frame_of_time(e->time, c->rate_hz),
		    pf_names_show(c->names, e->name, buf));
}

/* note, on, bend, off. */
static int
play(struct pf_drive *d, const struct pf_event *e, struct pf_err *err)
{
	const struct pf_drive_config *const c = &d->config;
	const enum pf_type type = pf_event_type(e);
	const bool begins = type == PF_NOTE || type == PF_ON;
	if (!may_play(d, e->source))
		return 0;
	if (pf_engine_find(c->engine, e->source) < 0 && begins) {
		const int r = add_strip(d, e->source, err);
		if (r != 0)
			return r;
	}
	const int r = pf_engine_push(c->engine, e, d->line.more,
	    d->line.more_len);
	if (r != 0) {
		d->counts.refused += r == -EAGAIN;
		return 0;
	}
	d->counts.played++;
	int64_t end = e->time;
	if (type == PF_NOTE && !pf_is_none(e->duration))
		end += (int64_t)((double)e->duration * 1e9);
	end = pf_frame_of_time(end, c->rate_hz) + 1;
	if (end > d->end)
		d->end = end;
	return 0;
}

static int
hand_over(struct pf_drive *d, struct pf_err *err)
{
	const struct pf_event *const e = &d->line.event;
	if (e->type & PF_HEARD) {
		d->counts.heard++;
		return 0;
	}
	const enum pf_type type = pf_event_type(e);
	/* Who puts everything back before anything is there plays a tape. */
	if (type == PF_RESET && !d->begun)
		d->tape = true;
	d->begun |= type == PF_NOTE || type == PF_ON || type == PF_SET ||
	    type == PF_PATCH;
	switch (type) {
	case PF_NOTE:
	case PF_ON:
	case PF_BEND:
	case PF_OFF:
		return play(d, e, err);
	case PF_SET:
		set(d, e);
		return 0;
	case PF_PATCH:
		return patch(d, e, err);
	case PF_SECTION:
	case PF_SCENE:
		section(d, e);
		return 0;
	case PF_TEMPO:
	case PF_PLAY:
	case PF_STOP:
	case PF_SEEK:
	case PF_RESET:
		if (pf_engine_push(d->config.engine, e, NULL, 0) == 0)
			d->counts.played++;
		return 0;
	default:
		return 0;
	}
}

/* The stream and its last note have ended: end what nobody will. */
static void
stop(struct pf_drive *d)
{
	struct pf_engine *const engine = d->config.engine;
	struct pf_event e = {.type = PF_OFF | PF_FREE,
	    .time = pf_time_of_frame(d->end, d->config.rate_hz),
	    .a_bits = PF_NONE_BITS, .b_bits = PF_NONE_BITS};
	for (unsigned i = 0; i < PF_STRIPS_MOST; i++) {
		if (!d->instrument[i])
			continue; /* an input, or not there */
		e.source = pf_hash_str(pf_engine_strip_name(engine, i));
		(void)pf_engine_push(engine, &e, NULL, 0);
	}
	d->stopped = true;
}

int
pf_drive_until(struct pf_drive *d, int64_t frame, struct pf_err *err)
{
	const struct pf_drive_config *const c = &d->config;
	/* Whole blocks, so that no cut of them can be heard. */
	const int64_t end = (frame + PF_BLOCK - 1) / PF_BLOCK * PF_BLOCK;
	while (!d->ended) {
		if (!d->holds) {
			const int r = pf_feed_next(c->feed, &d->line, err);
			if (r < 0)
				return r;
			d->ended = r == 0;
			d->holds = r > 0 && d->line.kind == PF_LINE_EVENT;
			continue;
		}
		if (pf_frame_of_time(d->line.event.time, c->rate_hz) >= end)
			return 1;
		const int r = hand_over(d, err);
		if (r != 0)
			return r;
		d->holds = false;
	}
	if (d->end >= frame)
		return 1;
	if (!d->stopped)
		stop(d);
	return 0;
}

bool
pf_drive_is_tape(const struct pf_drive *d)
{
	return d->tape;
}

int64_t
pf_drive_end(const struct pf_drive *d)
{
	return d->end;
}

struct pf_drive_counts
pf_drive_counts(const struct pf_drive *d)
{
	struct pf_drive_counts counts = d->counts;
	counts.lost += d->waits;
	return counts;
}

const char *
pf_drive_instrument(const struct pf_drive *d, unsigned strip)
{
	return strip < PF_STRIPS_MOST ? d->instrument[strip] : NULL;
}
