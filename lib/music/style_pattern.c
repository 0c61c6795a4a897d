/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/style_pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
pf_style_read_words(const struct pf_yaml_node *node, struct pf_words *words,
    struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind == PF_YAML_SCALAR) {
		words->n = 1;
		return pf_yaml_str(node, &words->word[0], err);
	}
	int r = pf_yaml_kind(node, PF_YAML_LIST, "a word or a list of words",
	    err);
	if (r)
		return r;
	if (node->n > PF_STYLE_NAMES)
		return pf_yaml_error(node, err, "has more than %d words",
		    PF_STYLE_NAMES);
	for (size_t i = 0; i < node->n && r == 0; i++)
		r = pf_yaml_str(&node->child[i], &words->word[i], err);
	words->n = node->n;
	return r;
}

int
pf_style_read_meter(const struct pf_yaml_node *node, struct pf_meter *meter,
    struct pf_err *err)
{
	const char *text = NULL;
	const int r = pf_yaml_str(node, &text, err);
	if (r || !text)
		return r;
	if (pf_meter_parse(text, strlen(text), meter) != 0)
		return pf_yaml_error(node, err, "'%s' is not a meter like 4/4",
		    text);
	return 0;
}

static int
beats_of(struct pf_meter meter)
{
	return pf_meter_bar(meter) / pf_meter_beat(meter);
}

/* What every pattern has: how strong, how likely, how fine, where. */
static int
read_common(const struct pf_yaml_node *node, double *intensity,
    double *weight, int *grid, struct pf_err *err)
{
	int64_t g = *grid;
	int r = pf_yaml_num(pf_yaml_find(node, "intensity"), 0, 1, intensity,
	    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(node, "weight"), 0, 100, weight,
		    err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "grid"), 1, 24, &g, err);
	if (r == 0 && PF_TICKS % g)
		r = pf_yaml_error(pf_yaml_find(node, "grid"), err,
		    "'%d' does not divide a beat: use 1, 2, 3, 4, 6 or 8",
		    (int)g);
	*grid = (int)g;
	return r;
}

/* Copy a row without blanks and bar lines; returns its steps or < 0. */
static int
read_row(const struct pf_yaml_node *node, struct pf_drum_row *row,
    struct pf_err *err)
{
	const char *text = "";
	int n = 0;
	const int r = pf_yaml_str(node, &text, err);
	if (r)
		return r;
	row->piece = pf_drum_number(node->key, strlen(node->key));
	if (row->piece < 0)
		return pf_err_at(err, node->file, node->key_line,
		    "'%s' is not a drum", node->key);
	for (const char *p = text; *p; p++) {
		if (*p == ' ' || *p == '|')
			continue;
		if (!strchr(".-123456789xXg?fdr", *p))
			return pf_yaml_error(node, err, "'%c' is not a step: "
			    "use . 1-9 x X g ? f d r", *p);
		if (n == PF_STYLE_STEPS)
			return pf_yaml_error(node, err,
			    "has more than %d steps", PF_STYLE_STEPS);
		row->step[n++] = *p == '-' ? '.' : *p;
	}
	row->step[n] = '\0';
	return n;
}

/* Repeat shorter rows to the longest; all must be whole multiples of unit. */
static int
read_rows(const struct pf_yaml_node *node, struct pf_drum_row *rows,
    size_t *n, int unit, int *steps, struct pf_err *err)
{
	if (!node)
		return 0;
	int r = pf_yaml_kind(node, PF_YAML_MAP, "rows like 'kick: x...'", err);
	if (r)
		return r;
	if (node->n > PF_STYLE_ROWS)
		return pf_yaml_error(node, err, "has more than %d rows",
		    PF_STYLE_ROWS);
	int len[PF_STYLE_ROWS], most = unit;
	for (size_t i = 0; i < node->n; i++) {
		len[i] = read_row(&node->child[i], &rows[i], err);
		if (len[i] < 0)
			return len[i];
		if (len[i] == 0 || len[i] % unit)
			return pf_yaml_error(&node->child[i], err,
			    "has %d steps, expected a multiple of %d", len[i],
			    unit);
		most = len[i] > most ? len[i] : most;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (most % len[i])
			return pf_yaml_error(&node->child[i], err,
			    "has %d steps, which do not fit into %d", len[i],
			    most);
		for (int s = len[i]; s < most; s++)
			rows[i].step[s] = rows[i].step[s - len[i]];
		rows[i].step[most] = '\0';
	}
	*n = node->n;
	*steps = most;
	return 0;
}

int
pf_style_read_drums(const struct pf_yaml_node *node, struct pf_meter usual,
    struct pf_drum_pattern *p, struct pf_err *err)
{
	static const char *const keys[] = {"intensity", "weight", "meter",
	    "grid", "only", "rows"};
	*p = (struct pf_drum_pattern){.weight = 1, .meter = usual, .grid = 4};
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_common(node, &p->intensity, &p->weight, &p->grid, err);
	if (r == 0)
		r = pf_style_read_meter(pf_yaml_find(node, "meter"), &p->meter,
		    err);
	if (r == 0)
		r = pf_style_read_words(pf_yaml_find(node, "only"), &p->only,
		    err);
	const int bar = p->grid * beats_of(p->meter);
	p->steps = bar;
	if (r == 0)
		r = read_rows(pf_yaml_find(node, "rows"), p->row, &p->n, bar,
		    &p->steps, err);
	p->bars = p->steps / bar;
	return r;
}

int
pf_style_read_fill(const struct pf_yaml_node *node, struct pf_drum_fill *f,
    struct pf_err *err)
{
	static const char *const keys[] = {"intensity", "weight", "grid",
	    "keep", "rows"};
	*f = (struct pf_drum_fill){.weight = 1, .grid = 4, .steps = 4};
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_common(node, &f->intensity, &f->weight, &f->grid, err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(node, "keep"), &f->keep, err);
	if (r == 0)
		r = read_rows(pf_yaml_find(node, "rows"), f->row, &f->n,
		    f->grid, &f->steps, err);
	f->beats = f->steps / f->grid;
	return r;
}

/* ---- pitched parts */

/* A bass or arpeggio token: b7, 5, 1, 8' 1! 1? a w x . - */
static int
read_token(const char *s, size_t len, enum pf_part part, struct pf_step *out)
{
	struct pf_step t = {.loudness = 7};
	size_t i = 0;
	if (len == 1 && (*s == '.' || *s == '-')) {
		t.kind = *s == '.' ? PF_STEP_REST : PF_STEP_HOLD;
		*out = t;
		return 0;
	}
	while (i < len && (s[i] == 'b' || s[i] == '#'))
		t.alter = (int8_t)(t.alter + (s[i++] == '#' ? 1 : -1));
	int degree = 0;
	while (i < len && s[i] >= '0' && s[i] <= '9' && degree < 10)
		degree = 10 * degree + (s[i++] - '0');
	t.degree = (int8_t)degree;
	t.kind = part == PF_ARP ? PF_STEP_TONE : PF_STEP_DEGREE;
	if (degree == 0 && t.alter == 0 && i < len && strchr("awx", s[i]))
		t.kind = s[i] == 'a' ? PF_STEP_APPROACH :
		    s[i] == 'w' ? PF_STEP_WALK : PF_STEP_DEAD, i++;
	else if (degree < 1 || degree > 15)
		return -EINVAL;
	for (; i < len; i++)
		switch (s[i]) {
		case '\'':
			t.octave++;
			break;
		case ',':
			t.octave--;
			break;
		case '!':
			t.loudness = 9;
			break;
		case '?':
			t.loudness = 4;
			break;
		default:
			return -EINVAL;
		}
	*out = t;
	return 0;
}

/* A comping step: one sign. */
static int
read_sign(char c, struct pf_step *out)
{
	struct pf_step t = {.kind = PF_STEP_CHORD, .loudness = 7};
	if (c >= '1' && c <= '9')
		t.loudness = (uint8_t)(c - '0');
	else if (c == 'X')
		t.loudness = 9;
	else if (c == 'g')
		t.loudness = 3;
	else if (c == 'u' || c == 'U')
		t.kind = PF_STEP_UP, t.loudness = c == 'u' ? 5 : 7;
	else if (c == 'b')
		t.kind = PF_STEP_LOW;
	else if (c == 'f')
		t.kind = PF_STEP_LOW5;
	else if (c == '.' || c == '-')
		t.kind = c == '.' ? PF_STEP_REST : PF_STEP_HOLD;
	else if (c != 'x')
		return -EINVAL;
	*out = t;
	return 0;
}

static int
read_steps(const struct pf_yaml_node *node, enum pf_part part,
    struct pf_line_pattern *p, struct pf_err *err)
{
	const bool tokens = part == PF_BASS || part == PF_ARP;
	const char *s = "";
	const int r = pf_yaml_str(node, &s, err);
	if (r)
		return r;
	for (p->steps = 0; *s;) {
		const size_t len = tokens ? strcspn(s, " |") : *s != ' ' &&
		    *s != '|';
		if (len == 0) {
			s++;
			continue;
		}
		if (p->steps == PF_STYLE_STEPS)
			return pf_yaml_error(node, err,
			    "has more than %d steps", PF_STYLE_STEPS);
		struct pf_step *const out = &p->step[p->steps++];
		if (tokens ? read_token(s, len, part, out)
		    : read_sign(*s, out))
			return pf_yaml_error(node, err,
			    "'%.*s' is not a step: use %s", (int)len, s,
			    tokens ? "1 b7 5, 8' a w x . - with ! or ?"
			    : ". - 1-9 x X g u U b f");
		s += len;
	}
	return 0;
}

int
pf_style_read_line(const struct pf_yaml_node *node, enum pf_part part,
    struct pf_meter usual, struct pf_line_pattern *p, struct pf_err *err)
{
	static const char *const keys[] = {"intensity", "weight", "meter",
	    "grid", "gate", "only", "steps"};
	*p = (struct pf_line_pattern){.weight = 1, .meter = usual, .grid = 4,
	    .gate = 0.9};
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_common(node, &p->intensity, &p->weight, &p->grid, err);
	if (r == 0)
		r = pf_style_read_meter(pf_yaml_find(node, "meter"), &p->meter,
		    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(node, "gate"), 0.1, 1, &p->gate,
		    err);
	if (r == 0)
		r = pf_style_read_words(pf_yaml_find(node, "only"), &p->only,
		    err);
	const struct pf_yaml_node *const steps = pf_yaml_find(node, "steps");
	if (r == 0 && !steps)
		return pf_yaml_error(node, err, "has no 'steps'");
	if (r == 0)
		r = read_steps(steps, part, p, err);
	const int bar = p->grid * beats_of(p->meter);
	if (r == 0 && (p->steps == 0 || p->steps % bar))
		return pf_yaml_error(steps, err,
		    "has %d steps, expected a multiple of %d", p->steps, bar);
	p->bars = p->steps / bar;
	return r;
}

int
pf_style_read_cell(const struct pf_yaml_node *node, struct pf_cell *c,
    struct pf_err *err)
{
	static const char *const keys[] = {"weight", "meter", "grid",
	    "rhythm"};
	*c = (struct pf_cell){.weight = 1, .grid = 4};
	double unused = 0;
	const char *s = "";
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_common(node, &unused, &c->weight, &c->grid, err);
	if (r == 0)
		r = pf_style_read_meter(pf_yaml_find(node, "meter"), &c->meter,
		    err);
	const struct pf_yaml_node *const rhythm = pf_yaml_find(node, "rhythm");
	if (r == 0 && !rhythm)
		return pf_yaml_error(node, err, "has no 'rhythm'");
	if (r == 0)
		r = pf_yaml_str(rhythm, &s, err);
	int sum = 0;
	while (r == 0 && *(s += strspn(s, " |"))) {
		const bool rest = *s == 'r';
		char *end;
		const long v = strtol(s + rest, &end, 10);
		if (end == s + rest || v < 1 || v > 96 ||
		    (*end && *end != ' ' && *end != '|') ||
		    c->n == PF_COUNT(c->len))
			return pf_yaml_error(rhythm, err, "'%.*s' is not a "
			    "length like 2 or r2 (1..96, at most 24 of them)",
			    (int)strcspn(s, " |"), s);
		c->len[c->n++] = (int8_t)(rest ? -v : v);
		sum += (int)v;
		s = end;
	}
	if (r == 0 && (sum == 0 || sum % c->grid))
		return pf_yaml_error(rhythm, err, "fills %d steps, expected "
		    "whole beats of %d", sum, c->grid);
	c->beats = sum / c->grid;
	return r;
}
