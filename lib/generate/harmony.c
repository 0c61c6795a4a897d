/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/harmony.h"

#include "base/hash.h"
#include "base/rng.h"

#include <string.h>

static void
add_span(struct pf_song_maker *m, int64_t tick, int len,
    struct pf_chord chord)
{
	struct pf_song *const s = m->song;
	struct pf_chord_span *const list = pf_maker_grow(m, s->span, s->n_spans,
	    &m->room_spans, sizeof *list);
	if (!list)
		return;
	s->span = list;
	if (s->n_spans) {
		struct pf_chord_span *const last = &s->span[s->n_spans - 1];
		if (last->tick + last->len == tick &&
		    pf_chord_equal(last->chord, chord)) {
			last->len += len;
			return;
		}
	}
	s->span[s->n_spans++] = (struct pf_chord_span){(int)tick, len, chord};
}

/* Degrees are those of plain major or minor, whatever the mode's colour. */
static struct pf_key
plain_key(struct pf_key key)
{
	key.mode = pf_key_is_minor(key) ? PF_MINOR : PF_MAJOR;
	return key;
}

/* One of the style's progressions for a theme; NULL if it has none. */
static const struct pf_progression *
choose_progression(const struct pf_style *style, struct pf_key key,
    const struct pf_song_section *sec, uint64_t seed)
{
	const int mode = plain_key(key).mode;
	for (int own = 1; own >= 0; own--) {
		double sum = 0, u = 0;
		for (int pass = 0; pass < 2; pass++) {
			for (size_t i = 0; i < style->n_progressions; i++) {
				const struct pf_progression *const p =
				    &style->progression[i];
				const bool its = pf_words_have(&p->only,
				    sec->theme) || pf_words_have(&p->only,
				    sec->role);
				if (p->mode != mode)
					continue;
				if (own ? !its : p->only.n != 0)
					continue;
				if (pass == 0)
					sum += p->weight;
				else if ((u -= p->weight) < 0)
					return p;
			}
			u = sum * pf_rng_unit(seed, pf_hash_str(sec->theme), 0,
			    70);
		}
	}
	return NULL;
}

/* Eight bars of our own: a question and its answer. */
static void
compose(struct pf_progression_line *line, struct pf_progression_line *half,
    struct pf_key key, struct pf_meter meter, double sevenths, uint64_t seed)
{
	const int bar = pf_meter_bar(meter);
	pf_progression_compose(line, key, meter, 4, PF_CADENCE_HALF, sevenths,
	    seed);
	pf_progression_compose(half, key, meter, 4, PF_CADENCE_AUTHENTIC,
	    sevenths, pf_rng_mix(seed));
	for (size_t i = 0; i < half->n; i++) {
		line->span[line->n] = half->span[i];
		line->span[line->n++].tick += 4 * bar;
	}
	line->bars = 8;
}

static const struct pf_progression_line *
line_of(struct pf_harmony *h, const struct pf_song_section *sec)
{
	const struct pf_song *const s = h->maker->song;
	const struct pf_style *const style = h->maker->style;
	const uint64_t seed = h->maker->wish->seed;
	if (h->given.bars)
		return &h->given;
	for (int i = 0; i < h->n; i++)
		if (strcmp(h->theme[i], sec->theme) == 0)
			return &h->line[i];
	const int at = h->n < PF_STYLE_SECTIONS ? h->n++ : 0;
	struct pf_progression_line *const line = &h->line[at];
	const struct pf_progression *const p = choose_progression(style,
	    s->key, sec, seed);
	h->theme[at] = sec->theme;
	const uint32_t name = pf_hash_str(sec->theme);
	/* A solo is played over the changes of the tune. */
	if (!p && at > 0) {
		*line = h->line[0];
		return line;
	}
	const bool own = !p || (style->cadence > 0.65 && sec->bars >= 8 &&
	    pf_rng_unit(seed, name, 0, 71) < 0.35 * style->cadence *
	    (1 - style->sevenths));
	if (own || pf_progression_roman(line, p->chords, plain_key(s->key),
	    s->meter, NULL) != 0)
		compose(line, &h->work, plain_key(s->key), s->meter,
		    style->sevenths, seed ^ name);
	return line;
}

/* How a section shall end: into the next one, or home. */
static enum pf_cadence
cadence_of(const struct pf_harmony *h, size_t i)
{
	const struct pf_song *const s = h->maker->song;
	const struct pf_style *const style = h->maker->style;
	const double u = pf_rng_unit(h->maker->wish->seed,
	    pf_hash_str("cadence"), (int64_t)i, 0);
	if (h->given.bars || u >= style->cadence)
		return PF_CADENCE_NONE;
	if (i + 1 == s->n_sections)
		return PF_CADENCE_AUTHENTIC;
	const struct pf_song_section *const next = &s->section[i + 1];
	const bool away = strcmp(next->theme, s->section[i].theme) != 0;
	if (u < 0.08 * style->cadence)
		return PF_CADENCE_DECEPTIVE;
	return away ? PF_CADENCE_HALF : PF_CADENCE_AUTHENTIC;
}

/* Is an ending already good enough for what is asked? */
static bool
ends_well(const struct pf_progression_line *line, struct pf_key key,
    enum pf_cadence wanted)
{
	if (wanted == PF_CADENCE_NONE ||
	    pf_progression_ends(line, key, wanted))
		return true;
	/* A line that comes home needs no half cadence to go on. */
	return wanted == PF_CADENCE_HALF && (pf_progression_ends(line, key,
	    PF_CADENCE_AUTHENTIC) || pf_progression_ends(line, key,
	    PF_CADENCE_PLAGAL));
}

/* The last chord of all. */
static struct pf_chord
home_chord(const struct pf_harmony *h)
{
	const struct pf_key key = h->maker->song->key;
	const double sevenths = h->maker->style->sevenths;
	const bool minor = pf_key_is_minor(key);
	int q = minor ? PF_MIN : PF_MAJ;
	if (sevenths > 0.9 && !h->given.bars)
		q = minor ? PF_MIN9 : PF_MAJ9;
	if (h->maker->style->melody.notes == PF_MELODY_BLUES && !minor)
		q = PF_DOM7;
	return (struct pf_chord){key.tonic, q, -1};
}

void
pf_harmony_write(struct pf_harmony *h, size_t i)
{
	const struct pf_song *const s = h->maker->song;
	const struct pf_song_section *const sec = &s->section[i];
	const struct pf_progression_line *const line = line_of(h, sec);
	struct pf_progression_line *const work = &h->work;
	const int bar = pf_meter_bar(s->meter);
	const bool last = i + 1 == s->n_sections;
	for (int done = 0; done < sec->bars; done += work->bars) {
		const int left = sec->bars - done;
		work->meter = s->meter;
		work->bars = left < line->bars ? left : line->bars;
		work->n = 0;
		for (size_t k = 0; k < line->n; k++)
			if (line->span[k].tick < work->bars * bar)
				work->span[work->n++] = line->span[k];
		if (done + work->bars >= sec->bars) {
			const enum pf_cadence c = cadence_of(h, i);
			if (!ends_well(work, s->key, c) && (work->bars > 2 ||
			    last))
				pf_progression_close(work, plain_key(s->key),
				    c, h->maker->style->sevenths);
		}
		for (size_t k = 0; k < work->n; k++) {
			const int64_t tick = work->span[k].tick +
			    (int64_t)(sec->bar + done) * bar;
			const bool ends = last && tick >= (int64_t)(s->bars -
			    1) * bar && s->bars > 1;
			add_span(h->maker, tick, work->span[k].len, ends ?
			    home_chord(h) : work->span[k].chord);
		}
	}
}
