/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/note_ear.h"

#include <math.h>
#include <string.h>

enum { WINDOW = PF_NOTE_EAR_WINDOW };

static const double sure = 0.8;            /* confidence of a pitch */
static const double still = 0.35;          /* semitones: holds still */
static const double another = 0.75;        /* semitones: another note */
static const double bend_by = 0.3;         /* semitones worth telling */
static const int64_t patience_ns = 160000000; /* for the pitch of an onset */
static const int64_t lost_ns = 90000000;   /* without a pitch: it is over */
static const int64_t bend_every_ns = 50000000;
static const double died_away_db = 32;     /* below its loudest */
static const double silent_db = -62;

void
pf_note_ear_init(struct pf_note_ear *ear)
{
	memset(ear, 0, sizeof *ear);
	ear->pitched = 0.7;
}

void
pf_note_ear_onset(struct pf_note_ear *ear, int64_t at_ns, double strength)
{
	if (ear->waiting) /* the last one had no pitch */
		ear->pitched += 0.15 * (0 - ear->pitched);
	ear->waiting = true;
	ear->onset_ns = at_ns;
	ear->onset_strength = strength;
	ear->n = 0;
}

/* Do the last n pitches lie close together?  Their mean in *midi. */
static bool
holds_still(const struct pf_note_ear *ear, unsigned n, double *midi)
{
	double lo = 1e9, hi = 0, sum = 0;
	if (ear->n < n)
		return false;
	for (unsigned i = 1; i <= n; i++) {
		const double m = ear->recent[(ear->n - i) % WINDOW];
		lo = m < lo ? m : lo;
		hi = m > hi ? m : hi;
		sum += m;
	}
	*midi = sum / n;
	return hi - lo < still;
}

static int
begin(struct pf_note_ear *ear, int64_t at_ns, int64_t now_ns, double midi,
    double velocity, double level_db, struct pf_note_said *said)
{
	int n = 0;
	if (ear->sounding)
		said[n++] = (struct pf_note_said){PF_OFF, ear->midi, 0, at_ns,
		    ear->id};
	ear->sounding = true;
	ear->midi = midi;
	ear->begun_ns = at_ns;
	ear->heard_ns = ear->bent_ns = now_ns;
	ear->top_db = level_db;
	said[n++] = (struct pf_note_said){PF_ON, midi, velocity, at_ns,
	    ++ear->id};
	return n;
}

int
pf_note_ear_end(struct pf_note_ear *ear, int64_t now_ns,
    struct pf_note_said *said)
{
	if (!ear->sounding)
		return 0;
	ear->sounding = false;
	*said = (struct pf_note_said){PF_OFF, ear->midi, 0, now_ns, ear->id};
	return 1;
}

int
pf_note_ear_run(struct pf_note_ear *ear, int64_t now_ns, double midi,
    double confidence, double level_db, struct pf_note_said said[2])
{
	const bool heard = midi > 0 && confidence >= sure &&
	    level_db > silent_db;
	double mean = midi;
	if (heard)
		ear->recent[ear->n++ % WINDOW] = midi;
	else
		ear->n = 0;
	if (ear->waiting) {
		if (heard && holds_still(ear, 3, &mean)) {
			ear->waiting = false;
			ear->pitched += 0.15 * (1 - ear->pitched);
			return begin(ear, ear->onset_ns, now_ns, mean,
			    ear->onset_strength, level_db, said);
		}
		if (now_ns - ear->onset_ns > patience_ns) {
			ear->waiting = false;
			ear->pitched += 0.15 * (0 - ear->pitched);
		}
	}
	if (!ear->sounding)
		return 0;
	if (level_db > ear->top_db)
		ear->top_db = level_db;
	const bool gone = level_db < ear->top_db - died_away_db ||
	    level_db < silent_db;
	if (heard && fabs(midi - ear->midi) < another && !gone)
		ear->heard_ns = now_ns;
	if (gone || now_ns - ear->heard_ns > lost_ns) {
		if (!gone && !ear->waiting && holds_still(ear, WINDOW, &mean))
			return begin(ear, ear->heard_ns, now_ns, mean,
			    ear->onset_strength * 0.8, level_db, said);
		return pf_note_ear_end(ear, gone ? now_ns : ear->heard_ns,
		    said);
	}
	if (ear->waiting || now_ns - ear->bent_ns < bend_every_ns ||
	    !holds_still(ear, 3, &mean))
		return 0;
	const double by = fabs(mean - ear->midi);
	if (by < bend_by || by >= another)
		return 0;
	ear->midi = mean;
	ear->bent_ns = now_ns;
	said[0] = (struct pf_note_said){PF_BEND, mean, confidence, now_ns,
	    ear->id};
	return 1;
}
