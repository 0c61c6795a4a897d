/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves the transport: text becomes events, beats become seconds. */
#include "live/control_private.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "event/pitch.h"
#include "event/type.h"
#include "music/theory.h"

#include <string.h>

static double
seconds_of_beats(const struct pf_control *c, double beats)
{
	return c->clock.bpm > 0 ? beats * 60 / c->clock.bpm : beats;
}

static int
make_meter(const struct pf_control_wish *w, struct pf_event *e,
    struct pf_err *err)
{
	struct pf_meter meter;
	if (pf_meter_parse(w->text, strlen(w->text), &meter) != 0)
		return pf_err_set(err, "'%s' is no meter, as 6/8 is one",
		    w->text);
	e->p = (uint32_t)meter.num;
	e->q = (uint32_t)meter.den;
	return 0;
}

static int
make_key(const struct pf_control_wish *w, struct pf_event *e,
    struct pf_err *err)
{
	int tonic, mode;
	if (pf_key_parse(w->text, strlen(w->text), &tonic, &mode) != 0)
		return pf_err_set(err, "'%s' is no key, as Am or D dorian "
		    "is one", w->text);
	e->a = (float)tonic;
	e->u8[PF_KEY_MODE] = (uint8_t)mode;
	return 0;
}

static int
make_chord(struct pf_control *c, const struct pf_control_wish *w,
    struct pf_event *e, struct pf_err *err)
{
	int root, quality, bass;
	if (pf_chord_parse(w->text, strlen(w->text), &root, &quality,
	    &bass) != 0)
		return pf_err_set(err, "'%s' is no chord, as Am7 or F/C is "
		    "one", w->text);
	if (root >= 0) {
		e->a = (float)root;
		e->u8[PF_CHORD_QUALITY] = (uint8_t)quality;
		if (bass >= 0)
			e->u8[PF_CHORD_BASS] = (uint8_t)bass;
	}
	if (w->has_also)
		e->duration = (float)seconds_of_beats(c, w->also);
	return 0;
}

static int
make_section(struct pf_control *c, const struct pf_control_wish *w,
    struct pf_event *e)
{
	const struct pf_clock_state *const s = &c->clock;
	e->name = pf_hash_str(w->text);
	pf_control_spell(c, w->text);
	if (w->has_also) {
		e->q = (uint32_t)w->also;
		e->duration = (float)seconds_of_beats(c, w->also *
		    (s->meter_den ? 4.0 * s->meter_num / s->meter_den : 4));
	}
	return 0;
}

int
pf_control_set_transport(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    const struct pf_control_wish *w, struct pf_err *err)
{
	static const enum pf_type type[] = {
		[PF_AT_PLAY] = PF_PLAY, [PF_AT_STOP] = PF_STOP,
		[PF_AT_SEEK] = PF_SEEK, [PF_AT_METER] = PF_METER,
		[PF_AT_KEY] = PF_KEY, [PF_AT_CHORD] = PF_CHORD,
		[PF_AT_SECTION] = PF_SECTION, [PF_AT_SCENE] = PF_SCENE,
		[PF_AT_RESET] = PF_RESET,
	};
	struct pf_event e = pf_event_make(type[a->what], r->at_ns, 0);
	int status = 0;
	switch (a->what) {
	case PF_AT_SEEK: e.value = w->number; break;
	case PF_AT_METER: status = make_meter(w, &e, err); break;
	case PF_AT_KEY: status = make_key(w, &e, err); break;
	case PF_AT_CHORD: status = make_chord(c, w, &e, err); break;
	case PF_AT_SECTION:
	case PF_AT_SCENE: status = make_section(c, w, &e); break;
	case PF_AT_STOP:
		if (w->has_also)
			e.duration = (float)w->also;
		break;
	case PF_AT_RESET:
		c->solos = 0; /* no strip is muted any more */
		c->ramp.on = false;
		break;
	default: break;
	}
	return status != 0 ? status : pf_control_post_event(c, r, a, &e,
	    PF_COMMAND_EVENT, NULL, NULL, err);
}

struct names {
	const char *word[PF_STRIPS_MOST];
	char text[PF_STRIPS_MOST][PF_CONTROL_TEXT];
	size_t n;
};

static void
add_name(void *ctx, const struct pf_desk_member *member)
{
	struct names *const names = ctx;
	if (names->n == PF_STRIPS_MOST)
		return;
	char *const text = names->text[names->n];
	snprintf(text, PF_CONTROL_TEXT, "%.*s", PF_CONTROL_TEXT - 1,
	    member->name);
	names->word[names->n++] = text;
}

int
pf_control_set_follow(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    const struct pf_control_wish *w, struct pf_err *err)
{
	struct pf_event e = pf_event_make(PF_SET, r->at_ns, 0);
	enum pf_command_kind kind = PF_COMMAND_FOLLOW;
	e.name = pf_hash_str(w->text);
	e.b = 0;
	if (strcmp(w->text, "axis") == 0) {
		kind = PF_COMMAND_FOLLOW_AXIS;
	} else if (strcmp(w->text, "auto") == 0) {
		kind = PF_COMMAND_FOLLOW_AUTO;
	} else {
		struct names names = {.n = 0};
		bool there = false;
		pf_desk_each_member(c->config.desk, add_name, &names);
		for (size_t i = 0; i < names.n; i++)
			there |= strcmp(names.word[i], w->text) == 0;
		if (!there)
			return pf_nearest_fail(err, "member", w->text,
			    names.word, names.n);
	}
	const int status = pf_control_post_event(c, r, a, &e, kind, NULL,
	    NULL, err);
	if (status == 0)
		snprintf(c->follow, sizeof c->follow, "%s", w->text);
	return status;
}
