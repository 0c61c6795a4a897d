/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Motifs: a few notes as rhythm and contour, free of key and register, and
 * what a player makes of them: repeat, turn over, break in pieces, thin out.
 * For the files of this room only.
 */
#ifndef PF_AGENT_MOTIF_H
#define PF_AGENT_MOTIF_H

#include "agent/listener.h"
#include "music/style.h"

enum { PF_MOTIF_NOTES = 32 };

struct pf_motif_note {
	double at;    /* felt beats from the beat the motif is counted from */
	double beats; /* how long */
	int step;     /* in scale steps from the note before; 0 for the first */
	float touch;  /* velocity, 0..1 */
};

struct pf_motif {
	int n;
	double beats; /* from its first beat to the end of its last note */
	struct pf_motif_note note[PF_MOTIF_NOTES];
};

enum pf_motif_turn {
	PF_TURN_REPEAT,  /* as it was */
	PF_TURN_INVERT,  /* up becomes down */
	PF_TURN_HEAD,    /* its first half, twice, the second a step on */
	PF_TURN_TAIL,    /* its second half, then its end again */
	PF_TURN_THIN,    /* its weighty notes, longer */
	PF_TURNS
};
extern const char *const pf_motif_turn_name[PF_TURNS];

/*
 * Take a motif from what was played: the last notes of note[n] that fit in
 * so many beats, on the twelfths of the beat.  scale counts the steps.
 */
void pf_motif_take(struct pf_motif *motif, const struct pf_listener_note *note,
    int n, double beats, uint16_t scale);

/*
 * Make one from a style's cells, so many felt beats long.  draw(ctx, n) is
 * draw number n, in [0, 1).
 */
void pf_motif_invent(struct pf_motif *motif, const struct pf_melody *style,
    struct pf_meter meter, int beats,
    double (*draw)(void *ctx, uint32_t n), void *ctx);

/*
 * Make one bar of it from where somebody's onsets fall: onsets[] is how often
 * (0..1), by PF_LISTENER_GRIDth of a beat.  The strongest five places at most,
 * a quarter of a beat apart at least; an arch by step.
 */
void pf_motif_from_rhythm(struct pf_motif *motif, const float *onsets,
    int beats, double (*draw)(void *ctx, uint32_t n), void *ctx);

/* Say it again `beats` after its begin, so many scale steps higher. */
void pf_motif_twice(struct pf_motif *motif, int beats, int step);

/* End within `beats`: the last note is held for at least one. */
void pf_motif_close(struct pf_motif *motif, double beats);

/* Turn a motif into another that fits `beats`. */
void pf_motif_turn(struct pf_motif *motif, enum pf_motif_turn turn,
    double beats);

#endif
