/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a stage manager decides: whom to start when, when somebody who died
 * comes back, in which order all go home.
 *
 * The supervisor knows no process, no clock and no descriptor: it is told
 * what happened and when, and acts through a table of hands.  So every rule
 * can be tried in a test, without waiting for anything.  One thread.
 *
 * A program's life:
 *
 *     WAITING --all it stands after are ready--> STARTING --says so--> READY
 *        ^                                          |                    |
 *        |                                      dies or is late        dies
 *     RESTING <------- back-off, 0..5 s ------------+--------------------+
 *
 * and ENDED (done), GIVEN_UP (failed too often), LEAVING (told to end).
 *
 * Back-off: who had stood for a second, or was ready and then killed from
 * outside (KILL), is started at once; so is the first failure of a row; then
 * after 100 ms, 200 ms, ... 5 s.  Who fails to get ready `limit` times in a
 * row, or ends with status 2 (wrong usage, which no repetition heals), is
 * given up.  Who has devices to choose from tries the next one with each
 * start, until it was ready with one.
 */
#ifndef PF_RIG_SUPERVISE_H
#define PF_RIG_SUPERVISE_H

#include "rig/rig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_super_state {
	PF_SUPER_WAITING, PF_SUPER_RESTING, PF_SUPER_STARTING, PF_SUPER_READY,
	PF_SUPER_LEAVING, PF_SUPER_ENDED, PF_SUPER_GIVEN_UP
};

/* How somebody ended. */
struct pf_super_end {
	bool known;  /* false: it was not our child, nobody told us */
	bool fine;   /* if not known: it left in good order */
	int signal;  /* that killed it; 0: none */
	int status;  /* its exit status, if none did */
};

struct pf_super_life {
	enum pf_super_state state;
	int64_t born_ns;     /* when it was started */
	int64_t ready_ns;    /* when it got ready */
	int64_t due_ns;      /* when the state's patience ends */
	bool was_ready;      /* in this life */
	bool killed;         /* KILL was sent */
	unsigned row;        /* short lives in a row */
	unsigned failed;     /* starts in a row that did not get ready */
	unsigned restarts;   /* in all */
	size_t choice;       /* which of its devices it tries */
	bool chosen;         /* it was ready with that one: it stays */
};

/* What the supervisor can do.  i is the program's place in the rig. */
struct pf_super_hands {
	/* Start it, with the device life[i].choice.  Returns 0 or a
	 * negative errno: that counts as a death. */
	int (*start)(void *ctx, size_t i);
	/* Send it a signal; it lives. */
	void (*signal)(void *ctx, size_t i, int sig);
	/* Tell people.  level 0: they want to know, 1: with -v. */
	void (*say)(void *ctx, size_t i, int level, const char *text);
};

struct pf_super {
	const struct pf_rig *rig;
	const struct pf_super_hands *hands;
	void *ctx;
	struct pf_super_life life[PF_RIG_PROGRAMS];
	unsigned stops;   /* how often we were told to stop */
};

/* Begin: all wait.  rig, hands and ctx are borrowed. */
void pf_super_init(struct pf_super *s, const struct pf_rig *rig,
    const struct pf_super_hands *hands, void *ctx);

/* Take over program i, which runs already and counts as ready. */
void pf_super_adopt(struct pf_super *s, size_t i, int64_t now_ns);

/* Program i is done: it is not started. */
void pf_super_done(struct pf_super *s, size_t i);

/* Program i said that it is ready. */
void pf_super_ready(struct pf_super *s, size_t i, int64_t now_ns);

/* Program i is gone. */
void pf_super_died(struct pf_super *s, size_t i,
    const struct pf_super_end *end, int64_t now_ns);

/* Program i runs but does not advance: it is killed, and so comes back. */
void pf_super_stalled(struct pf_super *s, size_t i, int64_t now_ns);

/*
 * Stop.  First: everybody is told to end, those first whom nobody stands
 * after.  Second: all at once, and killed soon.  Third: killed now.
 */
void pf_super_stop(struct pf_super *s, int64_t now_ns);

/*
 * Do what is due.  Returns when to call again, INT64_MAX if nothing will be
 * due by itself.  Call it after each of the above too.
 */
int64_t pf_super_step(struct pf_super *s, int64_t now_ns);

/* Is everybody who is meant to stay ready (and nobody still to come)? */
bool pf_super_settled(const struct pf_super *s);

/* Is nobody left and nobody to come?  Then *status is 0, or 1 if somebody
 * was given up. */
bool pf_super_over(const struct pf_super *s, int *status);

#endif
