/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where what the ears hear goes: an event stream as it is known, or finished
 * notes in the order in which they were played.
 */
#ifndef PF_ANALYZE_OUTPUT_H
#define PF_ANALYZE_OUTPUT_H

#include "base/attr.h"
#include "base/err.h"
#include "event/names.h"
#include "event/sink.h"
#include "stream/writer.h"

#include <stdbool.h>

/* Room for NAME-drums. */
enum { NAME_MOST = 200 };

struct output {
	struct pf_writer *writer; /* NULL: nothing is written */
	struct pf_names *names;
	uint32_t source, drums;
	bool notes, quiet;
	/* With notes: what will be written, and the notes that sound. */
	struct pf_event *event;
	size_t n, room;
	/* For people. */
	char chords[256];
	size_t chords_len;
	bool chords_more;
};

/*
 * Begin.  fd stays the caller's, what is its name for messages.  notes:
 * finished notes, written by output_finish().  Returns 0 or -errno.
 */
PF_MUST_CHECK int output_init(struct output *out, int fd, const char *what,
    const char *name, bool notes, struct pf_err *err);
void output_fini(struct output *out);

/* The ears' way to speak. */
struct pf_sink output_sink(struct output *out);

/* All was heard.  Returns 0 or a negative errno with *err worded. */
PF_MUST_CHECK int output_finish(struct output *out, struct pf_err *err);

#endif
