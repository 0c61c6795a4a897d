/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events out as text lines, buffered.
 *
 * The writer owns the axis of what it writes: it starts at 60 bpm and
 * follows the tempo events that go through it, so a program says `tempo`
 * first and then events in nanoseconds.  Events must come in order of time.
 *
 * Errors are kept until pf_writer_flush() or pf_writer_close() tells them.
 * One thread at a time.
 */
#ifndef PF_STREAM_WRITER_H
#define PF_STREAM_WRITER_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/tempo_map.h"
#include "stream/text.h"

struct pf_writer;

/*
 * A writer to a descriptor, which stays the caller's.
 *
 * what   for messages: "standard output", "'x.pf'"
 * names  the spellings of what will be said; must outlive the writer
 *
 * Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_writer_new(struct pf_writer **writer, int fd,
    const char *what, const struct pf_names *names);

/* Free without flushing; NULL is fine. */
void pf_writer_free(struct pf_writer *writer);

/* The line every stream begins with. */
void pf_writer_header(struct pf_writer *writer);

/* Print an event; more as in pf_text_print(). */
void pf_writer_event(struct pf_writer *writer, const struct pf_event *e,
    const char *more);

/* Pass a line on byte for byte; one without a newline gets it. */
void pf_writer_line(struct pf_writer *writer, const struct pf_line *line);

/* Pass bytes on as they are; the axis does not follow them. */
void pf_writer_bytes(struct pf_writer *writer, const char *bytes, size_t n);

/* A comment: "# text". */
void pf_writer_comment(struct pf_writer *writer, const char *text);

/* The spellings given to pf_writer_new(). */
const struct pf_names *pf_writer_names(const struct pf_writer *writer);

/* Has an error been kept?  To stop early: an endless input never flushes. */
bool pf_writer_failed(const struct pf_writer *writer);

/*
 * Hand everything to the system.  Returns 0; or a negative errno with *err
 * worded ("cannot write to standard output: No space left on device").
 */
PF_MUST_CHECK int pf_writer_flush(struct pf_writer *writer,
    struct pf_err *err);

#endif
