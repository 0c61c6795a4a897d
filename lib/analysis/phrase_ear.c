/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/phrase_ear.h"

#include <string.h>

const char *const pf_phrase_name[PF_PHRASES] = {
	"", "begin", "pause", "end", "rising", "falling",
};

void
pf_phrase_ear_init(struct pf_phrase_ear *ear)
{
	memset(ear, 0, sizeof *ear);
}

static bool
say(struct pf_phrase_heard *heard, enum pf_phrase_what what, int64_t at_ns,
    double confidence)
{
	*heard = (struct pf_phrase_heard){what, at_ns, confidence};
	return true;
}

bool
pf_phrase_ear_onset(struct pf_phrase_ear *ear, int64_t at_ns,
    struct pf_phrase_heard *heard)
{
	const bool begins = !ear->going;
	ear->going = true;
	ear->paused = false;
	ear->last_ns = at_ns;
	ear->silent_ns = 0;
	if (!begins)
		return false;
	ear->pitches = 0;
	ear->slope = 0;
	return say(heard, PF_PHRASE_BEGIN, at_ns, 0.9);
}

bool
pf_phrase_ear_note(struct pf_phrase_ear *ear, int64_t at_ns, double midi,
    struct pf_phrase_heard *heard)
{
	memmove(ear->pitch, ear->pitch + 1, 3 * sizeof *ear->pitch);
	ear->pitch[3] = midi;
	if (++ear->pitches < 4)
		return false;
	/* Regression over the last four: 3 semitones a note is surely steep. */
	const double slope = (3 * (ear->pitch[3] - ear->pitch[0])
	    + (ear->pitch[2] - ear->pitch[1])) / 10;
	const int way = slope > 1.2 ? 1 : slope < -1.2 ? -1
	    : slope * ear->slope > 0.4 ? ear->slope : 0;
	if (way == ear->slope)
		return false;
	ear->slope = way;
	if (way == 0)
		return false;
	const double c = 0.4 + 0.2 * slope * way;
	return say(heard, way > 0 ? PF_PHRASE_RISING : PF_PHRASE_FALLING,
	    at_ns, c > 1 ? 1 : c);
}

bool
pf_phrase_ear_run(struct pf_phrase_ear *ear, int64_t now_ns, bool silent,
    double beat_ns, struct pf_phrase_heard *heard)
{
	if (!ear->going)
		return false;
	if (!silent)
		ear->silent_ns = 0;
	else if (ear->silent_ns == 0)
		ear->silent_ns = now_ns;
	const double since = (double)(now_ns - ear->last_ns) / beat_ns;
	const double quiet = ear->silent_ns == 0 ? 0
	    : (double)(now_ns - ear->silent_ns) / beat_ns;
	if (since >= 4 || quiet >= 2) {
		ear->going = false;
		return say(heard, PF_PHRASE_END, ear->silent_ns != 0
		    ? ear->silent_ns : ear->last_ns, quiet >= 2 ? 0.95 : 0.7);
	}
	if (!ear->paused && (since >= 2 || quiet >= 0.5)) {
		ear->paused = true;
		return say(heard, PF_PHRASE_PAUSE, ear->silent_ns != 0
		    ? ear->silent_ns : ear->last_ns, quiet > 0 ? 0.8 : 0.6);
	}
	return false;
}
