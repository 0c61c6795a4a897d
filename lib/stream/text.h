/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of text and one event: the codec of the stream's text form.
 *
 *     beat TAB source TAB type TAB pitch TAB velocity TAB duration [TAB k=v]...
 *
 * performia-events(5) tells the form; event/type.h drives it.  Most programs
 * want stream/feed.h to read and stream/writer.h to write.
 *
 * Time in ns is the tempo map's answer for the line's beat.  A length in
 * beats becomes seconds by the tempo in force where the line stands: what a
 * later tempo will be is not known yet, so a note that sounds across a
 * change keeps the length it was given.  Both print so that they read back
 * to the same bits.
 */
#ifndef PF_STREAM_TEXT_H
#define PF_STREAM_TEXT_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/tempo_map.h"

#include <stddef.h>

/* The longest line, with its newline; and the longest one we print. */
#define PF_LINE_MOST 65536
#define PF_TEXT_MOST 1280

enum pf_line_kind {
	PF_LINE_EVENT,   /* event and more are set */
	PF_LINE_FOREIGN, /* a type we do not know: only beat and time are set */
	PF_LINE_COMMENT, /* '#' or empty: it has no time of its own */
};

struct pf_line {
	enum pf_line_kind kind;
	struct pf_event event;
	const char *more;      /* "k=v" TAB ...; "" for none */
	size_t more_len;
	double beat;
	double length_beats;   /* the duration column; NaN: none */
	double at_beats;       /* the key at=; NaN: none */
	const char *raw;       /* the bytes as they were read, with newline */
	size_t raw_len;
	const char *source;    /* the source's name in raw; no NUL */
	size_t source_len;
	long number;           /* of the line in its file, from 1 */
};

/*
 * Read a line.
 *
 * raw[len]  the line; a newline (and CR) at its end is passed over
 * map       the axis up to here; a tempo event is not added
 * more      room for the pairs the type does not know: PF_MORE_BYTES + 1
 *
 * Sets all of *line but number.  Returns 0; -EINVAL with *err worded
 * ("pitch: 'H4' is not a note"), without a place; -ENOMEM.
 */
PF_MUST_CHECK int pf_text_parse(struct pf_line *line, const char *raw,
    size_t len, struct pf_names *names, const struct pf_tempo_map *map,
    char more[PF_MORE_BYTES + 1], struct pf_err *err);

/*
 * Set the event's time, length and `at` again, from the line's beats and the
 * map: for lines that stood before a tempo of their own beat.
 */
void pf_text_retime(struct pf_line *line, const struct pf_tempo_map *map);

/*
 * Print an event with its newline on the axis of the map; no NUL.
 *
 * more  pairs, separated by TAB; NULL or "" for none
 * buf   PF_TEXT_MOST bytes
 *
 * Returns the length; 0 for an event that has no text (cancel, more, an
 * unknown type, a time of PF_TIME_NOW).
 */
size_t pf_text_print(char *buf, const struct pf_event *e, const char *more,
    const struct pf_names *names, const struct pf_tempo_map *map);

/*
 * Print the beat of a time: the fewest decimals (up to 10) that read back to
 * the same ns.  buf of PF_NUMBER_MOST; returns the length.
 */
size_t pf_text_print_beat(char *buf, int64_t time_ns,
    const struct pf_tempo_map *map);

#endif
