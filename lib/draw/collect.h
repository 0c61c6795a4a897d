/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the room: what a picture collected, and how it is laid out.
 */
#ifndef PF_DRAW_COLLECT_H
#define PF_DRAW_COLLECT_H

#include "draw/picture.h"
#include "event/tempo_map.h"
#include "music/theory.h"

#include <stddef.h>

enum { MOST_SOURCES = 64 };

/* A note, or a heard one; end_s < 0 while it sounds. */
struct mark {
	double start_s, end_s;
	float pitch, velocity;
	uint32_t id;
	bool heard;
};

/* An instant with a value: an onset, a level. */
struct point {
	double s;
	float value;
};

/* Something that holds until the next of its kind, or end_s if it is set. */
struct span {
	double start_s, end_s;
	struct pf_chord chord; /* chords */
	struct pf_key key;     /* keys */
	uint32_t name;         /* sections */
};

struct marks { struct mark *v; size_t n, room; };
struct points { struct point *v; size_t n, room; };
struct spans { struct span *v; size_t n, room; };

/* A beat that was told, or a bar line of the axis. */
struct tick {
	double s;
	int index;  /* in the bar, from 1 */
};
struct ticks { struct tick *v; size_t n, room; };

struct source {
	uint32_t name;
	bool drums;
	struct marks notes;
	struct points onsets, levels;
	struct spans chords, keys;
	struct ticks beats;
	float low, high; /* of its notes */
};

struct pf_picture {
	const struct pf_names *names;
	struct source source[MOST_SOURCES];
	size_t n_sources;
	struct spans sections;
	struct pf_tempo_map map;
	bool axis;          /* a tempo was told: beats are musical */
	struct ticks meters; /* s is a beat here; index: quarters * 1000 a bar */
	double end_s;
};

#endif
