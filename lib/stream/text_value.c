/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of fields, by their kind. */
#include "stream/text_parser.h"

#include "base/number.h"
#include "base/utf8.h"
#include "event/pitch.h"

#include <errno.h>

int
text_wrong(struct parser *p, const char *key, struct word w, const char *what)
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

int
text_name(struct parser *p, const char *key, struct word w, uint32_t *hash)
{
	if (is_hash(w, hash))
		return 0;
	if (is_none(w))
		return pf_err_set(p->err, "%s: a name is missing", key);
	if (!pf_utf8_is_text(w.s, w.len))
		return pf_err_set(p->err, "%s: not text in UTF-8", key);
	switch (pf_names_add(p->names, w.s, w.len, hash)) {
	case 0:
		return 0;
	case -EEXIST:
		return text_wrong(p, key, w, "has the hash of another name");
	case -ENAMETOOLONG:
		return text_wrong(p, key, w, "is longer than 240 bytes");
	default:
		pf_err_set(p->err, "not enough memory");
		return -ENOMEM;
	}
}

int
text_real(struct parser *p, const struct pf_field *f, struct word w,
    double *x)
{
	const int r = pf_number_parse(w.s, w.len, x);
	if (r == -EINVAL)
		return text_wrong(p, f->key, w, "is not a number");
	if (r != 0 || !(*x >= f->lo && *x <= f->hi))
		return out_of_range(p, f, w);
	return 0;
}

static int
whole(struct parser *p, const struct pf_field *f, struct word w, uint32_t *x)
{
	const int r = pf_number_parse_u32(w.s, w.len, UINT32_MAX, x);
	if (r == -EINVAL)
		return text_wrong(p, f->key, w, "is not a whole number");
	if (r != 0 || *x < f->lo || *x > f->hi)
		return out_of_range(p, f, w);
	return 0;
}

static int
pitch_class(struct parser *p, const char *key, struct word w, int *pc)
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
	return text_wrong(p, key, w, "is not a note without its octave");
}

/* "6/8" */
static int
meter(struct parser *p, const char *key, struct word w, uint32_t n[2])
{
	const char *const slash = memchr(w.s, '/', w.len);
	if (!slash ||
	    pf_number_parse_u32(w.s, (size_t)(slash - w.s), 64, &n[0]) != 0 ||
	    pf_number_parse_u32(slash + 1, (size_t)(w.s + w.len - slash - 1),
		64, &n[1]) != 0 || n[0] == 0 || n[1] == 0 ||
	    n[1] & (n[1] - 1))
		return text_wrong(p, key, w, "is not a meter like 4/4");
	return 0;
}

/* A word that the table of pitch.h may lack: then it travels as it is. */
static int
listed(int n, uint8_t *to)
{
	if (n < 0)
		return 1;
	*to = (uint8_t)n;
	return 0;
}

/* --- One function a kind: the value w, to where its field stands --------- */

static int
put_number(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	float x;
	const int r = pf_number_parse_f32(w.s, w.len, &x);
	if (r == -EINVAL)
		return text_wrong(p, f->key, w, "is not a number");
	if (r != 0 || !((double)x >= f->lo && (double)x <= f->hi))
		return out_of_range(p, f, w);
	memcpy(to, &x, sizeof x);
	return 0;
}

/* A MIDI number by itself, or a note's or drum's name. */
static int
put_pitch(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	float midi;
	if (*w.s >= '0' && *w.s <= '9')
		return put_number(p, f, w, to);
	if (pf_pitch_parse(w.s, w.len, &midi) != 0)
		return text_wrong(p, f->key, w, "is not a note");
	memcpy(to, &midi, sizeof midi);
	return 0;
}

static int
put_real(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	double x;
	const int r = text_real(p, f, w, &x);
	if (r == 0)
		memcpy(to, &x, sizeof x);
	return r;
}

static int
put_count(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t n;
	const int r = whole(p, f, w, &n);
	if (r == 0)
		memcpy(to, &n, sizeof n);
	return r;
}

static int
put_short(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t n;
	const int r = whole(p, f, w, &n);
	if (r == 0)
		memcpy(to, &(uint16_t){(uint16_t)n}, sizeof(uint16_t));
	return r;
}

static int
put_byte(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t n;
	const int r = whole(p, f, w, &n);
	if (r == 0)
		*to = (uint8_t)n;
	return r;
}

static int
put_name(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t hash;
	const int r = text_name(p, f->key, w, &hash);
	if (r == 0)
		memcpy(to, &hash, sizeof hash);
	return r;
}

/* A chord's root; "N" is no chord, as if it were not given. */
static int
put_root(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	int pc = 0;
	if (is_word(w, "N"))
		return 0;
	const int r = pitch_class(p, f->key, w, &pc);
	if (r == 0)
		memcpy(to, &(float){(float)pc}, sizeof(float));
	return r;
}

static int
put_class(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	int pc = 0;
	const int r = pitch_class(p, f->key, w, &pc);
	if (r == 0)
		*to = (uint8_t)pc;
	return r;
}

static int
put_act(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	for (int i = 0; i < PF_ACTS; i++)
		if (is_word(w, pf_act_name[i]))
			return listed(i, to);
	return text_wrong(p, f->key, w,
	    "is not lead, support, fill, rest or end");
}

static int
put_quality(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	(void)p;
	(void)f;
	return listed(pf_quality_number(w.s, w.len), to);
}

static int
put_mode(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	(void)p;
	(void)f;
	return listed(pf_mode_number(w.s, w.len), to);
}

static int
put_meter(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t n[2];
	const int r = meter(p, f->key, w, n);
	if (r == 0)
		memcpy(to, n, sizeof n);
	return r;
}

static int
put_meter8(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	uint32_t n[2];
	const int r = meter(p, f->key, w, n);
	if (r == 0) {
		to[0] = (uint8_t)n[0];
		to[1] = (uint8_t)n[1];
	}
	return r;
}

/* "C:maj" in two bytes; 1 if its second part is in no table. */
static int
put_alternative(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	const char *const colon = memchr(w.s, ':', w.len);
	const struct word root = {w.s, colon ? (size_t)(colon - w.s) : w.len};
	uint8_t second = 0;
	int pc = 0;
	const int r = pitch_class(p, f->key, root, &pc);
	if (r != 0)
		return r;
	if (colon) {
		const size_t len = w.len - root.len - 1;
		const int n = f->kind == PF_KIND_CHORD8
		    ? pf_quality_number(colon + 1, len)
		    : pf_mode_number(colon + 1, len);
		if (listed(n, &second) != 0)
			return 1;
	}
	to[0] = (uint8_t)pc;
	to[1] = second;
	return 0;
}

int
text_field(struct parser *p, const struct pf_field *f, struct word w)
{
	static int (*const put[PF_KINDS])(struct parser *,
	    const struct pf_field *, struct word, uint8_t *) = {
		[PF_KIND_PITCH] = put_pitch,
		[PF_KIND_NUMBER] = put_number,
		[PF_KIND_LENGTH] = text_length,
		[PF_KIND_AT] = text_at,
		[PF_KIND_REAL] = put_real,
		[PF_KIND_COUNT] = put_count,
		[PF_KIND_SHORT] = put_short,
		[PF_KIND_SMALL] = put_byte,
		[PF_KIND_BYTE] = put_byte,
		[PF_KIND_NAME] = put_name,
		[PF_KIND_ROOT] = put_root,
		[PF_KIND_CLASS] = put_class,
		[PF_KIND_ACT] = put_act,
		[PF_KIND_QUALITY] = put_quality,
		[PF_KIND_MODE] = put_mode,
		[PF_KIND_METER] = put_meter,
		[PF_KIND_METER8] = put_meter8,
		[PF_KIND_CHORD8] = put_alternative,
		[PF_KIND_KEY8] = put_alternative,
	};
	return put[f->kind](p, f, w, (uint8_t *)&p->line->event + f->offset);
}
