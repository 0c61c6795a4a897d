/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/tape_state.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8192 };

struct word {
	struct pf_event event;
	char more[PF_MORE_BYTES + 1];
};

struct pf_tape_state {
	struct word *word; /* in the order in which they were said */
	size_t n, room;
};

int
pf_tape_state_new(struct pf_tape_state **state)
{
	*state = calloc(1, sizeof **state);
	return *state ? 0 : -ENOMEM;
}

void
pf_tape_state_free(struct pf_tape_state *s)
{
	if (!s)
		return;
	free(s->word);
	free(s);
}

static bool
is_desk(const struct pf_event *e)
{
	const enum pf_type t = pf_event_type(e);
	return t == PF_PATCH || t == PF_SET;
}

static bool
is_axis(const struct pf_event *e)
{
	switch (pf_event_type(e)) {
	case PF_TEMPO:
	case PF_METER:
	case PF_KEY:
	case PF_CHORD:
	case PF_SECTION:
	case PF_PLAY:
		return !(e->type & PF_HEARD);
	default:
		return false;
	}
}

/* Does the new word take the place of the old one? */
static bool
replaces(const struct pf_event *new, const struct pf_event *old)
{
	const enum pf_type t = pf_event_type(old);
	switch (pf_event_type(new)) {
	case PF_STOP:
		return t == PF_PLAY;
	case PF_RESET:
		return t == PF_SET;
	case PF_PATCH:
		return t == PF_PATCH && new->source == old->source;
	case PF_SET:
		return t == PF_SET && new->source == old->source &&
		    new->name == old->name;
	default:
		return is_axis(new) && pf_event_type(new) == t;
	}
}

static void
forget(struct pf_tape_state *s, const struct pf_event *e)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!replaces(e, &s->word[i].event)) {
			if (kept != i)
				s->word[kept] = s->word[i];
			kept++;
		}
	s->n = kept;
}

void
pf_tape_state_hear(struct pf_tape_state *s, const struct pf_event *e,
    const char *more)
{
	/* Of one note; of voices that were shed: moments, not states. */
	if (pf_event_type(e) == PF_SET &&
	    (e->id != 0 || e->name == pf_hash_str("shed")))
		return;
	forget(s, e);
	if (!is_axis(e) && !is_desk(e))
		return;
	if (s->n == s->room) {
		const size_t room = s->room ? 2 * s->room : 32;
		struct word *const word = room > MOST ? NULL
		    : realloc(s->word, room * sizeof *word);
		if (!word)
			return;
		s->word = word;
		s->room = room;
	}
	s->word[s->n].event = *e;
	if (pf_event_type(e) == PF_SET)
		s->word[s->n].event.duration = pf_none();
	snprintf(s->word[s->n++].more, PF_MORE_BYTES + 1, "%s",
	    more ? more : "");
}

void
pf_tape_state_each(const struct pf_tape_state *s, enum pf_tape_half half,
    void (*tell)(void *ctx, const struct pf_event *e, const char *more),
    void *ctx)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_desk(&s->word[i].event) == (half == PF_TAPE_DESK))
			tell(ctx, &s->word[i].event, s->word[i].more);
}
