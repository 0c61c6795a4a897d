/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of text to an event; see stream/text.h. */
#include "stream/text.h"

#include "base/number.h"
#include "event/pitch.h"
#include "event/type.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A piece of the line. */
struct word {
	const char *s;
	size_t len;
};

enum { BEAT, SOURCE, TYPE, PITCH, VELOCITY, DURATION, COLUMNS };
static const char *const column_name[COLUMNS] = {
	"beat", "source", "type", "pitch", "velocity", "duration",
};

struct parser {
	struct pf_line *line;
	struct pf_names *names;
	const struct pf_tempo_map *map;
	char *more;
	struct pf_err *err;
	const struct pf_type_info *info;
	unsigned seen; /* bit i: field i was given */
};

static int
wrong(struct parser *p, const char *key, struct word w, const char *what)
{
	/* A culprit is quoted whole only while it is readable. */
	return pf_err_set(p->err, "%s: '%.*s%s' %s", key,
	    (int)(w.len > 80 ? 80 : w.len), w.s, w.len > 80 ? "..." : "",
	    what);
}

static int
out_of_range(struct parser *p, const struct pf_field *f, struct word w)
{
	return pf_err_set(p->err, "%s: '%.*s' is out of %.10g..%.10g", f->key,
	    (int)(w.len > 80 ? 80 : w.len), w.s, f->lo, f->hi);
}

static bool
is_word(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(s, w.s, w.len) == 0;
}

static bool
is_none(struct word w)
{
	return w.len == 0 || (w.len == 1 && *w.s == '-');
}

/* How many bytes the UTF-8 character at s..end has; 0 if it is none. */
static size_t
utf8_len(const unsigned char *s, const unsigned char *end)
{
	const size_t n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	if (*s < 0xc2 || *s > 0xf4 || (size_t)(end - s) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond the last plane. */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* Text without control characters, in UTF-8? */
static bool
is_text(struct word w)
{
	const unsigned char *s = (const unsigned char *)w.s;
	const unsigned char *const end = s + w.len;
	while (s < end) {
		if (*s < 0x20 || *s == 0x7f)
			return false;
		const size_t n = *s < 0x80 ? 1 : utf8_len(s, end);
		if (n == 0)
			return false;
		s += n;
	}
	return true;
}

/* "#8f3a02c1" stands for a hash whose spelling nobody knew. */
static bool
is_hash(struct word w, uint32_t *hash)
{
	uint32_t h = 0;
	if (w.len != 9 || *w.s != '#')
		return false;
	for (int i = 1; i < 9; i++) {
		const char c = w.s[i];
		if (c >= '0' && c <= '9')
			h = h << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			h = h << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*hash = h;
	return true;
}

static int
parse_name(struct parser *p, const char *key, struct word w, uint32_t *hash)
{
	if (is_hash(w, hash))
		return 0;
	if (is_none(w))
		return pf_err_set(p->err, "%s: a name is missing", key);
	if (!is_text(w))
		return pf_err_set(p->err, "%s: not text in UTF-8", key);
	switch (pf_names_add(p->names, w.s, w.len, hash)) {
	case 0:
		return 0;
	case -EEXIST:
		return wrong(p, key, w, "has the hash of another name");
	case -ENAMETOOLONG:
		return wrong(p, key, w, "is longer than 240 bytes");
	default:
		pf_err_set(p->err, "not enough memory");
		return -ENOMEM;
	}
}

static int
parse_real(struct parser *p, const struct pf_field *f, struct word w,
    double *x)
{
	const int r = pf_number_parse(w.s, w.len, x);
	if (r == -EINVAL)
		return wrong(p, f->key, w, "is not a number");
	if (r != 0 || !(*x >= f->lo && *x <= f->hi))
		return out_of_range(p, f, w);
	return 0;
}

static int
parse_float(struct parser *p, const struct pf_field *f, struct word w,
    float *x)
{
	const int r = pf_number_parse_f32(w.s, w.len, x);
	if (r == -EINVAL)
		return wrong(p, f->key, w, "is not a number");
	if (r != 0 || !((double)*x >= f->lo && (double)*x <= f->hi))
		return out_of_range(p, f, w);
	return 0;
}

static int
parse_whole(struct parser *p, const struct pf_field *f, struct word w,
    uint32_t *x)
{
	const int r = pf_number_parse_u32(w.s, w.len, UINT32_MAX, x);
	if (r == -EINVAL)
		return wrong(p, f->key, w, "is not a whole number");
	if (r != 0 || *x < f->lo || *x > f->hi)
		return out_of_range(p, f, w);
	return 0;
}

/* A MIDI number by itself, or a note's or drum's name. */
static int
parse_pitch(struct parser *p, const struct pf_field *f, struct word w,
    float *midi)
{
	if (*w.s >= '0' && *w.s <= '9') {
		const int r = parse_float(p, f, w, midi);
		if (r != 0)
			return r;
		return 0;
	}
	if (pf_pitch_parse(w.s, w.len, midi) != 0)
		return wrong(p, f->key, w, "is not a note");
	return 0;
}

static int
parse_class(struct parser *p, const char *key, struct word w, int *pc)
{
	char name[8];
	const char *end;
	if (w.len < sizeof name) {
		memcpy(name, w.s, w.len);
		name[w.len] = '\0';
		*pc = pf_pitch_class_parse(name, &end);
		if (*pc >= 0 && !*end)
			return 0;
	}
	return wrong(p, key, w, "is not a note without its octave");
}

/* "6/8" */
static int
parse_meter(struct parser *p, const char *key, struct word w, uint32_t *num,
    uint32_t *den)
{
	const char *const slash = memchr(w.s, '/', w.len);
	if (!slash ||
	    pf_number_parse_u32(w.s, (size_t)(slash - w.s), 64, num) != 0 ||
	    pf_number_parse_u32(slash + 1, (size_t)(w.s + w.len - slash - 1),
		64, den) != 0 || *num == 0 || *den == 0 || *den & (*den - 1))
		return wrong(p, key, w, "is not a meter like 4/4");
	return 0;
}

/* A word of a table; 1 if the table lacks it and it shall travel as it is. */
static int
parse_listed(enum pf_kind kind, struct word w, uint8_t *to)
{
	int n = -1;
	if (kind == PF_KIND_QUALITY)
		n = pf_quality_number(w.s, w.len);
	else if (kind == PF_KIND_MODE)
		n = pf_mode_number(w.s, w.len);
	for (int i = 0; kind == PF_KIND_ACT && i < PF_ACTS; i++)
		if (is_word(w, pf_act_name[i]))
			n = i;
	if (n < 0)
		return 1;
	*to = (uint8_t)n;
	return 0;
}

/* "C:maj" in two bytes; 1 if its second part is in no table. */
static int
parse_alt(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	const char *const colon = memchr(w.s, ':', w.len);
	const struct word root = {w.s, colon ? (size_t)(colon - w.s) : w.len};
	uint8_t second = 0;
	int pc;
	const int r = parse_class(p, f->key, root, &pc);
	if (r != 0)
		return r;
	if (colon && parse_listed(f->kind == PF_KIND_CHORD8 ? PF_KIND_QUALITY
	    : PF_KIND_MODE, (struct word){colon + 1,
	    (size_t)(w.s + w.len - colon - 1)}, &second) != 0)
		return 1;
	to[0] = (uint8_t)pc;
	to[1] = second;
	return 0;
}

static float
seconds(double beats, double bpm)
{
	return (float)(beats * 60 / bpm);
}

/* µs from the event to a beat, rounded. */
static int64_t
micros(const struct pf_line *line, double beat, const struct pf_tempo_map *map)
{
	const int64_t ns = pf_tempo_map_ns(map, beat) - line->event.time;
	return (ns + (ns < 0 ? -500 : 500)) / 1000;
}

void
pf_text_retime(struct pf_line *line, const struct pf_tempo_map *map)
{
	line->event.time = pf_tempo_map_ns(map, line->beat);
	if (line->event.type & PF_HEARD) {
		const int64_t us = micros(line, line->at_beats, map);
		line->event.at_us = us < INT32_MIN ? INT32_MIN
		    : us > INT32_MAX ? INT32_MAX : (int32_t)us;
	} else if (!isnan(line->length_beats)) {
		line->event.duration = seconds(line->length_beats,
		    pf_tempo_map_bpm(map, line->beat));
	}
}

static int
parse_length(struct parser *p, const struct pf_field *f, struct word w,
    float *to)
{
	double beats;
	if (pf_number_parse(w.s, w.len, &beats) != 0)
		return wrong(p, f->key, w, "is not a number");
	float s = seconds(beats, pf_tempo_map_bpm(p->map, p->line->beat));
	if (s == 0) /* -0 and what is too short are nothing */
		beats = s = 0;
	if (!((double)s >= f->lo && (double)s <= f->hi))
		return wrong(p, f->key, w, "is not a length in beats");
	p->line->length_beats = beats;
	*to = s;
	return 0;
}

static int
parse_at(struct parser *p, const struct pf_field *f, struct word w,
    int32_t *to)
{
	double beat;
	if (pf_number_parse(w.s, w.len, &beat) != 0 || fabs(beat) > 1e9)
		return wrong(p, f->key, w, "is not a beat");
	const int64_t us = micros(p->line, beat, p->map);
	if (us < INT32_MIN || us > INT32_MAX)
		return wrong(p, f->key, w,
		    "is more than 35 minutes from its line");
	p->line->at_beats = beat;
	p->line->event.type |= PF_HEARD;
	*to = (int32_t)us;
	return 0;
}

/* Put a value in its field.  1: not for the field, let it travel in more. */
static int
parse_field(struct parser *p, const struct pf_field *f, struct word w)
{
	uint8_t *const to = (uint8_t *)&p->line->event + f->offset;
	uint32_t n[2];
	double x;
	float s;
	int r = 0, pc;
	switch ((enum pf_kind)f->kind) {
	case PF_KIND_PITCH:
		if ((r = parse_pitch(p, f, w, &s)) == 0)
			memcpy(to, &s, sizeof s);
		break;
	case PF_KIND_NUMBER:
		if ((r = parse_float(p, f, w, &s)) == 0)
			memcpy(to, &s, sizeof s);
		break;
	case PF_KIND_LENGTH:
		if ((r = parse_length(p, f, w, &s)) == 0)
			memcpy(to, &s, sizeof s);
		break;
	case PF_KIND_AT:
		r = parse_at(p, f, w, &p->line->event.at_us);
		break;
	case PF_KIND_REAL:
		if ((r = parse_real(p, f, w, &x)) == 0)
			memcpy(to, &x, sizeof x);
		break;
	case PF_KIND_COUNT:
		if ((r = parse_whole(p, f, w, n)) == 0)
			memcpy(to, n, 4);
		break;
	case PF_KIND_SHORT:
		if ((r = parse_whole(p, f, w, n)) == 0)
			memcpy(to, &(uint16_t){(uint16_t)n[0]}, 2);
		break;
	case PF_KIND_SMALL:
	case PF_KIND_BYTE:
		if ((r = parse_whole(p, f, w, n)) == 0)
			*to = (uint8_t)n[0];
		break;
	case PF_KIND_NAME:
		if ((r = parse_name(p, f->key, w, n)) == 0)
			memcpy(to, n, 4);
		break;
	case PF_KIND_ROOT:
		if (is_word(w, "N"))
			break;
		if ((r = parse_class(p, f->key, w, &pc)) == 0)
			memcpy(to, &(float){(float)pc}, sizeof(float));
		break;
	case PF_KIND_CLASS:
		if ((r = parse_class(p, f->key, w, &pc)) == 0)
			*to = (uint8_t)pc;
		break;
	case PF_KIND_ACT:
		if (parse_listed(PF_KIND_ACT, w, to) != 0)
			r = wrong(p, f->key, w,
			    "is not lead, support, fill, rest or end");
		break;
	case PF_KIND_QUALITY:
	case PF_KIND_MODE:
		r = parse_listed((enum pf_kind)f->kind, w, to);
		break;
	case PF_KIND_METER:
		if ((r = parse_meter(p, f->key, w, &n[0], &n[1])) == 0)
			memcpy(to, n, sizeof n);
		break;
	case PF_KIND_METER8:
		if ((r = parse_meter(p, f->key, w, &n[0], &n[1])) == 0) {
			to[0] = (uint8_t)n[0];
			to[1] = (uint8_t)n[1];
		}
		break;
	case PF_KIND_CHORD8:
	case PF_KIND_KEY8:
		r = parse_alt(p, f, w, to);
		break;
	case PF_KINDS:
		break;
	}
	return r;
}

/* Keep a pair that the type does not know. */
static int
keep(struct parser *p, struct word pair)
{
	size_t n = p->line->more_len;
	if (n + (n > 0) + pair.len > PF_MORE_BYTES)
		return pf_err_set(p->err, "keys beyond those of the type take "
		    "more than %d bytes", PF_MORE_BYTES);
	if (!is_text(pair))
		return pf_err_set(p->err, "a key or value is not text in "
		    "UTF-8");
	if (n > 0)
		p->more[n++] = '\t';
	memcpy(p->more + n, pair.s, pair.len);
	p->line->more_len = n + pair.len;
	p->more[p->line->more_len] = '\0';
	return 0;
}

static int
parse_free(struct parser *p, struct word w)
{
	if (is_word(w, "1"))
		p->line->event.type |= PF_FREE;
	else if (!is_word(w, "0"))
		return wrong(p, "free", w, "is neither 0 nor 1");
	return 0;
}

static int
parse_pair(struct parser *p, struct word pair)
{
	const char *const eq = memchr(pair.s, '=', pair.len);
	if (!eq || eq == pair.s)
		return wrong(p, "after the columns", pair,
		    "is not key=value");
	const struct word key = {pair.s, (size_t)(eq - pair.s)};
	const struct word value = {eq + 1, pair.len - key.len - 1};
	for (unsigned i = 0; i < p->info->n; i++) {
		const struct pf_field *const f = &p->info->field[i];
		if (*f->key != *key.s || !is_word(key, f->key))
			continue;
		if (p->seen >> i & 1)
			return wrong(p, f->key, value, "is given twice");
		if (is_none(value)) /* as if it were not there */
			return 0;
		p->seen |= 1u << i;
		const int r = parse_field(p, f, value);
		return r == 1 ? keep(p, pair) : r;
	}
	if (is_word(key, "free"))
		return parse_free(p, value);
	for (int i = 0; i < COLUMNS; i++)
		if (is_word(key, column_name[i]))
			return pf_err_set(p->err, "%s= is the name of a "
			    "column", column_name[i]);
	if (is_word(key, "time"))
		return pf_err_set(p->err, "time= is reserved");
	return keep(p, pair);
}

/* A column and the field it belongs to. */
static int
parse_column(struct parser *p, int column, struct word w)
{
	for (unsigned i = 0; i < p->info->n; i++) {
		const struct pf_field *const f = &p->info->field[i];
		if (strcmp(f->key, column_name[column]) != 0)
			continue;
		p->seen |= 1u << i;
		return parse_field(p, f, w);
	}
	return pf_err_set(p->err, "%s: '%.*s': a %s has none",
	    column_name[column], (int)(w.len > 80 ? 80 : w.len), w.s,
	    p->info->name);
}

/* What must be there is; what excludes each other does not meet. */
static int
finish(struct parser *p)
{
	struct pf_event *const e = &p->line->event;
	for (unsigned i = 0; i < p->info->n; i++) {
		const struct pf_field *const f = &p->info->field[i];
		if (f->need && !(p->seen >> i & 1))
			return pf_err_set(p->err, "%s: a %s needs one",
			    f->key, p->info->name);
		if (f->when == PF_IF_SAID && e->type & PF_HEARD &&
		    p->seen >> i & 1)
			return pf_err_set(p->err, "%s: a %s with at= has none",
			    f->key, p->info->name);
		if (p->seen >> i & 1 || pf_is_none(e->a))
			continue;
		if (f->kind == PF_KIND_QUALITY)
			e->u8[PF_CHORD_QUALITY] = PF_MAJ;
		if (f->kind == PF_KIND_MODE)
			e->u8[PF_KEY_MODE] = PF_MAJOR;
	}
	if (pf_event_type(e) == PF_PATCH && !p->seen)
		return pf_err_set(p->err, "a patch needs name= or program=");
	return 0;
}

static int
parse_beat(struct parser *p, struct word w)
{
	static const struct pf_field beat = {.key = "beat", .hi = 1e9};
	const int r = parse_real(p, &beat, w, &p->line->beat);
	if (r != 0)
		return r;
	p->line->event.time = pf_tempo_map_ns(p->map, p->line->beat);
	if (p->line->event.time > PF_TIME_MOST)
		return wrong(p, "beat", w, "is more than 115 days away");
	return 0;
}

/* The next word, up to a TAB.  *at is NULL behind the last. */
static bool
next_word(const char **at, const char *end, struct word *w)
{
	if (!*at)
		return false;
	const char *const tab = memchr(*at, '\t', (size_t)(end - *at));
	*w = (struct word){*at, (size_t)((tab ? tab : end) - *at)};
	*at = tab ? tab + 1 : NULL;
	return true;
}

static int
parse_event(struct parser *p, const char *at, const char *end)
{
	struct pf_line *const line = p->line;
	struct word w[3];
	uint32_t source;
	int r;
	for (int i = 0; i < 3; i++)
		if (!next_word(&at, end, &w[i]) || w[i].len == 0)
			return pf_err_set(p->err, "%s: it is missing%s",
			    column_name[i], i == 1 && memchr(w[0].s, ' ',
			    w[0].len) ? " (columns are separated by TAB)"
			    : "");
	if ((r = parse_beat(p, w[BEAT])) != 0 ||
	    (r = parse_name(p, "source", w[SOURCE], &source)) != 0)
		return r;
	line->source = w[SOURCE].s;
	line->source_len = w[SOURCE].len;
	const enum pf_type type = pf_type_number(w[TYPE].s, w[TYPE].len);
	p->info = &pf_type_info[type];
	line->event = pf_event_make(type, line->event.time, source);
	if (type == PF_NONE) {
		line->kind = PF_LINE_FOREIGN;
		return is_text(w[TYPE]) ? 0
		    : pf_err_set(p->err, "type: not text in UTF-8");
	}
	if (!p->info->in_text)
		return wrong(p, "type", w[TYPE], "does not exist in text");
	for (int i = PITCH; i < COLUMNS && next_word(&at, end, w); i++)
		if (!is_none(*w) && (r = parse_column(p, i, *w)) != 0)
			return r;
	while (next_word(&at, end, w))
		if (w->len > 0 && (r = parse_pair(p, *w)) != 0)
			return r;
	return finish(p);
}

int
pf_text_parse(struct pf_line *line, const char *raw, size_t len,
    struct pf_names *names, const struct pf_tempo_map *map,
    char more[PF_MORE_BYTES + 1], struct pf_err *err)
{
	const char *end = raw + len;
	if (end > raw && end[-1] == '\n')
		end--;
	if (end > raw && end[-1] == '\r')
		end--;
	*more = '\0';
	*line = (struct pf_line){
		.kind = PF_LINE_COMMENT,
		.more = more,
		.length_beats = NAN,
		.at_beats = NAN,
		.raw = raw,
		.raw_len = len,
		.source = "",
		.number = line->number,
	};
	if (raw == end || *raw == '#')
		return 0;
	line->kind = PF_LINE_EVENT;
	struct parser p = {line, names, map, more, err, NULL, 0};
	return parse_event(&p, raw, end);
}
