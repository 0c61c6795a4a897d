/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of text to an event: what the parts of the work share.
 *
 *     text_parse.c  the line: columns and pairs
 *     text_value.c  the values of fields, by their kind
 *     text_time.c   beats to times and lengths
 *
 * Functions return 0; or a negative errno with *err worded.  Private to these
 * files; a program wants stream/text.h.
 */
#ifndef PF_STREAM_TEXT_PARSER_H
#define PF_STREAM_TEXT_PARSER_H

#include "event/type.h"
#include "stream/text.h"

#include <stdbool.h>
#include <string.h>

/* A piece of the line. */
struct word {
	const char *s;
	size_t len;
};

struct parser {
	struct pf_line *line;
	struct pf_names *names;
	const struct pf_tempo_map *map;
	char *more;
	struct pf_err *err;
	const struct pf_type_info *info;
	unsigned seen; /* bit i: field i was given */
};

static inline bool
is_word(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(s, w.s, w.len) == 0;
}

/* "Not given"? */
static inline bool
is_none(struct word w)
{
	return w.len == 0 || (w.len == 1 && *w.s == '-');
}

/* Word an error about a key's value: "pitch: 'H4' is not a note". */
int text_wrong(struct parser *p, const char *key, struct word w,
    const char *what);

/* A name to its hash. */
int text_name(struct parser *p, const char *key, struct word w,
    uint32_t *hash);

/* A number in the range of a field. */
int text_real(struct parser *p, const struct pf_field *f, struct word w,
    double *x);

/* Put a value in its field.  1: not for the field, let it travel in more. */
int text_field(struct parser *p, const struct pf_field *f, struct word w);

/* The line's beat, and with it the event's time. */
int text_beat(struct parser *p, struct word w);

/* A length in beats and the beat of at=, to[] a float and an int32_t. */
int text_length(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to);
int text_at(struct parser *p, const struct pf_field *f, struct word w,
    uint8_t *to);

#endif
