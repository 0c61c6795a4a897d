/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of text to an event; see stream/text.h. */
#include "stream/text_parser.h"

#include "base/utf8.h"
#include "event/pitch.h"

#include <errno.h>
#include <math.h>

enum { BEAT, SOURCE, TYPE, PITCH, VELOCITY, DURATION, COLUMNS };
static const char *const column_name[COLUMNS] = {
	"beat", "source", "type", "pitch", "velocity", "duration",
};

/* Keep a pair that the type does not know. */
static int
keep(struct parser *p, struct word pair)
{
	size_t n = p->line->more_len;
	if (n + (n > 0) + pair.len > PF_MORE_BYTES)
		return pf_err_set(p->err, "keys beyond those of the type take "
		    "more than %d bytes", PF_MORE_BYTES);
	if (!pf_utf8_is_text(pair.s, pair.len))
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
		return text_wrong(p, "free", w, "is neither 0 nor 1");
	return 0;
}

static int
parse_pair(struct parser *p, struct word pair)
{
	const char *const eq = memchr(pair.s, '=', pair.len);
	if (!eq || eq == pair.s)
		return text_wrong(p, "after the columns", pair,
		    "is not key=value");
	const struct word key = {pair.s, (size_t)(eq - pair.s)};
	const struct word value = {eq + 1, pair.len - key.len - 1};
	for (unsigned i = 0; i < p->info->n; i++) {
		const struct pf_field *const f = &p->info->field[i];
		if (*f->key != *key.s || !is_word(key, f->key))
			continue;
		if (p->seen >> i & 1)
			return text_wrong(p, f->key, value, "is given twice");
		if (is_none(value)) /* as if it were not there */
			return 0;
		p->seen |= 1u << i;
		const int r = text_field(p, f, value);
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
		return text_field(p, f, w);
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
	if ((r = text_beat(p, w[BEAT])) != 0 ||
	    (r = text_name(p, "source", w[SOURCE], &source)) != 0)
		return r;
	line->source = w[SOURCE].s;
	line->source_len = w[SOURCE].len;
	const enum pf_type type = pf_type_number(w[TYPE].s, w[TYPE].len);
	p->info = &pf_type_info[type];
	line->event = pf_event_make(type, line->event.time, source);
	if (type == PF_NONE) {
		line->kind = PF_LINE_FOREIGN;
		return pf_utf8_is_text(w[TYPE].s, w[TYPE].len) ? 0
		    : pf_err_set(p->err, "type: not text in UTF-8");
	}
	if (!p->info->in_text)
		return text_wrong(p, "type", w[TYPE], "does not exist in text");
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
