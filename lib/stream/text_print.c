/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event to a line of text; see stream/text.h. */
#include "stream/text.h"

#include "base/number.h"
#include "event/pitch.h"
#include "event/type.h"

#include <math.h>
#include <string.h>

struct printer {
	const struct pf_event *e;
	const struct pf_names *names;
	const struct pf_tempo_map *map;
	double beat; /* as it was printed */
};

/* What a candidate decimal has to give back. */
struct wanted {
	const struct pf_tempo_map *map;
	int64_t time_ns;
	int32_t at_us;
	float length_s;
	double bpm;
};

static bool
same_time(const void *ctx, double beat)
{
	const struct wanted *const w = ctx;
	return pf_tempo_map_ns(w->map, beat) == w->time_ns;
}

static bool
same_at(const void *ctx, double beat)
{
	const struct wanted *const w = ctx;
	const int64_t ns = pf_tempo_map_ns(w->map, beat) - w->time_ns;
	return (ns + (ns < 0 ? -500 : 500)) / 1000 == w->at_us;
}

static bool
same_length(const void *ctx, double beats)
{
	const struct wanted *const w = ctx;
	return (float)(beats * 60 / w->bpm) == w->length_s;
}

size_t
pf_text_print_beat(char *buf, int64_t time_ns, const struct pf_tempo_map *map)
{
	const struct wanted w = {.map = map, .time_ns = time_ns};
	return pf_number_shortest(buf, pf_tempo_map_beat(map, time_ns), 10,
	    same_time, &w);
}

static char *
put(char *to, const char *s)
{
	const size_t n = strlen(s);
	memcpy(to, s, n);
	return to + n;
}

static char *
put_name(char *to, const struct pf_names *names, uint32_t hash)
{
	char buf[16];
	return put(to, pf_names_show(names, hash, buf));
}

static char *
put_at(char *to, const struct pf_event *e, const struct pf_tempo_map *map)
{
	const struct wanted w = {.map = map, .time_ns = e->time,
	    .at_us = e->at_us};
	return to + pf_number_shortest(to,
	    pf_tempo_map_beat(map, pf_event_at(e)), 10, same_at, &w);
}

/* Beats by the tempo where the line says it stands: `beat` as printed. */
static char *
put_length(char *to, double beat, float length_s,
    const struct pf_tempo_map *map)
{
	const struct wanted w = {.length_s = length_s,
	    .bpm = pf_tempo_map_bpm(map, beat)};
	return to + pf_number_shortest(to, (double)length_s * w.bpm / 60, 15,
	    same_length, &w);
}

static char *
put_ratio(char *to, uint32_t num, uint32_t den)
{
	to += pf_number_print_u64(to, num);
	*to++ = '/';
	return to + pf_number_print_u64(to, den);
}

/* "C:maj"; to itself when either part is not given. */
static char *
put_alt(char *to, uint8_t pc, const char *second)
{
	to = put(to, pf_pitch_class_name(pc));
	*to++ = ':';
	return put(to, second);
}

/* A field that holds a word, or two, of a table. */
static char *
put_words(char *to, enum pf_kind kind, const uint8_t *from)
{
	const uint8_t byte = *from;
	float s;
	switch (kind) {
	case PF_KIND_ROOT:
		memcpy(&s, from, sizeof s);
		return put(to, s >= 0 && s < 12 ? pf_pitch_class_name((int)s)
						: "N");
	case PF_KIND_CLASS:
		return byte < 12 ? put(to, pf_pitch_class_name(byte)) : to;
	case PF_KIND_QUALITY:
		return byte < PF_QUALITIES ? put(to, pf_quality[byte].name)
					   : to;
	case PF_KIND_MODE:
		return byte < PF_MODES ? put(to, pf_mode[byte].name) : to;
	case PF_KIND_ACT:
		return byte < PF_ACTS ? put(to, pf_act_name[byte]) : to;
	case PF_KIND_CHORD8:
		return byte < 12 && from[1] < PF_QUALITIES
		    ? put_alt(to, byte, pf_quality[from[1]].name) : to;
	case PF_KIND_KEY8:
		return byte < 12 && from[1] < PF_MODES
		    ? put_alt(to, byte, pf_mode[from[1]].name) : to;
	default:
		return to;
	}
}

/*
 * Print the value of a field; returns the end, or `to` itself if the value is
 * not given or not in any table.
 */
static char *
put_value(char *to, const struct pf_field *f, const struct printer *p)
{
	const struct pf_event *const e = p->e;
	const uint8_t *const from = (const uint8_t *)e + f->offset;
	const uint8_t byte = *from;
	float s;
	uint32_t n[2];
	uint16_t half;
	double x;
	switch ((enum pf_kind)f->kind) {
	case PF_KIND_PITCH:
	case PF_KIND_NUMBER:
		memcpy(&s, from, sizeof s);
		return isfinite(s) ? to + pf_number_print_f32(to, s) : to;
	case PF_KIND_LENGTH:
		memcpy(&s, from, sizeof s);
		return isfinite(s) ? put_length(to, p->beat, s, p->map) : to;
	case PF_KIND_AT:
		return put_at(to, e, p->map);
	case PF_KIND_REAL:
		memcpy(&x, from, sizeof x);
		return isfinite(x) ? to + pf_number_print(to, x) : to;
	case PF_KIND_COUNT:
		memcpy(n, from, 4);
		return n[0] ? to + pf_number_print_u64(to, n[0]) : to;
	case PF_KIND_SHORT:
		memcpy(&half, from, sizeof half);
		return half ? to + pf_number_print_u64(to, half) : to;
	case PF_KIND_SMALL:
		return byte && byte != PF_NO_INDEX
		    ? to + pf_number_print_u64(to, byte) : to;
	case PF_KIND_BYTE:
		return byte != PF_NO_INDEX
		    ? to + pf_number_print_u64(to, byte) : to;
	case PF_KIND_NAME:
		memcpy(n, from, 4);
		return n[0] ? put_name(to, p->names, n[0]) : to;
	case PF_KIND_METER:
		memcpy(n, from, sizeof n);
		return put_ratio(to, n[0], n[1]);
	case PF_KIND_METER8:
		return byte && from[1] ? put_ratio(to, byte, from[1]) : to;
	default:
		return put_words(to, (enum pf_kind)f->kind, from);
	}
}

/* pitch, velocity, duration: each after its TAB, '-' when not given. */
static char *
put_columns(char *to, const struct pf_type_info *info,
    const struct printer *p)
{
	static const char *const column[] = {"pitch", "velocity", "duration"};
	const bool heard = p->e->type & PF_HEARD;
	for (int c = 0; c < 3; c++) {
		*to++ = '\t';
		char *end = to;
		for (unsigned i = 0; i < info->n; i++) {
			const struct pf_field *const f = &info->field[i];
			if (f->key[0] == column[c][0] &&
			    strcmp(f->key, column[c]) == 0 &&
			    !(f->when == PF_IF_SAID && heard))
				end = put_value(to, f, p);
		}
		if (end == to)
			*end++ = '-';
		to = end;
	}
	return to;
}

static bool
is_column(const struct pf_field *f)
{
	return f->kind == PF_KIND_PITCH || f->kind == PF_KIND_LENGTH ||
	    strcmp(f->key, "velocity") == 0;
}

static char *
put_pairs(char *to, const struct pf_type_info *info, const struct printer *p)
{
	const bool heard = p->e->type & PF_HEARD;
	for (unsigned i = 0; i < info->n; i++) {
		const struct pf_field *const f = &info->field[i];
		if (is_column(f) || (f->when == PF_IF_HEARD && !heard))
			continue;
		char *const value = put(put(put(to, "\t"), f->key), "=");
		char *end = put_value(value, f, p);
		/* A patch that nothing names is program 0. */
		if (end == value && f->kind == PF_KIND_SHORT &&
		    f->offset == offsetof(struct pf_event, u16[1]) &&
		    p->e->name == 0)
			*end++ = '0';
		if (end != value)
			to = end;
	}
	if (p->e->type & PF_FREE)
		to = put(to, "\tfree=1");
	return to;
}

/* Pairs that travel along; what would break a line becomes a blank. */
static char *
put_more(char *to, const char *more)
{
	const size_t n = strnlen(more, PF_MORE_BYTES);
	if (n == 0)
		return to;
	*to++ = '\t';
	for (size_t i = 0; i < n; i++) {
		const char c = more[i];
		*to++ = (unsigned char)c < 0x20 && c != '\t' ? ' ' : c;
	}
	return to;
}

size_t
pf_text_print(char *buf, const struct pf_event *e, const char *more,
    const struct pf_names *names, const struct pf_tempo_map *map)
{
	const unsigned type = pf_event_type(e);
	if (type >= PF_TYPES || !pf_type_info[type].in_text ||
	    e->time == PF_TIME_NOW)
		return 0;
	const struct pf_type_info *const info = &pf_type_info[type];
	const size_t n = pf_text_print_beat(buf, e->time, map);
	struct printer p = {e, names, map, 0};
	if (pf_number_parse(buf, n, &p.beat) != 0)
		return 0;
	char *to = buf + n;
	*to++ = '\t';
	to = put_name(to, names, e->source);
	*to++ = '\t';
	to = put(to, info->name);
	to = put_columns(to, info, &p);
	to = put_pairs(to, info, &p);
	if (more)
		to = put_more(to, more);
	*to++ = '\n';
	return (size_t)(to - buf);
}
