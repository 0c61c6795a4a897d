/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The porter: a setup thread that does for the audio thread what that may
 * not do itself.
 *
 * He finds lanes as they are born (by the roster, and by looking every
 * second), maps them, touches and locks their pages and hands them over; he
 * makes strips, loads instruments, and frees what came back.  He sees owners
 * die (the kernel's lock, a pidfd) and has what they hold ended; he says in
 * the log who writes garbage; he rings the bell for who sleeps.
 *
 *     lane is born -> its history is read: which instrument, which values,
 *     from where on to play -> instrument loaded, strip prepared -> handed
 *     over, held until the strip is in place -> drained
 */
#ifndef PF_LIVE_PORTER_H
#define PF_LIVE_PORTER_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"
#include "live/desk.h"
#include "live/stage.h"
#include "render/rack.h"
#include "session/directory.h"
#include "session/lane_file.h"
#include "session/page_file.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_porter;

struct pf_porter_config {
	const struct pf_directory *dir;
	struct pf_engine *engine;
	struct pf_rack *rack;      /* the porter's from now on */
	struct pf_lane_file *said; /* lane.engine */
	struct pf_lane_file *tape; /* lane.tape */
	struct pf_bell *bell;
	struct pf_desk *desk;      /* kept by him */
	uint32_t rate_hz;
	int64_t now_ns;            /* session time at which the stage begins */
	int wake_fd;               /* an eventfd, as given to the stage */
	bool verbose;
	/* A strip is about to come; on his thread, may order.  NULL: nobody
	 * wants to know. */
	void (*comes)(void *ctx, const char *name);
	void *ctx;
};

/*
 * Make a porter.  Returns 0 and sets *porter, or a negative errno with *err
 * worded.
 */
PF_MUST_CHECK int pf_porter_new(struct pf_porter **porter,
    const struct pf_porter_config *config, struct pf_err *err);
void pf_porter_free(struct pf_porter *porter);

/*
 * Give him the stage and have him look once, before the device starts: who
 * is there already plays from the first frame on, and the taps are there.
 * Returns 0, or a negative errno with *err worded: one can not be made.
 */
PF_MUST_CHECK int pf_porter_begin(struct pf_porter *porter,
    struct pf_stage *stage, struct pf_err *err);

/* Start and end his thread.  0 or a negative errno. */
PF_MUST_CHECK int pf_porter_start(struct pf_porter *porter);
void pf_porter_stop(struct pf_porter *porter);

/*
 * Tap a strip, a return or the master, from now on until the engine ends, as
 * tap.NAME (session/tap.h); again is fine, and a strip that is not there yet
 * is silent.  Any setup thread; the tap is there a moment later.
 *
 * Returns 0; -EINVAL (no strip can be called so) or -ENOSPC (too many), with
 * *err worded.
 */
PF_MUST_CHECK int pf_porter_tap(struct pf_porter *porter, const char *name,
    struct pf_err *err);

/* The stage's wait(), free running: wake him, and give him a moment. */
void pf_porter_wait(void *porter);

/*
 * Spell a name, so that others can print what is said with its hash on
 * lane.engine and lane.tape.  Any setup thread.
 */
void pf_porter_name(struct pf_porter *porter, const char *name);

/*
 * Spell on lane.tape what everybody has spelled on his own lane so far: all
 * that the tape has said.  He does so himself ten times a second.  Any setup
 * thread.
 */
void pf_porter_spell(struct pf_porter *porter);

#endif
