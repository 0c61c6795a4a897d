/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others ask of a mind: `set` of NAME.mind.TRAIT and its kin, obeyed at
 * the next bar.  What can not be had (an unknown style) is answered by a
 * decision that says why, and changes nothing.
 */
#include "agent/mind_state.h"

#include "base/hash.h"
#include "event/type.h"

#include <stdio.h>
#include <string.h>

static uint32_t
name_of(const struct pf_mind *m, const char *word)
{
	char path[512];
	snprintf(path, sizeof path, "%s.mind.%s", m->name, word);
	return pf_hash_str(path);
}

void
mind_wish_init(struct pf_mind *m)
{
	struct mind_wish *const w = &m->wish;
	for (int i = 0; i < PF_TRAITS; i++)
		w->trait_name[i] = name_of(m, pf_trait_name[i]);
	w->style_name = name_of(m, "style");
	w->personality_name = name_of(m, "personality");
	w->pattern_name = name_of(m, "pattern");
}

void
mind_wish_fini(struct pf_mind *m)
{
	pf_style_free(m->wish.style);
	pf_style_free(m->own_style);
}

/* The value of text= among the pairs, to text[size]; false without one. */
static bool
text_of(const char *more, char *text, size_t size)
{
	static const char key[] = "text=";
	for (const char *s = more; s && *s;) {
		const size_t len = strcspn(s, "\t");
		if (strncmp(s, key, sizeof key - 1) == 0) {
			snprintf(text, size, "%.*s",
			    (int)(len - (sizeof key - 1)),
			    s + sizeof key - 1);
			return *text != '\0';
		}
		s += len + (s[len] == '\t');
	}
	return false;
}

/* A name of what is installed, never a path of somebody else's choice. */
static bool
is_name(const char *text)
{
	return *text != '.' && !strchr(text, '/');
}

static void
refuse(struct mind_wish *w, const char *name)
{
	snprintf(w->refused, sizeof w->refused, "%s", name);
}

static void
wish_style(struct mind_wish *w, const char *name)
{
	struct pf_style *style;
	struct pf_err ignored;
	if (!is_name(name) || pf_style_load(&style, name, &ignored) != 0) {
		refuse(w, name);
		return;
	}
	pf_style_free(w->style);
	w->style = style;
	w->any = true;
}

static void
wish_personality(const struct pf_mind *m, struct mind_wish *w,
    const char *name)
{
	struct pf_personality who;
	struct pf_err ignored;
	if (!is_name(name) || pf_personality_load(&who, name, m->role->name,
	    &ignored) != 0) {
		refuse(w, name);
		return;
	}
	w->personality = who;
	w->has_personality = w->any = true;
	memset(w->has_trait, 0, sizeof w->has_trait);
}

void
mind_wish_hear(struct pf_mind *m, const struct pf_event *e, const char *more)
{
	struct mind_wish *const w = &m->wish;
	char text[64];
	const bool has_value = !pf_is_none(e->b);
	for (int i = 0; i < PF_TRAITS; i++)
		if (e->name == w->trait_name[i] && has_value) {
			const double x = (double)e->b;
			w->trait[i] = x < 0 ? 0 : x > 1 ? 1 : x;
			w->has_trait[i] = w->any = true;
		}
	if (e->name == w->style_name && text_of(more, text, sizeof text))
		wish_style(w, text);
	if (e->name == w->personality_name && text_of(more, text, sizeof text))
		wish_personality(m, w, text);
	if (e->name == w->pattern_name && has_value) {
		w->pattern = e->b < 0 || e->b > 255 ? -1 : (int)e->b;
		w->has_pattern = w->any = true;
	}
}

/* Another style has another sound and other chords. */
static void
take_style(struct pf_mind *m, struct pf_style *style)
{
	struct pf_style *const old = m->own_style;
	m->style = m->own_style = style;
	pf_style_free(old);
	mind_own_chords(m);
	if (m->role->part == PF_PARTS || m->instrument)
		return;
	const char *const sound = pf_style_sound(style, m->role->part,
	    m->seed);
	if (!sound)
		return;
	struct pf_event e = pf_event_make(PF_PATCH, m->now_ns, m->source);
	e.name = mind_intern(m, sound);
	pf_mind_say(m, &e, NULL);
}

void
mind_wish_take(struct pf_mind *m)
{
	struct mind_wish *const w = &m->wish;
	if (w->style)
		take_style(m, w->style);
	w->style = NULL;
	if (w->has_personality)
		m->personality = w->personality;
	for (int i = 0; i < PF_TRAITS; i++)
		if (w->has_trait[i])
			m->personality.trait[i] = w->trait[i];
	if (w->has_pattern)
		m->pattern = w->pattern;
	w->has_personality = w->has_pattern = w->any = false;
	memset(w->has_trait, 0, sizeof w->has_trait);
	pf_mind_decide(m, "change", 1, "as it was asked for");
}
