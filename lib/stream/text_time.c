/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beats of a line to its event's time, length and `at`. */
#include "stream/text_parser.h"

#include "base/number.h"

#include <math.h>

static float
seconds(double beats, double bpm)
{
	return (float)(beats * 60 / bpm);
}

/* µs from the event to a beat, rounded. */
static int64_t
micros(const struct pf_line *line, double beat, const struct pf_tempo_map *map)
{
	const int64_t ns = pf_tempo_map_ns(map, beat) - line->event.time;
	return (ns + (ns < 0 ? -500 : 500)) / 1000;
}

void
pf_text_retime(struct pf_line *line, const struct pf_tempo_map *map)
{
	line->event.time = pf_tempo_map_ns(map, line->beat);
	if (line->event.type & PF_HEARD) {
		const int64_t us = micros(line, line->at_beats, map);
		line->event.at_us = us < INT32_MIN ? INT32_MIN
		    : us > INT32_MAX ? INT32_MAX : (int32_t)us;
	} else if (!isnan(line->length_beats)) {
		line->event.duration = seconds(line->length_beats,
		    pf_tempo_map_bpm(map, line->beat));
	}
}

int
text_length(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	double beats;
	if (pf_number_parse(w.s, w.len, &beats) != 0)
		return text_wrong(p, f->key, w, "is not a number");
	float s = seconds(beats, pf_tempo_map_bpm(p->map, p->line->beat));
	if (s == 0) /* -0 and what is too short are nothing */
		beats = s = 0;
	if (!((double)s >= f->lo && (double)s <= f->hi))
		return text_wrong(p, f->key, w, "is not a length in beats");
	p->line->length_beats = beats;
	memcpy(to, &s, sizeof s);
	return 0;
}

int
text_at(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to)
{
	double beat;
	if (pf_number_parse(w.s, w.len, &beat) != 0 || fabs(beat) > 1e9)
		return text_wrong(p, f->key, w, "is not a beat");
	const int64_t us = micros(p->line, beat, p->map);
	if (us < INT32_MIN || us > INT32_MAX)
		return text_wrong(p, f->key, w,
		    "is more than 35 minutes from its line");
	p->line->at_beats = beat;
	p->line->event.type |= PF_HEARD;
	memcpy(to, &(int32_t){(int32_t)us}, sizeof(int32_t));
	return 0;
}

int
text_beat(struct parser *p, struct word w)
{
	static const struct pf_field beat = {.key = "beat", .hi = 1e9};
	const int r = text_real(p, &beat, w, &p->line->beat);
	if (r != 0)
		return r;
	p->line->event.time = pf_tempo_map_ns(p->map, p->line->beat);
	if (p->line->event.time > PF_TIME_MOST)
		return text_wrong(p, "beat", w, "is more than 115 days away");
	return 0;
}
