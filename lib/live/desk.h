/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk as it stands: its nodes (strips, inputs, effect returns, the
 * master), every parameter with its table and the value it has now, and who
 * is in the session.  For `get`, `list` and screens; what a member costs and
 * how it is read stands in the lanes themselves (live/stats.h).
 *
 * The porter keeps it: strips as they come, values as they take effect (he
 * reads them on lane.tape, whoever set them), members as they live and die.
 * Any setup thread may ask; a lock guards it, which no audio thread takes.
 * Callbacks run under the lock: they copy and call nothing here.
 */
#ifndef PF_LIVE_DESK_H
#define PF_LIVE_DESK_H

#include "base/attr.h"
#include "engine/engine.h"
#include "engine/instrument.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_desk;

enum pf_desk_kind {
	PF_DESK_STRIP, PF_DESK_INPUT, PF_DESK_RETURN, PF_DESK_MASTER
};

struct pf_desk_node {
	const char *name;       /* "bass", "reverb", "master" */
	enum pf_desk_kind kind;
	const char *instrument; /* PF_DESK_STRIP: "warm-bass"; else "" */
};

struct pf_desk_param {
	const char *path;  /* within the node: "gain" "eq.low" "send.reverb" */
	uint32_t hash;     /* of NODE.PATH: what a `set` names */
	const struct pf_param *param; /* unit, range, default, choices */
	float value;       /* now; a ramp's goal while it moves */
	float home;        /* what `reset` puts back */
};

struct pf_desk_member {
	const char *name, *role;
	uint32_t source;    /* hash of the name */
	uint32_t pid;
	uint32_t state;     /* enum pf_lane_state */
	bool alive;         /* its owner lives */
};

/* Returns 0 and sets *desk, or -ENOMEM. */
PF_MUST_CHECK int pf_desk_new(struct pf_desk **desk);
void pf_desk_free(struct pf_desk *desk);

/* ---- for who asks */

/*
 * Raised by each change of what there is (not by values).  Nodes come in the
 * order: strips and inputs as they came, returns, the master.
 */
uint32_t pf_desk_generation(struct pf_desk *desk);

/* Call tell() for each node, each parameter, each member. */
void pf_desk_each_node(struct pf_desk *desk,
    void (*tell)(void *ctx, const struct pf_desk_node *node), void *ctx);
void pf_desk_each_param(struct pf_desk *desk, const char *node,
    void (*tell)(void *ctx, const struct pf_desk_node *node,
    const struct pf_desk_param *param), void *ctx); /* node NULL: all */
void pf_desk_each_member(struct pf_desk *desk,
    void (*tell)(void *ctx, const struct pf_desk_member *member), void *ctx);

/*
 * One parameter by its full path, "bass.eq.low".  Returns 0 and copies its
 * table and value (path and node are not set), or -ENOENT.
 */
PF_MUST_CHECK int pf_desk_find(struct pf_desk *desk, const char *full_path,
    struct pf_desk_param *param);

/* ---- for the porter */

/* A node came, or plays another instrument.  0, -ENOSPC or -ENOMEM. */
PF_MUST_CHECK int pf_desk_put(struct pf_desk *desk, enum pf_desk_kind kind,
    const char *name, const struct pf_instrument *instrument);

/*
 * An event of lane.tape: `set` moves a value (its source's own, or a full
 * path), `reset` puts all back.
 */
void pf_desk_hear(struct pf_desk *desk, const struct pf_event *e);

/* A member's state, by name; gone: it is forgotten. */
void pf_desk_member(struct pf_desk *desk,
    const struct pf_desk_member *member, bool gone);

#endif
