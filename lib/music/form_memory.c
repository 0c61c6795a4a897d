/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/form_memory.h"

#include "base/math.h"

#include <string.h>

#define NEAREST 4 /* beats: less is a rhythm, not a form */

static const double same_gain = 1.6;    /* log odds of a beat that is alike */
static const double other_loss = 5.0;   /* and how they fall */
static const double harmony_share = 0.6;
static const double back_at_phrase = 0.5; /* of those that leave at a phrase:
                                           * go back rather than on to new */

void
form_memory_init(struct form_memory *form)
{
	memset(form, 0, sizeof *form);
	form->back[0] = 1;
	form->bar = -1;
}

/* How likely is it that the music leaves its track before this beat? */
static double
leaving(int index, long bar)
{
	if (index != 0)
		return 0.002;
	return bar % 8 == 0 ? 0.25 : bar % 4 == 0 ? 0.12
	    : bar % 2 == 0 ? 0.04 : 0.02;
}

/* How much does the music like to go back to this beat? */
static double
attraction(const struct form_beat *b)
{
	if (b->index != 0)
		return 0.002;
	return b->bar == 0 ? 3 : b->bar % 8 == 0 ? 1
	    : b->bar % 4 == 0 ? 0.4 : b->bar % 2 == 0 ? 0.06 : 0.02;
}

void
form_memory_foresee(const struct form_memory *form, const double *from,
    long beat, int index, int per_bar, long bar, double *to)
{
	const double leave = leaving(index, bar);
	const long most = beat < FORM_BEATS - 1 ? beat : FORM_BEATS - 1;
	double total = 0, kept = 0;
	memset(to, 0, FORM_BEATS * sizeof *to);
	for (long d = NEAREST; d <= most; d++) {
		if (beat - d >= form->beats
		    || beat - d <= form->beats - FORM_BEATS)
			continue;
		const struct form_beat *b =
		    &form->beat[(beat - d) % FORM_BEATS];
		if (b->index != index || b->per_bar != per_bar || b->bar < -1)
			continue;
		to[d] = from[d] * (1 - leave);
		kept += to[d];
		total += attraction(b);
	}
	const double lost = 1 - kept; /* left, cut off, or new */
	const double stay_new = from[0] * (1 - leave);
	const double gone = lost > stay_new ? lost - stay_new : 0;
	const double back = total > 0 ? gone * back_at_phrase : 0;
	if (back > 0)
		for (long d = NEAREST; d <= most; d++) {
			if (beat - d >= form->beats
			    || beat - d <= form->beats - FORM_BEATS)
				continue;
			const struct form_beat *b =
			    &form->beat[(beat - d) % FORM_BEATS];
			if (b->index == index && b->per_bar == per_bar)
				to[d] += back * attraction(b) / total;
		}
	to[0] = stay_new + gone - back;
}

/* Log odds that two beats are the same place of the form. */
static double
likeness(const struct form_beat *a, const struct form_beat *b)
{
	double l = 0;
	const float melody = a->melody + b->melody;
	if (melody > 0.05f) {
		float apart = 0;
		for (int i = 0; i < 24; i++) {
			const float d = a->sound[i] - b->sound[i];
			apart += d < 0 ? -d : d;
		}
		const double sure = melody < 1.2f ? (double)melody / 1.2 : 1;
		l += sure * (same_gain - other_loss * (double)(apart / melody));
	}
	if (a->harmony > 0 && b->harmony > 0) {
		float apart = 0;
		for (int i = 24; i < FORM_FEATURES; i++) {
			const float d = a->sound[i] / a->harmony
			    - b->sound[i] / b->harmony;
			apart += d < 0 ? -d : d;
		}
		l += harmony_share * (same_gain - other_loss
		    * (double)apart / 2);
	}
	return l;
}

void
form_memory_hear(struct form_memory *form, const struct form_beat *heard)
{
	static const double floor_new = 1e-4;
	double to[FORM_BEATS], sum = 0;
	struct form_beat *b = &form->beat[form->beats % FORM_BEATS];
	if (heard->index == 0)
		form->bar++;
	if (!form->begun && (heard->melody > 0 || heard->harmony > 0)) {
		form->begun = true;
		form->bar = heard->index == 0 ? 0 : -1;
	}
	form_memory_foresee(form, form->back, form->beats, heard->index,
	    heard->per_bar, form->bar, to);
	*b = *heard;
	b->bar = form->bar;
	for (long d = 0; d < FORM_BEATS; d++) {
		if (to[d] > 0 && d > 0)
			to[d] *= pf_exp(likeness(b, &form->beat[
			    (form->beats - d) % FORM_BEATS]));
		sum += to[d];
	}
	for (long d = 0; d < FORM_BEATS; d++)
		form->back[d] = to[d] / sum;
	form->back[0] += floor_new;
	form->beats++;
}
