/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked for becomes a command, or is refused with the reason. */
#include "live/control_private.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/utf8.h"
#include "event/type.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define FORGET_NS 10000000000 /* answers that never came */

/* ---- arguments */

static int
read_number(const struct pf_osc_message *m, unsigned i, const char *what,
    double lo, double hi, const char *unit, double *x, struct pf_err *err)
{
	char got[64];
	const int status = pf_osc_number(m, i, x);
	if (status == -EDOM)
		return pf_err_set(err, "%s is not a number", what);
	if (status != 0)
		return pf_err_set(err, "%s wants a number", what);
	if (*x >= lo && *x <= hi)
		return 0;
	got[pf_number_print(got, *x)] = '\0';
	return pf_err_set(err, "%s: %s is out of %g..%g%s%s", what, got, lo,
	    hi, unit[0] ? " " : "", unit);
}

static int
read_switch(const struct pf_osc_message *m, double *x, struct pf_err *err)
{
	static const char *const on[] = {"on", "true", "yes"};
	static const char *const off[] = {"off", "false", "no"};
	const char *const s = pf_osc_text(m, 0);
	for (size_t i = 0; s && i < PF_COUNT(on); i++) {
		if (strcmp(s, on[i]) == 0 || strcmp(s, off[i]) == 0) {
			*x = strcmp(s, on[i]) == 0;
			return 0;
		}
	}
	if (s || pf_osc_number(m, 0, x) != 0 || (*x != 0 && *x != 1))
		return pf_err_set(err, "'%s' wants on or off", m->path);
	return 0;
}

static int
read_choice(const struct pf_osc_message *m, const struct pf_address *a,
    double *x, struct pf_err *err)
{
	const char *const s = pf_osc_text(m, 0);
	size_t n = 0;
	while (a->words[n])
		n++;
	for (size_t i = 0; s && i < n; i++) {
		if (strcmp(s, a->words[i]) == 0) {
			*x = (double)i;
			return 0;
		}
	}
	if (s)
		return pf_nearest_fail(err, a->path, s, a->words, n);
	const int status = read_number(m, 0, a->path, 0, (double)n - 1, "",
	    x, err);
	if (status == 0 && *x != floor(*x))
		return pf_err_set(err, "'%s' wants a whole number", a->path);
	return status;
}

static int
read_text(const struct pf_osc_message *m, char *text, struct pf_err *err)
{
	const char *const s = pf_osc_text(m, 0);
	double x;
	if (!s && pf_osc_number(m, 0, &x) == 0) { /* a section called 2 */
		text[pf_number_print(text, x)] = '\0';
		return 0;
	}
	const size_t n = s ? strlen(s) : 0;
	if (n == 0 || n >= PF_CONTROL_TEXT || !pf_utf8_is_text(s, n))
		return pf_err_set(err, "'%s' wants a text of 1..%d bytes",
		    m->path, PF_CONTROL_TEXT - 1);
	memcpy(text, s, n + 1);
	return 0;
}

static int
read_wish(const struct pf_osc_message *m, const struct pf_address *a,
    struct pf_control_wish *w, struct pf_err *err)
{
	const unsigned values = a->kind != PF_ADDRESS_TRIGGER;
	int status = 0;
	if (m->n < values)
		return pf_err_set(err, "'%s' wants a value", a->path);
	if (m->n > values + (a->also != NULL))
		return pf_err_set(err, "'%s' takes no %s argument", a->path,
		    values + (a->also != NULL) == 0 ? "" : m->n == 2
		    ? "second" : "third");
	switch (a->kind) {
	case PF_ADDRESS_NUMBER:
		status = read_number(m, 0, a->path, a->lo, a->hi, a->unit,
		    &w->number, err);
		break;
	case PF_ADDRESS_SWITCH:
		status = read_switch(m, &w->number, err);
		break;
	case PF_ADDRESS_CHOICE:
		status = read_choice(m, a, &w->number, err);
		break;
	case PF_ADDRESS_TEXT:
		status = read_text(m, w->text, err);
		break;
	default:
		break;
	}
	w->has_also = status == 0 && m->n > values;
	if (w->has_also)
		status = read_number(m, values, a->also, 0, a->also_most, "",
		    &w->also, err);
	return status;
}

/* ---- commands */

int
pf_control_post(struct pf_control *c, unsigned peer, const char *path,
    struct pf_command *command, struct pf_err *err)
{
	struct pf_event check = command->event;
	if (check.time == PF_TIME_NOW)
		check.time = 0;
	const char *const wrong = pf_event_check(&check);
	if (wrong)
		return pf_err_set(err, "'%s' is out of range", wrong);
	struct pf_control_pending *p = NULL;
	command->ticket = 0;
	if (path) {
		if (++c->ticket > INT32_MAX)
			c->ticket = 1;
		command->ticket = c->ticket;
		p = &c->pending[c->ticket % PF_CONTROL_PENDING];
	}
	if ((p && p->ticket != 0 && p->until_ns > c->mono_ns) ||
	    !pf_commands_put(c->config.commands, command))
		return pf_err_set(err, "too much waits already"), -EAGAIN;
	if (!p)
		return 0;
	*p = (struct pf_control_pending){
		.ticket = c->ticket, .peer = peer,
		.since_ns = command->event.time == PF_TIME_NOW ? c->mono_ns
		    : 0,
		.until_ns = c->mono_ns + FORGET_NS,
	};
	if (command->kind == PF_COMMAND_EVENT &&
	    pf_event_type(&command->event) == PF_SET)
		p->set = command->event;
	snprintf(p->path, sizeof p->path, "%s", path);
	c->waiting++;
	return 0;
}

int
pf_control_post_event(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_event *e,
    enum pf_command_kind kind, const char *key, const char *text,
    struct pf_err *err)
{
	struct pf_command command = {.event = *e, .kind = (uint16_t)kind};
	if (text)
		command.more_len = (uint16_t)snprintf(command.more,
		    sizeof command.more, "%s=%s", key, text);
	return pf_control_post(c, r->peer, a->path, &command, err);
}

void
pf_control_spell(struct pf_control *c, const char *name)
{
	if (c->config.spell)
		c->config.spell(c->config.ctx, name);
}

static int
quit(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, struct pf_err *err)
{
	if (!c->config.quit)
		return pf_err_set(err, "this engine is not ended from here");
	pf_control_ok(c, r->peer, a->path, 0, c->now_ns);
	c->config.quit(c->config.ctx);
	return 0;
}

static int
tap(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_control_wish *w, struct pf_err *err)
{
	if (!c->config.tap)
		return pf_err_set(err, "this engine has no taps");
	const int status = c->config.tap(c->config.ctx, w->text, err);
	if (status == 0)
		pf_control_ok(c, r->peer, a->path, 0, c->now_ns);
	return status;
}

static int
set_round_trip(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_control_wish *w, struct pf_err *err)
{
	if (!c->config.round_trip)
		return pf_err_set(err, "this engine has no device");
	c->config.round_trip(c->config.ctx, (uint32_t)llround(w->number));
	pf_control_ok(c, r->peer, a->path, 0, c->now_ns);
	return 0;
}

/* ---- the desk and the agents */

static int
set_param(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_control_wish *w,
    struct pf_err *err)
{
	struct pf_event e = pf_event_make(PF_SET, r->at_ns, 0);
	e.name = pf_hash_str(a->param);
	e.b = (float)w->number;
	if (w->has_also)
		e.duration = (float)w->also;
	pf_control_spell(c, a->param);
	return pf_control_post_event(c, r, a, &e, PF_COMMAND_EVENT, NULL,
	    NULL, err);
}

/* One of the words; without words, any. */
static int
check_word(const struct pf_address *a, const char *what, const char *text,
    struct pf_err *err)
{
	size_t n = 0;
	for (; a->words && a->words[n]; n++)
		if (strcmp(a->words[n], text) == 0)
			return 0;
	return a->words ? pf_nearest_fail(err, what, text, a->words, n) : 0;
}

static int
set_instrument(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_control_wish *w,
    struct pf_err *err)
{
	struct pf_event e = pf_event_make(PF_PATCH, r->at_ns,
	    pf_hash_str(a->node));
	const int status = check_word(a, "instrument", w->text, err);
	if (status != 0)
		return status;
	e.name = pf_hash_str(w->text);
	pf_control_spell(c, w->text);
	return pf_control_post_event(c, r, a, &e, PF_COMMAND_EVENT, "name",
	    w->text, err);
}

struct pf_control_memory *
pf_control_remember(struct pf_control *c, const char *param, bool make)
{
	const uint32_t hash = pf_hash_str(param);
	for (unsigned i = 0; i < PF_CONTROL_MEMORY; i++) {
		struct pf_control_memory *const m =
		    &c->memory[(hash + i) % PF_CONTROL_MEMORY];
		if (m->param == hash)
			return m;
		if (m->param != 0)
			continue;
		if (!make)
			return NULL;
		m->param = hash;
		return m;
	}
	return NULL;
}

static int
set_mind(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, const struct pf_control_wish *w,
    struct pf_err *err)
{
	struct pf_event e = pf_event_make(PF_SET, r->at_ns, 0);
	const bool trait = a->what == PF_AT_TRAIT;
	int status = trait ? 0 : check_word(a, a->what == PF_AT_STYLE
	    ? "style" : "personality", w->text, err);
	if (status != 0)
		return status;
	e.name = pf_hash_str(a->param);
	e.b = trait ? (float)w->number : 0;
	pf_control_spell(c, a->param);
	status = pf_control_post_event(c, r, a, &e, PF_COMMAND_SAY, "text",
	    trait ? NULL : w->text, err);
	struct pf_control_memory *const m = status == 0
	    ? pf_control_remember(c, a->param, true) : NULL;
	if (m) {
		m->number = w->number;
		memcpy(m->text, w->text, sizeof m->text);
	}
	return status;
}

int
pf_control_set(struct pf_control *c, const struct pf_control_request *r,
    const struct pf_address *a, struct pf_err *err)
{
	struct pf_control_wish w = {0};
	if (!a->set)
		return pf_err_set(err, "'%s' is told, it cannot be set",
		    a->path);
	const int status = read_wish(r->m, a, &w, err);
	if (status != 0)
		return status;
	switch (a->what) {
	case PF_AT_TEMPO:
		return pf_control_set_tempo(c, r, w.number, w.also, err);
	case PF_AT_FOLLOW:
		return pf_control_set_follow(c, r, a, &w, err);
	case PF_AT_QUIT:
		return quit(c, r, a, err);
	case PF_AT_TAP:
		return tap(c, r, a, &w, err);
	case PF_AT_ROUND_TRIP:
		return set_round_trip(c, r, a, &w, err);
	case PF_AT_PARAM:
		return set_param(c, r, a, &w, err);
	case PF_AT_MUTE:
		return pf_control_set_mute(c, r, a, w.number != 0, err);
	case PF_AT_SOLO:
		return pf_control_set_solo(c, r, a, w.number != 0, err);
	case PF_AT_INSTRUMENT:
		return set_instrument(c, r, a, &w, err);
	case PF_AT_TRAIT: case PF_AT_STYLE:
	case PF_AT_PERSONALITY: case PF_AT_PATTERN:
		return set_mind(c, r, a, &w, err);
	default:
		return pf_control_set_transport(c, r, a, &w, err);
	}
}
