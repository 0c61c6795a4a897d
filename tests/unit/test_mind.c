/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Minds heard from inside: what they promise to whoever runs them.
 */
#include "agent/mind.h"
#include "agent/personality.h"
#include "base/hash.h"
#include "event/type.h"
#include "music/style.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 8192, BARS = 40, BEAT_NS = 500000000 };

struct said {
	size_t n;
	struct pf_event event[MOST];
	int64_t now_ns;
	int early, far, alien;
};

static int
say(void *ctx, const struct pf_event *e, const char *more)
{
	struct said *const s = ctx;
	(void)more;
	s->early += e->time < s->now_ns + PF_MIND_REACTION_NS;
	s->far += pf_event_type(e) == PF_NOTE &&
	    e->time >= s->now_ns + PF_MIND_AHEAD_NS;
	s->alien += pf_event_check(e) != NULL;
	if (s->n < MOST)
		s->event[s->n++] = *e;
	return 0;
}

struct band {
	struct pf_style *style;
	struct pf_personality who;
	struct pf_names *names;
};

/* The player's event number i: a tune in quarters over I vi IV V. */
static bool
player(int i, struct pf_event *e)
{
	static const int root[] = {48, 45, 41, 43};
	static const int tune[] = {7, 9, 12, 9, 7, 4, 7, 4, 9, 5, 9, 12, 11, 7,
	    11, 14};
	const uint32_t who = pf_hash_str("human");
	if (i == 0) {
		*e = pf_event_make(PF_TEMPO, 0, pf_hash_str("score"));
		e->value = 120;
		return true;
	}
	const int beat = (i - 1) / 2;
	if (beat >= 4 * BARS)
		return false;
	*e = pf_event_make(PF_NOTE, (int64_t)beat * BEAT_NS, who);
	e->pitch = (float)((i - 1) % 2 ? 60 + tune[beat % 16] :
	    root[beat / 4 % 4]);
	e->velocity = (i - 1) % 2 ? 0.75f : 0.6f;
	e->duration = 0.45f;
	return true;
}

/* Play it through; think from `from_ns` on only, as after a restart. */
static void
play(const struct band *b, const char *role, int64_t from_ns,
    struct said *said)
{
	const struct pf_mind_config config = {.role = role, .seed = 7,
	    .style = b->style, .personality = &b->who, .names = b->names};
	const struct pf_sink sink = {say, said};
	struct pf_mind *mind;
	struct pf_event e;
	int i = 0, bad = 0;
	*said = (struct said){.n = 0};
	if (pf_mind_new(&mind, &config, NULL) != 0)
		return;
	for (int64_t n = 0; n < 2000 && !pf_mind_over(mind); n++) {
		const int64_t t = n * 50000000;
		while (player(i, &e) && e.time < t) {
			bad += pf_mind_hear(mind, &e, "") != 0;
			i++;
		}
		if (!player(i, &e))
			pf_mind_end(mind);
		said->now_ns = t;
		if (t >= from_ns)
			bad += pf_mind_think(mind, t, &sink) != 0;
	}
	ok(bad == 0 && pf_mind_over(mind), "%s hears, plays and ends", role);
	pf_mind_free(mind);
}

/* How many notes of a from a time on b does not have, and the reverse. */
static int
differences(const struct said *a, const struct said *b, int64_t from_ns)
{
	int missing = 0;
	for (int turn = 0; turn < 2; turn++) {
		const struct said *const x = turn ? b : a;
		const struct said *const y = turn ? a : b;
		for (size_t i = 0; i < x->n; i++) {
			bool found = false;
			if (pf_event_type(&x->event[i]) != PF_NOTE ||
			    x->event[i].time < from_ns)
				continue;
			for (size_t k = 0; k < y->n && !found; k++)
				found = memcmp(&x->event[i], &y->event[k],
				    sizeof(struct pf_event)) == 0;
			missing += !found;
		}
	}
	return missing;
}

static int
notes(const struct said *s)
{
	int n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += pf_event_type(&s->event[i]) == PF_NOTE;
	return n;
}

int
main(void)
{
	static const char *const roles[] = {"drums", "bass", "harmony"};
	static struct said whole, again, late;
	struct band b;
	struct pf_err err;
	if (pf_style_load(&b.style, "rock", &err) != 0) {
		tap_skip("no styles: run by tests/run");
		return tap_done();
	}
	pf_personality_init(&b.who);
	if (pf_names_new(&b.names) != 0)
		return EXIT_FAILURE;
	for (size_t i = 0; i < PF_COUNT(roles); i++) {
		play(&b, roles[i], 0, &whole);
		ok(notes(&whole) > 2 * BARS, "%s plays (%d notes)", roles[i],
		    notes(&whole));
		ok(whole.alien == 0, "all it says may be said");
		ok(whole.early == 0, "nothing is answered in zero time");
		ok(whole.far == 0, "notes are said at most 200 ms ahead");
		play(&b, roles[i], 0, &again);
		ok(differences(&whole, &again, 0) == 0,
		    "the same again gives the same");
		/* Born anew in bar 9, it is the same from a phrase later. */
		play(&b, roles[i], (int64_t)33 * BEAT_NS, &late);
		const int d = differences(&whole, &late, (int64_t)72 *
		    BEAT_NS);
		ok(notes(&late) > BARS && d == 0, "a restarted mind soon plays "
		    "what it would have played (%d differ)", d);
	}
	struct pf_mind *mind;
	const struct pf_mind_config wrong = {.role = "bas",
	    .style = b.style, .personality = &b.who, .names = b.names};
	ok(pf_mind_new(&mind, &wrong, &err) != 0 &&
	    strstr(err.text, "'bass'"), "an unknown role is named");
	const struct pf_mind_config hasty = {.role = "bass", .think_hz = 100,
	    .style = b.style, .personality = &b.who, .names = b.names};
	ok(pf_mind_new(&mind, &hasty, &err) != 0,
	    "a mind thinks 10 to 30 times a second");
	pf_names_free(b.names);
	pf_style_free(b.style);
	return tap_done();
}
