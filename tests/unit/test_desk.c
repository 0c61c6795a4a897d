/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/desk.h"

#include "base/hash.h"
#include "engine/effects.h"
#include "event/type.h"
#include "tap.h"

#include <errno.h>
#include <string.h>

static struct pf_desk *desk;
static char order[256];
static unsigned params;

static void
tell_node(void *ctx, const struct pf_desk_node *node)
{
	(void)ctx;
	strncat(order, node->name, sizeof order - strlen(order) - 2);
	strncat(order, " ", sizeof order - strlen(order) - 1);
}

static void
tell_param(void *ctx, const struct pf_desk_node *node,
    const struct pf_desk_param *p)
{
	char full[200];
	(void)ctx;
	snprintf(full, sizeof full, "%s.%s", node->name, p->path);
	params += p->hash == pf_hash_str(full) && p->param != NULL;
}

static void
tell_member(void *ctx, const struct pf_desk_member *m)
{
	(void)ctx;
	strncat(order, m->name, sizeof order - strlen(order) - 1);
}

static float
value(const char *path)
{
	struct pf_desk_param p;
	return pf_desk_find(desk, path, &p) == 0 ? p.value : -1000;
}

static void
put(enum pf_desk_kind kind, const char *name, const struct pf_model *model)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, model);
	ins.channel.fxs = 1;
	pf_fx_spec_init(&ins.channel.fx[0], &pf_fx_limiter);
	ins.channel.gain_db = -3;
	if (pf_desk_put(desk, kind, name, &ins) != 0)
		printf("Bail out! no memory\n");
}

static void
set(const char *source, const char *name, float to)
{
	struct pf_event e = pf_event_make(PF_SET, 0, pf_hash_str(source));
	e.name = pf_hash_str(name);
	e.b = to;
	e.id = 0;
	pf_desk_hear(desk, &e);
}

int
main(void)
{
	if (pf_desk_new(&desk) != 0)
		return 1;
	put(PF_DESK_MASTER, "master", NULL);
	put(PF_DESK_RETURN, "room", NULL);
	put(PF_DESK_STRIP, "bass", &pf_model_subtractive);
	pf_desk_each_node(desk, tell_node, NULL);
	ok(strcmp(order, "bass room master ") == 0,
	    "strips come first, the master last");
	pf_desk_each_param(desk, "bass", tell_param, NULL);
	/* A name that the channel has already is not the model's. */
	ok(params > pf_model_subtractive.params + pf_fx_limiter.params,
	    "a strip has its channel's, its model's and its effects' knobs");
	ok(value("bass.gain") == -3 && value("bass.limiter.gain") == 0 &&
	    value("room.ceiling") == -1 && value("bass.wings") == -1000,
	    "each is found by its path");
	set("bass", "cutoff", 0.25f);
	set("engine", "bass.gain", -9);
	set("bass", "room.ceiling", -6);
	ok(value("bass.cutoff") == 0.25f && value("bass.gain") == -9 &&
	    value("room.ceiling") == -6,
	    "a value moves by its own path or by the full one");
	put(PF_DESK_STRIP, "bass", &pf_model_fm);
	ok(value("bass.gain") == -9 && value("bass.cutoff") == -1000,
	    "another instrument has other knobs; the fader stays");
	const struct pf_event reset = pf_event_make(PF_RESET, 0, 0);
	pf_desk_hear(desk, &reset);
	ok(value("bass.gain") == -3, "reset puts all back");
	const uint32_t generation = pf_desk_generation(desk);
	struct pf_desk_member m = {.name = "ann", .role = "bass"};
	pf_desk_member(desk, &m, false);
	ok(pf_desk_generation(desk) != generation,
	    "who comes is seen from the generation");
	*order = '\0';
	pf_desk_each_member(desk, tell_member, NULL);
	pf_desk_member(desk, &m, true);
	pf_desk_each_member(desk, tell_member, NULL);
	ok(strcmp(order, "ann") == 0, "members come and go");
	pf_desk_free(desk);
	return tap_done();
}
