/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the player does: everybody who is no agent, taken together.  A part of
 * the listener.
 */
#ifndef PF_AGENT_HEARD_PLAYER_H
#define PF_AGENT_HEARD_PLAYER_H

#include "agent/heard.h"
#include "agent/musical_time.h"

struct heard_player {
	struct pf_listener_player out;
	int64_t last_on_ns, last_end_ns;
	int64_t phrase_ns, phrase_end_ns;
	double onsets;         /* decaying count */
	double since_beat;
	int64_t hist_bar;
	double poly;
	double swing;          /* see struct pf_listener_pulse */
	double hits, pitched;  /* decaying counts: without pitch, and with */
	double level_db;       /* smoothed over a quarter of a second */
	double playing_db;     /* the same while the player is at it */
	double bar_db, top_db; /* over two seconds, and the loudest of those */
	int64_t level_ns;      /* when it was told last */
	bool levels, phrases;  /* somebody tells them */
};

void heard_player_init(struct heard_player *player);

/* A note (or a hit: pitch not known) begins. */
void heard_player_on(struct heard_player *player,
    const struct musical_time *time, int64_t at_ns, float pitch,
    float velocity);

/* That was a hit: it sounds for a moment, and has no pitch unless a note is
 * heard of it. */
void heard_player_hit(struct heard_player *player, int64_t at_ns);

/* Ears tell a phrase or a level; the event is one of those. */
void heard_player_phrase(struct heard_player *player,
    const struct pf_event *event);
void heard_player_level(struct heard_player *player,
    const struct pf_event *event);

/* Beats have other numbers than before. */
void heard_player_recount(struct heard_player *player, double beat,
    int64_t bar);

/* Time has gone on. */
void heard_player_run(struct heard_player *player, const struct heard *heard,
    const struct musical_time *time, int64_t now_ns);

/* A moment in beats, also of long ago, when there was nothing. */
double heard_beat(const struct musical_time *time, int64_t ns);

/* The place of a beat in its bar, in PF_LISTENER_GRIDths of a beat. */
int heard_place(const struct musical_time *time, double beat, int64_t bar);

#endif
