/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/form.h"

#include "base/hash.h"
#include "base/nearest.h"
#include "base/rng.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names for the same role in different styles. */
static const char *const role[][8] = {
	{"intro", "dawn", "opening"},
	{"verse", "a", "head", "groove", "rise", "float", "chorus"},
	{"chorus", "b", "drop", "peak", "open", "bridge", "hook", "last"},
	{"bridge", "c", "breakdown", "break", "switch", "still", "dub",
	    "quiet"},
	{"solo", "switch", "c", "groove"},
	{"build", "lift", "rise", "pre-chorus", "prechorus"},
	{"outro", "dusk", "coda", "ending", "end"},
};

struct plan {
	const struct pf_style *style;
	const struct pf_section *of[PF_SONG_SECTIONS];
	int bars[PF_SONG_SECTIONS];
	char letter[PF_SONG_SECTIONS]; /* 'A'...: asked for by letter */
	int n;
};

static int
sum_of(const struct plan *p, int which)
{
	int sum = 0;
	for (int i = 0; i < p->n; i++)
		sum += which < 0 ? p->of[i]->least : which > 0 ? p->of[i]->most
		    : p->bars[i];
	return sum;
}

static void
add(struct plan *p, const struct pf_section *s, char letter)
{
	if (p->n == PF_SONG_SECTIONS)
		return;
	p->of[p->n] = s;
	p->bars[p->n] = s->bars;
	p->letter[p->n++] = letter;
}

/* Choose one of the style's forms, those that can fill the bars first. */
static void
choose(struct plan *p, int bars, uint64_t seed)
{
	const struct pf_style *const s = p->style;
	double sum = 0, weight[PF_STYLE_FORMS];
	for (size_t f = 0; f < s->n_forms; f++) {
		int least = 0, most = 0;
		for (size_t i = 0; i < s->form[f].n; i++) {
			least += s->section[s->form[f].section[i]].least;
			most += s->section[s->form[f].section[i]].most;
		}
		const bool fits = bars == 0 || (bars >= least && bars <= most);
		weight[f] = s->form[f].weight * (fits ? 1 : 0.01);
		sum += weight[f];
	}
	double u = sum * pf_rng_unit(seed, pf_hash_str("form"), 0, 0);
	size_t f = 0;
	while (f + 1 < s->n_forms && (u -= weight[f]) >= 0)
		f++;
	for (size_t i = 0; i < s->form[f].n; i++)
		add(p, &s->section[s->form[f].section[i]], 0);
}

/* The style's section for a word: its own, or one with the same role. */
static const struct pf_section *
by_role(const struct pf_style *style, const char *word)
{
	const struct pf_section *s = pf_style_section(style, word);
	for (size_t r = 0; !s && r < PF_COUNT(role); r++) {
		bool here = false;
		for (size_t i = 0; i < 8 && role[r][i]; i++)
			here |= strcmp(role[r][i], word) == 0;
		for (size_t i = 0; here && !s && i < 8 && role[r][i]; i++)
			s = pf_style_section(style, role[r][i]);
	}
	return s;
}

/* The n-th theme with a melody, in the order of the style's first form. */
static const struct pf_section *
by_letter(const struct pf_style *style, int n)
{
	const struct pf_section *found[PF_STYLE_ORDER];
	int k = 0;
	for (size_t i = 0; i < style->form[0].n; i++) {
		const struct pf_section *const s =
		    &style->section[style->form[0].section[i]];
		bool seen = !(s->parts >> PF_MELODY & 1) || s->build ||
		    strcmp(s->theme, s->name) != 0;
		for (int j = 0; j < k; j++)
			seen |= strcmp(found[j]->theme, s->theme) == 0;
		if (!seen)
			found[k++] = s;
	}
	return k ? found[n % k] : &style->section[0];
}

static int
unknown(const struct pf_style *style, const char *word, struct pf_err *err)
{
	const char *names[PF_STYLE_SECTIONS + 64];
	size_t n = 0;
	for (size_t i = 0; i < style->n_sections; i++)
		names[n++] = style->section[i].name;
	for (size_t r = 0; r < PF_COUNT(role); r++)
		for (size_t i = 0; i < 8 && role[r][i]; i++)
			if (strlen(role[r][i]) > 1)
				names[n++] = role[r][i];
	const char *const near = pf_nearest(word, names, n);
	if (near)
		return pf_err_set(err, "section '%s' is unknown, did you mean "
		    "'%s'?", word, near);
	return pf_err_set(err, "section '%s' is unknown: write AABA, or words "
	    "like intro verse chorus bridge solo outro", word);
}

/* Read "intro verse chorus" or "AABA". */
static int
read_form(struct plan *p, const char *text, struct pf_err *err)
{
	const char *s = text;
	while (*(s += strspn(s, " ,-"))) {
		char word[32];
		const size_t len = strcspn(s, " ,-");
		snprintf(word, sizeof word, "%.*s", (int)len, s);
		size_t caps = 0;
		while (caps < len && caps < 31 && word[caps] >= 'A' &&
		    word[caps] <= 'H')
			caps++;
		if (p->n + (int)len > PF_SONG_SECTIONS)
			return pf_err_set(err, "the form has more than %d "
			    "sections", PF_SONG_SECTIONS);
		s += len;
		if (caps == len) {
			for (size_t i = 0; i < len; i++)
				add(p, by_letter(p->style, word[i] - 'A'),
				    word[i]);
			continue;
		}
		for (char *c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		const struct pf_section *const found = by_role(p->style,
		    word);
		if (!found)
			return unknown(p->style, word, err);
		add(p, found, 0);
	}
	return p->n ? 0 : pf_err_set(err, "the form has no sections");
}

static void
take_out(struct plan *p, int at)
{
	for (int i = at; i + 1 < p->n; i++) {
		p->of[i] = p->of[i + 1];
		p->bars[i] = p->bars[i + 1];
		p->letter[i] = p->letter[i + 1];
	}
	p->n--;
}

/* The theme that a form is about: the one heard most often. */
static const char *
main_theme(const struct plan *p)
{
	const char *best = NULL;
	int most = 0;
	for (int i = 0; i < p->n; i++) {
		int n = 0;
		for (int k = 0; k < p->n; k++)
			n += strcmp(p->of[k]->theme, p->of[i]->theme) == 0;
		if (n > most) {
			most = n;
			best = p->of[i]->theme;
		}
	}
	return best;
}

/* What can be missed most easily: heard before, then the least energetic,
 * but what the song is about last of all. */
static int
dispensable(const struct plan *p, const char *about)
{
	int worst = 0;
	double least = 1e9;
	for (int i = 0; i < p->n; i++) {
		int heard = 0;
		for (int k = 0; k < p->n; k++)
			heard += k != i && strcmp(p->of[k]->theme,
			    p->of[i]->theme) == 0;
		const bool first = i == 0, end = i == p->n - 1;
		const double worth = p->of[i]->energy_end -
		    (heard ? 1.0 : 0) - (p->of[i]->build ? 0.3 : 0) -
		    (first ? 0.2 : 0) + (end ? 0.2 : 0) +
		    (strcmp(p->of[i]->theme, about) == 0 ? 0.6 : 0) +
		    (p->of[i]->parts >> PF_MELODY & 1 ? 0.5 : 0);
		if (worth < least) {
			least = worth;
			worst = i;
		}
	}
	return worst;
}

/* Once more what stands between the first and the last section. */
static bool
repeat_middle(struct plan *p, int bars)
{
	const int from = p->n > 2 ? 1 : 0;
	const int to = p->n > 2 ? p->n - 1 : p->n;
	const int more = to - from;
	if (p->n + more > PF_SONG_SECTIONS)
		return false;
	for (int i = p->n - 1; i >= to; i--) {
		p->of[i + more] = p->of[i];
		p->bars[i + more] = p->bars[i];
		p->letter[i + more] = p->letter[i];
	}
	for (int i = 0; i < more; i++) {
		p->of[to + i] = p->of[from + i];
		p->bars[to + i] = p->of[from + i]->bars;
		p->letter[to + i] = p->letter[from + i];
	}
	p->n += more;
	/* Not more than is needed. */
	while (p->n > 2 && sum_of(p, 0) > bars + p->of[p->n - 2]->bars)
		take_out(p, p->n - 2);
	return true;
}

/* Change lengths in their units until the sum is as near as it can be. */
static void
stretch(struct plan *p, int bars)
{
	const double ratio = (double)bars / sum_of(p, 0);
	for (;;) {
		const int off = bars - sum_of(p, 0), dir = off > 0 ? 1 : -1;
		int best = -1;
		double most = -1e9;
		for (int i = 0; i < p->n; i++) {
			const struct pf_section *const s = p->of[i];
			const int b = p->bars[i] + dir * s->unit;
			if (s->unit > abs(off) || b < s->least || b > s->most)
				continue;
			/* Furthest from its share of the whole. */
			const double need = dir * (s->bars * ratio -
			    p->bars[i]) / s->bars;
			if (need > most) {
				most = need;
				best = i;
			}
		}
		if (off == 0 || best < 0)
			return;
		p->bars[best] += dir * p->of[best]->unit;
	}
}

/* Bars that fit no unit: to the end, else wherever they can be had. */
static void
settle(struct plan *p, int bars)
{
	int off = bars - sum_of(p, 0);
	if (off > 0)
		p->bars[p->n - 1] += off;
	for (int i = p->n - 1; i >= 0 && off < 0; i--) {
		const int take = p->bars[i] - 1 < -off ? p->bars[i] - 1 : -off;
		p->bars[i] -= take;
		off += take;
	}
}

static void
fit(struct plan *p, int bars)
{
	const char *const about = main_theme(p);
	while (p->n > 1 && sum_of(p, -1) > bars)
		take_out(p, dispensable(p, about));
	while (sum_of(p, 1) < bars)
		if (!repeat_middle(p, bars))
			break;
	stretch(p, bars);
	settle(p, bars);
}

/* Who played before, by theme. */
static int
heard(const struct pf_song_section *section, int n, const char *theme)
{
	int k = 0;
	for (int i = 0; i < n; i++)
		k += strcmp(section[i].theme, theme) == 0;
	return k;
}

/* Names for sections that were asked for by letter. */
static const char *const letters[] = {
	"A", "B", "C", "D", "E", "F", "G", "H",
};

int
pf_form_plan(const struct pf_style *style, const char *form, int bars,
    uint64_t seed, struct pf_song_section *section, struct pf_err *err)
{
	struct plan p = {.style = style};
	if (style->n_sections == 0 || style->n_forms == 0)
		return pf_err_set(err, "style '%s' has no %s", style->name,
		    style->n_sections ? "forms" : "sections");
	if (form) {
		const int r = read_form(&p, form, err);
		if (r)
			return r;
	} else {
		choose(&p, bars, seed);
	}
	if (bars > 0)
		fit(&p, bars);
	for (int i = 0, at = 0; i < p.n; at += p.bars[i++]) {
		const struct pf_section *const s = p.of[i];
		const bool named = p.letter[i] != 0;
		const char *const letter = named ? letters[p.letter[i] - 'A']
		    : NULL;
		section[i] = (struct pf_song_section){
			.name = named ? letter : s->name,
			.theme = named ? letter : s->theme,
			.role = s->name,
			.bar = at, .bars = p.bars[i], .energy = s->energy,
			.energy_end = s->energy_end, .parts = s->parts,
			.build = s->build, .stop = s->stop, .fill = s->fill,
		};
		section[i].nth = heard(section, i, section[i].theme);
	}
	return p.n;
}
